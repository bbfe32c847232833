//! The note of a deal: one for the first time, and one for each change a seller would want to hear of.

use seleto_rules::notes::{crm_note, substance};

use super::visit::Visit;
use super::{stopped, stopped_creating};
use crate::hash;
use crate::mirrors::Stopped;
use crate::piperun::Failure;
use crate::store::remotes::RemoteState;

impl Visit<'_> {
    /// Writes the note about the lead as it is now, unless it is there.
    pub(super) async fn note(&self, deal: i64) -> Result<(), Stopped> {
        let dossier = self.dossier();
        let print = hash::short(&substance(&dossier));
        let id = format!("{}:{print}", self.reference());
        let noted = self.record.remotes.iter().find(|it| it.kind == "note" && it.id == id);
        let in_doubt = match noted.map(|noted| noted.state) {
            None => false,
            Some(RemoteState::Sending) => true,
            Some(_) => return Ok(()),
        };
        let mark = format!("ref. {}", hash::short(&id));
        if in_doubt && self.is_noted(deal, &mark).await? {
            return self.keep("note", id, None, print).await;
        }
        let html = format!(
            "{}<p><em>Registrado pelo Seleto SDR · {mark}</em></p>",
            crm_note(&dossier).html()
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

    /// Whether a note whose answer was lost is there after all.
    async fn is_noted(&self, deal: i64, mark: &str) -> Result<bool, Stopped> {
        match self.client.notes_of(deal).await {
            Ok(notes) => Ok(notes.iter().any(|note| note.text.contains(mark))),
            // Nobody can tell: one note too few is better than one too many.
            Err(Failure::Missing | Failure::Rejected { .. }) => Ok(true),
            Err(failure) => Err(stopped(failure)),
        }
    }
}
