//! Who calls: the rules of the older keys, which are JWTs, and of the new ones, which are not.

use axum::http::HeaderMap;

use super::SupabaseConfig;
use super::errors;
use crate::faults::Reply;

/// The role that a call runs as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Service,
    Anon,
}

impl Role {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Service => "service_role",
            Self::Anon => "anon",
        }
    }
}

pub(super) struct Keys {
    secret: String,
    service: String,
    anon: String,
}

impl Keys {
    pub(super) fn of(config: &SupabaseConfig) -> Self {
        Self {
            secret: config.secret_key.clone(),
            service: config.service_role_key.clone(),
            anon: config.anon_key.clone(),
        }
    }

    /// The gateway looks at `apikey`, then PostgREST at the token that is left.
    pub(super) fn role(&self, headers: &HeaderMap) -> Result<Role, Reply> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let bearer = text("authorization").map(|value| value.trim_start_matches("Bearer "));
        let Some(key) = text("apikey") else {
            let hint = "No `apikey` request header or url param was found.";
            return Err(errors::gateway(401, "No API key found in request", hint));
        };
        if key == self.secret {
            let agent = text("user-agent").unwrap_or_default();
            if agent.contains("Mozilla") {
                let hint = "Secret API keys can only be used in a protected environment.";
                return Err(errors::gateway(
                    401,
                    "Forbidden use of secret API key in browser",
                    hint,
                ));
            }
            // Only where there is no other token does the gateway put one in.
            return bearer.map_or(Ok(Role::Service), |token| self.role_of(token));
        }
        if key != self.service && key != self.anon {
            let hint = "Double check your Supabase `anon` or `service_role` API key.";
            return Err(errors::gateway(401, "Invalid API key", hint));
        }
        bearer.map_or(Ok(Role::Anon), |token| self.role_of(token))
    }

    fn role_of(&self, token: &str) -> Result<Role, Reply> {
        let parts = token.split('.').count();
        if parts != 3 {
            let message = format!("Expected 3 parts in JWT; got {parts}");
            return Err(errors::error(401, "PGRST301", &message, None));
        }
        match token {
            token if token == self.service => Ok(Role::Service),
            token if token == self.anon => Ok(Role::Anon),
            _ => {
                let message = "No suitable key or wrong key type";
                Err(errors::error(401, "PGRST301", message, None))
            }
        }
    }
}
