//! Why a call to Z-API did not succeed, told apart by what we do next.

use std::fmt;
use std::time::Duration;

pub use crate::http::Doubt;
use crate::http::Interruption;

/// Why a call did not succeed, told apart by what we do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Surely nothing was sent: try again.
    #[error("sem conexão com a Z-API: {0}")]
    NotSent(String),
    /// Surely nothing was sent: try again, no sooner than asked.
    #[error("a Z-API pediu para esperar")]
    Busy {
        /// At least this long.
        retry_after: Option<Duration>,
    },
    /// No call will succeed until somebody acts: hold all of them.
    #[error("{0}")]
    Unauthorized(Access),
    /// This call will never succeed: give it up and show it.
    #[error("a Z-API recusou o pedido (HTTP {status}): {reason}")]
    Rejected {
        /// The answer's status.
        status: u16,
        /// The vendor's words, cleaned.
        reason: String,
    },
    /// The vendor took the message but its ids could not be read: never send it again.
    #[error("a Z-API aceitou a mensagem, mas a resposta não pôde ser lida")]
    AcceptedWithoutId,
    /// It may have been sent: look for evidence before sending again.
    #[error("não se sabe se a Z-API recebeu o pedido: {0}")]
    Unconfirmed(Doubt),
}

/// What keeps every call from succeeding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// The instance's token is wrong or expired (401, 403).
    Credentials,
    /// The account wants a `Client-Token` and got none, or a wrong one.
    ClientToken,
    /// This machine's address is not on the account's list.
    IpAddress,
    /// There is no such instance (404).
    Instance,
    /// The instance has no WhatsApp connected.
    Disconnected,
    /// The instance's subscription has ended.
    Subscription,
}

impl Failure {
    /// The failure in one word, for logs and metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::NotSent(_) => "not_sent",
            Self::Busy { .. } => "busy",
            Self::Unauthorized(_) => "unauthorized",
            Self::Rejected { .. } => "rejected",
            Self::AcceptedWithoutId => "accepted_without_id",
            Self::Unconfirmed(_) => "unconfirmed",
        }
    }

    /// The probable cause and what to do about it, for whoever operates the agent.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NotSent(_) => {
                "Não foi possível chegar à Z-API. Confira a internet do servidor, o DNS e o endereço em ZAPI_API_URL. O envio será repetido."
            }
            Self::Busy { .. } => {
                "Mensagens demais em pouco tempo. Aguarde: o envio será repetido sozinho, no intervalo que a Z-API pediu."
            }
            Self::Unauthorized(access) => access.remedy(),
            Self::Rejected { status: 300..=399, .. } => {
                "O endereço respondeu com um redirecionamento, que não é seguido. Confira ZAPI_API_URL: o padrão é https://api.z-api.io."
            }
            Self::Rejected { .. } => {
                "A Z-API não aceita esta mensagem como está. Confira o número do lead e o motivo informado; repetir não adianta."
            }
            Self::AcceptedWithoutId => {
                "A mensagem foi aceita e não será enviada de novo. Se o lead não a recebeu, envie pelo painel."
            }
            Self::Unconfirmed(Doubt::TimedOut) => {
                "A Z-API não respondeu a tempo. A mensagem pode ter saído: o agente procura sinais dela antes de repetir. Se acontecer sempre, aumente o tempo limite e verifique o status da Z-API."
            }
            Self::Unconfirmed(Doubt::ConnectionLost) => {
                "A conexão caiu no meio do pedido. A mensagem pode ter saído: o agente procura sinais dela antes de repetir."
            }
            Self::Unconfirmed(Doubt::ServerError(_)) => {
                "Erro interno da Z-API. A mensagem pode ter saído: o agente procura sinais dela antes de repetir. Se continuar, veja o status da Z-API ou fale com o suporte deles."
            }
            Self::Unconfirmed(Doubt::Unreadable) => {
                "A resposta não é a de uma Z-API. Confira o endereço em ZAPI_API_URL."
            }
        }
    }

    /// What an answer's status and error text mean; `None` when nothing speaks against success.
    pub(super) fn of_answer(
        status: u16,
        retry_after: Option<Duration>,
        error: Option<String>,
    ) -> Option<Self> {
        let said = error.as_deref().and_then(Access::said_by);
        Some(match (status, said, error) {
            // A failing server's words prove nothing about what it did before it failed.
            (408 | 500.., ..) => Self::Unconfirmed(Doubt::ServerError(status)),
            (425 | 429, ..) => Self::Busy { retry_after },
            (_, Some(access), _) => Self::Unauthorized(access),
            (401 | 403, ..) => Self::Unauthorized(Access::Credentials),
            (404, ..) => Self::Unauthorized(Access::Instance),
            (200..=299, None, None) => return None,
            (_, None, error) => Self::Rejected {
                status,
                reason: error.unwrap_or_else(|| "sem explicação".into()),
            },
        })
    }
}

