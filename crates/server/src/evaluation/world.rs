//! An agent of its own for one dialogue: empty database, simulated WhatsApp, a clock that stands.

use std::path::PathBuf;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use seleto_rules::playbook::Playbook;
use seleto_simulator::zapi::{Lead, Posted, WebhookUrls, Zapi, ZapiConfig};
use seleto_simulator::{Author, PostError};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::dialogue::Message;
use crate::app::{App, StartError};
use crate::clock::Clock;
use crate::config::{Config, Typing, ZApi};
use crate::deliveries::Deliveries;
use crate::lanes;
use crate::store::outcome::{LoadOutcome, Outcome};
use crate::store::{self, Store, migrate};
use crate::telemetry::Metrics;
use crate::turns::Turns;

/// Tuesday, 24 November 2026, 10:00 in São Paulo: within business hours.
const TUESDAY_MORNING: i64 = 1_795_525_200_000;
/// Longer than the longest wait for the rest of a burst.
const QUIET_MS: i64 = 15_000;
/// A dialogue whose work never ends would hang the evaluation.
const MOST_ROUNDS: usize = 100;
/// The lead's number; every dialogue has a database of its own.
const PHONE: &str = "5511987654321";

/// Why a dialogue could not be played; the agent's faults are no errors here.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// The agent did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The database refused.
    #[error("banco de dados: {0}")]
    Store(#[from] store::Error),
    /// No local port, or no temporary folder.
    #[error("esta máquina: {0}")]
    Io(#[from] std::io::Error),
    /// A webhook did not get through.
    #[error("o webhook não chegou ao agente: {0}")]
    Post(#[from] PostError),
    /// A webhook was refused.
    #[error("o agente recusou o webhook ({0})")]
    Refused(u16),
    /// The dialogue quotes what nobody wrote.
    #[error("nenhuma mensagem do agente contém \"{0}\" para ser citada")]
    NothingToQuote(String),
    /// Turns or deliveries go on for ever.
    #[error("o agente não parou de trabalhar depois de uma mensagem")]
    Endless,
}

/// The running agent and the lead's phone.
pub(super) struct World {
    app: Arc<App>,
    zapi: Zapi,
    lead: Lead,
    stop: CancellationToken,
    // The embedded database goes with the dialogue.
    _folder: Folder,
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, "the temporary database could not be removed");
        }
    }
}

impl World {
    /// Starts an agent with this brain and playbook.
    pub(super) async fn start(
        config: &Config,
        playbook: &Arc<Playbook>,
        sender_name: &str,
    ) -> Result<Self, WorldError> {
        let id = uuid::Uuid::new_v4();
        let folder = Folder(std::env::temp_dir().join(format!("seleto-evaluation-{id}")));
        let clock = Clock::manual(TUESDAY_MORNING);
        let told = clock.clone();
        let vendor = ZapiConfig {
            clock: seleto_simulator::Clock::new(move || told.now()),
            ..ZapiConfig::default()
        };
        let zapi = Zapi::start(vendor.clone()).await?;
        let config = against(&zapi, &vendor, &folder, config);
        let store = Store::open(config.database_url.expose_secret())?;
        migrate::run(&store, clock.now()).await?;
        let playbook = Arc::clone(playbook);
        let app = App::with_playbook(config, store, clock, Metrics::none(), playbook).await?;
        let listener = tokio::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let stop = CancellationToken::new();
        let router = crate::web::router(Arc::clone(&app), None);
        tokio::spawn(crate::web::serve(listener, router, stop.clone()));
        zapi.set_webhooks(WebhookUrls::of_agent(&url, app.webhook_secret.expose_secret()));
        let lead = zapi.lead(PHONE, sender_name);
        Ok(Self { app, zapi, lead, stop, _folder: folder })
    }

