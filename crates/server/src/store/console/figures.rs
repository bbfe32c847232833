//! The figures of a period: who came, how fast they were answered, what it cost, what failed.

use crate::params;
use crate::store::Error;
use crate::store::engine::{Operation, Tx, Value};

/// A stretch of time, cut into days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// When it begins, in milliseconds: midnight in the company's time zone.
    pub since: i64,
    /// When it ends, in milliseconds.
    pub until: i64,
    /// What the company's clock shows more than UTC's, in milliseconds.
    pub offset: i64,
}

const DAY: i64 = 86_400_000;
const HOUR: i64 = 3_600_000;

impl Period {
    /// The last days up to now, today among them, by the clocks of a time zone.
    pub fn last_days(time_zone: &str, now: i64, days: i64) -> Self {
        let zone = jiff::tz::TimeZone::get(time_zone);
        let at = jiff::Timestamp::from_millisecond(now).unwrap_or_default();
        let offset = zone.map_or(0, |zone| i64::from(zone.to_offset(at).seconds()) * 1_000);
        let today = (now + offset).div_euclid(DAY);
        Self { since: (today - days + 1) * DAY - offset, until: (today + 1) * DAY - offset, offset }
    }

    /// The day of this number, counted from 1970 in the company's time zone, of a time.
    pub fn day_of(&self, ms: i64) -> i64 {
        (ms + self.offset).div_euclid(DAY)
    }

    /// All its days.
    pub fn days(&self) -> std::ops::RangeInclusive<i64> {
        self.day_of(self.since)..=self.day_of(self.until - 1)
    }

    /// The stretch of the same length before it.
    pub fn before(&self) -> Self {
        let days = self.day_of(self.until - 1) + 1 - self.day_of(self.since);
        Self { since: self.since - days * DAY, until: self.until - days * DAY, ..*self }
    }

    fn values(&self) -> [Value; 2] {
        params![self.since, self.until]
    }

    fn values_and_offset(&self) -> [Value; 3] {
        params![self.since, self.until, self.offset]
    }
}

/// How long something took, in milliseconds, in the middle and at the slow end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// Half took this long or less.
    pub p50: i64,
    /// All but one in twenty took this long or less.
    pub p95: i64,
    /// Of how many.
    pub count: i64,
}

/// What is said in one figure each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Leads that came.
    pub leads: i64,
    /// Those of them that are warm or hot.
    pub qualified: i64,
    /// Those of them that are hot.
    pub hot: i64,
    /// Those of them that were sold to.
    pub won: i64,
    /// From the lead's first message to the first answer.
    pub first_reply: Spread,
    /// What models cost, in millionths of a US dollar.
    pub cost: i64,
    /// Answers.
    pub answers: i64,
}

/// Reads a period's [`Summary`].
pub struct Summarise(
    /// Which period.
    pub Period,
);

impl Operation for Summarise {
    type Output = Summary;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Summary, Error> {
        let period = self.0.values();
        let leads = tx
            .row(
                "SELECT COUNT(*), COUNT(CASE WHEN temperature IN ('morno', 'quente') THEN 1 END),
                   COUNT(CASE WHEN temperature = 'quente' THEN 1 END),
                   COUNT(CASE WHEN stage = 'ganho' THEN 1 END), COUNT(replied_at)
                 FROM funnel WHERE created_at >= $1 AND created_at < $2",
                &period,
            )
            .await?;
        let turns = tx
            .row(
                "SELECT CAST(COALESCE(SUM(cost_micro_usd), 0) AS BIGINT),
                   COUNT(CASE WHEN outcome = 'answered' THEN 1 END)
                 FROM turns WHERE finished_at >= $1 AND finished_at < $2",
                &period,
            )
            .await?;
        let mut summary = Summary::default();
        if let Some(row) = leads {
            (summary.leads, summary.qualified) = (row.int(0)?, row.int(1)?);
            (summary.hot, summary.won) = (row.int(2)?, row.int(3)?);
            summary.first_reply = first_reply(tx, &self.0, row.int(4)?).await?;
        }
        if let Some(row) = turns {
            (summary.cost, summary.answers) = (row.int(0)?, row.int(1)?);
        }
        Ok(summary)
    }
}

async fn first_reply(tx: &mut Tx<'_>, period: &Period, count: i64) -> Result<Spread, Error> {
    let mut at = [0; 2];
    for (slot, share) in at.iter_mut().zip([50, 95]) {
        let position = (count * share + 99) / 100 - 1;
        let row = tx
            .row(
                "SELECT replied_at - created_at FROM funnel
                 WHERE created_at >= $1 AND created_at < $2 AND replied_at IS NOT NULL
                 ORDER BY 1 LIMIT 1 OFFSET $3",
                &params![period.since, period.until, position.max(0)],
            )
            .await?;
        *slot = row.map_or(Ok(0), |row| row.int(0))?;
    }
    let [p50, p95] = at;
    Ok(Spread { p50, p95, count })
}

