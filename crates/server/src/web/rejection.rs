//! Why a request is refused, in words that say what to do.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// A refused request; the sender finds the reason in the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// No such path.
    #[error("caminho desconhecido: confira o endereço com `seleto webhook-urls`")]
    NotFound,
    /// The path exists, for another method.
    #[error("método não aceito neste caminho: webhooks são enviados com POST")]
    MethodNotAllowed,
    /// Neither the secret nor the instance's token fits.
    #[error(
        "não autorizado: acrescente ?token=<WEBHOOK_SECRET> ao endereço (veja `seleto \
         webhook-urls`) ou envie o cabeçalho z-api-token da instância"
    )]
    Unauthorized,
    /// Chatwoot's signature is missing, old, or made with another secret.
    #[error(
        "assinatura recusada: confira CHATWOOT_WEBHOOK_SECRET (no Chatwoot, Configurações > \
         Integrações > Webhooks) e o relógio do servidor"
    )]
    BadSignature,
    /// The event is about somebody else's instance.
    #[error("instanceId de outra instância: confira ZAPI_INSTANCE_ID e o webhook no painel")]
    OtherInstance,
    /// Not JSON by its own word.
    #[error("tipo de conteúdo não aceito: envie Content-Type: application/json")]
    WrongContentType,
    /// More bytes than a webhook can have.
    #[error("corpo grande demais: o limite é 256 KiB")]
    TooLarge,
    /// The body ended early or came too slowly.
    #[error("corpo incompleto: envie de novo")]
    Incomplete,
    /// The body is no JSON.
    #[error("o corpo não é JSON válido")]
    NotJson,
    /// The body is JSON, but no object.
    #[error("o corpo deve ser um objeto JSON")]
    NotAnObject,
    /// The database does not take it: nothing is stored, the sender must keep it.
    #[error("não foi possível gravar agora: nada foi aceito, envie de novo em instantes")]
    NotStored,
}

impl Rejection {
    fn status(self) -> StatusCode {
        match self {
            Rejection::NotFound => StatusCode::NOT_FOUND,
            Rejection::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Rejection::Unauthorized | Rejection::BadSignature => StatusCode::UNAUTHORIZED,
            Rejection::OtherInstance => StatusCode::FORBIDDEN,
            Rejection::WrongContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Rejection::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Rejection::Incomplete | Rejection::NotJson => StatusCode::BAD_REQUEST,
            Rejection::NotAnObject => StatusCode::UNPROCESSABLE_ENTITY,
            Rejection::NotStored => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let body = Json(serde_json::json!({ "error": self.to_string() }));
        let mut response = (self.status(), body).into_response();
        if self == Rejection::NotStored {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, header::HeaderValue::from_static("5"));
        }
        response
    }
}
