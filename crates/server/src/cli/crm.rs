//! `seleto crm reconcile`: our leads and the CRM's deals compared, and mended.

use std::process::ExitCode;

use super::{Configured, Failed, open, table};
use crate::app::App;
use crate::clock::Clock;
use crate::config::log_filter;
use crate::crm::{self, Difference, Reconciled, Repair};
use crate::telemetry::{self, Metrics};

/// What is done with the CRM.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Action {
    /// Compara todos os leads com as oportunidades do PipeRun e corrige as diferenças
    Reconcile {
        /// Só mostra as diferenças, sem corrigir
        #[arg(long)]
        dry_run: bool,
    },
}

pub(super) async fn run(action: Action, (config, _): Configured) -> Result<ExitCode, Failed> {
    let Action::Reconcile { dry_run } = action;
    telemetry::log(log_filter().as_deref().or(Some("error")));
    let clock = Clock::system();
    // It may run beside the agent: what both write is guarded by leases.
    let store = open::migrated(&config, &clock).await?;
    let app = App::new(config, store, clock, Metrics::none()).await?;
    let told = crm::reconcile(&app, dry_run).await?;
    println!("{}", page(&told));
    let left = told.iter().any(|it| it.repair != Repair::Mended);
    Ok(if left { ExitCode::from(super::WRONG) } else { ExitCode::SUCCESS })
}

/// The differences as a table, or that there are none.
pub(super) fn page(told: &[Reconciled]) -> String {
    if told.is_empty() {
        return "Tudo em dia: cada lead tem a sua oportunidade no PipeRun.".to_owned();
    }
    let mut rows = vec![vec!["lead".into(), "diferença".into(), "resultado".into()]];
    rows.extend(
        told.iter()
            .map(|it| vec![it.lead.clone(), difference(&it.difference), repair(it).to_owned()]),
    );
    table::lay_out(&rows)
}

fn difference(difference: &Difference) -> String {
    match difference {
        Difference::NoDeal => "sem oportunidade no PipeRun".to_owned(),
        Difference::Gone(deal) => format!("a oportunidade {deal} foi excluída no PipeRun"),
        Difference::Several(deals) => {
            let deals: Vec<_> = deals.iter().map(ToString::to_string).collect();
            format!("várias oportunidades abertas: {}", deals.join(", "))
        }
        Difference::Stale(deal) => format!("a oportunidade {deal} está ligada a outra pessoa"),
        Difference::Undecided => "um envio ficou sem confirmação ou foi recusado".to_owned(),
        Difference::News(deal) => format!("a oportunidade {deal} mudou no PipeRun"),
    }
}

fn repair(told: &Reconciled) -> &'static str {
    match (told.repair, &told.difference) {
        (Repair::Mended, _) => "corrigido",
        (Repair::NotTried, _) => "não corrigido (simulação)",
        (Repair::Left, Difference::Several(_)) => "decida no PipeRun qual fica aberta",
        (Repair::Left, _) => "não corrigido: veja `seleto doctor` e os alertas",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_told_in_words() {
        let of = |difference, repair| Reconciled { lead: "Ana".into(), difference, repair };
        insta::assert_snapshot!(page(&[
            of(Difference::NoDeal, Repair::Mended),
            of(Difference::Gone(12), Repair::NotTried),
            of(Difference::Several(vec![12, 13]), Repair::Left),
            of(Difference::Undecided, Repair::Left),
            of(Difference::News(12), Repair::Mended),
        ]));
    }
}
