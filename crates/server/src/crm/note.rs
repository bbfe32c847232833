//! The note of a deal: one for the first time, and one for each change a seller would want to hear of.

use seleto_rules::notes::{crm_note, substance};

use super::visit::Visit;
use super::{stopped, stopped_creating};
use crate::hash;
use crate::mirrors::Stopped;
use crate::piperun::{Failure, Note};
use crate::store::queue::Lane;
use crate::store::remotes::{ForgetRemote, Remote, RemoteState};

impl Visit<'_> {
    /// Writes the note about the lead as it is now, unless it is there.
    pub(super) async fn note(&self, deal: i64) -> Result<(), Stopped> {
        let print = hash::short(&substance(&self.dossier()));
        let id = format!("{}:{print}", self.reference());
        let there = self.settle_doubts(deal, &id).await?;
        let noted = self.notes().find(|note| note.id == id);
        if there || noted.is_some_and(|note| note.state != RemoteState::Sending) {
            return Ok(());
        }
        let html = format!(
            "{}<p><em>Registrado pelo Seleto SDR · {}</em></p>",
            crm_note(&self.dossier()).html(),
            mark(&id)
        );
        self.begin("note", id.clone()).await?;
        match self.client.create_note(deal, &html).await {
            Ok(note) => self.keep("note", id, Some(note), print).await,
            Err(failure @ (Failure::Missing | Failure::Rejected { .. })) => {
                self.refuse("note", id, print, &failure).await
            }
            Err(failure) => Err(stopped_creating(failure)),
        }
    }

    fn notes(&self) -> impl Iterator<Item = &Remote> {
        self.record.remotes.iter().filter(|remote| remote.kind == "note")
    }

    /// Looks for the notes whose answers were lost; says whether the wanted one is among them. One
    /// that never arrived and is out of date by now is forgotten: the wanted one tells all.
    async fn settle_doubts(&self, deal: i64, wanted: &str) -> Result<bool, Stopped> {
        let doubtful: Vec<&Remote> =
            self.notes().filter(|note| note.state == RemoteState::Sending).collect();
        if doubtful.is_empty() {
            return Ok(false);
        }
        let there = match self.client.notes_of(deal).await {
            Ok(notes) => Some(notes),
            // Nobody can tell: one note too few is better than one too many.
            Err(Failure::Missing | Failure::Rejected { .. }) => None,
            Err(failure) => return Err(stopped(failure)),
        };
        let mut found = false;
        for note in doubtful {
            if there.as_deref().is_none_or(|there| is_among(there, &note.id)) {
                found |= note.id == wanted;
                let print = note.id.rsplit(':').next().unwrap_or_default().to_owned();
                self.keep("note", note.id.clone(), None, print).await?;
            } else if note.id != wanted {
                let item = ("note", note.id.clone());
                self.app.store.write(ForgetRemote { lane: Lane::Piperun, item }).await?;
            }
        }
        Ok(found)
    }
}

fn is_among(notes: &[Note], id: &str) -> bool {
    notes.iter().any(|note| note.text.contains(&mark(id)))
}

/// By what a note is known again.
fn mark(id: &str) -> String {
    format!("ref. {}", hash::short(id))
}
