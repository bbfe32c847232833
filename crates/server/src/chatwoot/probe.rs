//! Finds out whether Chatwoot answers, takes our token, and has what we need.

use super::{Client, Failure};
use crate::doctor::{Finding, Works};
use crate::health::State;

/// Examines Chatwoot for `seleto doctor`; without a client it is not used.
pub async fn examine(client: Option<&Client>) -> Finding {
    let Some(client) = client else {
        let detail = "opcional: sem ele o resto funciona";
        return Finding::new(NAME, "não", Works::Unused, detail);
    };
    let Probe { state, problems, found } = probe(client).await;
    let works = match (state, problems.is_empty()) {
        (State::Configured, true) => Works::Yes,
        (State::Configured, false) => Works::Warned,
        _ => Works::No,
    };
    let parts = Some(found).filter(|found| !found.is_empty()).into_iter().chain(problems);
    Finding::new(NAME, "sim", works, parts.collect::<Vec<_>>().join(". "))
}

const NAME: &str = "Chatwoot";

/// What was found.
struct Probe {
    state: State,
    /// What stands in the way or may surprise, with the remedy.
    problems: Vec<String>,
    /// What there is, in a few words.
    found: String,
}

/// Asks for the inbox and for the token's owner.
async fn probe(client: &Client) -> Probe {
    let inbox = client.inbox().await;
    let mut probe = Probe { state: state_of(&inbox), problems: Vec::new(), found: String::new() };
    match inbox {
        Ok(inbox) => {
            probe.found =
                format!("conta {}, caixa {} ({})", client.account(), inbox.id, inbox.name);
            if !inbox.is_api() {
                probe.state = State::Unauthorized;
                probe.problems.push(format!(
                    "A caixa {} não é do tipo API ({}). Crie uma caixa API (Configurações > Caixas de entrada) e ponha o número dela em CHATWOOT_INBOX_ID.",
                    inbox.id, inbox.channel
                ));
            }
            if inbox.assigns {
                probe.problems.push(
                    "A caixa atribui conversas sozinha: por isso atribuir uma conversa não pausa o agente. Para que pause, desligue a atribuição automática da caixa.".to_owned(),
                );
            }
        }
        Err(Failure::Missing) => probe.problems.push(
            "A caixa de entrada não foi encontrada. Confira CHATWOOT_INBOX_ID (o número no endereço da caixa, em Configurações > Caixas de entrada) e CHATWOOT_ACCOUNT_ID.".to_owned(),
        ),
        Err(failure) => {
            probe.problems.push(format!("{failure}. {}", failure.remedy()));
            return probe;
        }
    }
    if let Ok(profile) = client.profile().await {
        match profile.role.as_deref() {
            None => probe.problems.push(
                "O dono do token não pertence à conta. Confira CHATWOOT_ACCOUNT_ID.".to_owned(),
            ),
            Some("administrator") => {}
            Some(_) => probe.problems.push(
                "O dono do token não é administrador: `seleto setup` não poderá cadastrar o webhook.".to_owned(),
            ),
        }
    }
    probe
}

/// What a call says about the service.
pub fn state_of<T>(answer: &Result<T, Failure>) -> State {
    match answer {
        Err(Failure::Unauthorized(_)) => State::Unauthorized,
        Err(Failure::NotSent(_) | Failure::Unconfirmed(_)) => State::Unreachable,
        Ok(_) | Err(Failure::Busy { .. } | Failure::Missing | Failure::Rejected { .. }) => {
            State::Configured
        }
    }
}
