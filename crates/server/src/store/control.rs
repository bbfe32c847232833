//! What people decide about a conversation: take it over, write in it, give it back, close it.

use seleto_rules::conversation::Memory;
use uuid::Uuid;

use super::engine::{Operation, Statement, Tx, Value};
use super::queue::{Lane, fence_off, wake};
use super::{Error, activity, alert, handoff, mirroring};
use crate::params;

/// Who decides, and in which conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Which conversation.
    pub conversation: Uuid,
    /// Where from and who, for the audit: `console:maria`, `chatwoot:12`, `phone`.
    pub actor: String,
    /// Now, in milliseconds.
    pub now: i64,
}

/// A human answers from now on: nothing of the agent's that has not left leaves any more.
pub struct TakeOver(pub Decision);

impl Operation for TakeOver {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        take_over(tx, &self.0).await
    }
}

/// Takes a conversation over, inside another operation.
pub(super) async fn take_over(tx: &mut Tx<'_>, decision: &Decision) -> Result<(), Error> {
    let Decision { conversation, actor, now } = decision;
    let [withdrawn, picked_up] = handoff::picked_up(*conversation, actor, *now);
    tx.batch(&[
        fence_off(*conversation, Lane::Turns),
        withdraw_agent(*conversation, "human takeover", *now),
        withdrawn,
        picked_up,
        (
            "UPDATE conversation_states SET mode = 'human', mode_by = $2, mode_at = $3,
               touched_at = $3, closed_at = NULL
             WHERE id = $1",
            params![*conversation, actor, *now].to_vec(),
        ),
        decision.audit("take_over"),
        mirroring::wake_after_change(*conversation, *now),
    ])
    .await?;
    nobody_waits(tx, *conversation, *now).await
}

/// What an operator was told of a lead that waits for a person is settled.
async fn nobody_waits(tx: &mut Tx<'_>, conversation: Uuid, now: i64) -> Result<(), Error> {
    for kind in [alert::HUMAN_REQUESTED, alert::COMPLAINT, alert::HANDOFF_WAITING, alert::BOT_LOOP]
    {
        alert::resolve(tx, kind, &conversation.to_string(), now).await?;
    }
    Ok(())
}

/// The agent's bubbles that have not left stay here; what a human wrote still goes.
fn withdraw_agent(conversation: Uuid, reason: &'static str, now: i64) -> Statement<'static> {
    (
        "UPDATE deliveries SET state = 'cancelled', settled_at = $3, reason = $4
         WHERE conversation_id = $1 AND lane = $2 AND state = 'pending' AND NOT EXISTS (
           SELECT 1 FROM messages m WHERE m.id = deliveries.message_id AND m.author = 'human')",
        params![conversation, Lane::Whatsapp.name(), now, reason].to_vec(),
    )
}

/// The agent answers again, from the lead's next message on.
pub struct GiveBack(pub Decision);

impl Operation for GiveBack {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        self.0.end(tx, "give_back", false).await
    }
}

/// The conversation is over until the lead writes again: nobody is reminded, nothing follows up.
pub struct Close(pub Decision);

impl Operation for Close {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        self.0.end(tx, "close", true).await
    }
}

/// The lead wants no more messages.
pub struct DoNotContact(pub Decision);

impl Operation for DoNotContact {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let Decision { conversation, now, .. } = &self.0;
        tx.batch(&[fence_off(*conversation, Lane::Turns)]).await?;
        tx.batch(&handoff::over(*conversation, *now)).await?;
        let Some(mut memory) = memory(tx, *conversation).await? else { return Ok(()) };
        memory.opted_out = true;
        tx.batch(&[
            withdraw_agent(*conversation, "opted out", *now),
            remember(*conversation, &memory),
            (
                "UPDATE leads SET opted_out = (1 = 1), updated_at = $2 WHERE id = (
                   SELECT lead_id FROM conversation_states WHERE id = $1)",
                vec![(*conversation).into(), Value::Time(*now)],
            ),
            (
                "UPDATE conversation_states SET mode = 'automatic', mode_by = $2, mode_at = $3,
                   touched_at = $3, closed_at = $3, waiting_since = NULL
                 WHERE id = $1",
                params![*conversation, &self.0.actor, *now].to_vec(),
            ),
            self.0.audit("do_not_contact"),
            mirroring::wake_after_change(*conversation, *now),
        ])
        .await
    }
}

impl Decision {
    /// The agent is in charge again; what was promised about a human is settled.
    async fn end(&self, tx: &mut Tx<'_>, action: &'static str, closed: bool) -> Result<(), Error> {
        tx.batch(&handoff::over(self.conversation, self.now)).await?;
        let Some(mut memory) = memory(tx, self.conversation).await? else { return Ok(()) };
        memory.people_are_done();
        tx.batch(&[
            remember(self.conversation, &memory),
            (
                "UPDATE conversation_states SET mode = 'automatic', mode_by = $2, mode_at = $3,
                   touched_at = $3, waiting_since = NULL, unread = 0,
                   closed_at = CASE WHEN $4 THEN $3 ELSE closed_at END
                 WHERE id = $1",
                params![self.conversation, &self.actor, self.now, closed].to_vec(),
            ),
            self.audit(action),
            mirroring::wake_after_change(self.conversation, self.now),
        ])
        .await?;
        nobody_waits(tx, self.conversation, self.now).await
    }

