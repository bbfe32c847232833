//! Posts messages at a pace or as fast as they are answered, and watches the leads' phones.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use seleto_simulator::zapi::Zapi;
use seleto_simulator::{Author, Bubble, Change};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Notify, broadcast};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, MissedTickBehavior};

use super::ledger::{Answered, Ledger};
use super::webhook;

/// How long a reply may take before its message counts as lost.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long after the last reply duplicates and callbacks are waited for.
const AFTERMATH: Duration = Duration::from_millis(500);

/// How messages follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// At a steady pace, whatever comes back.
    Open {
        /// Messages a second.
        rate: u32,
    },
    /// Each worker posts its next message when the last one was answered.
    Closed {
        /// How many do so side by side.
        workers: u32,
    },
}

/// Leads, all of them; clones share the books.
#[derive(Clone)]
pub(super) struct Load(Arc<Shared>);

struct Shared {
    zapi: Zapi,
    instance: String,
    conversations: usize,
    ledger: Mutex<Ledger>,
    answered: Notify,
}

impl Load {
    pub(super) fn new(zapi: Zapi, conversations: u32) -> Self {
        let vars = zapi.environment();
        let instance = vars.into_iter().find(|(name, _)| *name == "ZAPI_INSTANCE_ID");
        Self(Arc::new(Shared {
            zapi,
            instance: instance.map(|(_, instance)| instance).unwrap_or_default(),
            conversations: conversations as usize,
            ledger: Mutex::new(Ledger::new(conversations)),
            answered: Notify::new(),
        }))
    }

    /// The books.
    pub(super) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.0.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Books what the phones show, until it is aborted.
    pub(super) fn watch(&self) -> JoinHandle<()> {
        let load = self.clone();
        tokio::spawn(async move { load.follow_phones().await })
    }

    /// Posts for this long; answers when it began.
    pub(super) async fn run(&self, shape: Shape, time: Duration) -> Instant {
        let begun = Instant::now();
        match shape {
            Shape::Open { rate } => self.run_open(rate, time).await,
            Shape::Closed { workers } => self.run_closed(workers as usize, begun + time).await,
        }
        begun
    }

    /// Waits until every message is answered, or nothing has come for a while.
    pub(super) async fn drain(&self) {
        let settled = async {
            loop {
                let answered = self.0.answered.notified();
                if self.ledger().is_settled() {
                    return;
                }
                answered.await;
            }
        };
        // What waits after that is lost, and the books say so.
        drop(tokio::time::timeout(PATIENCE, settled).await);
        drop(tokio::time::timeout(PATIENCE, self.0.zapi.settled()).await);
        tokio::time::sleep(AFTERMATH).await;
    }

    async fn run_open(&self, rate: u32, time: Duration) {
        let count = u64::from(rate) * time.as_secs();
        let mut ticks = tokio::time::interval(Duration::from_secs(1) / rate);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let mut posts = JoinSet::new();
        for number in 0..usize::try_from(count).unwrap_or(usize::MAX) {
            ticks.tick().await;
            let load = self.clone();
            posts
                .spawn(async move { drop(load.post(number % load.0.conversations, number).await) });
            while posts.try_join_next().is_some() {}
        }
        while posts.join_next().await.is_some() {}
    }

    async fn run_closed(&self, workers: usize, until: Instant) {
        let mut running = JoinSet::new();
        for worker in 0..workers {
            let load = self.clone();
            running.spawn(async move { load.write_in_turn(worker, workers, until).await });
        }
        while running.join_next().await.is_some() {}
    }

    /// One worker: it alone writes in every `step`th conversation, so none ever has two waiting.
    async fn write_in_turn(&self, first: usize, step: usize, until: Instant) {
        let own = (first..self.0.conversations).step_by(step).cycle();
        for (turn, conversation) in own.enumerate() {
            if Instant::now() >= until {
                return;
            }
            let answered = self.post(conversation, first + turn * step).await;
            // An answer that does not come is a loss, and the books say so.
            drop(tokio::time::timeout(PATIENCE, answered).await);
        }
    }

    async fn post(&self, conversation: usize, number: usize) -> Answered {
        let body = webhook::body(&self.0.instance, conversation, number);
        let posted = Instant::now();
        let answered = self.ledger().post(conversation, posted);
        let answer = self.0.zapi.post_raw("application/json", body).await;
        let took = posted.elapsed();
        if answer.is_ok_and(|answer| answer.status == 200) {
            self.ledger().accept(took);
        } else {
            self.ledger().refuse(conversation, posted);
        }
        answered
    }

    async fn follow_phones(&self) {
        let phones = self.0.zapi.phones();
        let (mut shown, mut revision) = (0, 0);
        loop {
            let (past, reached, mut changes) = phones.since(revision);
            revision = reached;
            past.into_iter().for_each(|change| self.book(change, &mut shown));
            // Too slow for what was told meanwhile: look it up on the phones, from where we were.
            while let Some(change) = next(&mut changes).await {
                revision = change.revision().unwrap_or(revision);
                self.book(change, &mut shown);
            }
        }
    }

    /// Bubbles come in their order, and come again with every tick.
    fn book(&self, change: Change, shown: &mut u64) {
        let Change::Bubble(Bubble { order, author: Author::Agent, phone, text, .. }) = change
        else {
            return;
        };
        if order <= *shown {
            return;
        }
        *shown = order;
        if let Some(conversation) = webhook::conversation(&phone) {
            self.ledger().show(conversation, &text, Instant::now());
            self.0.answered.notify_waiters();
        }
    }
}

/// The next change; `None` when some were missed. It never ends: the phones hold the other side.
async fn next(changes: &mut broadcast::Receiver<Change>) -> Option<Change> {
    match changes.recv().await {
        Ok(change) => Some(change),
        Err(RecvError::Lagged(_)) => None,
        Err(RecvError::Closed) => std::future::pending().await,
    }
}
