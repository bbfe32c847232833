//! A local Chatwoot: contacts, conversations and messages by API, people at its dashboard, and the
//! webhooks that tell of both.

mod actions;
mod book;
mod calls;
mod contacts;
mod conversations;
mod dashboard;
mod envelope;
mod messages;
mod webhooks;

use std::io;
use std::sync::{Arc, Mutex};

use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::faults::{Fault, FaultPlan, Reply};
use crate::local_server::LocalServer;
use crate::log::{Log, lock};
use crate::poster::Poster;
use book::Book;
pub use book::{Contact, Conversation, File, Message, MessageKind, Sender, Webhook};
pub use calls::{Call, Operation};
pub use webhooks::{Manner, Post, sign};

/// How the local Chatwoot is set up.
#[derive(Clone)]
pub struct ChatwootConfig {
    /// The port to listen on; 0 takes a free one.
    pub port: u16,
    /// The token that every call must carry.
    pub token: String,
    /// The account in the path of every call.
    pub account: u64,
    /// The API inbox in which conversations live.
    pub inbox: u64,
    /// The person whose token it is: their messages and ours look alike.
    pub owner: String,
    /// The secret with which webhooks are signed; older servers have none.
    pub webhook_secret: Option<String>,
    /// How many calls and webhooks are kept; counters go on beyond it.
    pub keep: usize,
    /// The seed of everything that is left to chance.
    pub seed: u64,
    /// Tells the time that messages carry.
    pub clock: Clock,
}

impl Default for ChatwootConfig {
    fn default() -> Self {
        Self {
            port: 0,
            token: "simulator-chatwoot-token".to_owned(),
            account: 1,
            inbox: 7,
            owner: "Maria Atendente".to_owned(),
            webhook_secret: None,
            keep: 100_000,
            seed: 1,
            clock: Clock::system(),
        }
    }
}

/// A running local Chatwoot; clones share it, and the last one to go stops it.
#[derive(Clone)]
pub struct Chatwoot {
    state: Arc<State>,
    server: Arc<LocalServer>,
}

struct State {
    config: ChatwootConfig,
    book: Mutex<Book>,
    manner: Mutex<Manner>,
    held: Mutex<Vec<webhooks::Told>>,
    calls: Log<Call>,
    posts: Log<Post>,
    faults: Vec<FaultPlan>,
    poster: Poster,
    under_way: tokio::sync::watch::Sender<usize>,
    stop: CancellationToken,
}

impl Chatwoot {
    /// Starts it on `127.0.0.1`, with an empty account.
    pub async fn start(config: ChatwootConfig) -> io::Result<Self> {
        let stop = CancellationToken::new();
        let port = config.port;
        let faults = (0..).zip(Operation::ALL).map(|(n, _)| FaultPlan::seeded(config.seed + n));
        let state = Arc::new(State {
            book: Mutex::default(),
            manner: Mutex::default(),
            held: Mutex::default(),
            calls: Log::bounded(config.keep),
            posts: Log::bounded(config.keep),
            faults: faults.collect(),
            poster: Poster::new(),
            under_way: tokio::sync::watch::Sender::new(0),
            stop: stop.clone(),
            config,
        });
        let server = LocalServer::start(port, calls::router(state.clone()), stop).await?;
        Ok(Self { state, server: Arc::new(server) })
    }

    /// What the agent needs as `CHATWOOT_API_URL`.
    pub fn base_url(&self) -> String {
        self.server.base_url()
    }

