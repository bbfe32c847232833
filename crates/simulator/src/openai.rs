//! A local OpenAI: chat completions, models and transcriptions, obedient, slow, broken or hostile.

pub mod babbling;
mod calls;
mod completion;
mod errors;
pub mod hostile;
mod models;
mod request;
pub mod schema;
mod transcription;

use std::collections::{HashSet, VecDeque};
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::faults::FaultPlan;
use crate::local_server::LocalServer;
use crate::log::{Log, lock};
pub use calls::{ChatCall, Operation};
pub use completion::Completion;
pub use errors::{invalid_key, overloaded, quota_exceeded, rate_limited, server_error};
pub use models::Model;
pub use request::Parameter;
pub use transcription::TranscriptionCall;

/// How the local OpenAI is set up.
#[derive(Clone)]
pub struct OpenaiConfig {
    /// The port to listen on; 0 takes a free one.
    pub port: u16,
    /// The key that every call must carry.
    pub api_key: String,
    /// The models that exist; another name is refused.
    pub models: Vec<Model>,
    /// How long each completion takes.
    pub latency: Duration,
    /// The seed of everything that is left to chance.
    pub seed: u64,
    /// How many calls are kept; counters go on beyond it.
    pub keep: usize,
    /// Tells the time that answers carry.
    pub clock: Clock,
}

impl Default for OpenaiConfig {
    fn default() -> Self {
        Self {
            port: 0,
            api_key: "sk-simulator-000000000000000000".to_owned(),
            models: models::usual(),
            latency: Duration::ZERO,
            seed: 1,
            keep: 10_000,
            clock: Clock::system(),
        }
    }
}

/// Whether a request shows the model a picture.
pub fn shows_picture(request: &Value) -> bool {
    let messages = request["messages"].as_array().map_or(&[][..], Vec::as_slice);
    let parts = messages.iter().filter_map(|message| message["content"].as_array()).flatten();
    parts.into_iter().any(|part| part["type"] == "image_url")
}

/// A running local OpenAI; clones share it, and the last one to go stops it.
#[derive(Clone)]
pub struct Openai {
    state: Arc<State>,
    server: Arc<LocalServer>,
}

type Responder = Arc<dyn Fn(&Value) -> Completion + Send + Sync>;

struct State {
    config: OpenaiConfig,
    latency: Mutex<Duration>,
    script: Mutex<VecDeque<Completion>>,
    responder: Mutex<Responder>,
    transcripts: Mutex<VecDeque<String>>,
    refused: Mutex<Vec<Parameter>>,
    seen_prefixes: Mutex<HashSet<u64>>,
    chats: Log<ChatCall>,
    transcriptions: Log<TranscriptionCall>,
    faults: Vec<FaultPlan>,
    stop: CancellationToken,
}

impl Openai {
    /// Starts it on `127.0.0.1`. It answers every request with a friendly sentence, in the shape
    /// that the request's schema asks for, until it is told something else.
    pub async fn start(config: OpenaiConfig) -> io::Result<Self> {
        let stop = CancellationToken::new();
        let port = config.port;
        let faults = (0..Operation::COUNT).map(|n| FaultPlan::seeded(config.seed + n as u64));
        let state = Arc::new(State {
            latency: Mutex::new(config.latency),
            script: Mutex::default(),
            responder: Mutex::new(Arc::new(|request| schema::reply(request, schema::WELCOME))),
            transcripts: Mutex::default(),
            refused: Mutex::default(),
            seen_prefixes: Mutex::default(),
            chats: Log::bounded(config.keep),
            transcriptions: Log::bounded(config.keep),
            faults: faults.collect(),
            stop: stop.clone(),
            config,
        });
        let server = LocalServer::start(port, calls::router(state.clone()), stop).await?;
        Ok(Self { state, server: Arc::new(server) })
    }

    /// What the agent needs as `OPENAI_BASE_URL`.
    pub fn base_url(&self) -> String {
        format!("{}/v1", self.server.base_url())
    }

    /// The environment that points an agent to this OpenAI.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("OPENAI_BASE_URL", self.base_url()),
            ("OPENAI_API_KEY", self.state.config.api_key.clone()),
        ]
    }

    /// Stops accepting, ends what hangs, and waits for open answers.
    pub async fn stop(&self) {
        self.server.stop().await;
    }

    /// The completions that were asked for.
    pub fn chats(&self) -> &Log<ChatCall> {
        &self.state.chats
    }

    /// The transcriptions that were asked for.
    pub fn transcriptions(&self) -> &Log<TranscriptionCall> {
        &self.state.transcriptions
    }

    /// The faults of one kind of call.
    pub fn faults(&self, operation: Operation) -> &FaultPlan {
        &self.state.faults[operation as usize]
    }

    /// The next requests get these completions, in this order, before anything else is asked.
    pub fn script(&self, completions: impl IntoIterator<Item = Completion>) {
        lock(&self.state.script).extend(completions);
    }

    /// Requests that the script does not cover get what this makes of them.
    pub fn answer_with(&self, responder: impl Fn(&Value) -> Completion + Send + Sync + 'static) {
        *lock(&self.state.responder) = Arc::new(responder);
    }

    /// Like [`Openai::answer_with`], for a function that fills the schema of the request.
    pub fn answer_json(&self, fill: impl Fn(&Value) -> Value + Send + Sync + 'static) {
        self.answer_with(move |request| Completion::Json(fill(request)));
    }

    /// Every request gets this sentence, in the shape that its schema asks for.
    pub fn always_say(&self, reply: &str) {
        let reply = reply.to_owned();
        self.answer_with(move |request| schema::reply(request, &reply));
    }

    /// The next transcriptions give these texts; without any, a fixed sentence.
    pub fn transcribe_as(&self, texts: impl IntoIterator<Item = impl Into<String>>) {
        lock(&self.state.transcripts).extend(texts.into_iter().map(Into::into));
    }

    /// How long each completion takes from now on.
    pub fn set_latency(&self, latency: Duration) {
        *lock(&self.state.latency) = latency;
    }

    /// From now on requests with this parameter are refused, as newer models or older servers do.
    pub fn refuse(&self, parameter: Parameter) {
        lock(&self.state.refused).push(parameter);
    }

    /// From now on no parameter is refused.
    pub fn accept_all_parameters(&self) {
        lock(&self.state.refused).clear();
    }
}
