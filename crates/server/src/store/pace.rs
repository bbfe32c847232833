//! How fast a conversation turns, and what its lead and the day have cost so far.

use std::collections::HashSet;

use seleto_rules::brakes::Beat;
use uuid::Uuid;

use super::engine::{Operation, Tx};
use super::{Error, alert};
use crate::params;

/// How many of the latest messages the brake looks at.
const BEATS: i64 = 80;
/// Messages older than this are another conversation.
const LATELY_MS: i64 = 60 * 60 * 1000;
/// With fewer answers than this in an hour nothing turns in circles.
const WORTH_A_LOOK: i64 = 5;

/// Loads what the brakes go by.
pub struct LoadPace {
    /// Which conversation.
    pub conversation: Uuid,
    /// When the day began, in milliseconds.
    pub day_from: i64,
    /// Whether the whole day's cost is wanted.
    pub whole_day: bool,
    /// Now, in milliseconds.
    pub now: i64,
}

/// What the brakes go by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// Answers by a model in the last hour.
    pub model_turns: u64,
    /// Tokens of this lead today, read and written.
    pub lead_tokens: u64,
    /// The cost of all conversations today, in millionths of a US dollar.
    pub day_micro_usd: u64,
    /// The latest messages, oldest first; empty where nothing turns fast.
    pub beats: Vec<Beat>,
    /// The alert about the day's budget is open.
    pub day_alerted: bool,
    /// The alert about this lead's budget is open.
    pub lead_alerted: bool,
}

impl Operation for LoadPace {
    type Output = Pace;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Pace, Error> {
        let (conversation, hour_from) = (self.conversation, self.now - LATELY_MS);
        let row = tx
            .row(
                "SELECT COUNT(CASE WHEN started_at >= $2 AND brain = 'openai' THEN 1 END),
                        COUNT(CASE WHEN started_at >= $2 AND outcome = 'answered' THEN 1 END),
                        CAST(COALESCE(SUM(CASE WHEN started_at >= $3 THEN
                          COALESCE(prompt_tokens, 0) + COALESCE(completion_tokens, 0)
                          ELSE 0 END), 0) AS BIGINT)
                 FROM turns WHERE conversation_id = $1 AND started_at >= $4",
                &params![conversation, hour_from, self.day_from, hour_from.min(self.day_from)],
            )
            .await?
            .ok_or(Error::Nothing)?;
        let mut pace = Pace {
            model_turns: count(row.int(0)?),
            lead_tokens: count(row.int(2)?),
            ..Pace::default()
        };
        if row.int(1)? >= WORTH_A_LOOK {
            pace.beats = self.beats(tx).await?;
        }
        if self.whole_day {
            let row = tx
                .row(
                    "SELECT CAST(COALESCE(SUM(cost_micro_usd), 0) AS BIGINT) FROM turns
                     WHERE finished_at >= $1",
                    &params![self.day_from],
                )
                .await?;
            pace.day_micro_usd = row.map_or(Ok(0), |row| row.int(0)).map(count)?;
        }
        let open = tx
            .rows(
                "SELECT kind FROM alerts WHERE resolved_at IS NULL
                   AND (kind = $1 OR (kind = $2 AND subject = $3))",
                &params![alert::BUDGET_SPENT, alert::LEAD_BUDGET, conversation.to_string()],
            )
            .await?;
        for row in open {
            let kind = row.text(0)?;
            pace.day_alerted |= kind == alert::BUDGET_SPENT;
            pace.lead_alerted |= kind == alert::LEAD_BUDGET;
        }
        Ok(pace)
    }
}

impl LoadPace {
    async fn beats(&self, tx: &mut Tx<'_>) -> Result<Vec<Beat>, Error> {
        let since = self.now - LATELY_MS;
        let told = tx
            .rows(
                "SELECT DISTINCT f.turn_id FROM facts f
                 JOIN conversation_states c ON c.lead_id = f.lead_id
                 WHERE c.id = $1 AND f.created_at >= $2 AND f.turn_id IS NOT NULL",
                &params![self.conversation, since],
            )
            .await?;
        let told: HashSet<Uuid> = told.iter().map(|row| row.uuid(0)).collect::<Result<_, _>>()?;
        let rows = tx
            .rows(
                "SELECT m.author, COALESCE(d.sent_at, m.created_at), m.text, m.turn_id
                 FROM messages m LEFT JOIN deliveries d ON d.id = m.delivery_id
                 WHERE m.conversation_id = $1 AND m.author IN ('lead', 'agent')
                   AND m.created_at >= $2
                 ORDER BY m.seq DESC LIMIT $3",
                &params![self.conversation, since, BEATS],
            )
            .await?;
        let beat = |row: &super::engine::Row| {
            Ok(Beat {
                ours: row.text(0)? == "agent",
                at_ms: row.int(1)?,
                text: row.text(2)?,
                news: row.maybe_uuid(3)?.is_some_and(|turn| told.contains(&turn)),
            })
        };
        rows.iter().rev().map(beat).collect()
    }
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
