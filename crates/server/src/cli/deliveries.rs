//! `seleto deliveries`: what was not delivered, sent again or given up.

use std::process::ExitCode;

use super::{Configured, Failed, open, table};
use crate::clock::Clock;
use crate::config::log_filter;
use crate::external_call::Phones;
use crate::store::dead_letters::{DeadLetter, DecideDeadLetters, Decision, Key, ListDeadLetters};
use crate::telemetry;

/// What is done with them.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Action {
    /// Lista o que não foi entregue e espera uma decisão
    List(Filter),
    /// Tenta de novo: os indicados, ou todos os que passam pelos filtros
    Retry {
        /// Identificadores, como `list` os mostra
        ids: Vec<Key>,
        #[command(flatten)]
        filter: Filter,
    },
    /// Desiste dos indicados
    Drop {
        /// Identificadores, como `list` os mostra
        #[arg(required = true)]
        ids: Vec<Key>,
    },
}

/// Which of them.
#[derive(Debug, clap::Args)]
pub(super) struct Filter {
    /// Só desta faixa: whatsapp, sellers, supabase, chatwoot ou piperun
    #[arg(long)]
    lane: Option<String>,
    /// Só neste estado: rejected, undetermined, expired, refused ou dropped
    #[arg(long)]
    state: Option<String>,
}

/// Most that one command shows or sends again.
const MOST: i64 = 500;

pub(super) async fn run(action: Action, (config, _): Configured) -> Result<ExitCode, Failed> {
    telemetry::log(log_filter().as_deref().or(Some("error")));
    let clock = Clock::system();
    // It may run beside the agent: each decision is one transaction.
    let store = open::migrated(&config, &clock).await?;
    let list = |filter: Filter| {
        let Filter { lane, state } = filter;
        ListDeadLetters { lane, state, after: None, limit: MOST }
    };
    let (keys, decision) = match action {
        Action::List(filter) => {
            println!("{}", page(&store.read(list(filter)).await?, config.log_phones));
            return Ok(ExitCode::SUCCESS);
        }
        Action::Drop { ids } => (ids, Decision::Drop),
        Action::Retry { ids, filter } if ids.is_empty() => {
            if filter.lane.is_none() && filter.state.is_none() {
                return Err(Failed::because(
                    "diga o que enviar de novo: identificadores, --lane ou --state \
                     (veja `seleto deliveries list`)",
                ));
            }
            let found = store.read(list(filter)).await?;
            (found.into_iter().map(|letter| letter.key).collect(), Decision::Retry)
        }
        Action::Retry { ids, .. } => (ids, Decision::Retry),
    };
    let asked = keys.len();
    let unsure = store.read(list(undetermined())).await?;
    let unsure = unsure.iter().filter(|letter| keys.contains(&letter.key)).count();
    let now = clock.now();
    let decide = DecideDeadLetters { keys, decision, actor: "cli".to_owned(), now };
    let decided = store.write(decide).await?;
    println!("{}", told(decision, decided.len(), asked, unsure));
    Ok(if decided.len() == asked { ExitCode::SUCCESS } else { ExitCode::from(super::WRONG) })
}

fn undetermined() -> Filter {
    Filter { lane: None, state: Some("undetermined".to_owned()) }
}

/// What was done, with a warning where a lead may get a message twice.
fn told(decision: Decision, decided: usize, asked: usize, unsure: usize) -> String {
    let mut told = match decision {
        Decision::Retry => format!("{decided} de {asked} serão tentados de novo."),
        Decision::Drop => format!("{decided} de {asked} foram abandonados."),
    };
    if decided < asked {
        told += "\nOs outros não existem ou já foram entregues: veja `seleto deliveries list`.";
    }
    if decision == Decision::Retry && unsure > 0 {
        told += &format!(
            "\nAtenção: de {unsure} não se sabe se chegaram; o lead pode receber a mensagem em \
             dobro."
        );
    }
    told
}

fn page(letters: &[DeadLetter], phones: Phones) -> String {
    if letters.is_empty() {
        return "Nada espera uma decisão.".to_owned();
    }
    let head = ["id", "lead", "estado", "desde (UTC)", "motivo"].map(str::to_owned).to_vec();
    let row = |letter: &DeadLetter| {
        vec![
            letter.key.to_string(),
            phones.show(&letter.lead_phone),
            state_name(&letter.state).to_owned(),
            since(letter.at),
            letter.reason.clone().unwrap_or_default(),
        ]
    };
    let rows: Vec<_> = std::iter::once(head).chain(letters.iter().map(row)).collect();
    table::lay_out(&rows)
}

fn state_name(state: &str) -> &str {
    match state {
        "rejected" => "recusado",
        "undetermined" => "sem confirmação",
        "expired" => "velho demais",
        "refused" => "recusado",
        "dropped" => "abandonado",
        other => other,
    }
}

fn since(ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
    at.strftime("%d/%m/%Y %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_tells_what_happened_to_whom_without_the_number() {
        let letter = DeadLetter {
            key: "supabase:conversations:01a2".parse().unwrap(),
            conversation: uuid::Uuid::nil(),
            lead_phone: "5511987654321".to_owned(),
            state: "refused".to_owned(),
            reason: Some("o Supabase recusou o pedido (HTTP 400, 23514)".to_owned()),
            at: 1_795_525_200_000,
        };
        insta::assert_snapshot!(page(&[letter], Phones::Masked));
        assert_eq!(page(&[], Phones::Masked), "Nada espera uma decisão.");
    }

    #[test]
    fn a_copy_that_may_arrive_is_warned_of() {
        assert_eq!(told(Decision::Drop, 1, 1, 1), "1 de 1 foram abandonados.");
        assert!(told(Decision::Retry, 2, 2, 1).contains("em dobro"));
        assert!(told(Decision::Retry, 1, 2, 0).contains("Os outros"));
    }
}
