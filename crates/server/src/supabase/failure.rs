//! Why a call to Supabase did not succeed, told apart by what we do next.

use std::time::Duration;

use crate::http::{Interruption, ReadError};

/// Why a call did not succeed. Writing the same rows again is always safe.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// No answer came: no connection, or it broke.
    #[error("sem conexão com o Supabase: {0}")]
    Unreachable(String),
    /// The deadline passed.
    #[error("o Supabase não respondeu a tempo")]
    TimedOut,
    /// Too many requests.
    #[error("o Supabase pediu para esperar")]
    Busy {
        /// At least this long.
        retry_after: Option<Duration>,
    },
    /// The gateway, PostgREST or the database failed.
    #[error("falha no Supabase (HTTP {status}{})", in_brackets(code))]
    ServerError {
        /// The answer's status.
        status: u16,
        /// The error's code, where there is one.
        code: Option<String>,
    },
    /// The key is wrong: hold all calls until somebody acts.
    #[error("o Supabase recusou a chave (HTTP {status}{})", in_brackets(code))]
    Unauthorized {
        /// 401 or 403.
        status: u16,
        /// The error's code, where there is one; a gateway may answer without a body.
        code: Option<String>,
    },
    /// The role may not use this table: hold all calls until somebody acts.
    #[error("o Supabase negou o acesso à tabela {table} (42501)")]
    Denied {
        /// Which table.
        table: &'static str,
    },
    /// There is no such table: hold all calls until somebody acts.
    #[error("a tabela {table} não existe no Supabase")]
    NoTable {
        /// Which table.
        table: &'static str,
    },
    /// The table lacks a column: hold all calls until somebody acts.
    #[error("a tabela {table} do Supabase não tem uma coluna esperada: {reason}")]
    NoColumn {
        /// Which table.
        table: &'static str,
        /// The vendor's words, cleaned.
        reason: String,
    },
    /// Nothing of a Supabase is at this address: hold all calls until somebody acts.
    #[error("o endereço não responde como um Supabase (HTTP {0})")]
    NotSupabase(u16),
    /// Another row has the same key: adopt it.
    #[error("a tabela {table} do Supabase já tem outra linha com a mesma chave (23505)")]
    Duplicate {
        /// Which table.
        table: &'static str,
    },
    /// The row refers to one that is not there.
    #[error("falta no Supabase a linha a que {table} se refere (23503)")]
    NoParent {
        /// Which table.
        table: &'static str,
    },
    /// These rows will never be taken: give them up and show them.
    #[error("o Supabase recusou o pedido (HTTP {status}{}): {reason}", in_brackets(code))]
    Rejected {
        /// The answer's status.
        status: u16,
        /// The error's code, where there is one.
        code: Option<String>,
        /// The vendor's words, cleaned.
        reason: String,
    },
    /// The answer to a question made no sense.
    #[error("resposta ilegível do Supabase")]
    Malformed,
}

/// What an answer that is no success says about itself.
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: Option<String>,
    pub(super) reason: String,
    pub(super) retry_after: Option<Duration>,
}

