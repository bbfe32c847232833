//! The console over HTTP: who gets in, what it shows, what it changes.

mod access;
mod agent_page;
mod conversations;
mod internal_notes;
mod login;
mod playbook;

use seleto::console::passwords;
use seleto::hash;
use seleto::store::console::accounts::{AddUser, Role};
use seleto::store::console::sessions::BeginSession;
use uuid::Uuid;

use crate::world::World;

/// Somebody at the console.
pub struct Person {
    http: reqwest::Client,
    url: String,
    /// What the browser keeps; empty: not logged in.
    pub cookie: String,
    csrf: String,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub body: String,
    pub location: Option<String>,
    pub cookie: Option<String>,
    pub policy: String,
}

impl Person {
    /// Nobody yet.
    pub fn stranger(world: &World) -> Self {
        let (http, url) = (world.http.clone(), world.url.clone());
        Self { http, url, cookie: String::new(), csrf: String::new() }
    }

    /// Somebody with this role, logged in.
    pub async fn with_role(world: &World, role: Role) -> Self {
        let login = format!("{}-{}", role.name(), Uuid::new_v4().simple());
        Self::account(world, &login, role, None).await
    }

    /// An account, logged in.
    pub async fn account(world: &World, login: &str, role: Role, password: Option<&str>) -> Self {
        let (id, now) = (Uuid::now_v7(), world.app.clock.now());
        let password = match password {
            Some(password) => Some(passwords::hash(password.to_owned()).await.unwrap()),
            None => None,
        };
        let (login, name) = (login.to_owned(), "Ana".to_owned());
        let actor = "test".to_owned();
        let add = AddUser { id, login, name, role, password, actor, now };
        assert!(world.app.store.write(add).await.unwrap());
        let (secret, csrf) = (passwords::secret(), passwords::secret());
        let begin = BeginSession {
            hash: hash::full(&secret),
            earlier: None,
            user: id,
            csrf: csrf.clone(),
            subjects: [String::new(), String::new()],
            now,
        };
        world.app.store.write(begin).await.unwrap();
        let cookie = format!("seleto_sessao={secret}");
        Self { cookie, csrf, ..Self::stranger(world) }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(reqwest::Method::GET, path, &[], &[]).await
    }

    /// Posts a form as a page of ours would.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let fields = [&[("csrf", self.csrf.as_str())], fields].concat();
        let ours = [("sec-fetch-site", "same-origin")];
        self.send(reqwest::Method::POST, path, &fields, &ours).await
    }

    /// Any request.
    pub async fn send(
        &self,
        method: reqwest::Method,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Answer {
        let body = reqwest::Url::parse_with_params("http://form", fields).unwrap();
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.url));
        if !self.cookie.is_empty() {
            request = request.header("cookie", &self.cookie);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if method == reqwest::Method::POST {
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body.query().unwrap_or_default().to_owned());
        }
        let response = request.send().await.unwrap();
        let header = |name: &str| {
            let value = response.headers().get(name);
            value.map(|value| value.to_str().unwrap().to_owned())
        };
        let status = response.status().as_u16();
        let (location, cookie) = (header("location"), header("set-cookie"));
        let policy = header("content-security-policy").unwrap_or_default();
        let streams = header("content-type").is_some_and(|kind| kind.contains("event-stream"));
        // A stream has no end.
        let body = if streams { String::new() } else { response.text().await.unwrap() };
        Answer { status, body, location, cookie, policy }
    }
}

impl Answer {
    /// The session that it sets, as a browser sends it.
    pub fn session(&self) -> Option<String> {
        self.cookie.as_deref()?.split(';').next().map(str::to_owned)
    }
}
