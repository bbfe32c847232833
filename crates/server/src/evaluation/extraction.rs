//! What a brain reads in one message: the lead's fields and intents, without a reply.

use seleto_rules::conversation::{Author, Intent, Line, Memory, Turn};
use seleto_rules::lead::{Fact, Lead};
use seleto_rules::playbook::Playbook;
use seleto_rules::{prompt, understand};
use serde::{Deserialize, Serialize};

use crate::brain;
use crate::config::Config;
use crate::openai::{self, Failure};

/// A message with what was said before it.
#[derive(Clone, Debug, Deserialize)]
pub struct Message {
    /// Its name.
    pub id: String,
    /// Earlier messages, oldest first.
    #[serde(default)]
    pub history: Vec<Said>,
    /// What the lead writes; line breaks part the messages of a burst.
    pub message: String,
}

/// An earlier message.
#[derive(Clone, Debug, Deserialize)]
pub struct Said {
    /// Who wrote it.
    pub role: Role,
    /// Its text.
    pub content: String,
}

/// Who wrote an earlier message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The lead.
    User,
    /// The agent.
    Assistant,
}

/// What was read in a message.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Extraction {
    /// The message's name.
    pub id: String,
    /// The fields it tells.
    pub lead: Lead,
    /// What the lead does or wants.
    pub intents: Vec<Intent>,
}

/// Why a message could not be read; only a model has such reasons.
#[derive(Debug, thiserror::Error)]
pub enum ExtractionError {
    /// The call failed.
    #[error("o modelo não respondeu: {0}")]
    Model(#[from] Failure),
    /// The answer cannot be used.
    #[error("{0}")]
    Malformed(#[from] prompt::Malformed),
}

/// Reads messages as the agent would, with the offline brain or with the model on top of it.
pub struct Reader<'a> {
    /// The company's data.
    pub playbook: &'a Playbook,
    /// The model and its name, when it shall read too.
    pub model: Option<(openai::Client, String)>,
    /// Now, in the company's time zone.
    pub now: jiff::civil::DateTime,
}

impl<'a> Reader<'a> {
    /// A reader with the brain that the configuration holds.
    ///
    /// # Errors
    /// When the model's settings are no address or no key.
    pub fn new(
        config: &Config,
        playbook: &'a Playbook,
        now: jiff::civil::DateTime,
    ) -> Result<Self, crate::app::StartError> {
        let model = match &config.openai {
            Some(openai) => {
                let http = crate::http::client()?;
                let client = crate::app::openai_client(config, openai, &http)?;
                Some((client, openai.model.clone()))
            }
            None => None,
        };
        Ok(Self { playbook, model, now })
    }

    /// Reads one message.
    ///
    /// # Errors
    /// When the model fails or answers nonsense; the offline brain never does.
    pub async fn read(&self, message: &Message) -> Result<Extraction, ExtractionError> {
        let history: Vec<Line> = message.history.iter().map(line).collect();
        let burst: Vec<Line> =
            message.message.lines().map(|text| Line::text(Author::Lead, text)).collect();
        let turn = Turn {
            playbook: self.playbook,
            lead: &Lead::default(),
            sender_name: None,
            history: &history,
            burst: &burst,
            memory: &Memory::default(),
            now: self.now,
        };
        let (facts, intents) = match &self.model {
            None => {
                let understood = understand::read(&turn);
                (understood.facts, understood.intents)
            }
            Some((client, model)) => ask(client, model, &turn).await?,
        };
        Ok(Extraction { id: message.id.clone(), lead: lead_of(&facts), intents })
    }
}

async fn ask(
    client: &openai::Client,
    model: &str,
    turn: &Turn<'_>,
) -> Result<(Vec<Fact>, Vec<Intent>), ExtractionError> {
    let answer = client.complete(&brain::completion(model, prompt::build(turn), None)).await?;
    let draft = prompt::read(&answer.text, turn)?;
    Ok((draft.facts, draft.intents))
}

fn lead_of(facts: &[Fact]) -> Lead {
    let mut lead = Lead::default();
    facts.iter().for_each(|fact| lead.apply(&fact.value));
    lead
}

fn line(said: &Said) -> Line {
    let author = match said.role {
        Role::User => Author::Lead,
        Role::Assistant => Author::Agent,
    };
    Line::text(author, &said.content)
}

/// How many messages a model reads at once.
pub const SIDE_BY_SIDE: usize = 4;
