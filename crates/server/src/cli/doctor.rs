//! `seleto doctor`: each service measured by a real call, with the remedy for what fails.

use std::process::ExitCode;

use secrecy::ExposeSecret;

use super::{Configured, Failed, table};
use crate::app::{App, load_playbook};
use crate::chatwoot;
use crate::clock::Clock;
use crate::config::Config;
use crate::health::State;
use crate::openai;
use crate::store::alert::OpenAlerts;
use crate::store::setting::Ping;
use crate::store::{Store, migrate};
use crate::telemetry::Metrics;

/// What was found of one service.
struct Finding {
    service: &'static str,
    configured: &'static str,
    works: Works,
    detail: String,
}

impl Finding {
    fn new(service: &'static str, configured: &'static str, works: Works, detail: String) -> Self {
        Self { service, configured, works, detail }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Works {
    Yes,
    Warned,
    No,
    Unused,
}

impl Works {
    fn name(self) -> &'static str {
        match self {
            Works::Yes => "ok",
            Works::Warned => "atenção",
            Works::No => "FALHOU",
            Works::Unused => "-",
        }
    }
}

pub(super) async fn run((config, missing): Configured) -> Result<ExitCode, Failed> {
    let mut findings = vec![playbook(&config)];
    let mut alerts = Vec::new();
    match database(&config).await {
        Ok((finding, store)) => {
            findings.push(finding);
            let app = App::new(config, store, Clock::system(), Metrics::none()).await?;
            findings.push(zapi(&app).await);
            findings.push(model(&app).await);
            findings.push(chatwoot(&app).await);
            alerts = app.store.read(OpenAlerts).await?;
        }
        Err(finding) => findings.push(finding),
    }
    let mut rows =
        vec![vec!["serviço".into(), "configurado".into(), "funciona".into(), "detalhe".into()]];
    for finding in &findings {
        rows.push(vec![
            finding.service.to_owned(),
            finding.configured.to_owned(),
            finding.works.name().to_owned(),
            finding.detail.clone(),
        ]);
    }
    println!("{}", table::lay_out(&rows));
    for notice in &missing {
        println!("\n{}: {}", notice.variable, notice.advice);
    }
    for alert in &alerts {
        println!("\nalerta {} ({}): {}", alert.kind, alert.subject, alert.detail);
    }
    let failed = findings.iter().any(|finding| finding.works == Works::No);
    Ok(if failed { ExitCode::from(super::WRONG) } else { ExitCode::SUCCESS })
}

fn playbook(config: &Config) -> Finding {
    let (works, detail) = match load_playbook(config.playbook.as_deref()) {
        Ok(playbook) => (Works::Yes, format!("{} produtos", playbook.catalogue.products.len())),
        Err(error) => (Works::No, error.to_string()),
    };
    let configured = if config.playbook.is_some() { "pasta" } else { "embutido" };
    Finding { service: "playbook", configured, works, detail }
}

async fn database(config: &Config) -> Result<(Finding, Store), Finding> {
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

async fn chatwoot(app: &App) -> Finding {
    let Some(client) = &app.chatwoot else {
        let detail = "opcional: sem ele o resto funciona".to_owned();
        return Finding::new("Chatwoot", "não", Works::Unused, detail);
    };
    let probe = chatwoot::probe(client).await;
    let works = match (probe.state, probe.problems.is_empty()) {
        (State::Configured, true) => Works::Yes,
        (State::Configured, false) => Works::Warned,
        _ => Works::No,
    };
    let found = (!probe.found.is_empty()).then_some(probe.found);
    let detail: Vec<String> = found.into_iter().chain(probe.problems).collect();
    Finding::new("Chatwoot", "sim", works, detail.join(". "))
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
