//! What the follow-ups read of a conversation; what they save is in `save`.

mod save;

pub use save::{GiveUp, Remind, SaveFollowUp};
use seleto_rules::agent_mode::Conduct;
use seleto_rules::conversation::{Line, Memory};
use uuid::Uuid;

use super::Error;
use super::engine::{Operation, Row, Tx};
use super::handoff::{Handoff, OpenHandoff};
use super::turn::{Context, LoadTurn};
use crate::params;

/// How many of the last messages may tell of a silence.
const LOOKED_AT: i64 = 20;

/// What stands in the record of a conversation in which nobody writes.
#[derive(Clone, Debug)]
pub struct Quiet {
    /// The lead, and how to write to it.
    pub context: Context,
    /// What the lead's card is made of.
    pub lines: Vec<Line>,
    /// The lead wants no messages.
    pub opted_out: bool,
    /// Somebody closed the conversation.
    pub closed: bool,
    /// What the CRM says of the deal.
    pub crm_status: Option<String>,
    /// The lead waits for a person.
    pub handoff: Option<Handoff>,
    /// What we wrote since the lead's last words, when nobody wrote after it.
    pub ours: Option<Ours>,
    /// The position of the last message.
    pub last_seq: i64,
}

/// What the agent wrote since the lead's last words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ours {
    /// When the answer to these words left, in milliseconds: what waited long for a vendor is no
    /// silence of the lead.
    pub answered_at: i64,
    /// Follow-ups since.
    pub sent: usize,
    /// When the latest of them was made, in milliseconds.
    pub followed_up_at: Option<i64>,
    /// The answer asked something.
    pub asked: bool,
    /// All of it reached WhatsApp.
    pub arrived: bool,
}

impl Quiet {
    /// What the agent may do toward this lead.
    pub fn conduct(&self) -> Conduct {
        self.context.agent_mode.toward(&self.context.lead_phone)
    }

    /// What the dialogue policy remembers.
    pub fn memory(&self) -> &Memory {
        &self.context.memory
    }
}

/// Loads what stands; `None` when the conversation is gone.
pub struct LoadQuiet {
    /// Which conversation.
    pub conversation: Uuid,
}

impl Operation for LoadQuiet {
    type Output = Option<Quiet>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<Quiet>, Error> {
        let conversation = self.conversation;
        let Some(context) = LoadTurn { conversation }.run(tx).await? else { return Ok(None) };
        let state = tx
            .row(
                "SELECT l.opted_out, c.closed_at,
                        (SELECT x.value FROM conversation_context x
                         WHERE x.lead_phone = c.lead_phone AND x.key = 'crm_status')
                 FROM conversation_states c JOIN leads l ON l.id = c.lead_id WHERE c.id = $1",
                &params![conversation],
            )
            .await?;
        let Some(state) = state else { return Ok(None) };
        let rows = tx
            .rows(
                "SELECT m.seq, m.author, m.text, COALESCE(d.sent_at, m.created_at), t.outcome,
                        d.state
                 FROM messages m LEFT JOIN turns t ON t.id = m.turn_id
                 LEFT JOIN deliveries d ON d.id = m.delivery_id
                 WHERE m.conversation_id = $1 AND m.author <> 'note'
                 ORDER BY m.seq DESC LIMIT $2",
                &params![conversation, LOOKED_AT],
            )
            .await?;
        Ok(Some(Quiet {
            lines: context.history.iter().chain(&context.burst).cloned().collect(),
            context,
            opted_out: state.bool(0)?,
            closed: state.maybe_int(1)?.is_some(),
            crm_status: state.maybe_text(2)?,
            handoff: OpenHandoff { conversation }.run(tx).await?,
            ours: ours(&rows)?,
            last_seq: rows.first().map_or(Ok(0), |row| row.int(0))?,
        }))
    }
}

/// Reads back from the last message to the lead's last words.
fn ours(newest_first: &[Row]) -> Result<Option<Ours>, Error> {
    let mut ours =
        Ours { answered_at: 0, sent: 0, followed_up_at: None, asked: false, arrived: true };
    for row in newest_first {
        match row.text(1)?.as_str() {
            "lead" => break,
            "agent" => {}
            // A human wrote since: the silence is theirs.
            _ => return Ok(None),
        }
        let at = row.int(3)?;
        ours.arrived &= row.maybe_text(5)?.as_deref() == Some("accepted");
        if row.maybe_text(4)?.as_deref() == Some("follow_up") {
            ours.sent += 1;
            ours.followed_up_at = ours.followed_up_at.max(Some(at));
        } else {
            ours.answered_at = ours.answered_at.max(at);
            ours.asked |= row.text(2)?.contains('?');
        }
    }
    let written = newest_first.iter().any(|row| matches!(row.text(1).as_deref(), Ok("lead")));
    Ok((written && ours.answered_at > 0).then_some(ours))
}

/// The lock under which the follow-ups write: whoever takes over or stores a message of the lead
/// takes it first, so that each sees what the other did.
pub(super) async fn lock(tx: &mut Tx<'_>, conversation: Uuid) -> Result<(), Error> {
    tx.execute(
        "UPDATE queue SET gen = gen WHERE conversation_id = $1 AND lane = 'turns'",
        &params![conversation],
    )
    .await?;
    Ok(())
}
