//! Measures the agent: what it reads in messages, how it plays dialogues, and suites of scenarios.
//!
//! Dialogues run through the same webhooks, turns and deliveries as in production, each with an
//! empty database, a phone of its own and a clock that only the dialogue moves.

pub mod dialogue;
pub mod extraction;
pub mod judge;
pub mod lines;
pub mod suite;
pub mod tally;
mod world;

use crate::config::Config;

pub use world::WorldError;

/// Who thinks during an evaluation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Brain {
    /// The rules of the playbook alone: no key, no cost, always the same answer.
    #[default]
    Offline,
    /// The configured model, with the offline brain behind it as in production.
    Openai,
}

/// The model was asked for, and none is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("o cérebro openai precisa de OPENAI_API_KEY (e de OPENAI_BASE_URL, se não for a OpenAI)")]
pub struct NoModel;

impl Brain {
    /// The configuration with this brain, and no other.
    ///
    /// # Errors
    /// When the model is wanted and none is configured.
    pub fn choose(self, config: Config) -> Result<Config, NoModel> {
        match self {
            Self::Offline => Ok(Config { openai: None, ..config }),
            Self::Openai if config.openai.is_none() => Err(NoModel),
            Self::Openai => Ok(config),
        }
    }
}
