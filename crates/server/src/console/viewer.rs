//! Who looks at a page, and how they like it.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use seleto_rules::agent_mode::AgentMode;

use uuid::Uuid;

use super::{Problem, cookies};
use crate::store::console::accounts::Role;
use crate::store::console::sessions::Session;

/// Light, dark, or as the system is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system is.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Who looks at a page. A handler takes it as an argument; the guard has put it there.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// Their account; a demonstration's guest has none.
    pub user: Option<Uuid>,
    /// What is typed at the login.
    pub login: String,
    /// How others see them.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// What every change must carry.
    pub csrf: String,
    /// How they like it.
    pub theme: Theme,
    /// Nobody logged in: a demonstration on this machine.
    pub is_guest: bool,
    /// How far the agent is let loose.
    pub agent: AgentMode,
}

impl Viewer {
    pub(super) fn of(session: Session, headers: &HeaderMap) -> Self {
        Self {
            user: Some(session.user),
            login: session.login,
            name: session.name,
            role: session.role,
            csrf: session.csrf,
            theme: Theme::of(headers),
            is_guest: false,
            agent: session.agent,
        }
    }

    /// The visitor of a demonstration.
    pub(super) fn guest() -> Self {
        Self {
            user: None,
            login: "demonstracao".to_owned(),
            name: "Visitante".to_owned(),
            role: Role::Admin,
            csrf: super::passwords::secret(),
            theme: Theme::System,
            is_guest: true,
            agent: AgentMode::default(),
        }
    }

    pub(super) fn looking(&self, headers: &HeaderMap, agent: AgentMode) -> Self {
        Self { theme: Theme::of(headers), agent, ..self.clone() }
    }

    /// Their name in the audit.
    pub fn actor(&self) -> String {
        format!("console:{}", self.login)
    }

    /// Whether they may do what this role may.
    pub fn may(&self, role: Role) -> bool {
        self.role >= role
    }
}

impl Theme {
    /// What the browser remembers.
    pub fn of(headers: &HeaderMap) -> Self {
        match cookies::get(headers, "tema") {
            Some("claro") => Self::Light,
            Some("escuro") => Self::Dark,
            _ => Self::System,
        }
    }

    /// Its name in the cookie and in the page.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "sistema",
            Self::Light => "claro",
            Self::Dark => "escuro",
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Viewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or(Problem::Forbidden)
    }
}
