//! Why a request is refused, and what to do about it: `application/problem+json` (RFC 9457).

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::store;

/// A refused request, in words for who wrote the program.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    /// No token.
    #[error(
        "Envie o cabeçalho Authorization: Bearer <token>. Crie o seu no painel, em Tokens de acesso."
    )]
    NoToken,
    /// A token that opens nothing.
    #[error(
        "Este token não vale: confira se foi copiado inteiro e não foi revogado, ou crie outro no \
         painel, em Tokens de acesso."
    )]
    WrongToken,
    /// The role does not go so far.
    #[error(
        "O perfil do dono deste token não permite isso. Peça a um administrador para mudar o perfil."
    )]
    Forbidden,
    /// No such path.
    #[error("Não há nada neste endereço. Veja as operações em /api/v1/openapi.json.")]
    NotFound,
    /// No such thing; says what.
    #[error("{0}")]
    Missing(&'static str),
    /// The path exists, for another method.
    #[error(
        "Este endereço não aceita o método do pedido. Veja as operações em /api/v1/openapi.json."
    )]
    MethodNotAllowed,
    /// What was written cannot be taken; says why.
    #[error("{0}")]
    Invalid(String),
    /// It is too late or not the time for it; says why.
    #[error("{0}")]
    Conflict(&'static str),
    /// No JSON.
    #[error("O corpo não é JSON válido. Confira aspas, vírgulas e a codificação UTF-8.")]
    NotJson,
    /// Not JSON by its own word.
    #[error("Envie o corpo como JSON, com o cabeçalho Content-Type: application/json.")]
    WrongContentType,
    /// Too many bytes.
    #[error("Pedido grande demais: o limite é 64 KiB. Divida em partes menores.")]
    TooLarge,
    /// Too often.
    #[error("Pedidos demais. Espere um minuto e tente de novo.")]
    TooOften,
    /// The database does not answer.
    #[error("O banco de dados não respondeu. Nada foi alterado: tente de novo em instantes.")]
    Store(#[from] store::Error),
}

impl Problem {
    fn parts(&self) -> (StatusCode, &'static str) {
        match self {
            Self::NoToken => (StatusCode::UNAUTHORIZED, "Falta o token"),
            Self::WrongToken => (StatusCode::UNAUTHORIZED, "Token recusado"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "Sem permissão"),
            Self::NotFound | Self::Missing(_) => (StatusCode::NOT_FOUND, "Não encontrado"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "Método não aceito"),
            Self::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "Pedido inválido"),
            Self::Conflict(_) => (StatusCode::CONFLICT, "Não dá para fazer agora"),
            Self::NotJson => (StatusCode::BAD_REQUEST, "Corpo ilegível"),
            Self::WrongContentType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "Tipo de conteúdo não aceito")
            }
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Grande demais"),
            Self::TooOften => (StatusCode::TOO_MANY_REQUESTS, "Pedidos demais"),
            Self::Store(_) => (StatusCode::SERVICE_UNAVAILABLE, "Não deu certo agora"),
        }
    }

    /// What tells a client by a header what to do.
    fn header(&self) -> Option<(HeaderName, &'static str)> {
        match self {
            Self::NoToken | Self::WrongToken => Some((header::WWW_AUTHENTICATE, "Bearer")),
            Self::TooOften => Some((header::RETRY_AFTER, "60")),
            Self::Store(_) => Some((header::RETRY_AFTER, "5")),
            _ => None,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        if let Self::Store(error) = &self {
            tracing::error!(%error, "a request to the API could not be answered");
        }
        let (status, title) = self.parts();
        let body = serde_json::json!({
            "title": title,
            "status": status.as_u16(),
            "detail": self.to_string(),
        });
        let mut response = (status, Json(body)).into_response();
        let kind = HeaderValue::from_static("application/problem+json; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        if let Some((name, value)) = self.header() {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }
}
