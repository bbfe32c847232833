//! Thinks of a reply: the model when there is one, the offline brain otherwise, guardrails always.

use std::time::Duration;

use seleto_rules::conversation::{Author, Draft, Memory, Record, Turn};
use seleto_rules::facts::{self, Settled};
use seleto_rules::guardrails::{self, Breach, Cleared};
use seleto_rules::lead::{Field, Lead};
use seleto_rules::prompt::Prompt;
use seleto_rules::qualification::{Circumstances, Qualification, qualify};
use seleto_rules::{offline, prompt};

use crate::app::App;
use crate::hash;
use crate::health::State;
use crate::openai::{self, Bill, Completion, Failure, Role, Schema};
use crate::store::turn::{Context, TurnRecord};

/// How long the model may take in all, a rewrite included.
const MODEL_TIME: Duration = Duration::from_secs(30);
/// How many tokens the model may write: the reply and the facts beside it.
const MAX_TOKENS: u32 = 900;

/// What a turn makes: a reply that may leave, and what it changes.
pub struct Thought {
    /// What may leave; `None` keeps silent.
    pub reply: Option<Cleared>,
    /// The lead, with the new facts.
    pub lead: Lead,
    /// What was read about the lead, and what became of it.
    pub facts: Vec<Settled>,
    /// What the dialogue remembers.
    pub memory: Memory,
    /// How near the lead is to buying, when that changed.
    pub qualification: Option<Qualification>,
    /// What to put on record.
    pub records: Vec<Record>,
    /// What explains it.
    pub record: TurnRecord,
    /// How long the model took.
    pub model_time: Duration,
}

impl Thought {
    /// Keeps silent and changes nothing.
    pub fn silent(context: &Context, record: TurnRecord) -> Self {
        Self {
            reply: None,
            lead: context.lead.clone(),
            facts: Vec::new(),
            memory: context.memory.clone(),
            qualification: None,
            records: Vec::new(),
            record,
            model_time: Duration::ZERO,
        }
    }
}

/// Thinks of a reply. It always comes to an end: what the model cannot do, the offline brain does.
pub async fn think(
    app: &App,
    turn: &Turn<'_>,
    context: &Context,
    record: TurnRecord,
    model: bool,
) -> Thought {
    let instructions = app.config.system_prompt.as_deref();
    think_under(instructions, app, turn, context, record, model).await
}

/// The same under other instructions than the playbook's, to compare.
pub async fn think_under(
    instructions: Option<&str>,
    app: &App,
    turn: &Turn<'_>,
    context: &Context,
    record: TurnRecord,
    model: bool,
) -> Thought {
    let held = context.held.clone();
    let mut ledger = Ledger { record, held, model_time: Duration::ZERO, verdicts: Vec::new() };
    let phone = &context.lead_phone;
    let Some(client) = app.openai.as_ref().filter(|_| model) else {
        return think_offline(turn, ledger, offline::think(turn));
    };
    // What needs no answer (a sticker, a thumbs-up, an opt-out) needs no model either.
    if let Some(draft) = offline::without_model(turn) {
        return think_offline(turn, ledger, draft);
    }
    let begun = tokio::time::Instant::now();
    let mut prompt = prompt::build(turn);
    if let Some(instructions) = instructions {
        instructions.clone_into(&mut prompt.system);
    }
    let asked = ask(app, client, turn, prompt, phone, &mut ledger);
    let answer = tokio::time::timeout(MODEL_TIME, asked).await;
    ledger.model_time = begun.elapsed();
    match answer {
        Ok(Some((draft, reply))) => return ledger.close("openai", turn, draft, Some(reply)),
        Ok(None) => {}
        Err(_) => ledger.note("model", "timed_out", "took too long"),
    }
    think_offline(turn, ledger, offline::think(turn))
}

fn think_offline(turn: &Turn<'_>, mut ledger: Ledger, draft: Draft) -> Thought {
    let reply = draft.reply.as_deref().map(|text| {
        guardrails::clear_for(turn, text).unwrap_or_else(|breaches| {
            ledger.breaches("offline", &breaches);
            guardrails::safe_phrase(turn.playbook)
        })
    });
    ledger.close("offline", turn, draft, reply)
}

/// One structured call, and one more when the guardrails stop its reply.
async fn ask(
    app: &App,
    client: &openai::Client,
    turn: &Turn<'_>,
    prompt: Prompt,
    phone: &str,
    ledger: &mut Ledger,
) -> Option<(Draft, Cleared)> {
    ledger.record.prompt_hash = Some(hash::short(&prompt.system));
    ledger.record.prompt = serde_json::to_string(&prompt.messages).ok();
    let model = app.config.openai.as_ref().map(|openai| openai.model.clone())?;
    let mut completion = completion(&model, prompt, Some(phone));
    for round in ["model", "rewrite"] {
        let answer = client.complete(&completion).await;
        app.health.note("openai", state_of(&answer));
        let answer = match answer {
            Ok(answer) => answer,
            Err(failure) => {
                ledger.note(round, failure.label(), &failure.to_string());
                failure.bill().into_iter().for_each(|bill| book(&mut ledger.record, bill));
                return None;
            }
        };
        book(&mut ledger.record, &answer.bill);
        let draft = match prompt::read(&answer.text, turn) {
            Ok(draft) => draft,
            Err(malformed) => {
                ledger.note(round, "malformed", &malformed.to_string());
                return None;
            }
        };
        let text = draft.reply.clone()?;
        match guardrails::clear_for(turn, &text) {
            Ok(reply) => return Some((draft, reply)),
            Err(breaches) => {
                ledger.breaches(round, &breaches);
                completion.messages.push((Role::Assistant, answer.text));
                completion.messages.push((Role::System, rewrite(&breaches)));
            }
        }
    }
    None
}

