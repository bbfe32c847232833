//! A local Z-API: takes sends, queues them, shows them on the leads' phones, calls the agent back.

mod actions;
mod callbacks;
mod calls;
mod envelope;
mod lead;
mod queue;
mod webhook_urls;

use std::io;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Bytes;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::faults::FaultPlan;
use crate::local_server::LocalServer;
use crate::log::{Log, lock};
use crate::phones::Phones;
use crate::poster::{Answer, PostError, Poster};
use actions::Media;
pub use callbacks::{CallbackPlan, Event, Post};
pub use calls::{Call, Operation};
pub use lead::{Lead, Posted};
pub use queue::Pace;
use queue::Queue;
pub use webhook_urls::WebhookUrls;

/// How the local Z-API is set up.
#[derive(Clone)]
pub struct ZapiConfig {
    /// The port to listen on; 0 takes a free one.
    pub port: u16,
    /// The instance in the path of every call.
    pub instance_id: String,
    /// The instance's token, in the path of every call and in the header of every webhook.
    pub instance_token: String,
    /// The account's token, which every call must carry; `None` leaves it unchecked.
    pub client_token: Option<String>,
    /// The company's own number.
    pub connected_phone: String,
    /// Where the agent takes webhooks; usually known only once the agent runs.
    pub webhooks: WebhookUrls,
    /// Whether messages sent through the API come back as `fromMe`, `fromApi` echoes.
    pub notify_sent_by_me: bool,
    /// How fast the queue is sent.
    pub pace: Pace,
    /// The seed of everything that is left to chance.
    pub seed: u64,
    /// How many calls, webhooks and bubbles are kept; counters go on beyond it.
    pub keep: usize,
    /// Tells the time that messages carry.
    pub clock: Clock,
}

impl Default for ZapiConfig {
    fn default() -> Self {
        Self {
            port: 0,
            instance_id: "3C0FFEE0SIMULATOR0INSTANCE000001".to_owned(),
            instance_token: "5EC4E7SIMULATOR0TOKEN00000000001".to_owned(),
            client_token: Some("F00D0SIMULATOR0CLIENT0TOKEN0001S".to_owned()),
            connected_phone: "554733330000".to_owned(),
            webhooks: WebhookUrls::default(),
            notify_sent_by_me: true,
            pace: Pace::immediate(),
            seed: 1,
            keep: 100_000,
            clock: Clock::system(),
        }
    }
}

/// A running local Z-API; clones share it, and the last one to go stops it.
#[derive(Clone)]
pub struct Zapi {
    state: Arc<State>,
    server: Arc<LocalServer>,
}

struct State {
    config: ZapiConfig,
    webhooks: Mutex<WebhookUrls>,
    notify_sent_by_me: AtomicBool,
    queue: Queue,
    phones: Phones,
    absent: Mutex<Vec<String>>,
    media: Mutex<Vec<Media>>,
    calls: Log<Call>,
    posts: Log<Post>,
    faults: Vec<FaultPlan>,
    callbacks: Vec<CallbackPlan>,
    poster: Poster,
    under_way: tokio::sync::watch::Sender<usize>,
    stop: CancellationToken,
}

impl Zapi {
    /// Starts it on `127.0.0.1`.
    pub async fn start(config: ZapiConfig) -> io::Result<Self> {
        let stop = CancellationToken::new();
        let port = config.port;
        let state = Arc::new(State::new(config, stop.clone()));
        let server = LocalServer::start(port, calls::router(state.clone()), stop).await?;
        tokio::spawn(queue::run(state.clone()));
        Ok(Self { state, server: Arc::new(server) })
    }

    /// What the agent needs as `ZAPI_API_URL`.
    pub fn base_url(&self) -> String {
        self.server.base_url()
    }

    /// `host:port`, as `MEDIA_ALLOWED_HOSTS` names it.
    pub fn authority(&self) -> String {
        self.server.authority()
    }

