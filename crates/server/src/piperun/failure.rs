//! Why a call to PipeRun did not succeed, told apart by what we do next.

use std::time::Duration;

pub use crate::http::Doubt;
use crate::http::Interruption;

/// Why a call did not succeed, told apart by what we do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Surely nothing was sent: try again.
    #[error("sem conexão com o PipeRun: {0}")]
    NotSent(String),
    /// Surely nothing was done: try again, no sooner than asked.
    #[error("o PipeRun pediu para esperar")]
    Busy {
        /// At least this long.
        retry_after: Option<Duration>,
    },
    /// No call will succeed until somebody acts: hold all of them.
    #[error("o PipeRun recusou o token (HTTP {0})")]
    Unauthorized(u16),
    /// What was named does not exist: make it anew, once.
    #[error("o PipeRun não encontrou o registro (HTTP 404)")]
    Missing,
    /// This call will never succeed as it is: give it up and show it.
    #[error("o PipeRun recusou o pedido (HTTP {status}): {reason}")]
    Rejected {
        /// The answer's status.
        status: u16,
        /// The vendor's words, cleaned.
        reason: String,
    },
    /// It may have been done: look before doing it again.
    #[error("não se sabe se o PipeRun executou o pedido: {0}")]
    Unconfirmed(Doubt),
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
                "Não foi possível chegar ao PipeRun. Confira a internet do servidor, o DNS e o endereço em PIPERUN_API_URL (padrão: https://api.pipe.run/v1). O envio será repetido."
            }
            Self::Busy { .. } => {
                "Chamadas demais em pouco tempo. Aguarde: o envio será repetido sozinho, no intervalo que o PipeRun pediu."
            }
            Self::Unauthorized(_) => {
                "Token recusado. Copie de novo o token de API do usuário do PipeRun para PIPERUN_API_TOKEN; ele vê somente o que esse usuário vê, e precisa poder criar pessoas, empresas, oportunidades e notas."
            }
            Self::Missing => {
                "O registro não existe mais, ou o endereço em PIPERUN_API_URL está errado (padrão: https://api.pipe.run/v1)."
            }
            Self::Rejected { status: 300..=399, .. } => {
                "O endereço respondeu com um redirecionamento, que não é seguido. Confira PIPERUN_API_URL: o padrão é https://api.pipe.run/v1."
            }
            Self::Rejected { .. } => {
                "O PipeRun não aceita estes dados. Confira o motivo informado e os ids de funil, etapa, origem, responsável e campos personalizados com `seleto doctor`; depois reenvie com `seleto deliveries retry`."
            }
            Self::Unconfirmed(Doubt::TimedOut) => {
                "O PipeRun não respondeu a tempo. O registro pode ter sido criado: o agente procura por ele antes de repetir."
            }
            Self::Unconfirmed(Doubt::ConnectionLost) => {
                "A conexão caiu no meio do pedido. O registro pode ter sido criado: o agente procura por ele antes de repetir."
            }
            Self::Unconfirmed(Doubt::ServerError(_)) => {
                "Erro interno do PipeRun. O registro pode ter sido criado: o agente procura por ele antes de repetir."
            }
            Self::Unconfirmed(Doubt::Unreadable) => {
                "A resposta não é a de um PipeRun. Confira o endereço em PIPERUN_API_URL."
            }
        }
    }

    /// What a status means; `None` when it is a success.
    pub(super) fn of_status(
        status: u16,
        retry_after: Option<Duration>,
        reason: Option<String>,
    ) -> Option<Self> {
        Some(match status {
            200..=299 => return None,
            401 | 403 => Self::Unauthorized(status),
            404 => Self::Missing,
            425 | 429 => Self::Busy { retry_after },
            // A failing server's words prove nothing about what it did before it failed.
            408 | 500.. => Self::Unconfirmed(Doubt::ServerError(status)),
            _ => {
                let reason = reason.unwrap_or_else(|| "sem explicação".to_owned());
                Self::Rejected { status, reason }
            }
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
        let of = |status| Failure::of_status(status, None, None);
        assert_eq!(of(200), None);
        assert_eq!(of(201), None);
        assert_eq!(of(204), None);
        assert_eq!(of(401), Some(Failure::Unauthorized(401)));
        assert_eq!(of(403), Some(Failure::Unauthorized(403)));
        assert_eq!(of(404), Some(Failure::Missing));
        assert_eq!(of(429), Some(Failure::Busy { retry_after: None }));
        assert_eq!(of(500), Some(Failure::Unconfirmed(Doubt::ServerError(500))));
        assert_eq!(of(503), Some(Failure::Unconfirmed(Doubt::ServerError(503))));
        assert!(matches!(of(422), Some(Failure::Rejected { status: 422, .. })));
        assert!(matches!(of(302), Some(Failure::Rejected { status: 302, .. })));
    }

    #[test]
    fn every_failure_says_what_to_do() {
        let doubts = [Doubt::TimedOut, Doubt::ConnectionLost, Doubt::ServerError(502)];
        let failures = [
            Failure::NotSent("connection refused".into()),
            Failure::Busy { retry_after: None },
            Failure::Unauthorized(401),
            Failure::Missing,
            Failure::Rejected { status: 422, reason: "O campo title é obrigatório.".into() },
            Failure::Rejected { status: 307, reason: "sem explicação".into() },
        ];
        let failures = failures.into_iter().chain(doubts.map(Failure::Unconfirmed));
        let told: Vec<String> = failures
            .map(|failure| format!("{failure}\n  [{}] {}", failure.label(), failure.remedy()))
            .collect();
        insta::assert_snapshot!(told.join("\n"));
    }
}