/// One day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// Counted from 1970 in the company's time zone.
    pub day: i64,
    /// Leads that came.
    pub leads: i64,
    /// Those of them that are warm or hot.
    pub qualified: i64,
    /// From the lead's first message to the first answer.
    pub first_reply: Spread,
    /// What models cost, in millionths of a US dollar.
    pub cost: i64,
    /// Answers.
    pub answers: i64,
    /// Answers that the offline brain gave.
    pub offline: i64,
    /// How often a person took over.
    pub takeovers: i64,
}

/// A value and how many leads have it.
pub type Share = (Option<String>, i64);

/// The figures of a period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Day by day.
    pub days: Vec<Day>,
    /// How many leads came in each hour of the day.
    pub hours: [i64; 24],
    /// By temperature.
    pub temperatures: Vec<Share>,
    /// By what they want, the most wanted first.
    pub products: Vec<Share>,
    /// By state, the most frequent first.
    pub states: Vec<Share>,
    /// From a lead's wish for a person to the takeover.
    pub pick_up: Spread,
    /// Wishes for a person that nobody has met yet.
    pub waiting: i64,
    /// What went wrong: its name, and how often.
    pub failures: Vec<(String, i64)>,
}

/// Reads a period's [`Figures`].
pub struct LoadFigures(
    /// Which period.
    pub Period,
);

impl Operation for LoadFigures {
    type Output = Figures;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Figures, Error> {
        let mut figures = Figures {
            days: self.0.days().map(|day| Day { day, ..Day::default() }).collect(),
            ..Figures::default()
        };
        self.leads(tx, &mut figures).await?;
        self.replies(tx, &mut figures).await?;
        self.turns(tx, &mut figures).await?;
        self.people(tx, &mut figures).await?;
        figures.temperatures = self.shares(tx, "temperature").await?;
        figures.products = self.shares(tx, "product").await?;
        figures.states = self.shares(tx, "uf").await?;
        figures.failures = self.failures(tx).await?;
        Ok(figures)
    }
}

