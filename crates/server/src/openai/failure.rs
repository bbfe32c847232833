//! Why the model gave no usable answer, told apart by what we do next.

use std::time::Duration;

use super::client::Bill;
use super::dialect::Refusal;
use crate::http::{Interruption, ReadError};

/// Why the model gave no usable answer, told apart by what we do next. All that was worth
/// repeating within the deadline has been repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// No answer came: no connection, or it broke.
    #[error("sem conexão com o servidor do modelo: {0}")]
    Unreachable(String),
    /// The deadline passed.
    #[error("o modelo não respondeu a tempo")]
    TimedOut,
    /// Too many requests or tokens a minute.
    #[error("limite de uso por minuto atingido")]
    Busy {
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
    },
    /// The account's credit is used up: hold all calls until somebody acts.
    #[error("crédito da conta esgotado")]
    QuotaExhausted,
    /// The key is wrong or may not use this: hold all calls until somebody acts.
    #[error("chave recusada (HTTP {status})")]
    Unauthorized {
        /// 401 or 403.
        status: u16,
    },
    /// There is no such model, or nothing at this address: hold all calls until somebody acts.
    #[error("modelo ou endereço não encontrado")]
    NotFound,
    /// The request is wrong as it is; repeating it would not help.
    #[error("pedido recusado (HTTP {status}): {reason}")]
    Rejected {
        /// The answer's status.
        status: u16,
        /// The server's words, cleaned.
        reason: String,
    },
    /// The server failed.
    #[error("erro do servidor do modelo (HTTP {0})")]
    ServerError(u16),
    /// An answer came that is none: not JSON, no choice, nothing in it.
    #[error("resposta ilegível do modelo: {0}")]
    Malformed(&'static str),
    /// The model declined to answer.
    #[error("o modelo se recusou a responder")]
    Refused(Bill),
    /// The answer was cut at the limit of tokens.
    #[error("a resposta foi cortada no limite de tokens")]
    Truncated(Bill),
    /// The model takes no pictures, and was asked about one.
    #[error("o modelo não lê imagens")]
    Blind,
    /// A filter of the vendor stopped the answer.
    #[error("a resposta foi barrada pelo filtro do fornecedor")]
    Filtered(Bill),
}

impl Failure {
    /// The failure in one word, for logs and metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "unreachable",
            Self::TimedOut => "timed_out",
            Self::Busy { .. } => "busy",
            Self::QuotaExhausted => "quota_exhausted",
            Self::Unauthorized { .. } => "unauthorized",
            Self::NotFound => "not_found",
            Self::Rejected { .. } => "rejected",
            Self::ServerError(_) => "server_error",
            Self::Malformed(_) => "malformed",
            Self::Refused(_) => "refused",
            Self::Truncated(_) => "truncated",
            Self::Filtered(_) => "filtered",
            Self::Blind => "blind",
        }
    }

    /// What the useless answer cost, where the server told.
    pub fn bill(&self) -> Option<&Bill> {
        match self {
            Self::Refused(bill) | Self::Truncated(bill) | Self::Filtered(bill) => Some(bill),
            _ => None,
        }
    }

    /// The probable cause and what to do about it, for whoever operates the agent.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => {
                "Não foi possível falar com o servidor do modelo. Confira a internet do servidor e OPENAI_BASE_URL. Enquanto isso, o agente responde sem IA."
            }
            Self::TimedOut => {
                "O modelo demorou mais que o limite. Se acontecer sempre, use um modelo mais rápido ou verifique o status do fornecedor."
            }
            Self::Busy { .. } => {
                "Pedidos demais por minuto para o plano da conta. Aguarde, ou aumente o limite no painel do fornecedor."
            }
            Self::QuotaExhausted => {
                "O crédito da conta acabou. Adicione crédito no painel do fornecedor (Billing)."
            }
            Self::Unauthorized { status: 403 } => {
                "A chave não tem acesso a este modelo ou a esta região. Confira as permissões do projeto no painel do fornecedor."
            }
            Self::Unauthorized { .. } => {
                "Chave inválida ou revogada. Gere outra no painel do fornecedor e atualize OPENAI_API_KEY."
            }
            Self::NotFound => {
                "Este modelo não existe ou foi encerrado, ou o endereço está errado. Confira OPENAI_MODEL e OPENAI_BASE_URL (o padrão termina em /v1)."
            }
            Self::Rejected { status: 300..=399, .. } => {
                "O endereço respondeu com um redirecionamento, que não é seguido. Confira OPENAI_BASE_URL."
            }
            Self::Rejected { .. } => {
                "O servidor não aceita este pedido. Veja o motivo informado; pode ser um parâmetro ou o tamanho da conversa."
            }
            Self::ServerError(_) => {
                "Falha no servidor do modelo. Aguarde; se continuar, verifique o status do fornecedor."
            }
            Self::Malformed(_) => {
                "A resposta não é a de um servidor compatível com a OpenAI. Confira OPENAI_BASE_URL."
            }
            Self::Refused(_) | Self::Filtered(_) => {
                "O modelo não quis responder a esta conversa. O agente responde sem IA; veja a conversa no painel."
            }
            Self::Blind => {
                "Este modelo só lê texto: das imagens o agente usa a legenda. Para que ele as veja, use um modelo com visão, como gpt-4o."
            }
            Self::Truncated(_) => {
                "A resposta não coube no limite de tokens. Aumente o limite ou use um modelo que raciocine menos."
            }
        }
    }

    /// Whether the same request may fare better a little later.
    pub(super) fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Unreachable(_)
                | Self::Busy { .. }
                | Self::ServerError(_)
                | Self::Malformed(_)
                | Self::Rejected { status: 408 | 409 | 425, .. }
        )
    }

    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { retry_after } => *retry_after,
            _ => None,
        }
    }

    /// What an answer means whose status, or whose body, is a refusal.
    pub(super) fn of_refusal(
        refusal: &Refusal,
        kind: Option<&str>,
        retry_after: Option<Duration>,
        reason: String,
    ) -> Self {
        const BROKE: &[&str] = &[
            "insufficient_quota",
            "credit_balance_exhausted",
            "billing_hard_limit_reached",
            "billing_not_active",
        ];
        let codes = [refusal.code.as_deref(), kind];
        let says = |words: &[&str]| codes.iter().flatten().any(|code| words.contains(code));
        match refusal.status {
            402 => Self::QuotaExhausted,
            200..=299 | 429 if says(BROKE) => Self::QuotaExhausted,
            429 => Self::Busy { retry_after },
            200..=299 if says(&["rate_limit_exceeded", "slow_down"]) => Self::Busy { retry_after },
            200..=299 if says(&["invalid_api_key"]) => Self::Unauthorized { status: 401 },
            status @ (401 | 403) => Self::Unauthorized { status },
            404 => Self::NotFound,
            status @ 500.. => Self::ServerError(status),
            status => Self::Rejected { status, reason },
        }
    }
}

impl From<Interruption> for Failure {
    fn from(interruption: Interruption) -> Self {
        match interruption {
            Interruption::TimedOut => Self::TimedOut,
            Interruption::NotSent(reason) | Interruption::Broken(reason) => {
                Self::Unreachable(reason)
            }
        }
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::TimedOut => Self::TimedOut,
            ReadError::Broken => Self::Malformed("interrompida"),
            ReadError::TooLarge => Self::Malformed("grande demais"),
        }
    }
}
