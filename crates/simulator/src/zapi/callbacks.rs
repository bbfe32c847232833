//! The webhooks that follow a send, each of which can be lost, late or doubled.

use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;

use super::{State, envelope};
use crate::log::lock;
use crate::phones::Bubble;
use crate::poster::{Answer, PostError};

/// A kind of webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A message that a lead, or a person on the company's phone, wrote.
    Received,
    /// WhatsApp took a message, or refused it.
    Delivery,
    /// A message sent through the API comes back with `fromMe` and `fromApi`.
    Echo,
    /// Ticks: `SENT`.
    Sent,
    /// Ticks: `RECEIVED`.
    Reached,
    /// Ticks: `READ`.
    Read,
    /// The company's phone came back.
    Connected,
    /// The company's phone went away.
    Disconnected,
    /// Typing and presence.
    Presence,
}

impl Event {
    pub(super) const COUNT: usize = Self::Presence as usize + 1;
}

/// A webhook that went out.
#[derive(Clone, Debug, PartialEq)]
pub struct Post {
    /// What it told.
    pub event: Event,
    /// What the agent answered: a status, or why there was none.
    pub outcome: Result<u16, PostError>,
}

/// What may go wrong with one kind of webhook; changed at run time, from any thread.
pub struct CallbackPlan(Mutex<Plan>);

struct Plan {
    on: bool,
    lose_next: usize,
    loss: f64,
    duplicate: f64,
    delay: RangeInclusive<Duration>,
    dice: StdRng,
}

/// What becomes of one webhook: how often it arrives and how late.
struct Fate {
    copies: usize,
    delay: Duration,
}

impl CallbackPlan {
    pub(super) fn seeded(seed: u64) -> Self {
        Self(Mutex::new(Plan {
            on: true,
            lose_next: 0,
            loss: 0.0,
            duplicate: 0.0,
            delay: Duration::ZERO..=Duration::ZERO,
            dice: StdRng::seed_from_u64(seed),
        }))
    }

    /// Whether it is sent at all.
    pub fn set_on(&self, on: bool) {
        lock(&self.0).on = on;
    }

    /// The next `count` are lost.
    pub fn lose_next(&self, count: usize) {
        lock(&self.0).lose_next += count;
    }

    /// This share is lost, from 0 to 1.
    pub fn set_loss(&self, share: f64) {
        lock(&self.0).loss = share;
    }

    /// This share is sent twice, from 0 to 1.
    pub fn set_duplicates(&self, share: f64) {
        lock(&self.0).duplicate = share;
    }

    /// Each is this late, by chance within the range.
    pub fn set_delay(&self, delay: RangeInclusive<Duration>) {
        lock(&self.0).delay = delay;
    }

    fn draw(&self) -> Fate {
        let mut plan = lock(&self.0);
        let delay = plan.delay.clone();
        let delay = plan.dice.random_range(delay);
        let planned_loss = plan.lose_next > 0;
        plan.lose_next = plan.lose_next.saturating_sub(1);
        let (loss, duplicate) = (plan.loss, plan.duplicate);
        let lost = !plan.on || planned_loss || plan.dice.random::<f64>() < loss;
        let copies = if lost { 0 } else { 1 + usize::from(plan.dice.random::<f64>() < duplicate) };
        Fate { copies, delay }
    }
}

impl State {
    /// Tells the agent that WhatsApp took the message and that the lead saw it.
    pub(super) fn tell_delivered(self: &Arc<Self>, bubble: &Bubble) {
        let mut events = vec![(Event::Delivery, envelope::delivery(self, bubble, None))];
        if self.echoes() {
            events.push((Event::Echo, envelope::echo(self, bubble)));
        }
        events.push((Event::Sent, envelope::status(self, bubble, "SENT")));
        events.push((Event::Reached, envelope::status(self, bubble, "RECEIVED")));
        events.push((Event::Read, envelope::status(self, bubble, "READ")));
        self.tell(events);
    }

    /// Tells the agent that WhatsApp did not take the message.
    pub(super) fn tell_undelivered(self: &Arc<Self>, bubble: &Bubble, error: &str) {
        self.tell(vec![(Event::Delivery, envelope::delivery(self, bubble, Some(error)))]);
    }

    /// Tells the agent that the company's phone came back or went away.
    pub(super) fn tell_connection(self: &Arc<Self>, connected: bool) {
        let event = if connected { Event::Connected } else { Event::Disconnected };
        self.tell(vec![(event, envelope::connection(self, connected))]);
    }

    /// Posts one after the other; those that are late go their own way.
    fn tell(self: &Arc<Self>, events: Vec<(Event, Value)>) {
        let mut prompt = Vec::new();
        for (event, body) in events {
            if lock(&self.webhooks).of(event).is_none() {
                continue;
            }
            let fate = self.callbacks[event as usize].draw();
            let body = Bytes::from(body.to_string());
            let copies = std::iter::repeat_n((event, body), fate.copies);
            if fate.delay.is_zero() {
                prompt.extend(copies);
            } else {
                self.post_later(fate.delay, copies.collect());
            }
        }
        if !prompt.is_empty() {
            self.post_later(Duration::ZERO, prompt);
        }
    }

    fn post_later(self: &Arc<Self>, delay: Duration, posts: Vec<(Event, Bytes)>) {
        let busy = self.busy();
        let state = self.clone();
        tokio::spawn(async move {
            let _busy = busy;
            let posting = async {
                if !delay.is_zero() {
                    tokio::time::sleep(delay).await;
                }
                for (event, body) in posts {
                    // Z-API does not try again; the outcome is in the log of posts.
                    state.post(event, "application/json", body).await.ok();
                }
            };
            state.stop.run_until_cancelled(posting).await;
        });
    }

    /// Posts one webhook as Z-API does and logs what came of it.
    pub(super) async fn post(
        &self,
        event: Event,
        content_type: &str,
        body: Bytes,
    ) -> Result<Answer, PostError> {
        let url = lock(&self.webhooks).of(event).map(str::to_owned).ok_or(PostError::NoAddress)?;
        let headers = [
            ("content-type", content_type),
            ("z-api-token", &self.config.instance_token),
            ("origin", "https://api.z-api.io"),
            ("server", "Z-API"),
        ];
        let answer = self.poster.post(&url, &headers, body).await;
        let outcome = answer.as_ref().map(|answer| answer.status).map_err(Clone::clone);
        self.posts.add(Post { event, outcome });
        answer
    }
}
