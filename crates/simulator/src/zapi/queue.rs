//! The instance's queue: messages leave one by one, and wait while the phone is disconnected.

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::sync::Notify;

use super::State;
use crate::log::lock;
use crate::phones::{Author, Kind, NewBubble, Ticks};

/// Z-API keeps this many while it is disconnected, and refuses the rest.
const MOST_WHILE_DISCONNECTED: usize = 1000;

/// How fast the queue is sent.
#[derive(Clone, Debug)]
pub struct Pace {
    /// The gap after each message, by chance within the range.
    pub gap: RangeInclusive<Duration>,
    /// How much of the time asked for by `delayTyping` and `delayMessage` passes: 1 all, 0 none.
    pub delays: f64,
}

impl Pace {
    /// Every message is on the phone before its call is answered.
    pub fn immediate() -> Self {
        Self { gap: Duration::ZERO..=Duration::ZERO, delays: 0.0 }
    }

    /// As the true Z-API: one to three seconds between messages, typing as asked.
    pub fn real() -> Self {
        Self { gap: Duration::from_secs(1)..=Duration::from_secs(3), delays: 1.0 }
    }

    fn is_immediate(&self) -> bool {
        self.gap.end().is_zero() && self.delays == 0.0
    }
}

/// A message that was accepted and is not on the phone yet.
pub(super) struct Queued {
    pub(super) zaap_id: String,
    pub(super) message_id: String,
    pub(super) address: String,
    pub(super) kind: Kind,
    pub(super) text: String,
    pub(super) quotes: Option<String>,
    /// The message whose text this one replaces.
    pub(super) edits: Option<String>,
    pub(super) delay_typing: f64,
    pub(super) delay_message: Option<f64>,
    pub(super) created_ms: i64,
}

pub(super) struct Queue {
    waiting: Mutex<VecDeque<Queued>>,
    pace: Mutex<Pace>,
    dice: Mutex<StdRng>,
    connected: AtomicBool,
    changed: Notify,
}

impl Queue {
    pub(super) fn new(pace: Pace, seed: u64) -> Self {
        Self {
            waiting: Mutex::default(),
            pace: Mutex::new(pace),
            dice: Mutex::new(StdRng::seed_from_u64(seed)),
            connected: AtomicBool::new(true),
            changed: Notify::new(),
        }
    }

    pub(super) fn set_pace(&self, pace: Pace) {
        *lock(&self.pace) = pace;
    }

    pub(super) fn set_connected(&self, connected: bool) {
        self.connected.store(connected, Ordering::SeqCst);
    }

    pub(super) fn is_connected(&self) -> bool {
        self.connected.load(Ordering::SeqCst)
    }

    /// Whether nothing waits, or nothing can go.
    pub(super) fn is_idle(&self) -> bool {
        !self.is_connected() || lock(&self.waiting).is_empty()
    }

    pub(super) fn read<T>(&self, look: impl FnOnce(&VecDeque<Queued>) -> T) -> T {
        look(&lock(&self.waiting))
    }

    /// Removes one message, or all of them.
    pub(super) fn remove(&self, zaap_id: Option<&str>) {
        lock(&self.waiting).retain(|queued| zaap_id.is_some_and(|id| queued.zaap_id != id));
    }

    fn typing_time(&self, queued: &Queued) -> Duration {
        Duration::from_secs_f64(queued.delay_typing * lock(&self.pace).delays)
    }

    fn gap_after(&self, queued: &Queued) -> Duration {
        let pace = lock(&self.pace).clone();
        match queued.delay_message {
            Some(seconds) => Duration::from_secs_f64(seconds * pace.delays),
            None => lock(&self.dice).random_range(pace.gap),
        }
    }
}

impl State {
    /// Takes a message into the queue; false when a disconnected instance holds too many.
    pub(super) fn enqueue(self: &Arc<Self>, queued: Queued) -> bool {
        let mut waiting = lock(&self.queue.waiting);
        if !self.queue.is_connected() && waiting.len() >= MOST_WHILE_DISCONNECTED {
            return false;
        }
        waiting.push_back(queued);
        drop(waiting);
        self.pump();
        true
    }

    /// Sends what can be sent at once, and leaves the rest to [`run`].
    pub(super) fn pump(self: &Arc<Self>) {
        if !lock(&self.queue.pace).is_immediate() {
            self.queue.changed.notify_one();
            return;
        }
        // The lock is held on purpose: messages reach the phones in the order of the queue.
        let mut waiting = lock(&self.queue.waiting);
        while self.queue.is_connected()
            && let Some(queued) = waiting.pop_front()
        {
            self.put_on_phone(queued);
        }
    }

    fn put_on_phone(self: &Arc<Self>, queued: Queued) {
        let new = NewBubble {
            address: queued.address,
            author: Author::Agent,
            kind: queued.kind,
            text: queued.text,
            message_id: queued.message_id,
            zaap_id: Some(queued.zaap_id),
            at_ms: self.now_ms(),
            ticks: Ticks::Read,
            quotes: queued.quotes,
        };
        if self.is_absent(&new.address) {
            let bubble = new.unplaced();
            self.tell_undelivered(&bubble, "Phone number does not exist");
            return;
        }
        if let Some(edited) = &queued.edits
            && self.phones.edit(edited, &new.text)
        {
            let mut bubble = new.unplaced();
            bubble.edited = true;
            self.tell_delivered(&bubble);
            return;
        }
        self.phones.read_all(&new.address);
        let bubble = self.phones.show(new);
        self.tell_delivered(&bubble);
    }
}

/// Sends the queue at its pace until the simulator stops.
pub(super) async fn run(state: Arc<State>) {
    let stop = state.stop.clone();
    stop.run_until_cancelled(async {
        loop {
            match send_first(&state).await {
                Some(gap) => tokio::time::sleep(gap).await,
                None => state.queue.changed.notified().await,
            }
        }
    })
    .await;
}

/// Types and sends the first message; gives the gap after it, or nothing if none may go.
async fn send_first(state: &Arc<State>) -> Option<Duration> {
    if !state.queue.is_connected() {
        return None;
    }
    let (zaap_id, address, typing, gap) = state.queue.read(|waiting| {
        waiting.front().map(|first| {
            let typing = state.queue.typing_time(first);
            let gap = state.queue.gap_after(first);
            (first.zaap_id.clone(), first.address.clone(), typing, gap)
        })
    })?;
    if !typing.is_zero() {
        state.phones.typing(&address, true);
        tokio::time::sleep(typing).await;
        state.phones.typing(&address, false);
    }
    let _busy = state.busy();
    // It may have been removed, or the phone disconnected, while it was being typed.
    if state.queue.is_connected() {
        let mut waiting = lock(&state.queue.waiting);
        let place = waiting.iter().position(|queued| queued.zaap_id == zaap_id);
        let first = place.and_then(|place| waiting.remove(place));
        drop(waiting);
        if let Some(first) = first {
            state.put_on_phone(first);
        }
    }
    Some(gap)
}
