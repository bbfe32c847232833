//! What every part of the running process shares.

use std::path::Path;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use secrecy::SecretString;
use seleto_rules::playbook::Playbook;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::chatwoot;
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::health::Health;
use crate::lanes::Bells;
use crate::media;
use crate::openai;
use crate::piperun;
use crate::store::agent_mode;
use crate::store::engine::Dialect;
use crate::store::setting::KeepSetting;
use crate::store::spool::Spool;
use crate::store::{self, Store};
use crate::telemetry::Metrics;
use crate::{supabase, zapi};

/// The store, the clients, the clock and the configuration.
pub struct App {
    /// The configuration, read once.
    pub config: Config,
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// WhatsApp, when it is configured.
    pub zapi: Option<zapi::Client>,
    /// The model, when it is configured.
    pub openai: Option<openai::Client>,
    /// The CRM, when it is configured.
    pub piperun: Option<piperun::Client>,
    /// Where the team reads along, when it is configured.
    pub chatwoot: Option<chatwoot::Client>,
    /// The customer's tables in the cloud, when they are configured.
    pub supabase: Option<supabase::Client>,
    /// Fetches what leads send.
    pub media: media::Client,
    /// How many recordings may be listened to at once: each is in memory meanwhile.
    pub ears: Semaphore,
    /// Keeps webhooks while PostgreSQL is away; the embedded engine needs none.
    pub spool: Option<Spool>,
    /// What `?token=` of a webhook must equal.
    pub webhook_secret: SecretString,
    /// This process among the replicas.
    pub replica: Uuid,
    /// Cancelled when the process is asked to stop: what would go on for ever ends.
    pub stopping: CancellationToken,
    /// Wake the lanes of this process.
    pub bells: Bells,
    /// What was measured of each service.
    pub health: Health,
    /// The process's own figures.
    pub metrics: Metrics,
    own_phone: RwLock<OwnPhone>,
    playbook: RwLock<Arc<Playbook>>,
    /// The published version that was taken up last.
    version: RwLock<Option<Uuid>>,
}

/// The number of the connected WhatsApp, as Z-API itself tells it. Webhooks name one too, but whoever
/// posts a webhook could then have a lead ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum OwnPhone {
    /// Nobody asked since WhatsApp was connected.
    #[default]
    Unasked,
    /// The vendor does not tell.
    Unknown,
    /// These digits.
    Known(String),
}

