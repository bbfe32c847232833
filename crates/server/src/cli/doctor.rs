//! `seleto doctor`: each service measured by a real call, with the remedy for what fails.

use std::process::ExitCode;

use super::{Configured, Failed, table};
use crate::app::App;
use crate::clock::Clock;
use crate::doctor::{self, Finding, Works};
use crate::store::alert::OpenAlerts;
use crate::telemetry::Metrics;

pub(super) async fn run((config, missing): Configured) -> Result<ExitCode, Failed> {
    let mut findings = vec![doctor::playbook(&config)];
    let mut alerts = Vec::new();
    match doctor::database(&config).await {
        Ok((finding, store)) => {
            findings.push(finding);
            let app = App::new(config, store, Clock::system(), Metrics::none()).await?;
            findings.extend(doctor::vendors(&app).await);
            alerts = app.store.read(OpenAlerts).await?;
        }
        Err(finding) => findings.push(finding),
    }
    println!("{}", table::lay_out(&rows(&findings)));
    for notice in &missing {
        println!("\n{}: {}", notice.variable, notice.advice);
    }
    for alert in &alerts {
        println!("\nalerta {} ({}): {}", alert.kind, alert.subject, alert.detail);
    }
    let failed = findings.iter().any(|finding| finding.works == Works::No);
    Ok(if failed { ExitCode::from(super::WRONG) } else { ExitCode::SUCCESS })
}

fn rows(findings: &[Finding]) -> Vec<Vec<String>> {
    let head = ["serviço", "configurado", "funciona", "detalhe"].map(str::to_owned).to_vec();
    let row = |finding: &Finding| {
        vec![
            finding.service.to_owned(),
            finding.configured.to_owned(),
            finding.works.name().to_owned(),
            finding.detail.clone(),
        ]
    };
    std::iter::once(head).chain(findings.iter().map(row)).collect()
}