impl LoadFigures {
    fn day<'a>(&self, figures: &'a mut Figures, day: i64) -> Option<&'a mut Day> {
        figures.days.iter_mut().find(|known| known.day == day)
    }

    async fn leads(&self, tx: &mut Tx<'_>, figures: &mut Figures) -> Result<(), Error> {
        let sql = format!(
            "SELECT (created_at + $3) / {HOUR}, COUNT(*),
               COUNT(CASE WHEN temperature IN ('morno', 'quente') THEN 1 END)
             FROM funnel WHERE created_at >= $1 AND created_at < $2 GROUP BY 1"
        );
        for row in tx.rows(&sql, &self.0.values_and_offset()).await? {
            let (hour, leads, qualified) = (row.int(0)?, row.int(1)?, row.int(2)?);
            if let Some(day) = self.day(figures, hour.div_euclid(24)) {
                day.leads += leads;
                day.qualified += qualified;
            }
            let slot = usize::try_from(hour.rem_euclid(24)).ok();
            if let Some(slot) = slot.and_then(|slot| figures.hours.get_mut(slot)) {
                *slot += leads;
            }
        }
        Ok(())
    }

    async fn replies(&self, tx: &mut Tx<'_>, figures: &mut Figures) -> Result<(), Error> {
        let sql = format!(
            "SELECT day, MAX(CASE WHEN place * 2 <= total + 1 THEN took END),
               MAX(CASE WHEN place * 100 <= total * 95 + 99 THEN took END), MAX(total)
             FROM (
               SELECT day, took, ROW_NUMBER() OVER (PARTITION BY day ORDER BY took) AS place,
                 COUNT(*) OVER (PARTITION BY day) AS total
               FROM (
                 SELECT (created_at + $3) / {DAY} AS day, replied_at - created_at AS took
                 FROM funnel
                 WHERE created_at >= $1 AND created_at < $2 AND replied_at IS NOT NULL) r) s
             GROUP BY day"
        );
        for row in tx.rows(&sql, &self.0.values_and_offset()).await? {
            let spread = Spread { p50: row.int(1)?, p95: row.int(2)?, count: row.int(3)? };
            if let Some(day) = self.day(figures, row.int(0)?) {
                day.first_reply = spread;
            }
        }
        Ok(())
    }

    async fn turns(&self, tx: &mut Tx<'_>, figures: &mut Figures) -> Result<(), Error> {
        let sql = format!(
            "SELECT (finished_at + $3) / {DAY}, COUNT(CASE WHEN outcome = 'answered' THEN 1 END),
               COUNT(CASE WHEN outcome = 'answered' AND brain = 'offline' THEN 1 END),
               CAST(COALESCE(SUM(cost_micro_usd), 0) AS BIGINT)
             FROM turns WHERE finished_at >= $1 AND finished_at < $2 GROUP BY 1"
        );
        for row in tx.rows(&sql, &self.0.values_and_offset()).await? {
            let (answers, offline, cost) = (row.int(1)?, row.int(2)?, row.int(3)?);
            if let Some(day) = self.day(figures, row.int(0)?) {
                (day.answers, day.offline, day.cost) = (answers, offline, cost);
            }
        }
        Ok(())
    }

    /// What people did: takeovers, and how long who asked for a person waited.
    async fn people(&self, tx: &mut Tx<'_>, figures: &mut Figures) -> Result<(), Error> {
        let sql = format!(
            "SELECT (at + $3) / {DAY}, COUNT(*) FROM audit
             WHERE at >= $1 AND at < $2 AND action = 'take_over' GROUP BY 1"
        );
        for row in tx.rows(&sql, &self.0.values_and_offset()).await? {
            let takeovers = row.int(1)?;
            if let Some(day) = self.day(figures, row.int(0)?) {
                day.takeovers = takeovers;
            }
        }
        let waits = tx
            .rows(
                "SELECT resolved_at - created_at FROM alerts
                 WHERE created_at >= $1 AND created_at < $2
                   AND kind IN ('human_requested', 'complaint')
                 ORDER BY 1 LIMIT 20000",
                &self.0.values(),
            )
            .await?;
        let mut took = Vec::new();
        for row in &waits {
            match row.maybe_int(0)? {
                Some(ms) => took.push(ms),
                None => figures.waiting += 1,
            }
        }
        figures.pick_up = spread(&took);
        Ok(())
    }

    async fn shares(&self, tx: &mut Tx<'_>, column: &'static str) -> Result<Vec<Share>, Error> {
        let sql = format!(
            "SELECT {column}, COUNT(*) FROM funnel
             WHERE created_at >= $1 AND created_at < $2 GROUP BY 1 ORDER BY 2 DESC, 1 NULLS LAST"
        );
        let rows = tx.rows(&sql, &self.0.values()).await?;
        rows.iter().map(|row| Ok((row.maybe_text(0)?, row.int(1)?))).collect()
    }

    async fn failures(&self, tx: &mut Tx<'_>) -> Result<Vec<(String, i64)>, Error> {
        // The index begins with the state: an IN would make SQLite walk it once for each.
        let states = ["rejected", "undetermined", "expired"];
        let mut failures = Vec::new();
        for state in states {
            let row = tx
                .row(
                    "SELECT COUNT(*) FROM deliveries
                     WHERE state = $3 AND settled_at >= $1 AND settled_at < $2",
                    &params![self.0.since, self.0.until, state],
                )
                .await?;
            failures.push((state.to_owned(), row.map_or(Ok(0), |row| row.int(0))?));
        }
        let alerts = tx
            .rows(
                "SELECT kind, COUNT(*) FROM alerts WHERE created_at >= $1 AND created_at < $2
                   AND kind IN ('breaker_open', 'disconnected', 'turn_failing', 'sync_refused')
                 GROUP BY kind ORDER BY 2 DESC",
                &self.0.values(),
            )
            .await?;
        for row in &alerts {
            failures.push((row.text(0)?, row.int(1)?));
        }
        Ok(failures)
    }
}

/// The spread of lengths in ascending order.
fn spread(took: &[i64]) -> Spread {
    let at = |share: usize| {
        let position = (took.len() * share).div_ceil(100).saturating_sub(1);
        took.get(position).copied().unwrap_or_default()
    };
    Spread { p50: at(50), p95: at(95), count: i64::try_from(took.len()).unwrap_or(i64::MAX) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_that_of_whole_values() {
        assert_eq!(spread(&[]), Spread::default());
        assert_eq!(spread(&[7]), Spread { p50: 7, p95: 7, count: 1 });
        let hundred: Vec<i64> = (1..=100).collect();
        assert_eq!(spread(&hundred), Spread { p50: 50, p95: 95, count: 100 });
    }

    #[test]
    fn a_period_has_the_days_of_its_own_time_zone() {
        // Midnight in São Paulo is three o'clock in Greenwich.
        let period = Period { since: 3 * HOUR, until: 3 * HOUR + 2 * DAY, offset: -3 * HOUR };
        assert_eq!(period.days(), 0..=1);
        assert_eq!(period.before().days(), -2..=-1);
    }
}