/// Adds what a call took to a turn's account.
pub fn book(record: &mut TurnRecord, bill: &Bill) {
    let add = |sum: Option<i64>, more: u64| {
        Some(sum.unwrap_or(0).saturating_add(i64::try_from(more).unwrap_or(i64::MAX)))
    };
    record.model = Some(bill.model.clone());
    if let Some(usage) = &bill.usage {
        record.prompt_tokens = add(record.prompt_tokens, usage.prompt);
        record.cached_tokens = add(record.cached_tokens, usage.cached);
        record.completion_tokens = add(record.completion_tokens, usage.completion);
        for (kind, tokens) in
            [("prompt", usage.prompt), ("cached", usage.cached), ("completion", usage.completion)]
        {
            metrics::counter!("seleto_model_tokens_total", "kind" => kind).increment(tokens);
        }
    }
    if let Some(cost) = bill.cost_micro_usd {
        record.cost_micro_usd = add(record.cost_micro_usd, cost);
        metrics::counter!("seleto_model_cost_micro_usd_total").increment(cost);
    }
}

/// The structured call for a prompt.
pub(crate) fn completion(model: &str, prompt: Prompt, phone: Option<&str>) -> Completion {
    let message = |(role, text)| (self::role(role), text);
    Completion {
        model: model.to_owned(),
        system: prompt.system,
        messages: prompt.messages.into_iter().map(message).collect(),
        picture: None,
        schema: Some(Schema { name: "turn".to_owned(), body: prompt.schema }),
        temperature: 0.7,
        max_tokens: MAX_TOKENS,
        deadline: MODEL_TIME,
        phone: phone.map(str::to_owned),
    }
}

fn role(name: &str) -> Role {
    match name {
        "user" => Role::User,
        "assistant" => Role::Assistant,
        _ => Role::System,
    }
}

fn rewrite(breaches: &[Breach]) -> String {
    let rules: Vec<_> = breaches.iter().map(ToString::to_string).collect();
    format!(
        "A resposta acima não pode ser enviada, porque quebra estas regras: {}. Escreva o mesmo \
         JSON de novo, com a resposta corrigida e sem esses trechos.",
        rules.join("; ")
    )
}

/// What the turn's row will tell of the thinking.
struct Ledger {
    record: TurnRecord,
    /// Fields that a human set.
    held: Vec<Field>,
    model_time: Duration,
    verdicts: Vec<String>,
}

impl Ledger {
    /// The word alone goes to the log: the detail may quote what the model wrote.
    fn note(&mut self, round: &str, reason: &'static str, detail: &str) {
        tracing::warn!(round, reason, "the model's answer is not used");
        self.verdicts.push(format!("{round}: {detail}"));
    }

    /// The rule alone goes to the log: what broke it may be the lead's words.
    fn breaches(&mut self, round: &str, breaches: &[Breach]) {
        for breach in breaches {
            tracing::warn!(round, rule = breach.rule, "guardrail stopped a reply");
            self.verdicts.push(format!("{round}: {breach}"));
        }
    }

    fn close(
        mut self,
        brain: &'static str,
        turn: &Turn<'_>,
        draft: Draft,
        reply: Option<Cleared>,
    ) -> Thought {
        let mut lead = turn.lead.clone();
        let facts = facts::settle(&mut lead, &draft.facts, &self.held);
        self.record.brain = Some(brain);
        self.record.intents = serde_json::to_string(&draft.intents).ok();
        self.record.model_ms = self
            .record
            .model
            .is_some()
            .then(|| i64::try_from(self.model_time.as_millis()).unwrap_or(i64::MAX));
        if !self.verdicts.is_empty() {
            self.record.verdicts = serde_json::to_string(&self.verdicts).ok();
        }
        Thought {
            reply,
            qualification: requalify(turn, &lead, &draft.memory),
            lead,
            facts,
            memory: draft.memory,
            records: draft.records,
            record: self.record,
            model_time: self.model_time,
        }
    }
}

/// The lead's qualification, when it is new or another than before the burst.
fn requalify(turn: &Turn<'_>, lead: &Lead, memory: &Memory) -> Option<Qualification> {
    let earlier = turn.history.iter().filter(|line| line.author == Author::Lead).count();
    let judge = |lead, memory, messages: usize| {
        let messages = u32::try_from(messages).unwrap_or(u32::MAX);
        qualify(turn.playbook, lead, &Circumstances::of(memory, messages))
    };
    let now = judge(lead, memory, earlier + turn.burst.len());
    let before = (earlier > 0).then(|| judge(turn.lead, turn.memory, earlier));
    (before.as_ref() != Some(&now)).then_some(now)
}

/// What a call says about the service.
pub fn state_of<T>(answer: &Result<T, Failure>) -> State {
    match answer {
        Err(Failure::Unauthorized { .. } | Failure::QuotaExhausted) => State::Unauthorized,
        Err(Failure::Unreachable(_) | Failure::TimedOut | Failure::ServerError(_)) => {
            State::Unreachable
        }
        // Servers that only answer chats have no list of models.
        Ok(_) | Err(_) => State::Configured,
    }
}
