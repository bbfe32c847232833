//! `seleto setup`: registers our webhooks at the vendors, and verifies by reading them back.

use std::process::ExitCode;

use secrecy::{ExposeSecret, SecretString};

use super::{Configured, Failed, open, table};
use crate::app::App;
use crate::chatwoot::setup::{self, Done, NotRegistered, Registered};
use crate::clock::Clock;
use crate::telemetry::Metrics;
use crate::zapi;

/// What came of one registration.
enum Step {
    /// It is registered: read back from the vendor.
    Done(String),
    /// Somebody has to do it by hand; with what to paste where.
    ByHand(String),
    /// It did not work; with what to do.
    Failed(String),
    /// The vendor is not configured.
    Unused,
}

impl Step {
    fn state(&self) -> &'static str {
        match self {
            Step::Done(_) => "ok",
            Step::ByHand(_) => "à mão",
            Step::Failed(_) => "FALHOU",
            Step::Unused => "-",
        }
    }

    fn detail(&self) -> &str {
        match self {
            Step::Done(detail) | Step::ByHand(detail) | Step::Failed(detail) => detail,
            Step::Unused => "não configurado",
        }
    }
}

pub(super) async fn run((config, _): Configured) -> Result<ExitCode, Failed> {
    let Some(public_url) = config.public_url.clone() else {
        return Err(Failed::because(
            "defina PUBLIC_URL com o endereço https pelo qual a internet chega a este servidor \
             (por exemplo https://sdr.suaempresa.com.br) e rode de novo; para só ver os \
             endereços, use `seleto webhook-urls`",
        ));
    };
    let store = open::migrated(&config, &Clock::system()).await?;
    let app = App::new(config, store, Clock::system(), Metrics::none()).await?;
    let steps =
        [("Z-API", zapi(&app, &public_url).await), ("Chatwoot", chatwoot(&app, &public_url).await)];
    let head = ["serviço", "webhooks", "detalhe"].map(str::to_owned).to_vec();
    let row = |(service, step): &(&str, Step)| {
        vec![(*service).to_owned(), step.state().to_owned(), step.detail().to_owned()]
    };
    let rows: Vec<_> = std::iter::once(head).chain(steps.iter().map(row)).collect();
    println!("{}", table::lay_out(&rows));
    let failed = steps.iter().any(|(_, step)| matches!(step, Step::Failed(_)));
    Ok(if failed { ExitCode::from(super::WRONG) } else { ExitCode::SUCCESS })
}

/// One address for all kinds of event. The vendor was seen to answer that it took an address and
/// to go on calling the old one: so it is read back.
async fn zapi(app: &App, public_url: &str) -> Step {
    let Some(client) = &app.zapi else { return Step::Unused };
    let secret = app.webhook_secret.expose_secret();
    let url = SecretString::from(format!("{public_url}/webhook/zapi?token={secret}"));
    if !public_url.starts_with("https://") {
        return Step::ByHand(
            "a Z-API só aceita endereços https: use um endereço público com certificado em \
             PUBLIC_URL"
                .to_owned(),
        );
    }
    if let Err(failure) = client.set_webhooks(&url).await {
        return Step::Failed(format!("{failure}. {}", failure.remedy()));
    }
    match client.me().await {
        Ok(account) => verified(&account, &url),
        Err(failure) => Step::ByHand(format!(
            "a Z-API aceitou os endereços, mas não deixou conferir ({failure}): confira no painel \
             da Z-API em Webhooks"
        )),
    }
}

fn verified(account: &zapi::Account, url: &SecretString) -> Step {
    let same = |there: &Option<SecretString>| {
        there.as_ref().is_some_and(|there| there.expose_secret() == url.expose_secret())
    };
    let kinds = [
        ("Ao receber", same(&account.received_url)),
        ("Ao enviar", same(&account.delivery_url)),
        ("Receber status da mensagem", same(&account.status_url)),
    ];
    let missing: Vec<_> = kinds.iter().filter(|(_, there)| !there).map(|(name, _)| *name).collect();
    if !missing.is_empty() {
        return Step::ByHand(format!(
            "a Z-API respondeu que gravou, mas estes campos ainda não mostram o nosso endereço: \
             {}. Cole-os no painel (`seleto webhook-urls` mostra os endereços)",
            missing.join(", ")
        ));
    }
    if !account.notifies_sent_by_me {
        return Step::ByHand(
            "ative \"Notificar mensagens enviadas por mim\" no painel da Z-API: sem isso o agente \
             não percebe quando alguém responde pelo celular da empresa"
                .to_owned(),
        );
    }
    Step::Done("registrados e conferidos".to_owned())
}

async fn chatwoot(app: &App, public_url: &str) -> Step {
    let Some(client) = &app.chatwoot else { return Step::Unused };
    let url = setup::address(public_url, &app.webhook_secret);
    let registered = match setup::register(client, &url).await {
        Ok(registered) => registered,
        Err(NotRegistered::Failed(failure)) => {
            return Step::Failed(format!("{failure}. {}", failure.remedy()));
        }
        Err(NotRegistered::NotListed) => {
            return Step::ByHand(format!(
                "{}: cadastre em Configurações > Integrações > Webhooks o endereço que `seleto \
                 webhook-urls` mostra, com os eventos {}",
                NotRegistered::NotListed,
                setup::EVENTS.join(", ")
            ));
        }
    };
    Step::Done(told(app, &registered))
}

fn told(app: &App, registered: &Registered) -> String {
    let done = match registered.done {
        Done::Nothing => "já estava registrado",
        Done::Completed => "registrado, com os eventos que faltavam",
        Done::Made => "registrado e conferido",
    };
    let mut parts = vec![done.to_owned()];
    if registered.others > 0 {
        parts.push(format!(
            "há {} outro(s) webhook(s) de agente na conta: apague os que não usa, no Chatwoot",
            registered.others
        ));
    }
    let configured = app.config.chatwoot.as_ref().is_some_and(|it| it.webhook_secret.is_some());
    if registered.secret.is_some() && !configured {
        parts.push(
            "o Chatwoot assina os eventos: copie o segredo do webhook (Configurações > \
             Integrações > Webhooks) para CHATWOOT_WEBHOOK_SECRET"
                .to_owned(),
        );
    }
    parts.join("; ")
}