/// Why the process cannot start; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error("banco de dados: {0}")]
    Store(#[from] store::Error),
    /// The HTTP client.
    #[error("cliente HTTP: {0}")]
    Http(#[from] reqwest::Error),
    /// A vendor's settings, with which no call could be made.
    #[error("{0}")]
    Client(String),
    /// The playbook; every problem with file, line and reason.
    #[error("playbook:\n{0}")]
    Playbook(String),
}

impl App {
    /// Builds everything on an opened and migrated store.
    ///
    /// # Errors
    /// When the playbook is broken or the store refuses.
    pub async fn new(
        config: Config,
        store: Store,
        clock: Clock,
        metrics: Metrics,
    ) -> Result<Arc<Self>, StartError> {
        let playbook = Arc::new(load_playbook(config.playbook.as_deref())?);
        Self::with_playbook(config, store, clock, metrics, playbook).await
    }

    /// The same with a playbook that was read before.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn with_playbook(
        config: Config,
        store: Store,
        clock: Clock,
        metrics: Metrics,
        playbook: Arc<Playbook>,
    ) -> Result<Arc<Self>, StartError> {
        let http = crate::http::client()?;
        let zapi =
            config.zapi.as_ref().map(|zapi| zapi_client(&config, zapi, &http)).transpose()?;
        let openai = config
            .openai
            .as_ref()
            .map(|openai| openai_client(&config, openai, &http))
            .transpose()?;
        let piperun = config
            .piperun
            .as_ref()
            .map(|piperun| piperun_client(&config, piperun, &http))
            .transpose()?;
        let chatwoot = config
            .chatwoot
            .as_ref()
            .map(|chatwoot| chatwoot_client(&config, chatwoot, &http))
            .transpose()?;
        let supabase = config
            .supabase
            .as_ref()
            .map(|supabase| supabase_client(&config, supabase, &http))
            .transpose()?;
        let media = media::Client::new(config.media_allowed_hosts.clone(), config.log_phones)?;
        let webhook_secret = webhook_secret(&config, &store).await?;
        if let Some(mode) = &config.agent_mode {
            let proposed = agent_mode::write(mode);
            store.write(KeepSetting { key: agent_mode::KEY, proposed }).await?;
        }
        Ok(Arc::new(Self {
            health: Health::new(&config, clock.clone()),
            spool: spool(&config, &store).await,
            config,
            store,
            clock,
            zapi,
            openai,
            piperun,
            chatwoot,
            supabase,
            media,
            ears: Semaphore::new(EARS),
            webhook_secret,
            replica: Uuid::now_v7(),
            stopping: CancellationToken::new(),
            bells: Bells::default(),
            metrics,
            own_phone: RwLock::default(),
            playbook: RwLock::new(playbook),
            version: RwLock::default(),
        }))
    }

    /// The playbook as it is now; a turn keeps the one it began with.
    pub fn playbook(&self) -> Arc<Playbook> {
        // A poisoned lock still holds a whole playbook: it is only ever replaced at once.
        Arc::clone(&self.playbook.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// The published version that this process took up last; none is the program's own playbook.
    pub fn playbook_version(&self) -> Option<Uuid> {
        *self.version.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Notes which published version this process took up.
    pub fn set_playbook_version(&self, version: Option<Uuid>) {
        *self.version.write().unwrap_or_else(std::sync::PoisonError::into_inner) = version;
    }

    /// The number of the connected WhatsApp, as far as it is known.
    pub fn own_phone(&self) -> OwnPhone {
        self.own_phone.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Keeps what is known of the connected number.
    pub fn set_own_phone(&self, phone: OwnPhone) {
        *self.own_phone.write().unwrap_or_else(std::sync::PoisonError::into_inner) = phone;
    }

    /// Replaces the playbook for the turns that begin from now on.
    pub fn replace_playbook(&self, playbook: Playbook) {
        let mut current = self.playbook.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        *current = Arc::new(playbook);
    }
}

/// How long a call to Z-API may take in all; far below the lease under which it is made.
const ZAPI_TIME: Duration = Duration::from_secs(15);

/// How long a call to PipeRun may take in all; far below the lease under which it is made.
const PIPERUN_TIME: Duration = Duration::from_secs(15);

/// Recordings at once; with the largest ones that is half a GiB.
const EARS: usize = 32;

/// The pause before the model is asked again.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

fn zapi_client(
    config: &Config,
    zapi: &config::ZApi,
    http: &reqwest::Client,
) -> Result<zapi::Client, StartError> {
    let settings = zapi::Settings {
        base_url: zapi.url.clone(),
        instance_id: zapi.instance.clone(),
        token: zapi.token.clone(),
        client_token: zapi.client_token.clone(),
        timeout: ZAPI_TIME,
        phones: config.log_phones,
    };
    zapi::Client::new(http.clone(), settings).map_err(|error| StartError::Client(error.to_string()))
}

/// How long a call to Chatwoot may take in all: a little longer than its server works on one, so
/// that what it still does is done when we look.
const CHATWOOT_TIME: Duration = Duration::from_secs(20);

fn chatwoot_client(
    config: &Config,
    chatwoot: &config::Chatwoot,
    http: &reqwest::Client,
) -> Result<chatwoot::Client, StartError> {
    let settings = chatwoot::Settings {
        base_url: chatwoot.url.clone(),
        token: chatwoot.token.clone(),
        account: chatwoot.account,
        inbox: chatwoot.inbox,
        timeout: CHATWOOT_TIME,
        phones: config.log_phones,
    };
    chatwoot::Client::new(http.clone(), settings)
        .map_err(|error| StartError::Client(error.to_string()))
}

/// Without a spool the agent still runs: it then refuses webhooks while PostgreSQL is away.
async fn spool(config: &Config, store: &Store) -> Option<Spool> {
    if store.dialect() == Dialect::Sqlite {
        return None;
    }
    match Spool::open(&config.spool).await {
        Ok(spool) => Some(spool),
        Err(error) => {
            tracing::warn!(%error, "no spool: set SPOOL_PATH to a file that can be written");
            None
        }
    }
}

/// The client of the configured model server.
pub(crate) fn openai_client(
    config: &Config,
    openai: &config::OpenAi,
    http: &reqwest::Client,
) -> Result<openai::Client, StartError> {
    let settings = openai::Settings {
        base_url: openai.url.clone(),
        api_key: openai.key.clone(),
        first_pause: FIRST_PAUSE,
        price: config.budget.price,
        phones: config.log_phones,
    };
    openai::Client::new(http.clone(), settings)
        .map_err(|error| StartError::Client(error.to_string()))
}

fn piperun_client(
    config: &Config,
    piperun: &config::PipeRun,
    http: &reqwest::Client,
) -> Result<piperun::Client, StartError> {
    let settings = piperun::Settings {
        base_url: piperun.url.clone(),
        token: piperun.token.clone(),
        timeout: PIPERUN_TIME,
        phones: config.log_phones,
    };
    piperun::Client::new(http.clone(), settings)
        .map_err(|error| StartError::Client(error.to_string()))
}

/// How long a call to Supabase may take in all.
const SUPABASE_TIME: Duration = Duration::from_secs(15);

fn supabase_client(
    config: &Config,
    supabase: &config::Supabase,
    http: &reqwest::Client,
) -> Result<supabase::Client, StartError> {
    let settings = supabase::Settings {
        base_url: supabase.url.clone(),
        key: supabase.key.clone(),
        timeout: SUPABASE_TIME,
        phones: config.log_phones,
    };
    supabase::Client::new(http.clone(), settings)
        .map_err(|error| StartError::Client(error.to_string()))
}

/// The configured secret, or one that is made at first start and kept for all replicas.
///
/// # Errors
/// When the store refuses.
pub async fn webhook_secret(config: &Config, store: &Store) -> Result<SecretString, store::Error> {
    if let Some(secret) = &config.webhook_secret {
        return Ok(secret.clone());
    }
    let proposed = format!("{:032x}", rand::random::<u128>());
    let kept = store.write(KeepSetting { key: "webhook_secret", proposed }).await?;
    Ok(SecretString::from(kept))
}

/// Reads the playbook from its folder, or takes the built-in one.
///
/// # Errors
/// Every problem, with file, line and reason.
pub fn load_playbook(folder: Option<&Path>) -> Result<Playbook, StartError> {
    let Some(folder) = folder else { return Ok(Playbook::seleto()) };
    Playbook::parse(&playbook_files(folder)?).map_err(|problems| {
        let lines: Vec<_> =
            problems.iter().map(|problem| format!("{}/{problem}", folder.display())).collect();
        StartError::Playbook(lines.join("\n"))
    })
}

/// The texts of a playbook's folder.
///
/// # Errors
/// The first file that cannot be read.
pub fn playbook_files(folder: &Path) -> Result<Vec<(String, String)>, StartError> {
    let read = |name: &&str| {
        let path = folder.join(name);
        let text = std::fs::read_to_string(&path).map_err(|error| {
            StartError::Playbook(format!("{}: não consegui ler: {error}", path.display()))
        })?;
        Ok(((*name).to_owned(), text))
    };
    Playbook::FILES.iter().map(read).collect()
}
