//! Measures each service by a real call, and says what to do about what fails.

use secrecy::ExposeSecret;

use crate::app::{App, load_playbook};
use crate::clock::Clock;
use crate::config::Config;
use crate::store::setting::Ping;
use crate::store::{Store, migrate};
use crate::{chatwoot, openai, supabase};

/// What was found of one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The service, as people call it.
    pub service: &'static str,
    /// Whether and how it is configured.
    pub configured: &'static str,
    /// Whether it works.
    pub works: Works,
    /// What was seen, and what to do.
    pub detail: String,
}

impl Finding {
    /// A finding about a service.
    pub fn new(
        service: &'static str,
        configured: &'static str,
        works: Works,
        detail: impl Into<String>,
    ) -> Self {
        Self { service, configured, works, detail: detail.into() }
    }
}

/// Whether a service works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Works {
    /// As it should.
    Yes,
    /// But something should be changed soon.
    Warned,
    /// It does not.
    No,
    /// It is not used.
    Unused,
}

impl Works {
    /// The word for it in a table.
    pub fn name(self) -> &'static str {
        match self {
            Works::Yes => "ok",
            Works::Warned => "atenção",
            Works::No => "FALHOU",
            Works::Unused => "-",
        }
    }
}

/// Examines every vendor of a running agent.
pub async fn vendors(app: &App) -> Vec<Finding> {
    let team = chatwoot::examine(app.chatwoot.as_ref()).await;
    let tables = supabase::examine(app).await;
    vec![zapi(app).await, model(app).await, tables, team, crm(app).await]
}

/// The playbook that the configuration names.
pub fn playbook(config: &Config) -> Finding {
    let (works, detail) = match load_playbook(config.playbook.as_deref()) {
        Ok(playbook) if playbook.rules.sellers.is_empty() => (
            Works::Warned,
            format!(
                "{} produtos, nenhum vendedor: ninguém recebe no WhatsApp o aviso de lead quente. \
                 Acrescente [[seller]] em rules.toml de uma cópia do playbook (PLAYBOOK_DIR)",
                playbook.catalogue.products.len()
            ),
        ),
        Ok(playbook) => (
            Works::Yes,
            format!(
                "{} produtos, {} vendedores",
                playbook.catalogue.products.len(),
                playbook.rules.sellers.len()
            ),
        ),
        Err(error) => (Works::No, error.to_string()),
    };
    let configured = if config.playbook.is_some() { "pasta" } else { "embutido" };
    Finding { service: "playbook", configured, works, detail }
}

/// The database, brought up to date.
///
/// # Errors
/// The finding about a database that does not work.
pub async fn database(config: &Config) -> Result<(Finding, Store), Finding> {
    let finding =
        |works, detail| Finding { service: "banco de dados", configured: "sim", works, detail };
    let failed = |error: crate::store::Error| {
        finding(
            Works::No,
            format!("{error}. Confira DATABASE_URL, se o servidor está no ar e as permissões."),
        )
    };
    let store = Store::open(config.database_url.expose_secret()).map_err(failed)?;
    migrate::run(&store, Clock::system().now()).await.map_err(failed)?;
    store.read(Ping).await.map_err(failed)?;
    Ok((finding(Works::Yes, format!("{:?}, esquema atualizado", store.dialect())), store))
}

async fn zapi(app: &App) -> Finding {
    let finding =
        |configured, works, detail| Finding::new("Z-API (WhatsApp)", configured, works, detail);
    let Some(zapi) = &app.zapi else {
        return finding("não", Works::Unused, "sem ela nada é enviado".to_owned());
    };
    match zapi.status().await {
        Ok(status) if status.connected => finding("sim", Works::Yes, "conectado".to_owned()),
        Ok(_) => finding(
            "sim",
            Works::No,
            "WhatsApp desconectado: leia o QR code no painel da Z-API".to_owned(),
        ),
        Err(failure) => finding("sim", Works::No, format!("{failure}. {}", failure.remedy())),
    }
}

async fn model(app: &App) -> Finding {
    let finding =
        |configured, works, detail| Finding::new("OpenAI (IA)", configured, works, detail);
    let (Some(client), Some(settings)) = (&app.openai, &app.config.openai) else {
        return finding("não", Works::Unused, "responde o cérebro offline".to_owned());
    };
    let model = &settings.model;
    match client.models().await {
        Ok(models) => {
            let today = app.clock.local("America/Sao_Paulo").date();
            let offered = |name: &str| models.iter().find(|offered| offered.id == name);
            let ends = |name: &String| {
                let told = offered(name).and_then(|model| model.shutdown_date);
                openai::ending(name, told).map(|ending| ending.notice(today).to_string())
            };
            let endings: Vec<_> =
                [model, &settings.transcription_model].into_iter().filter_map(ends).collect();
            if offered(model).is_none() && !models.is_empty() {
                finding(
                    "sim",
                    Works::Warned,
                    format!("o servidor não lista o modelo {model}: confira OPENAI_MODEL"),
                )
            } else if endings.is_empty() {
                finding("sim", Works::Yes, format!("modelo {model}"))
            } else {
                finding("sim", Works::Warned, endings.join(" "))
            }
        }
        Err(openai::Failure::NotFound) => {
            finding("sim", Works::Warned, "o servidor responde, mas não lista modelos".to_owned())
        }
        Err(failure) => finding("sim", Works::No, format!("{failure}. {}", failure.remedy())),
    }
}

async fn crm(app: &App) -> Finding {
    let finding =
        |configured, works, detail| Finding::new("PipeRun (CRM)", configured, works, detail);
    let (Some(client), Some(settings)) = (&app.piperun, &app.config.piperun) else {
        return finding("não", Works::Unused, "nenhuma oportunidade é criada".to_owned());
    };
    match crate::crm::check(client, settings).await {
        Ok(checked) => finding("sim", Works::Yes, checked.to_string()),
        Err(unusable) => finding("sim", Works::No, unusable.to_string()),
    }
}