    /// The environment that points an agent to this Z-API.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let config = &self.state.config;
        vec![
            ("ZAPI_API_URL", self.base_url()),
            ("ZAPI_INSTANCE_ID", config.instance_id.clone()),
            ("ZAPI_INSTANCE_TOKEN", config.instance_token.clone()),
            ("ZAPI_CLIENT_TOKEN", config.client_token.clone().unwrap_or_default()),
            ("MEDIA_ALLOWED_HOSTS", self.authority()),
        ]
    }

    /// Stops accepting, ends what hangs, and waits for open answers.
    pub async fn stop(&self) {
        self.server.stop().await;
    }

    /// Resolves when it stops.
    pub(crate) fn stopped(&self) -> impl Future<Output = ()> + Send + use<> {
        self.state.stop.clone().cancelled_owned()
    }

    /// From now on webhooks go to these addresses.
    pub fn set_webhooks(&self, urls: WebhookUrls) {
        *lock(&self.state.webhooks) = urls;
    }

    /// What the leads' phones show.
    pub fn phones(&self) -> &Phones {
        &self.state.phones
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

    /// What may go wrong with one kind of webhook.
    pub fn callbacks(&self, event: Event) -> &CallbackPlan {
        &self.state.callbacks[event as usize]
    }

    /// A person with a phone; `phone` is digits with country code, or a lid.
    pub fn lead(&self, phone: &str, name: &str) -> Lead {
        Lead::new(self.clone(), phone, name)
    }

    /// A lead writes a text; see [`Zapi::lead`] for everything else that leads do.
    pub async fn write(&self, phone: &str, name: &str, text: &str) -> Result<Posted, PostError> {
        self.lead(phone, name).write(text).await
    }

    /// Posts any bytes to the address of received messages, with the true headers.
    pub async fn post_raw(
        &self,
        content_type: &str,
        body: impl Into<Bytes>,
    ) -> Result<Answer, PostError> {
        self.state.post(Event::Received, content_type, body.into()).await
    }

    /// Posts any JSON to the address of received messages, with the true headers.
    pub async fn post_json(&self, body: &Value) -> Result<Answer, PostError> {
        self.post_raw("application/json", body.to_string()).await
    }

    /// Posts any JSON to the address of one kind of event: connection and presence among them.
    pub async fn post_event(&self, event: Event, body: &Value) -> Result<Answer, PostError> {
        self.state.post(event, "application/json", body.to_string().into()).await
    }

    /// Changes how fast the queue is sent.
    pub fn set_pace(&self, pace: Pace) {
        self.state.queue.set_pace(pace);
        self.state.pump();
    }

    /// The company's phone loses its connection: sends wait in the queue.
    pub fn disconnect(&self) {
        let _busy = self.state.busy();
        self.state.queue.set_connected(false);
        self.state.tell_connection(false);
    }

    /// The company's phone is back: the queue is sent by itself, however old it is.
    pub fn reconnect(&self) {
        self.state.queue.set_connected(true);
        self.state.tell_connection(true);
        self.state.pump();
    }

    /// This number has no WhatsApp: sends are accepted and fail in the delivery callback.
    pub fn set_absent(&self, phone: &str) {
        lock(&self.state.absent).push(phone.to_owned());
    }

    /// Serves a file as Z-API serves media, and gives its address.
    pub fn host_media(&self, file_name: &str, mime_type: &str, bytes: impl Into<Bytes>) -> String {
        let media = Media {
            name: file_name.to_owned(),
            mime_type: mime_type.to_owned(),
            bytes: bytes.into(),
        };
        let mut hosted = lock(&self.state.media);
        hosted.push(media);
        format!("{}/media/{}/{file_name}", self.base_url(), hosted.len() - 1)
    }

    /// Waits until nothing in the queue can go and no webhook is under way.
    pub async fn settled(&self) {
        let mut under_way = self.state.under_way.subscribe();
        loop {
            let none = *under_way.borrow_and_update() == 0;
            if none && self.state.queue.is_idle() {
                return;
            }
            // The sender lives in `self.state`, so the channel cannot close under us.
            under_way.changed().await.ok();
        }
    }
}

impl State {
    fn new(config: ZapiConfig, stop: CancellationToken) -> Self {
        let faults = (0..Operation::COUNT).map(|n| FaultPlan::seeded(config.seed + n as u64));
        let callbacks = (0..Event::COUNT).map(|n| CallbackPlan::seeded(config.seed + n as u64));
        Self {
            webhooks: Mutex::new(config.webhooks.clone()),
            notify_sent_by_me: AtomicBool::new(config.notify_sent_by_me),
            queue: Queue::new(config.pace.clone(), config.seed),
            phones: Phones::bounded(config.keep),
            absent: Mutex::default(),
            media: Mutex::default(),
            calls: Log::bounded(config.keep),
            posts: Log::bounded(config.keep),
            faults: faults.collect(),
            callbacks: callbacks.collect(),
            poster: Poster::new(),
            under_way: tokio::sync::watch::Sender::new(0),
            stop,
            config,
        }
    }

    fn now_ms(&self) -> i64 {
        self.config.clock.now_ms()
    }

    fn echoes(&self) -> bool {
        self.notify_sent_by_me.load(Ordering::Relaxed)
    }

    fn is_absent(&self, phone: &str) -> bool {
        lock(&self.absent).iter().any(|absent| absent == phone)
    }

    /// Counts one thing that is not settled yet, until the guard goes.
    fn busy(self: &Arc<Self>) -> Busy {
        self.under_way.send_modify(|count| *count += 1);
        Busy(self.clone())
    }
}

struct Busy(Arc<State>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.under_way.send_modify(|count| *count -= 1);
    }
}

/// An id as WhatsApp makes them.
fn new_message_id() -> String {
    let id = uuid::Uuid::new_v4().simple().to_string().to_uppercase();
    format!("3EB0{}", &id[..16])
}

/// An id as Z-API makes them.
fn new_zaap_id() -> String {
    uuid::Uuid::new_v4().simple().to_string().to_uppercase()
}
