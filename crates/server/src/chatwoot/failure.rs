//! Why a call to Chatwoot did not succeed, told apart by what we do next.

use std::fmt;
use std::time::Duration;

pub use crate::http::Doubt;
use crate::http::Interruption;

/// Why a call did not succeed, told apart by what we do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Surely nothing happened: try again.
    #[error("sem conexão com o Chatwoot: {0}")]
    NotSent(String),
    /// Surely nothing happened: try again, no sooner than asked.
    #[error("o Chatwoot pediu para esperar")]
    Busy {
        /// At least this long; the server's own throttle does not say.
        retry_after: Option<Duration>,
    },
    /// No call will succeed until somebody acts: hold all of them.
    #[error("{0}")]
    Unauthorized(Access),
    /// What the call is about is gone: make it anew.
    #[error("o Chatwoot não encontrou o registro (HTTP 404)")]
    Missing,
    /// This call will never succeed as it is; on a creation, something like it may be there.
    #[error("o Chatwoot recusou o pedido (HTTP {status}): {reason}")]
    Rejected {
        /// The answer's status.
        status: u16,
        /// The vendor's words, cleaned.
        reason: String,
    },
    /// It may have happened: look before doing it again.
    #[error("não se sabe se o Chatwoot executou o pedido: {0}")]
    Unconfirmed(Doubt),
}

/// What keeps every call from succeeding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// The token is wrong, revoked, or does not get through a proxy (401).
    Token,
    /// The token is a bot's, which may not do this.
    BotToken,
    /// The token's owner does not belong to the account, or may not do this.
    NotPermitted,
    /// The account's plan has no API (403).
    Plan,
    /// The account does not exist, or this is no Chatwoot.
    Account,
    /// There is no inbox of the API kind, or more than one to choose from.
    Inbox,
}

impl Failure {
    /// The failure in one word, for logs and metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::NotSent(_) => "not_sent",
            Self::Busy { .. } => "busy",
            Self::Unauthorized(_) => "unauthorized",
            Self::Missing => "missing",
            Self::Rejected { .. } => "rejected",
            Self::Unconfirmed(_) => "unconfirmed",
        }
    }

    /// The probable cause and what to do about it, for whoever operates the agent.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NotSent(_) => {
                "Não foi possível chegar ao Chatwoot. Confira se ele está no ar, o DNS e o endereço em CHATWOOT_API_URL (só o começo, como https://chat.suaempresa.com.br). O WhatsApp segue respondendo; o espelho será completado sozinho."
            }
            Self::Busy { .. } => {
                "Chamadas demais em pouco tempo. Aguarde: o espelho continua sozinho. Se acontecer sempre, aumente RACK_ATTACK_LIMIT no servidor do Chatwoot."
            }
            Self::Unauthorized(access) => access.remedy(),
            Self::Missing => {
                "O contato, a conversa ou a mensagem foi apagada no Chatwoot. O agente cria de novo o que faltar."
            }
            Self::Rejected { status: 300..=399, .. } => {
                "O endereço respondeu com um redirecionamento, que não é seguido. Use em CHATWOOT_API_URL o endereço final, com https:// e sem barra no fim."
            }
            Self::Rejected { .. } => {
                "O Chatwoot não aceita este registro como está. Confira CHATWOOT_INBOX_ID (a caixa deve ser do tipo API) e o motivo informado."
            }
            Self::Unconfirmed(Doubt::ServerError(_)) => {
                "Erro interno do Chatwoot. O agente confere a conversa antes de repetir. Se continuar, veja os logs do servidor do Chatwoot."
            }
            Self::Unconfirmed(Doubt::Unreadable) => {
                "A resposta não é a de um Chatwoot. Confira CHATWOOT_API_URL."
            }
            Self::Unconfirmed(_) => {
                "O Chatwoot não respondeu a tempo. O agente confere a conversa antes de repetir."
            }
        }
    }

    /// What an answer that is no success means.
    pub(super) fn of_answer(status: u16, retry_after: Option<Duration>, words: String) -> Self {
        let said = words.to_lowercase();
        match status {
            // A failing server's words prove nothing about what it did before it failed.
            408 | 500.. => Self::Unconfirmed(Doubt::ServerError(status)),
            425 | 429 => Self::Busy { retry_after },
            422 if said.contains("too many messages") => Self::Busy { retry_after },
            401 if said.contains("for bots") => Self::Unauthorized(Access::BotToken),
            401 if said.contains("authorized") => Self::Unauthorized(Access::NotPermitted),
            401 => Self::Unauthorized(Access::Token),
            403 if said.contains("not enabled") => Self::Unauthorized(Access::Plan),
            403 => Self::Unauthorized(Access::NotPermitted),
            404 => Self::Missing,
            200..=299 => Self::Unconfirmed(Doubt::Unreadable),
            _ => Self::Rejected {
                status,
                reason: if words.is_empty() { "sem explicação".to_owned() } else { words },
            },
        }
    }
}