impl Failure {
    /// The failure in one word, for logs and metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "unreachable",
            Self::TimedOut => "timed_out",
            Self::Busy { .. } => "busy",
            Self::ServerError { .. } => "server_error",
            Self::Unauthorized { .. } => "unauthorized",
            Self::Denied { .. } => "denied",
            Self::NoTable { .. } => "no_table",
            Self::NoColumn { .. } => "no_column",
            Self::NotSupabase(_) => "not_supabase",
            Self::Duplicate { .. } => "duplicate",
            Self::NoParent { .. } => "no_parent",
            Self::Rejected { .. } => "rejected",
            Self::Malformed => "malformed",
        }
    }

    /// The probable cause and what to do about it, for whoever operates the agent.
    pub fn remedy(&self) -> String {
        let text = match self {
            Self::Unreachable(_) => {
                "Confira a internet do servidor, o DNS e SUPABASE_URL (https://SEU-PROJETO.supabase.co). Um projeto gratuito sem uso é pausado: reative-o no painel. As respostas no WhatsApp não dependem disso, e o que falta é gravado depois."
            }
            Self::TimedOut => {
                "O banco está lento ou pausado. Veja a saúde do projeto no painel do Supabase; a gravação é repetida sozinha."
            }
            Self::Busy { .. } => {
                "Pedidos demais para o plano do projeto. Aguarde: a gravação é repetida sozinha, no intervalo pedido."
            }
            Self::ServerError { code: Some(code), .. } if code.starts_with("PGRST00") => {
                "O PostgREST não alcança o banco do projeto. Veja no painel do Supabase se o projeto está pausado, cheio ou reiniciando."
            }
            Self::ServerError { .. } => {
                "Falha do lado do Supabase. Aguarde: a gravação é repetida sozinha. Se continuar, veja status.supabase.com e os logs do projeto."
            }
            Self::Unauthorized { code: Some(code), .. } if code == "PGRST301" => {
                "A chave não é aceita como token. Copie de novo a chave secreta (sb_secret_…) ou a service_role em Project Settings > API Keys para SUPABASE_SERVICE_ROLE_KEY."
            }
            Self::Unauthorized { .. } => {
                "Chave ausente, revogada ou de outro projeto. Em Project Settings > API Keys, copie a chave secreta (sb_secret_…) ou a service_role para SUPABASE_SERVICE_ROLE_KEY e confira se SUPABASE_URL é do mesmo projeto. As chaves antigas (service_role) podem ter sido desativadas."
            }
            Self::Denied { table } => return denied(table),
            Self::NoTable { .. } => {
                "Rode `seleto supabase-schema` e cole o resultado no SQL Editor do Supabase: ele cria o que falta e não apaga nada. Se a tabela acabou de ser criada, rode também: NOTIFY pgrst, 'reload schema';"
            }
            Self::NoColumn { .. } => {
                "Rode `seleto supabase-schema` e cole o resultado no SQL Editor do Supabase: ele acrescenta as colunas que faltam e não apaga nada. Se a coluna acabou de ser criada, rode também: NOTIFY pgrst, 'reload schema';"
            }
            Self::NotSupabase(_) => {
                "Confira SUPABASE_URL: é o endereço do projeto, https://SEU-PROJETO.supabase.co, sem nada depois."
            }
            Self::Duplicate { .. } => {
                "Outra linha com o mesmo telefone, CNPJ ou chave apareceu ao mesmo tempo. O agente adota a linha existente; se o aviso continuar, procure a duplicata no Table Editor."
            }
            Self::NoParent { .. } => {
                "O lead desta linha foi apagado no Supabase. O agente grava o lead de novo e repete."
            }
            Self::Rejected { status: 300..=399, .. } => {
                "O endereço respondeu com um redirecionamento, que não é seguido. Confira SUPABASE_URL."
            }
            Self::Rejected { .. } => {
                "A tabela não aceita esta linha: veja o motivo e compare as colunas com `seleto supabase-schema`. Depois de corrigir, `seleto deliveries retry` grava de novo."
            }
            Self::Malformed => "A resposta não é a de um Supabase. Confira SUPABASE_URL.",
        };
        text.to_owned()
    }

    /// What an answer means that is no success.
    pub(super) fn of_refusal(refusal: Refusal, table: &'static str) -> Self {
        let Refusal { status, code, reason, retry_after } = refusal;
        match (status, code.as_deref()) {
            (_, Some("42501")) => Self::Denied { table },
            (_, Some("PGRST205" | "42P01")) => Self::NoTable { table },
            (_, Some("PGRST204" | "42703")) => Self::NoColumn { table, reason },
            (_, Some("23505")) => Self::Duplicate { table },
            (_, Some("23503")) => Self::NoParent { table },
            (401 | 403, _) => Self::Unauthorized { status, code },
            (425 | 429, _) => Self::Busy { retry_after },
            (408 | 500.., _) => Self::ServerError { status, code },
            (404, None) => Self::NotSupabase(status),
            (409, None) => Self::Duplicate { table },
            _ => Self::Rejected { status, code, reason },
        }
    }
}

fn denied(table: &str) -> String {
    format!(
        "Tabelas novas não dão mais acesso sozinhas. No SQL Editor do Supabase, rode: \
         GRANT SELECT, INSERT, UPDATE, DELETE ON public.{table} TO service_role; \
         ou cole o resultado de `seleto supabase-schema`, que faz isso para as seis tabelas. \
         Confira também se a chave é a secreta (sb_secret_…) ou a service_role, e não a anon."
    )
}

fn in_brackets(code: &Option<String>) -> String {
    code.as_ref().map(|code| format!(", {code}")).unwrap_or_default()
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
            ReadError::Broken => Self::Unreachable("resposta interrompida".to_owned()),
            ReadError::TooLarge => Self::Malformed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, code: Option<&str>) -> Failure {
        let refusal = Refusal {
            status,
            code: code.map(str::to_owned),
            reason: "motivo".to_owned(),
            retry_after: None,
        };
        Failure::of_refusal(refusal, "leads")
    }

    #[test]
    fn every_failure_says_what_to_do() {
        let mut told = String::new();
        for (status, code) in [
            (401, None),
            (401, Some("PGRST301")),
            (401, Some("42501")),
            (403, Some("42501")),
            (404, None),
            (404, Some("PGRST205")),
            (400, Some("PGRST204")),
            (400, Some("42703")),
            (409, Some("23505")),
            (409, Some("23503")),
            (400, Some("23502")),
            (400, Some("22P02")),
            (302, None),
            (429, None),
            (500, Some("57014")),
            (503, Some("PGRST000")),
            (504, None),
        ] {
            let failure = refusal(status, code);
            told += &format!(
                "{status} {}\n  {}: {failure}\n  {}\n",
                code.unwrap_or("-"),
                failure.label(),
                failure.remedy()
            );
        }
        insta::assert_snapshot!(told);
    }
}