    /// The environment that points an agent to this Chatwoot.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let config = &self.state.config;
        let mut pairs = vec![
            ("CHATWOOT_API_URL", self.base_url()),
            ("CHATWOOT_API_TOKEN", config.token.clone()),
            ("CHATWOOT_ACCOUNT_ID", config.account.to_string()),
            ("CHATWOOT_INBOX_ID", config.inbox.to_string()),
        ];
        pairs.extend(
            config.webhook_secret.clone().map(|secret| ("CHATWOOT_WEBHOOK_SECRET", secret)),
        );
        pairs
    }

    /// From now on every event goes to the agent at this address alone, with its webhook secret.
    pub fn call_back(&self, agent_url: &str, webhook_secret: &str) {
        let base = agent_url.trim_end_matches('/');
        let url = format!("{base}/webhook/chatwoot?token={webhook_secret}");
        let mut book = lock(&self.state.book);
        book.webhooks.clear();
        book.add_webhook(&url, webhooks::EVENTS.iter().map(ToString::to_string).collect());
    }

    /// Changes how webhooks are posted.
    pub fn set_manner(&self, manner: Manner) {
        *lock(&self.state.manner) = manner;
    }

    /// Keeps the webhooks of messages that come in by API until [`Chatwoot::release_echoes`].
    pub fn hold_echoes(&self) {
        lock(&self.state.manner).hold_echoes = true;
    }

    /// Posts the webhooks that were held, and holds no more.
    pub async fn release_echoes(&self) {
        lock(&self.state.manner).hold_echoes = false;
        let held = std::mem::take(&mut *lock(&self.state.held));
        self.state.post_all(held).await;
    }

    /// The calls that came in.
    pub fn calls(&self) -> &Log<Call> {
        &self.state.calls
    }

    /// The webhooks that went out, with the agent's answers.
    pub fn posts(&self) -> &Log<Post> {
        &self.state.posts
    }

    /// The faults of one kind of call.
    pub fn faults(&self, operation: Operation) -> &FaultPlan {
        &self.state.faults[operation as usize]
    }

    /// Every call of every kind meets this fault, until [`Chatwoot::heal`].
    pub fn break_down(&self, fault: &Fault) {
        self.state.faults.iter().for_each(|plan| plan.always(fault.clone()));
    }

    /// No call meets a fault from now on.
    pub fn heal(&self) {
        self.state.faults.iter().for_each(FaultPlan::clear);
    }

    /// The contacts of the account.
    pub fn contacts(&self) -> Vec<Contact> {
        lock(&self.state.book).contacts.clone()
    }

    /// The conversations of the account.
    pub fn conversations(&self) -> Vec<Conversation> {
        lock(&self.state.book).conversations.clone()
    }

    /// The messages of a conversation, oldest first.
    pub fn messages(&self, conversation: u64) -> Vec<Message> {
        let book = lock(&self.state.book);
        book.messages
            .iter()
            .filter(|message| message.conversation == conversation)
            .cloned()
            .collect()
    }

    /// The one conversation of the contact with this number.
    pub fn conversation_of(&self, phone: &str) -> Option<Conversation> {
        let book = lock(&self.state.book);
        let wanted = format!("+{phone}");
        let contact =
            book.contacts.iter().find(|contact| contact.phone.as_ref() == Some(&wanted))?;
        book.conversations.iter().rfind(|it| it.contact == contact.id).cloned()
    }

    /// What was said with the contact of this number, a line for each message: `>` by the lead,
    /// `<` to the lead, `#` among colleagues.
    pub fn transcript(&self, phone: &str) -> Vec<String> {
        let Some(conversation) = self.conversation_of(phone) else { return Vec::new() };
        self.messages(conversation.id).iter().map(Message::line).collect()
    }

    /// Waits until no webhook is under way.
    pub async fn settled(&self) {
        let mut under_way = self.state.under_way.subscribe();
        // The sender lives in `self.state`, so the channel cannot close under us.
        under_way.wait_for(|count| *count == 0).await.ok();
    }

    /// Stops accepting, ends what hangs, and waits for open answers.
    pub async fn stop(&self) {
        self.server.stop().await;
    }
}

/// 429 as Chatwoot's throttle answers: plain text, and no word on how long to wait.
pub fn throttled() -> Fault {
    Fault::Answer { accepted: false, reply: Reply::new(429, "text/plain", "Retry later\n") }
}
