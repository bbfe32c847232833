//! What people do in Chatwoot, stored before the webhook is acknowledged.

use uuid::Uuid;

use crate::params;
use crate::store::Error;
use crate::store::control::{
    Close, Decision, DoNotContact, GiveBack, HumanSays, TakeOver, human_says,
};
use crate::store::engine::{Operation, Statement, Tx};
use crate::store::identity::{self, Person};
use crate::store::ingest::{Envelope, Stored};
use crate::store::queue::Lane;
use crate::store::remotes::{self, KeepRemote, remote};

/// A webhook of Chatwoot that may change something.
pub struct Heard {
    /// The webhook.
    pub envelope: Envelope,
    /// The WhatsApp instance on which our conversations live.
    pub instance: String,
    /// Chatwoot's conversation.
    pub conversation: String,
    /// Chatwoot's contact.
    pub contact: Option<String>,
    /// Who the contact is, as far as Chatwoot tells.
    pub person: Option<Person>,
    /// The message that it is about.
    pub spoken: Option<Spoken>,
    /// Who did it, for the audit.
    pub actor: String,
    /// What it asks for.
    pub act: Act,
}

/// A message in Chatwoot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// Chatwoot's id of it.
    pub remote_id: String,
    /// Our id of it, if it is ours: from our marker, or what its poster gave as `source_id`.
    pub ours: Option<String>,
}

/// What a webhook asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Nothing, unless the message is ours: then it surely arrived.
    Note,
    /// Send this to the lead; the conversation is the person's.
    Relay(String),
    /// The conversation is a person's.
    TakeOver,
    /// The agent may answer again.
    GiveBack,
    /// The agent may answer again, and nothing follows up.
    Close,
    /// The lead wants no more messages.
    DoNotContact,
}

impl Operation for Heard {
    type Output = Stored;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Stored, Error> {
        let now = self.envelope.now;
        if let Some(conversation) = self.echo(tx).await? {
            let mut envelope = self.envelope.clone();
            (envelope.decision, envelope.reason) = ("ignored", Some("own_echo".to_owned()));
            envelope.insert(tx, Some(conversation)).await?;
            return Ok(Stored::New { conversation: Some(conversation), wake_at: None });
        }
        let Some(conversation) = self.place(tx).await? else {
            self.envelope.insert(tx, None).await?;
            return Ok(Stored::New { conversation: None, wake_at: None });
        };
        self.envelope.insert(tx, Some(conversation)).await?;
        self.act(tx, conversation).await?;
        Ok(Stored::New { conversation: Some(conversation), wake_at: Some(now) })
    }
}

impl Heard {
    /// The conversation of a message of ours that came back. That it did is proof that it is
    /// there, whatever became of the call that posted it.
    async fn echo(&self, tx: &mut Tx<'_>) -> Result<Option<Uuid>, Error> {
        let Some(spoken) = &self.spoken else { return Ok(None) };
        if let Some(known) = remotes::find(tx, Lane::Chatwoot, "message", &spoken.remote_id).await?
        {
            return Ok(Some(known.conversation));
        }
        let Some(ours) = spoken.ours.as_deref() else { return Ok(None) };
        let Some(begun) = remote(tx, Lane::Chatwoot, "message", ours).await? else {
            return Ok(None);
        };
        let Ok(id) = begun.id.parse() else { return Ok(None) };
        let conversation = begun.conversation;
        tx.batch(&[self.keep(conversation, "message", id, &spoken.remote_id)]).await?;
        Ok(Some(conversation))
    }

    /// Our conversation with the person: the one that is mirrored there, else by number. A
    /// message to somebody we do not know begins a conversation.
    async fn place(&self, tx: &mut Tx<'_>) -> Result<Option<Uuid>, Error> {
        let there = remotes::find(tx, Lane::Chatwoot, "conversation", &self.conversation).await?;
        if let Some(there) = there {
            let sql = "SELECT 1 FROM conversation_states WHERE id = $1";
            if tx.row(sql, &params![there.conversation]).await?.is_some() {
                return Ok(Some(there.conversation));
            }
        }
        let Some(person) = &self.person else { return Ok(None) };
        let now = self.envelope.now;
        // Somebody we know keeps the address from which they wrote: Chatwoot's may lack a digit.
        let place = match identity::find(tx, &self.instance, person).await? {
            None if matches!(self.act, Act::Relay(_)) => {
                Some(identity::resolve(tx, &self.instance, person, now).await?)
            }
            known => known,
        };
        let Some(place) = place else { return Ok(None) };
        self.tie(tx, place.conversation, place.lead).await?;
        Ok(Some(place.conversation))
    }

    /// What is not mirrored yet is mirrored into the conversation that is there.
    async fn tie(&self, tx: &mut Tx<'_>, conversation: Uuid, lead: Uuid) -> Result<(), Error> {
        let ours = conversation.to_string();
        if remote(tx, Lane::Chatwoot, "conversation", &ours).await?.is_some() {
            return Ok(());
        }
        let mut statements =
            vec![self.keep(conversation, "conversation", conversation, &self.conversation)];
        let known = remote(tx, Lane::Chatwoot, "contact", &lead.to_string()).await?.is_some();
        if let Some(contact) = self.contact.as_deref().filter(|_| !known) {
            statements.push(self.keep(conversation, "contact", lead, contact));
        }
        tx.batch(&statements).await
    }

    async fn act(&self, tx: &mut Tx<'_>, conversation: Uuid) -> Result<(), Error> {
        let now = self.envelope.now;
        let decision = Decision { conversation, actor: self.actor.clone(), now };
        match &self.act {
            Act::Note => Ok(()),
            Act::Relay(text) => self.relay(tx, decision, text).await,
            Act::TakeOver => TakeOver(decision).run(tx).await,
            Act::GiveBack => GiveBack(decision).run(tx).await,
            Act::Close => Close(decision).run(tx).await,
            Act::DoNotContact => DoNotContact(decision).run(tx).await,
        }
    }

    /// The message is there already: noted in the same transaction, it is never posted back.
    async fn relay(&self, tx: &mut Tx<'_>, decision: Decision, text: &str) -> Result<(), Error> {
        let conversation = decision.conversation;
        let says = HumanSays { decision, message: Uuid::now_v7(), text: text.to_owned() };
        human_says(tx, &says).await?;
        let Some(spoken) = &self.spoken else { return Ok(()) };
        tx.batch(&[self.keep(conversation, "message", says.message, &spoken.remote_id)]).await
    }

    fn keep(
        &self,
        conversation: Uuid,
        kind: &'static str,
        ours: Uuid,
        theirs: &str,
    ) -> Statement<'static> {
        KeepRemote {
            lane: Lane::Chatwoot,
            conversation,
            item: (kind, ours.to_string()),
            remote_id: Some(theirs.to_owned()),
            hash: None,
            now: self.envelope.now,
        }
        .statement()
    }
}
