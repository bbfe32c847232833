//! What was heard in a voice note or seen in a picture: which of them wait, and the words once
//! they are there.

use serde_json::Value as Json;
use uuid::Uuid;

use super::Error;
use super::engine::{Operation, Row, Tx};
use crate::params;

/// A voice note or a picture of a burst that nobody put into words yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// The message.
    pub message: Uuid,
    /// Its place in the burst.
    pub line: usize,
    /// Where the file lies.
    pub url: String,
    /// Its type, as the webhook told it.
    pub mime: Option<String>,
    /// A recording's length, as the webhook told it.
    pub seconds: Option<u64>,
}

impl Attachment {
    /// Reads a message with its id, kind, file and state, from the column `at` on; `None` when
    /// it is of another kind, has no file, or is in words already.
    pub(super) fn read(
        row: &Row,
        line: usize,
        at: usize,
        kind: &str,
    ) -> Result<Option<Self>, Error> {
        let state = row.maybe_text(at + 3)?;
        let heard = state.is_some_and(|state| state != State::Failed.name());
        let Some(media) = row.maybe_text(at + 2)?.filter(|_| !heard) else { return Ok(None) };
        if row.text(at + 1)? != kind {
            return Ok(None);
        }
        // It is JSON of ours; what is not there, or not as it should be, is left alone.
        let media: Json = serde_json::from_str(&media).unwrap_or_default();
        let Some(url) = media["url"].as_str() else { return Ok(None) };
        Ok(Some(Self {
            message: row.uuid(at)?,
            line,
            url: url.to_owned(),
            mime: media["mime_type"].as_str().map(str::to_owned),
            seconds: media["seconds"].as_u64(),
        }))
    }
}

/// What came of listening or looking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Words.
    Heard,
    /// Words that the recogniser is not sure of.
    Unsure,
    /// Silence, noise, or words that nobody said.
    Wordless,
    /// The file may not be fetched, is gone, too large, or the model server will not have it.
    Refused,
    /// A server was away: it may be tried again.
    Failed,
}

impl State {
    /// Its name in the database and the metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Heard => "heard",
            Self::Unsure => "unsure",
            Self::Wordless => "wordless",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// How a file is put into words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sense {
    /// The words are the lead's.
    Hearing,
    /// The words are a model's, about a picture; the lead's own stand under it.
    Sight,
}

/// Stores what was heard or seen, in both histories. Needs no lease: a file says the same to
/// everybody, and the first to have heard it is believed.
pub struct KeepTranscript {
    /// The message.
    pub message: Uuid,
    /// How it was put into words.
    pub sense: Sense,
    /// What came of it.
    pub state: State,
    /// The words, if there are some.
    pub words: Option<String>,
}

impl Operation for KeepTranscript {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let kept = tx
            .execute(
                "UPDATE messages SET transcript = $2, transcript_state = $3
                 WHERE id = $1 AND (transcript_state IS NULL OR transcript_state = $4)",
                &params![
                    self.message,
                    self.words.as_deref(),
                    self.state.name(),
                    State::Failed.name()
                ],
            )
            .await?;
        if let Some(words) = self.words.as_deref().filter(|_| kept == 1) {
            let (words, spoken) = match self.sense {
                Sense::Hearing => (words.to_owned(), true),
                Sense::Sight => (format!("[imagem: {words}]"), false),
            };
            tx.execute(
                "UPDATE conversations SET content = CASE WHEN $3 OR content = '' THEN $2
                   ELSE content || ' ' || $2 END
                 WHERE id = $1",
                &params![self.message, words, spoken],
            )
            .await?;
        }
        Ok(())
    }
}