impl Access {
    /// Reads the vendor's error texts, which come with several statuses, 200 among them.
    fn said_by(error: &str) -> Option<Self> {
        let error = error.to_lowercase();
        let about = |words: &[&str]| words.iter().any(|word| error.contains(word));
        let blocked_address = || {
            let subject = error.split(" not allowed").next().unwrap_or_default();
            error.contains(" not allowed")
                && subject
                    .split_whitespace()
                    .last()
                    .is_some_and(|word| word.parse::<std::net::IpAddr>().is_ok() || word == "ip")
        };
        if about(&["client-token", "client token", "null not allowed"]) {
            Some(Self::ClientToken)
        } else if blocked_address() {
            Some(Self::IpAddress)
        } else if about(&["instance not found"]) {
            Some(Self::Instance)
        } else if about(&["need to be connected", "not connected", "disconnected"]) {
            Some(Self::Disconnected)
        } else if about(&["must subscribe"]) {
            Some(Self::Subscription)
        } else {
            None
        }
    }

    fn remedy(self) -> &'static str {
        match self {
            Self::Credentials => {
                "Credenciais da Z-API inválidas ou expiradas. Reconecte o WhatsApp no painel da Z-API (leia o QR Code) e confira ZAPI_INSTANCE_ID e ZAPI_INSTANCE_TOKEN."
            }
            Self::ClientToken => {
                "A conta exige o Client-Token. Copie o token de segurança da conta no painel da Z-API (Segurança) para ZAPI_CLIENT_TOKEN."
            }
            Self::IpAddress => {
                "O IP deste servidor não está liberado. Inclua-o em Segurança, no painel da Z-API, ou desligue a restrição."
            }
            Self::Instance => {
                "Instância não encontrada. Confira ZAPI_INSTANCE_ID e ZAPI_INSTANCE_TOKEN no painel da Z-API."
            }
            Self::Disconnected => {
                "O WhatsApp está desconectado desta instância. Abra o painel da Z-API e leia o QR Code com o celular da empresa."
            }
            Self::Subscription => {
                "A assinatura da instância venceu. Regularize-a no painel da Z-API."
            }
        }
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Credentials => "a Z-API recusou as credenciais",
            Self::ClientToken => "a Z-API exige o Client-Token da conta",
            Self::IpAddress => "a Z-API não aceita o IP deste servidor",
            Self::Instance => "a Z-API não conhece esta instância",
            Self::Disconnected => "a instância está sem WhatsApp conectado",
            Self::Subscription => "a assinatura da instância venceu",
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

    fn check(status: u16, error: Option<&str>, expected: Option<Failure>) {
        let failure = Failure::of_answer(status, None, error.map(str::to_owned));
        assert_eq!(failure, expected, "{status} {error:?}");
    }

    #[test]
    fn answers_are_told_apart_by_what_we_do_next() {
        let unauthorized = |access| Some(Failure::Unauthorized(access));
        let unknown = |status| Some(Failure::Unconfirmed(Doubt::ServerError(status)));
        check(200, None, None);
        check(201, None, None);
        check(401, None, unauthorized(Access::Credentials));
        check(403, Some("Forbidden"), unauthorized(Access::Credentials));
        check(404, Some("NOT_FOUND"), unauthorized(Access::Instance));
        check(400, Some("your client-token is not configured"), unauthorized(Access::ClientToken));
        check(200, Some("null not allowed"), unauthorized(Access::ClientToken));
        check(403, Some("Client-Token 5 not allowed"), unauthorized(Access::ClientToken));
        check(400, Some("203.0.113.9 not allowed"), unauthorized(Access::IpAddress));
        check(200, Some("Instance not found"), unauthorized(Access::Instance));
        check(400, Some("You need to be connected"), unauthorized(Access::Disconnected));
        check(429, Some("slow down"), Some(Failure::Busy { retry_after: None }));
        for status in [408, 500, 502, 503, 504, 520] {
            check(status, Some("Instance not found"), unknown(status));
        }
        check(302, None, Some(Failure::Rejected { status: 302, reason: "sem explicação".into() }));
        for (status, error) in
            [(200, "Phone is required"), (409, "queue full"), (422, "emoji not allowed")]
        {
            check(status, Some(error), Some(Failure::Rejected { status, reason: error.into() }));
        }
    }

    #[test]
    fn every_failure_says_what_to_do() {
        let failures = [
            Failure::NotSent("connection refused".into()),
            Failure::Busy { retry_after: None },
            Failure::Unauthorized(Access::Credentials),
            Failure::Unauthorized(Access::ClientToken),
            Failure::Unauthorized(Access::IpAddress),
            Failure::Unauthorized(Access::Instance),
            Failure::Unauthorized(Access::Disconnected),
            Failure::Unauthorized(Access::Subscription),
            Failure::Rejected { status: 302, reason: "redirecionamento".into() },
            Failure::Rejected { status: 422, reason: "número inválido".into() },
            Failure::AcceptedWithoutId,
            Failure::Unconfirmed(Doubt::TimedOut),
            Failure::Unconfirmed(Doubt::ConnectionLost),
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