    fn audit(&self, action: &'static str) -> Statement<'static> {
        audit(&self.actor, action, &self.conversation.to_string(), None, self.now)
    }
}

/// A line in the audit: who did what to which conversation, lead or setting.
pub(super) fn audit(
    actor: &str,
    action: &'static str,
    subject: &str,
    detail: Option<&str>,
    now: i64,
) -> Statement<'static> {
    (
        "INSERT INTO audit (at, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5)",
        params![now, actor, action, subject, detail].to_vec(),
    )
}

async fn memory(tx: &mut Tx<'_>, conversation: Uuid) -> Result<Option<Memory>, Error> {
    let sql = match tx.dialect() {
        super::engine::Dialect::Sqlite => "SELECT memory FROM conversation_states WHERE id = $1",
        super::engine::Dialect::Postgres => {
            "SELECT memory FROM conversation_states WHERE id = $1 FOR UPDATE"
        }
    };
    let Some(row) = tx.row(sql, &params![conversation]).await? else { return Ok(None) };
    // A later version may have written what this one cannot read: better forget than stop.
    Ok(Some(serde_json::from_str(&row.text(0)?).unwrap_or_default()))
}

fn remember(conversation: Uuid, memory: &Memory) -> Statement<'static> {
    // Plain data: serialising it cannot fail.
    let memory = serde_json::to_string(memory).unwrap_or_else(|_| "{}".to_owned());
    (
        "UPDATE conversation_states SET memory = $2 WHERE id = $1",
        params![conversation, memory].to_vec(),
    )
}

/// A human writes to the lead through us: the message is queued for WhatsApp, and the
/// conversation is theirs.
pub struct HumanSays {
    /// Who writes, and where.
    pub decision: Decision,
    /// The message's id, made by the caller.
    pub message: Uuid,
    /// The text as it goes to WhatsApp.
    pub text: String,
}

impl Operation for HumanSays {
    /// `false` when the conversation does not exist.
    type Output = bool;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        human_says(tx, self).await
    }
}

/// Stores and queues a human's message, inside another operation.
pub(super) async fn human_says(tx: &mut Tx<'_>, says: &HumanSays) -> Result<bool, Error> {
    let Decision { conversation, now, .. } = says.decision;
    let place = tx
        .row(
            "SELECT address, lead_phone FROM conversation_states WHERE id = $1",
            &params![conversation],
        )
        .await?;
    let Some(place) = place else { return Ok(false) };
    // The queue's rows before the conversation's, and among them the turn's first: a delivery that
    // is just recorded and a turn that is just saved lock them so.
    tx.batch(&[fence_off(conversation, Lane::Turns), wake(conversation, Lane::Whatsapp, now)])
        .await?;
    take_over(tx, &says.decision).await?;
    let (address, lead_phone) = (place.text(0)?, place.text(1)?);
    let (delivery, text) = (Uuid::now_v7(), says.text.as_str());
    tx.batch(&[
        (
            "INSERT INTO messages (id, conversation_id, author, kind, text, delivery_id, sent_at,
                                   created_at)
             VALUES ($1, $2, 'human', 'text', $3, $4, $5, $5)",
            params![says.message, conversation, text, delivery, now].to_vec(),
        ),
        (
            "INSERT INTO deliveries (id, conversation_id, lane, message_id, address, body, state,
                                     due_at, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, $7)",
            params![
                delivery,
                conversation,
                Lane::Whatsapp.name(),
                says.message,
                address,
                text,
                now
            ]
            .to_vec(),
        ),
        (
            "INSERT INTO conversations (id, lead_phone, role, content, timestamp)
             VALUES ($1, $2, 'human', $3, $4)",
            vec![says.message.into(), lead_phone.into(), text.into(), Value::Time(now)],
        ),
        activity::we_wrote(conversation, "human", text, now),
        mirroring::wake_after_change(conversation, now),
    ])
    .await?;
    Ok(true)
}

/// Whether a message of this id was said in a conversation: who asks twice to write the same is
/// answered twice, and the lead reads it once.
pub struct WasSaid {
    /// The message's id.
    pub message: Uuid,
    /// The conversation.
    pub conversation: Uuid,
}

impl Operation for WasSaid {
    type Output = bool;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let sql = "SELECT 1 FROM messages WHERE id = $1 AND conversation_id = $2";
        Ok(tx.row(sql, &params![self.message, self.conversation]).await?.is_some())
    }
}
