//! The API over HTTP: who gets in, what it answers, what it changes.

mod access;
mod contract;
mod flows;
mod paging;

use reqwest::Method;
use seleto::console::passwords;
use seleto::hash;
use seleto::store::console::accounts::{AddUser, Role};
use seleto::store::console::tokens::{AddToken, RevokeToken};
use serde_json::Value;
use uuid::Uuid;

use crate::world::World;

/// A program that asks.
pub struct Program {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
    user: Uuid,
    id: Uuid,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub kind: String,
    pub body: Value,
}

impl Program {
    /// One that shows this token, or none.
    pub fn with_token(world: &World, token: Option<&str>) -> Self {
        let (http, url) = (world.http.clone(), world.url.clone());
        let token = token.map(str::to_owned);
        Self { http, url, token, user: Uuid::nil(), id: Uuid::nil() }
    }

    /// One that speaks for somebody with this role.
    pub async fn with_role(world: &World, role: Role) -> Self {
        let (user, id, now) = (Uuid::now_v7(), Uuid::now_v7(), world.app.clock.now());
        let login = format!("{}-{}", role.name(), user.simple());
        let (name, actor) = ("Ana".to_owned(), "test".to_owned());
        let add = AddUser { id: user, login, name, role, password: None, actor, now };
        assert!(world.app.store.write(add).await.unwrap());
        let secret = passwords::secret();
        let (hash, name, actor) = (hash::full(&secret), "teste".to_owned(), "test".to_owned());
        let add = AddToken { id, user, name, hash, actor, now };
        assert!(world.app.store.write(add).await.unwrap());
        Self { user, id, ..Self::with_token(world, Some(&secret)) }
    }

    /// Its token opens nothing any more.
    pub async fn revoke(&self, world: &World) {
        let (actor, now) = ("test".to_owned(), world.app.clock.now());
        let revoke = RevokeToken { id: self.id, user: self.user, actor, now };
        assert!(world.app.store.write(revoke).await.unwrap());
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[]).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body.to_string()), &[]).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, Some(body.to_string()), &[]).await
    }

    /// Any request; a body is JSON unless a header says otherwise.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = self.http.request(method, format!("{}/api/v1{path}", self.url));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if !headers.iter().any(|(name, _)| *name == "content-type") && body.is_some() {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.body(body.unwrap_or_default()).send().await.unwrap();
        let kind = response.headers().get("content-type");
        let kind = kind.map_or(String::new(), |kind| kind.to_str().unwrap().to_owned());
        let status = response.status().as_u16();
        let body = response.json().await.unwrap_or(Value::Null);
        Answer { status, kind, body }
    }

    /// All items of a list, page by page.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut address = path.to_owned();
        loop {
            let page = self.get(&address).await;
            assert_eq!(page.status, 200, "{address}: {page:?}");
            items.extend(page.body["items"].as_array().unwrap().iter().cloned());
            let Some(next) = page.body["next"].as_str() else { return items };
            let joint = if path.contains('?') { '&' } else { '?' };
            address = format!("{path}{joint}cursor={next}");
        }
    }
}

/// The id of the one conversation.
pub async fn conversation(world: &World) -> String {
    world.value("SELECT id FROM conversation_states").await
}