impl Access {
    fn remedy(self) -> &'static str {
        match self {
            Self::Token => {
                "Token recusado. Copie de novo o token de acesso em Configurações do perfil, no Chatwoot, para CHATWOOT_API_TOKEN. Se o token estiver certo, o proxy na frente do Chatwoot pode estar descartando cabeçalhos com sublinhado: no nginx, ligue underscores_in_headers."
            }
            Self::BotToken => {
                "O token é de um robô do Chatwoot, que não pode ver contatos. Use em CHATWOOT_API_TOKEN o token de uma pessoa com perfil de administrador."
            }
            Self::NotPermitted => {
                "O dono do token não tem permissão nesta conta. Confira CHATWOOT_ACCOUNT_ID (o número depois de /accounts/ no endereço do painel) e dê a essa pessoa o perfil de administrador e acesso à caixa."
            }
            Self::Plan => {
                "O plano desta conta do Chatwoot não inclui a API. Mude o plano ou use um Chatwoot próprio."
            }
            Self::Account => {
                "Conta não encontrada. Confira CHATWOOT_ACCOUNT_ID (o número depois de /accounts/ no endereço do painel) e CHATWOOT_API_URL."
            }
            Self::Inbox => {
                "Caixa de entrada não definida. No Chatwoot, crie uma caixa do tipo API (Configurações > Caixas de entrada) e ponha o número dela em CHATWOOT_INBOX_ID."
            }
        }
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Token => "o Chatwoot recusou o token",
            Self::BotToken => "o token do Chatwoot é de um robô",
            Self::NotPermitted => "o token do Chatwoot não tem permissão",
            Self::Plan => "o plano do Chatwoot não inclui a API",
            Self::Account => "o Chatwoot não conhece esta conta",
            Self::Inbox => "não se sabe qual caixa de entrada do Chatwoot usar",
        })
    }
}

impl From<Interruption> for Failure {
    fn from(interruption: Interruption) -> Self {
        match interruption {
            Interruption::NotSent(reason) => Self::NotSent(reason),
            Interruption::TimedOut => Self::Unconfirmed(Doubt::TimedOut),
            Interruption::Broken(_) => Self::Unconfirmed(Doubt::ConnectionLost),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart_by_what_we_do_next() {
        let check = |status, words: &str, expected| {
            assert_eq!(Failure::of_answer(status, None, words.to_owned()), expected, "{status}");
        };
        let unauthorized = Failure::Unauthorized;
        check(401, "Invalid Access Token", unauthorized(Access::Token));
        check(401, "", unauthorized(Access::Token));
        let bots = "Access to this endpoint is not authorized for bots";
        check(401, bots, unauthorized(Access::BotToken));
        let account = "You are not authorized to access this account";
        check(401, account, unauthorized(Access::NotPermitted));
        check(403, "API access is not enabled for this account", unauthorized(Access::Plan));
        check(404, "Resource could not be found", Failure::Missing);
        check(429, "Retry later", Failure::Busy { retry_after: None });
        check(422, "Too many messages", Failure::Busy { retry_after: None });
        let taken = "source_id should be unique";
        check(422, taken, Failure::Rejected { status: 422, reason: taken.to_owned() });
        for status in [408, 500, 502, 503, 504] {
            check(status, "source_id", Failure::Unconfirmed(Doubt::ServerError(status)));
        }
    }

    #[test]
    fn every_failure_says_what_to_do() {
        let failures = [
            Failure::NotSent("connection refused".into()),
            Failure::Busy { retry_after: None },
            Failure::Unauthorized(Access::Token),
            Failure::Unauthorized(Access::BotToken),
            Failure::Unauthorized(Access::NotPermitted),
            Failure::Unauthorized(Access::Plan),
            Failure::Unauthorized(Access::Account),
            Failure::Unauthorized(Access::Inbox),
            Failure::Missing,
            Failure::Rejected { status: 301, reason: "redirecionamento".into() },
            Failure::Rejected { status: 422, reason: "Phone number is invalid".into() },
            Failure::Unconfirmed(Doubt::TimedOut),
            Failure::Unconfirmed(Doubt::ServerError(502)),
            Failure::Unconfirmed(Doubt::Unreadable),
        ];
        let page: Vec<String> = failures
            .iter()
            .map(|failure| format!("{}: {failure}\n  {}\n", failure.label(), failure.remedy()))
            .collect();
        insta::assert_snapshot!(page.join("\n"));
    }
}
