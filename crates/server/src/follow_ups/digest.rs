//! When the manager's digest is due, and of which days it tells.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::civil::{Date, Time};
use seleto_rules::digest::digest;
use seleto_rules::hours::BusinessHours;
use uuid::Uuid;

use crate::app::App;
use crate::clock;
use crate::store::Error;
use crate::store::digest::{LastDigest, LoadFigures, SendDigest};
use crate::store::queue::Lane;
use crate::store::sellers::ToSellers;

/// How far to look for the last working day.
const LONGEST_BREAK_DAYS: usize = 60;
/// After a failure it is tried again so much later, in milliseconds.
const AGAIN_MS: i64 = 60_000;

/// Until when this process need not think of the digest. All replicas together send one a day: the
/// database sees to that.
#[derive(Clone, Default)]
pub(super) struct Daily {
    done_until: Arc<AtomicI64>,
}

/// A digest that is due.
pub struct Due {
    today: Date,
    first: Date,
    last: Date,
    phone: String,
    time_zone: String,
    done_until: Arc<AtomicI64>,
}

impl Daily {
    /// The digest of the days since the last working day began, from its hour on.
    pub(super) async fn due(&self, app: &App) -> Result<Option<Due>, Error> {
        let Some(due) = self.might_be_due(app) else { return Ok(None) };
        let last = app.store.read(LastDigest).await?;
        if last.is_some_and(|day| day >= due.today.to_string()) {
            due.is_done();
            return Ok(None);
        }
        // Whatever becomes of it, no other claim takes it up at once.
        self.done_until.store(app.clock.now() + AGAIN_MS, Ordering::Relaxed);
        Ok(Some(due))
    }

    fn might_be_due(&self, app: &App) -> Option<Due> {
        let now_ms = app.clock.now();
        if now_ms < self.done_until.load(Ordering::Relaxed) {
            return None;
        }
        let playbook = app.playbook();
        let wanted = playbook.rules.digest.as_ref()?;
        let now = clock::local(now_ms, &playbook.time_zone);
        let hours = &playbook.rules.business_hours;
        if now.time() < wanted.hour || !hours.works_on(now.date()) {
            return None;
        }
        Some(Due {
            today: now.date(),
            first: last_working_day(hours, now.date())?,
            last: now.date().yesterday().ok()?,
            phone: wanted.phone.clone(),
            time_zone: playbook.time_zone.clone(),
            done_until: Arc::clone(&self.done_until),
        })
    }
}

impl Due {
    /// There is no other before midnight.
    fn is_done(&self) {
        let midnight = self.today.tomorrow().map(|day| day.to_datetime(Time::midnight()));
        let next = midnight.map_or(i64::MAX, |at| clock::instant(at, &self.time_zone));
        self.done_until.store(next, Ordering::Relaxed);
    }
}

fn last_working_day(hours: &BusinessHours, today: Date) -> Option<Date> {
    let back = today.yesterday().ok()?.series(jiff::Span::new().days(-1));
    back.take(LONGEST_BREAK_DAYS).find(|day| hours.works_on(*day))
}

/// Sends it, unless another replica did.
pub(super) async fn send(app: &App, due: Due) {
    match queue(app, &due).await {
        Ok(first) => {
            if first {
                tracing::info!("the daily digest is on its way");
                app.bells.ring(Lane::Sellers, app.clock.now());
            }
            due.is_done();
        }
        Err(error) => tracing::error!(%error, "the daily digest failed; another try follows"),
    }
}

async fn queue(app: &App, due: &Due) -> Result<bool, Error> {
    let midnight = |day: Date| clock::instant(day.to_datetime(Time::midnight()), &due.time_zone);
    let load = LoadFigures { from: midnight(due.first), until: midnight(due.today) };
    let figures = app.store.read(load).await?;
    let now = app.clock.now();
    let message = ToSellers {
        conversation: Uuid::nil(),
        turn: None,
        phones: vec![due.phone.clone()],
        text: digest(&figures, due.first, due.last),
        due_at: now,
    };
    app.store.write(SendDigest { day: due.today.to_string(), message, now }).await
}
