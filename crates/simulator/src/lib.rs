//! The vendors of Seleto SDR as local HTTP servers with faults, and the leads' phones.
//!
//! Used by the tests, by `seleto demo` and by the benchmark; never on a production path.

pub mod chatwoot;
mod clock;
pub mod demo;
mod faults;
mod local_server;
mod log;
pub mod openai;
mod phones;
pub mod piperun;
mod poster;
pub mod supabase;
pub mod zapi;

use std::io;

pub use clock::Clock;
pub use faults::{Fault, FaultPlan, Reply};
pub use log::Log;
pub use phones::{Author, Bubble, Change, Contact, Kind, Phones, Ticks};
pub use poster::{Answer, PostError};

/// How the local vendors are set up.
#[derive(Clone, Default)]
pub struct SimulatorConfig {
    /// The local Z-API.
    pub zapi: zapi::ZapiConfig,
    /// The local OpenAI.
    pub openai: openai::OpenaiConfig,
    /// The local PipeRun; without it there is none.
    pub piperun: Option<piperun::PiperunConfig>,
    /// The local Chatwoot; without it none runs.
    pub chatwoot: Option<chatwoot::ChatwootConfig>,
    /// The local Supabase; none unless it is asked for.
    pub supabase: Option<supabase::SupabaseConfig>,
}

/// All local vendors, running.
#[derive(Clone)]
pub struct Simulator {
    /// The local Z-API and the leads' phones.
    pub zapi: zapi::Zapi,
    /// The local OpenAI.
    pub openai: openai::Openai,
    /// The local PipeRun, when there is one.
    pub piperun: Option<piperun::Piperun>,
    /// The local Chatwoot, when it was asked for.
    pub chatwoot: Option<chatwoot::Chatwoot>,
    /// The local Supabase.
    pub supabase: Option<supabase::Supabase>,
}

impl Simulator {
    /// Starts all of them on `127.0.0.1`.
    pub async fn start(config: SimulatorConfig) -> io::Result<Self> {
        let zapi = zapi::Zapi::start(config.zapi).await?;
        let openai = openai::Openai::start(config.openai).await?;
        let piperun = match config.piperun {
            Some(config) => Some(piperun::Piperun::start(config).await?),
            None => None,
        };
        let chatwoot = match config.chatwoot {
            Some(config) => Some(chatwoot::Chatwoot::start(config).await?),
            None => None,
        };
        let supabase = match config.supabase {
            Some(config) => Some(supabase::Supabase::start(config).await?),
            None => None,
        };
        Ok(Self { zapi, openai, piperun, chatwoot, supabase })
    }

    /// The environment variables that point an agent to them.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let mut pairs = self.zapi.environment();
        pairs.extend(self.openai.environment());
        pairs.extend(self.piperun.iter().flat_map(piperun::Piperun::environment));
        pairs.extend(self.chatwoot.iter().flat_map(chatwoot::Chatwoot::environment));
        pairs.extend(self.supabase.iter().flat_map(supabase::Supabase::environment));
        pairs
    }

    /// From now on webhooks go to the agent at this address, with its webhook secret.
    pub fn call_back(&self, agent_url: &str, webhook_secret: &str) {
        self.zapi.set_webhooks(zapi::WebhookUrls::of_agent(agent_url, webhook_secret));
        if let Some(piperun) = &self.piperun {
            piperun.call_back(agent_url, webhook_secret);
        }
        if let Some(chatwoot) = &self.chatwoot {
            chatwoot.call_back(agent_url, webhook_secret);
        }
    }

    /// Stops all of them.
    pub async fn stop(&self) {
        self.zapi.stop().await;
        self.openai.stop().await;
        if let Some(piperun) = &self.piperun {
            piperun.stop().await;
        }
        if let Some(chatwoot) = &self.chatwoot {
            chatwoot.stop().await;
        }
        if let Some(supabase) = &self.supabase {
            supabase.stop().await;
        }
    }
}
