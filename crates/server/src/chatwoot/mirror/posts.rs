//! Posts what was said, each message once and in order, and reports how far it got on WhatsApp.

use tokio::time::Instant;

use super::{Run, stopped, words};
use crate::chatwoot::{Failure, File, NewMessage, Status};
use crate::hash;
use crate::media::{LARGEST, LONGEST, Limits};
use crate::mirrors::Stopped;
use crate::store::chatwoot::{Picture, Progress, Unposted};
use crate::store::remotes::RemoteState;

/// How long a voice note waits for its words before it is posted without them, in milliseconds.
const EARS_MS: i64 = 45_000;
/// How soon to look for the words again, in milliseconds.
const LISTEN_AGAIN_MS: i64 = 3_000;
/// How often a message is tried that the server refuses: its refusals prove little.
const MOST_REFUSALS: i64 = 4;
/// How many pages of a conversation are read to find a message whose posting is in doubt.
const PAGES: usize = 5;

/// What became of the messages.
pub(super) enum Posted {
    /// All are there.
    All,
    /// One waits to be heard; look again at this time, in milliseconds.
    UntilHeard(i64),
}

impl Run<'_> {
    /// Posts what is not there yet. Nothing overtakes: a message that fails in passing keeps the
    /// later ones waiting.
    pub(super) async fn post_all(&self, place: &str, picture: &Picture) -> Result<Posted, Stopped> {
        for unposted in &picture.unposted {
            if unposted.attempts == 0 && unposted.withdrawn {
                // It never left: the team has no use for what the agent would have said.
                self.keep(item(unposted), None, Some("withdrawn".to_owned())).await?;
                continue;
            }
            if let Some(at) = self.wait_for_ears(unposted) {
                return Ok(Posted::UntilHeard(at));
            }
            if unposted.attempts > 0
                && let Some(found) = self.find(place, &unposted.id.to_string()).await?
            {
                self.keep(item(unposted), Some(&found), reading(unposted)).await?;
                continue;
            }
            self.post(place, picture, unposted).await?;
        }
        Ok(Posted::All)
    }

    /// A voice note is posted with its words, which the turn is about to hear.
    fn wait_for_ears(&self, unposted: &Unposted) -> Option<i64> {
        let listens = self.app().openai.is_some() && unposted.author == "lead";
        let patience = unposted.at + EARS_MS - self.now();
        let waits = listens && unposted.kind == "audio" && unposted.unheard && patience > 0;
        (waits && unposted.media.is_some()).then(|| self.now() + LISTEN_AGAIN_MS.min(patience))
    }

    async fn post(
        &self,
        place: &str,
        picture: &Picture,
        unposted: &Unposted,
    ) -> Result<(), Stopped> {
        let message = self.with_file(picture, unposted).await;
        self.begin(item(unposted)).await?;
        let mut posted = self.client().post(place, &message).await;
        if message.file.is_some() && matches!(posted, Err(Failure::Rejected { .. })) {
            // Too large for that server, or of a kind that it does not take.
            posted = self.client().post(place, &words::message(unposted, false)).await;
        }
        match posted {
            Ok(there) => self.keep(item(unposted), Some(&there.id), reading(unposted)).await,
            Err(Failure::Missing) => self.after_missing(place, unposted).await,
            Err(failure @ Failure::Rejected { .. }) if unposted.attempts >= MOST_REFUSALS => {
                self.refuse(item(unposted), &failure).await
            }
            Err(failure) => Err(stopped(failure)),
        }
    }

    /// The conversation was deleted there, or only this message is refused in an odd way. A new
    /// conversation is made for the first alone.
    async fn after_missing(&self, place: &str, unposted: &Unposted) -> Result<(), Stopped> {
        match self.client().conversation(place).await {
            Err(Failure::Missing) => {
                self.forget(item(unposted)).await?;
                self.forget(self.conversation()).await?;
                Err(stopped(Failure::Missing))
            }
            _ if unposted.attempts >= MOST_REFUSALS => {
                self.refuse(item(unposted), &Failure::Missing).await
            }
            _ => Err(stopped(Failure::Missing)),
        }
    }

    /// Chatwoot's id of a message whose posting is in doubt, if it is there.
    async fn find(&self, place: &str, ours: &str) -> Result<Option<String>, Stopped> {
        let mut before: Option<String> = None;
        for _ in 0..PAGES {
            let page = match self.client().messages(place, before.as_deref()).await {
                Ok(page) => page,
                // The conversation is gone, and the message with it; posting will tell.
                Err(Failure::Missing) => return Ok(None),
                Err(failure) => return Err(stopped(failure)),
            };
            let is_ours = |id: &Option<String>| id.as_deref() == Some(ours);
            if let Some(there) =
                page.iter().find(|it| is_ours(&it.marked) || is_ours(&it.source_id))
            {
                return Ok(Some(there.id.clone()));
            }
            let oldest = page.iter().min_by_key(|it| it.id.parse().unwrap_or(u64::MAX));
            match oldest.map(|it| it.id.clone()) {
                Some(oldest) if Some(&oldest) != before.as_ref() => before = Some(oldest),
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Posts what the lead changed since; a message there cannot be changed by a call.
    pub(super) async fn post_edits(&self, place: &str, picture: &Picture) -> Result<(), Stopped> {
        for edit in &picture.edits {
            let there = match &edit.posted {
                None => None,
                Some(posted) if posted.state != RemoteState::Sending => posted.remote_id.clone(),
                Some(_) => self.find(place, &edit.id).await?,
            };
            let item = ("edit", edit.id.clone());
            if there.is_none() {
                self.begin(item.clone()).await?;
                match self.client().post(place, &words::edit(edit)).await {
                    Ok(there) => self.keep(item, Some(&there.id), None).await?,
                    Err(failure) if passing(&failure) => return Err(stopped(failure)),
                    Err(failure) => self.refuse(item, &failure).await?,
                }
            }
            let read = Some(edit.hash.clone());
            self.keep(("message", edit.message.clone()), None, read).await?;
        }
        Ok(())
    }

    async fn with_file(&self, picture: &Picture, unposted: &Unposted) -> NewMessage {
        let plain = || words::message(unposted, false);
        let Some(media) = &unposted.media else { return plain() };
        let limits = Limits {
            bytes: LARGEST,
            until: Instant::now() + LONGEST,
            phone: picture.phone.clone(),
        };
        // What cannot be fetched is told as a link; the fetch logs why.
        let Ok(fetched) = self.app().media.fetch(&media.url, &limits).await else {
            return plain();
        };
        let mime_type = media.mime.clone().or(fetched.mime);
        let mime_type = mime_type.unwrap_or_else(|| "application/octet-stream".to_owned());
        let name = words::file_name(unposted, &mime_type);
        let file = File { name, mime_type, bytes: fetched.bytes.to_vec() };
        NewMessage { file: Some(file), ..words::message(unposted, true) }
    }

    /// Reports failures at once and ticks once the conversation is calm; answers when that is.
    pub(super) async fn report(
        &self,
        place: &str,
        picture: &Picture,
    ) -> Result<Option<i64>, Stopped> {
        let calm_at = self.calm_at(picture);
        let mut later = None;
        for progress in &picture.progress {
            let Some(status) = status(progress) else { continue };
            if progress.told.as_deref() == Some(status.name()) {
                continue;
            }
            if status != Status::Failed && calm_at.is_some() {
                later = calm_at;
                continue;
            }
            let error = (status == Status::Failed).then(|| reason(&progress.state));
            let reported = self.client().report(place, &progress.remote_id, status, error).await;
            if reported.is_err_and(|failure| passing(&failure)) {
                later = later.or(self.later(picture));
                continue;
            }
            // A server that does not take it is not asked again.
            let told = Some(status.name().to_owned());
            self.keep(("message", progress.message.clone()), None, told).await?;
        }
        Ok(later)
    }
}

/// How a lead's message read when it was posted. Of the others nobody asks: they never change.
fn reading(unposted: &Unposted) -> Option<String> {
    (unposted.author == "lead").then(|| hash::short(&unposted.text))
}

/// A message as an item.
fn item(unposted: &Unposted) -> super::Item {
    ("message", unposted.id.to_string())
}

fn status(progress: &Progress) -> Option<Status> {
    match (progress.state.as_str(), progress.tick) {
        ("rejected" | "cancelled" | "expired", _) => Some(Status::Failed),
        (_, 3..) => Some(Status::Read),
        (_, 2) => Some(Status::Delivered),
        _ => None,
    }
}

/// Why a message never reached the lead, for the team.
fn reason(state: &str) -> &'static str {
    match state {
        "cancelled" => "Não foi enviada: a conversa mudou antes.",
        "expired" => "Não foi enviada a tempo e perdeu o sentido.",
        _ => "O WhatsApp recusou a mensagem.",
    }
}

/// Whether another try may help a call that is not needed for the rest.
pub(super) fn passing(failure: &Failure) -> bool {
    matches!(failure, Failure::NotSent(_) | Failure::Busy { .. } | Failure::Unconfirmed(_))
}
