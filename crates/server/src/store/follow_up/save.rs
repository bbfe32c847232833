//! What the follow-ups save: a reminder to the sellers, a message to a silent lead, the end of a
//! handoff that nobody took.

use seleto_rules::guardrails::Cleared;
use uuid::Uuid;

use super::lock;
use crate::params;
use crate::store::engine::{Operation, Tx};
use crate::store::queue::{Claim, Lane, release, wake};
use crate::store::sellers::{ToSellers, Unless};
use crate::store::turn::{Bubble, Context, TurnRecord};
use crate::store::{Error, activity, alert, handoff, mirroring};

/// Reminds the sellers of a lead that nobody took.
pub struct Remind {
    /// The lease.
    pub claim: Claim,
    /// The handoff.
    pub handoff: Uuid,
    /// How many reminders they got, as it was read.
    pub before: i64,
    /// How many they have got then.
    pub after: i64,
    /// What they read.
    pub message: ToSellers,
    /// There will be no other: an operator is told.
    pub last: bool,
    /// When to look again, in milliseconds.
    pub look_again: Option<i64>,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for Remind {
    /// Whether they are reminded: not when somebody took the lead meanwhile.
    type Output = bool;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let (conversation, now) = (self.claim.conversation, self.now);
        lock(tx, conversation).await?;
        tx.batch(&[wake(conversation, Lane::Sellers, now)]).await?;
        release(tx, &self.claim, self.look_again).await?;
        let counted = tx
            .execute(
                "UPDATE handoffs SET reminders = $3, next_reminder_at = $4
                 WHERE id = $1 AND reminders = $2 AND picked_up_at IS NULL AND closed_at IS NULL",
                &params![self.handoff, self.before, self.after, self.look_again],
            )
            .await?;
        if counted == 0 {
            return Ok(false);
        }
        tx.batch(&self.message.rows(Unless::Waiting, now)).await?;
        if self.last {
            let detail = "ninguém assumiu um lead que espera por uma pessoa: veja o painel";
            let subject = conversation.to_string();
            alert::raise(tx, alert::HANDOFF_WAITING, &subject, detail, now).await?;
        }
        Ok(true)
    }
}

/// Ends a handoff that nobody took.
pub struct GiveUp {
    /// The lease.
    pub claim: Claim,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for GiveUp {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let conversation = self.claim.conversation;
        lock(tx, conversation).await?;
        release(tx, &self.claim, None).await?;
        tx.batch(&handoff::over(conversation, self.now)).await
    }
}

/// Writes to a lead that left our question open: a turn of its own.
pub struct SaveFollowUp {
    /// The lease.
    pub claim: Claim,
    /// What it read.
    pub context: Context,
    /// The position of the last message, as it was read.
    pub last_seq: i64,
    /// The text.
    pub text: Cleared,
    /// What explains it.
    pub record: TurnRecord,
    /// When to look again, in milliseconds.
    pub look_again: Option<i64>,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for SaveFollowUp {
    /// Whether it is written: not when anything happened meanwhile.
    type Output = bool;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let (conversation, now) = (self.claim.conversation, self.now);
        lock(tx, conversation).await?;
        if !self.is_still_quiet(tx).await? {
            release(tx, &self.claim, Some(now)).await?;
            return Ok(false);
        }
        tx.batch(&[wake(conversation, Lane::Whatsapp, now)]).await?;
        release(tx, &self.claim, self.look_again).await?;
        let mut statements = vec![self.record.row(&self.claim, "follow_up", now)];
        let bubble = Bubble { text: &self.text, turn: self.record.id, to: &self.context };
        statements.extend(bubble.rows(conversation, now));
        statements.push(activity::we_wrote(conversation, "agent", self.text.as_str(), now));
        statements.push(mirroring::wake_after_change(conversation, now));
        tx.batch(&statements).await?;
        Ok(true)
    }
}

impl SaveFollowUp {
    async fn is_still_quiet(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let row = tx
            .row(
                "SELECT c.mode, c.closed_at, l.opted_out,
                        (SELECT MAX(m.seq) FROM messages m
                         WHERE m.conversation_id = c.id AND m.author <> 'note')
                 FROM conversation_states c JOIN leads l ON l.id = c.lead_id WHERE c.id = $1",
                &params![self.claim.conversation],
            )
            .await?;
        let Some(row) = row else { return Ok(false) };
        Ok(row.text(0)? == "automatic"
            && row.maybe_int(1)?.is_none()
            && !row.bool(2)?
            && row.maybe_int(3)? == Some(self.last_seq))
    }
}
