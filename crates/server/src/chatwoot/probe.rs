//! Finds out whether Chatwoot answers, takes our token, and has what we need.

use super::{Client, Failure};
use crate::health::State;

/// What was found, for health and `seleto doctor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// The service's state.
    pub state: State,
    /// What stands in the way or may surprise, with the remedy.
    pub problems: Vec<String>,
    /// What there is, in a few words.
    pub found: String,
}

/// Asks for the inbox and for the token's owner.
pub async fn probe(client: &Client) -> Probe {
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
