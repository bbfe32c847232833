//! Leads who write at a steady rate, and a vendor who posts each message until it was accepted.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use seleto::clock::Clock;
use seleto_simulator::zapi::Zapi;
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Messages a second: little for the product, a good part of a core for a debug build.
const RATE: u32 = 10;
/// How many conversations are open side by side.
const SIDE_BY_SIDE: usize = 25;
/// How many messages a conversation gets before another takes its place.
const MESSAGES_EACH: usize = 5;
/// How many conversations show, after the last crash, that the vendor's reports arrive again.
const CANARIES: usize = 5;
/// Numbers that no other lead has.
const CANARIES_FROM: usize = 1_000_000;

/// How tokens begin.
const TOKEN: &str = "zq";

/// What leads of a machine maker ask; none of it is a farewell.
const QUESTIONS: [&str; 5] = [
    "Boa tarde! Vocês fabricam máquina de hambúrguer?",
    "Qual máquina serve para uma padaria?",
    "Quanto tempo demora a entrega?",
    "Vocês têm assistência técnica no Paraná?",
    "Quero saber mais sobre a FB300, pode me explicar?",
];

/// Where the agent takes webhooks, and whether it does so now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    /// The address.
    pub url: String,
    /// Closed before the process is killed or stopped, opened once it listens.
    pub open: bool,
    /// How often it was opened.
    pub opened: u32,
}

/// The doors of all replicas, seen by every message on its way.
pub type Doors = watch::Sender<Vec<Door>>;

/// A message that the agent answered 200.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// Who wrote it.
    pub phone: String,
    /// What.
    pub text: String,
    /// The one word in it that no other message has.
    pub token: String,
    /// The vendor's id.
    pub message_id: String,
    /// When it was posted first, in milliseconds: no reply to it can be older.
    pub posted_at: i64,
    /// How often it was posted.
    pub posts: u32,
}

/// What the leads and the vendor saw of the agent.
#[derive(Default)]
pub struct Record {
    /// Every message, once accepted.
    pub accepted: Vec<Accepted>,
    /// Every answer that is neither a 200 nor the silence of a process that is gone.
    pub complaints: Vec<String>,
}

/// Writes until it is told to stop.
pub struct Load {
    post: Arc<Post>,
    writing: tokio::task::JoinHandle<JoinSet<()>>,
    stop: CancellationToken,
}

struct Post {
    zapi: Zapi,
    http: reqwest::Client,
    doors: Arc<Doors>,
    clock: Clock,
    record: Mutex<Record>,
}

impl Load {
    /// Starts writing.
    pub fn start(zapi: Zapi, doors: Arc<Doors>, seed: u64) -> Self {
        let record = Mutex::default();
        let post = Arc::new(Post { zapi, http: http(), doors, clock: Clock::system(), record });
        let stop = CancellationToken::new();
        let writing = tokio::spawn(write(Arc::clone(&post), seed, stop.clone()));
        Self { post, writing, stop }
    }

    /// Stops writing, lets some new leads write once, and waits until every message is accepted.
    pub async fn finish(self) -> Record {
        self.stop.cancel();
        let mut under_way = self.writing.await.expect("writing ends");
        for canary in 0..CANARIES {
            let number = CANARIES_FROM + canary;
            under_way.spawn(Arc::clone(&self.post).deliver(phone(number), number, QUESTIONS[0]));
        }
        while let Some(done) = under_way.join_next().await {
            done.expect("posting does not panic");
        }
        std::mem::take(&mut *self.post.record.lock().expect("no poster panicked"))
    }
}

/// Every message goes its own way, so that those of one conversation may overtake each other.
async fn write(post: Arc<Post>, seed: u64, stop: CancellationToken) -> JoinSet<()> {
    let mut dice = StdRng::seed_from_u64(seed);
    let mut under_way = JoinSet::new();
    let mut tick = tokio::time::interval(Duration::from_secs(1) / RATE);
    for number in 0.. {
        if stop.run_until_cancelled(tick.tick()).await.is_none() {
            break;
        }
        let conversation = number / MESSAGES_EACH + dice.random_range(0..SIDE_BY_SIDE);
        let question = QUESTIONS[dice.random_range(0..QUESTIONS.len())];
        under_way.spawn(Arc::clone(&post).deliver(phone(conversation), number, question));
    }
    under_way
}

/// The number of a conversation's lead.
fn phone(conversation: usize) -> String {
    format!("5543{:09}", 990_000_000 + conversation)
}

impl Post {
    /// Posts one message until it is accepted, at whichever door is open.
    async fn deliver(self: Arc<Self>, phone: String, number: usize, question: &'static str) {
        let token = token(number);
        let text = format!("{question} (pedido {token})");
        let body = self.zapi.lead(&phone, "Lead de Teste").text_body(&text);
        let message_id = body["messageId"].as_str().expect("a message has an id").to_owned();
        let posted_at = self.clock.now();
        let ended = self.until_accepted(&body).await;
        let mut record = self.record.lock().expect("no poster panicked");
        match ended {
            Ok(posts) => {
                record.accepted.push(Accepted { phone, text, token, message_id, posted_at, posts });
            }
            Err(complaint) => record.complaints.push(complaint),
        }
    }

    /// Answers how often it posted, or what no agent may answer, killed or not.
    async fn until_accepted(&self, body: &Value) -> Result<u32, String> {
        let mut doors = self.doors.subscribe();
        let mut posts = 0;
        loop {
            let seen = doors.wait_for(|doors| doors.iter().any(|door| door.open)).await;
            let seen = seen.expect("the test holds the doors").clone();
            let open: Vec<&Door> = seen.iter().filter(|door| door.open).collect();
            let door = open[posts as usize % open.len()];
            posts += 1;
            match self.http.post(&door.url).json(body).send().await {
                Ok(answer) if answer.status() == 200 => return Ok(posts),
                Ok(answer) => return Err(format!("a webhook was answered {}", answer.status())),
                Err(error) if doors.borrow().contains(door) => {
                    return Err(format!("a running agent gave no answer: {error:?}"));
                }
                // The process is gone: nothing was accepted, so it is posted again.
                Err(_) => {}
            }
        }
    }
}

/// A word for each number, since figures mean something to the agent.
fn token(mut number: usize) -> String {
    let mut token = String::new();
    for _ in 0..5 {
        token.push(char::from(b'a' + u8::try_from(number % 26).expect("below 26")));
        number /= 26;
    }
    format!("{TOKEN}{token}")
}

/// The tokens in a text, in their order.
pub fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|letter: char| !letter.is_ascii_lowercase());
    words.filter(|word| word.len() == TOKEN.len() + 5 && word.starts_with(TOKEN))
}

/// A connection for each post, as from a load balancer: none is found dead when it is used again.
fn http() -> reqwest::Client {
    seleto::http::install_crypto();
    reqwest::Client::builder()
        .no_proxy()
        .retry(reqwest::retry::never())
        .redirect(reqwest::redirect::Policy::none())
        .tls_certs_only([])
        .pool_max_idle_per_host(0)
        .timeout(Duration::from_secs(30))
        .build()
        .expect("a client can be built")
}

/// The messages of each phone, in the order in which they were accepted.
pub fn by_phone(accepted: &[Accepted]) -> HashMap<&str, Vec<&Accepted>> {
    let mut phones: HashMap<&str, Vec<&Accepted>> = HashMap::new();
    for message in accepted {
        phones.entry(&message.phone).or_default().push(message);
    }
    phones
}
