//! Why a page cannot be shown or a change is not made, and what to do about it.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::layout;
use crate::store;

/// A refused request, in words for who made it.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// There is no such page, conversation or person.
    #[error("Não encontrei esta página. O endereço pode ter mudado ou o registro foi apagado.")]
    NotFound,
    /// Their role does not go so far.
    #[error(
        "Seu perfil não permite isso. Peça a um administrador para fazer ou para mudar seu perfil."
    )]
    Forbidden,
    /// The page is older than the session.
    #[error("Esta página ficou aberta tempo demais. Recarregue e tente de novo.")]
    Stale,
    /// The browser says that another site asks.
    #[error(
        "O pedido veio de outro site e foi recusado. Abra o painel diretamente e tente de novo."
    )]
    OtherOrigin,
    /// Too much text.
    #[error("Texto grande demais. Divida em partes menores.")]
    TooLarge,
    /// What was written cannot be taken; says why.
    #[error("{0}")]
    Invalid(String),
    /// Too often.
    #[error("Muitas tentativas. Espere um minuto e tente de novo.")]
    TooOften,
    /// Somebody else's service did not do it; says why.
    #[error("{0}")]
    Upstream(String),
    /// The database does not answer.
    #[error("O banco de dados não respondeu. Nada foi alterado: tente de novo em instantes.")]
    Store(#[from] store::Error),
    /// The process is stopping.
    #[error("O serviço está reiniciando. Tente de novo em instantes.")]
    Stopping(#[from] tokio::task::JoinError),
}

impl Problem {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden | Self::Stale | Self::OtherOrigin => StatusCode::FORBIDDEN,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooOften => StatusCode::TOO_MANY_REQUESTS,
            Self::Upstream(_) => StatusCode::BAD_GATEWAY,
            Self::Store(_) | Self::Stopping(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::NotFound => "Não encontrado",
            Self::Forbidden => "Sem permissão",
            Self::Stale | Self::OtherOrigin => "Pedido recusado",
            Self::TooLarge | Self::Invalid(_) => "Não deu para salvar",
            Self::TooOften => "Calma lá",
            Self::Upstream(_) | Self::Store(_) | Self::Stopping(_) => "Não deu certo agora",
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        if let Self::Store(error) = &self {
            tracing::error!(%error, "a page of the console could not be made");
        }
        let page = layout::notice(self.title(), &self.to_string());
        (self.status(), page).into_response()
    }
}