    /// The lead sends one message; nothing is answered yet.
    pub(super) async fn send(&self, message: &Message) -> Result<(), WorldError> {
        let status = match message {
            Message::Text(text) => self.lead.write(text).await?.status,
            Message::Quote { text, quotes } => self.quote(text, quotes).await?.status,
            Message::Audio { audio } => {
                // The file is never there: whoever wants its words has to ask the lead.
                let url = format!("{}/media/gone.ogg", self.zapi.base_url());
                self.lead.speak(&url, *audio).await?.status
            }
            Message::Image { image } => {
                let url = format!("{}/media/gone.jpg", self.zapi.base_url());
                self.lead.show_image(&url, image).await?.status
            }
            Message::Sticker { .. } => self.stick().await?,
            Message::Reaction { reaction } => {
                let last = self.said("")?;
                self.lead.react(&last, reaction).await?.status
            }
        };
        if (200..300).contains(&status) { Ok(()) } else { Err(WorldError::Refused(status)) }
    }

    async fn quote(&self, text: &str, quotes: &str) -> Result<Posted, WorldError> {
        Ok(self.lead.quote(&self.said(quotes)?, text).await?)
    }

    async fn stick(&self) -> Result<u16, WorldError> {
        let mut body = self.lead.text_body("");
        if let Some(body) = body.as_object_mut() {
            body.remove("text");
            let url = format!("{}/media/gone.webp", self.zapi.base_url());
            body.insert("sticker".to_owned(), json!({"stickerUrl": url, "mimeType": "image/webp"}));
        }
        Ok(self.zapi.post_json(&body).await?.status)
    }

    /// The id of the agent's last message that holds the fragment.
    fn said(&self, fragment: &str) -> Result<String, WorldError> {
        let bubbles = self.zapi.phones().bubbles(PHONE);
        let found = bubbles
            .into_iter()
            .rev()
            .find(|bubble| bubble.author == Author::Agent && bubble.text.contains(fragment));
        found
            .map(|bubble| bubble.message_id)
            .ok_or_else(|| WorldError::NothingToQuote(fragment.to_owned()))
    }

    /// Lets the quiet time pass and does all that is due.
    pub(super) async fn settle(&self) -> Result<(), WorldError> {
        self.app.clock.advance(QUIET_MS);
        for _ in 0..MOST_ROUNDS {
            let mut done = lanes::run_due(&Turns::new(Arc::clone(&self.app))).await?;
            if let Some(deliveries) = Deliveries::new(Arc::clone(&self.app)) {
                done += lanes::run_due(&deliveries).await?;
            }
            self.zapi.settled().await;
            if done == 0 {
                return Ok(());
            }
        }
        Err(WorldError::Endless)
    }

    /// What the lead's phone shows of ours.
    pub(super) fn replies(&self) -> Vec<String> {
        self.zapi.phones().replies(PHONE)
    }

    /// What is on record of the lead now.
    pub(super) async fn outcome(&self) -> Result<Outcome, WorldError> {
        Ok(self.app.store.read(LoadOutcome { lead_phone: PHONE.to_owned() }).await?)
    }

    /// Stops the agent and its vendor.
    pub(super) async fn end(self) {
        self.stop.cancel();
        self.zapi.stop().await;
    }
}

/// The same configuration, with WhatsApp simulated and nothing kept.
fn against(zapi: &Zapi, vendor: &ZapiConfig, folder: &Folder, config: &Config) -> Config {
    let database = format!("sqlite://{}", folder.0.join("dialogue.db").display());
    Config {
        host: std::net::Ipv4Addr::LOCALHOST.into(),
        port: 0,
        database_url: SecretString::from(database),
        spool: folder.0.join("spool.db"),
        typing: Typing::Seconds(0),
        // The clock stands while both sides talk, and nobody pays.
        budget: config.budget.clone().unlimited(),
        zapi: Some(ZApi {
            url: zapi.base_url(),
            instance: vendor.instance_id.clone(),
            token: SecretString::from(vendor.instance_token.clone()),
            client_token: vendor.client_token.clone().map(SecretString::from),
        }),
        ..config.clone()
    }
}
