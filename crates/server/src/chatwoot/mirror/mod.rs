//! Keeps a conversation in Chatwoot in step with ours: who the lead is, what was said, how far it
//! got, what is known.

mod facts;
mod people;
mod posts;
mod words;

use std::sync::Arc;

use super::{Client, Failure};
use crate::app::App;
use crate::mirrors::{Mirror, Stopped};
use crate::store::chatwoot::{LoadPicture, Picture};
use crate::store::queue::{Claim, Lane};
use crate::store::remotes::{BeginRemote, ForgetRemote, KeepRemote, RefuseRemote};

/// Chatwoot's side of the lane.
#[derive(Clone)]
pub struct ChatwootMirror {
    app: Arc<App>,
    client: Client,
}

impl ChatwootMirror {
    /// The mirror of this process; without a configured server there is none.
    pub fn new(app: Arc<App>) -> Option<Self> {
        let client = app.chatwoot.clone()?;
        Some(Self { app, client })
    }
}

/// How long a conversation must be calm before what may wait is told, in milliseconds: ticks and
/// facts change several times around one message, and each telling is a call.
const CALM_MS: i64 = 30_000;

/// How soon a call is tried again that the rest does not need, and for how long, in milliseconds.
const OPTIONAL_AGAIN_MS: i64 = 60_000;
const OPTIONAL_FOR_MS: i64 = 2 * 60 * 60 * 1000;

impl Mirror for ChatwootMirror {
    fn lane(&self) -> Lane {
        Lane::Chatwoot
    }

    async fn converge(&self, claim: Claim) -> Result<Option<i64>, Stopped> {
        let run = Run { mirror: self, claim };
        let load = LoadPicture { conversation: claim.conversation };
        let Some(mut picture) = self.app.store.read(load).await? else { return Ok(None) };
        let there = picture.conversation.as_ref().and_then(|it| it.remote_id.clone());
        if there.is_none() && picture.unposted.is_empty() {
            return Ok(None);
        }
        let place = match there {
            Some(place) => place,
            None => run.open(&picture).await?,
        };
        let mut look_again = match run.post_all(&place, &picture).await? {
            posts::Posted::All => None,
            posts::Posted::UntilHeard(at) => Some(at),
        };
        if picture.more {
            return Ok(Some(self.app.clock.now()));
        }
        if let Some(fresh) = self.app.store.read(load_again(claim)).await? {
            picture = fresh;
        }
        run.post_edits(&place, &picture).await?;
        for at in [run.report(&place, &picture).await?, run.tell_facts(&place, &picture).await?] {
            look_again = [look_again, at].into_iter().flatten().min();
        }
        Ok(look_again)
    }
}

fn load_again(claim: Claim) -> LoadPicture {
    LoadPicture { conversation: claim.conversation }
}

/// The work on one conversation, under its lease.
struct Run<'a> {
    mirror: &'a ChatwootMirror,
    claim: Claim,
}

/// Something of ours at Chatwoot: its kind and our id of it.
type Item = (&'static str, String);

impl Run<'_> {
    fn app(&self) -> &App {
        &self.mirror.app
    }

    fn client(&self) -> &Client {
        &self.mirror.client
    }

    fn now(&self) -> i64 {
        self.app().clock.now()
    }

    /// The conversation as an item.
    fn conversation(&self) -> Item {
        ("conversation", self.claim.conversation.to_string())
    }

    async fn begin(&self, item: Item) -> Result<(), Stopped> {
        let begin = BeginRemote { claim: self.claim, item, now: self.now() };
        Ok(self.app().store.write(begin).await?)
    }

    async fn keep(
        &self,
        item: Item,
        remote_id: Option<&str>,
        hash: Option<String>,
    ) -> Result<(), Stopped> {
        let keep = KeepRemote {
            lane: Lane::Chatwoot,
            conversation: self.claim.conversation,
            item,
            remote_id: remote_id.map(str::to_owned),
            hash,
            now: self.now(),
        };
        Ok(self.app().store.write(keep).await?)
    }

    async fn refuse(&self, item: Item, failure: &Failure) -> Result<(), Stopped> {
        let refuse = RefuseRemote {
            lane: Lane::Chatwoot,
            conversation: self.claim.conversation,
            item,
            detail: explain(failure),
            now: self.now(),
        };
        Ok(self.app().store.write(refuse).await?)
    }

    async fn forget(&self, item: Item) -> Result<(), Stopped> {
        Ok(self.app().store.write(ForgetRemote { lane: Lane::Chatwoot, item }).await?)
    }

    /// When to try again what the rest does not need: soon, but not for ever.
    fn later(&self, picture: &Picture) -> Option<i64> {
        let at = self.now() + OPTIONAL_AGAIN_MS;
        (at < picture.last_at + OPTIONAL_FOR_MS).then_some(at)
    }

    /// When the conversation will have been calm for long enough, if it has not been yet.
    fn calm_at(&self, picture: &Picture) -> Option<i64> {
        let at = picture.last_at + CALM_MS;
        (at > self.now()).then_some(at)
    }
}

/// What a failure means for the whole conversation.
fn stopped(failure: Failure) -> Stopped {
    match failure {
        Failure::Busy { retry_after } => Stopped::Busy { retry_after },
        Failure::Unauthorized(_) => Stopped::Refused(explain(&failure)),
        _ => Stopped::Passing(failure.to_string()),
    }
}

fn explain(failure: &Failure) -> String {
    format!("{failure}. {}", failure.remedy())
}
