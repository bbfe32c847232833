//! The whole story of an invented lead, row by row.

use std::ops::Range;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use seleto_rules::conversation::Memory;
use seleto_rules::lead::{Lead, Urgency};
use seleto_rules::playbook::Playbook;
use seleto_rules::qualification::{Circumstances, Qualification, Temperature, qualify};
use uuid::Uuid;

use super::dice::{canonical, moment, person, phone, pick};
use super::talk::{self, Exchange};
use crate::params;
use crate::store::engine::Value;
use crate::store::seed::{Fill, Table, id_at};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// What a CRM says that does not know the stage it was told.
const REFUSED_DEAL: &str =
    "HTTP 422: a etapa informada não pertence ao funil; confira PIPERUN_STAGE_ID";

/// What all stories have in common.
pub(super) struct Plan {
    /// The same one tells the same stories.
    pub seed: u64,
    /// Now, in milliseconds: nothing happens later.
    pub now: i64,
    /// How many days back they begin.
    pub days: i64,
    /// How many messages each has on average.
    pub messages_each: i64,
    /// The Z-API instance they wrote to.
    pub instance: String,
}

/// Tells the stories of these leads.
pub(super) fn tell(plan: &Plan, numbers: Range<i64>) -> Fill {
    let playbook = Playbook::seleto();
    let mut fill = Fill::default();
    for number in numbers {
        let seed = plan.seed.rotate_left(32) ^ number.unsigned_abs();
        let mut story = Story::begin(plan, &playbook, StdRng::seed_from_u64(seed), number);
        story.talk(&mut fill);
        story.end(&mut fill);
    }
    fill
}

struct Story<'a> {
    plan: &'a Plan,
    dice: StdRng,
    lead_id: Uuid,
    conversation: Uuid,
    phone: String,
    profile_name: String,
    lead: Lead,
    memory: Memory,
    qualification: Qualification,
    messages: i64,
    begun: i64,
    at: i64,
    last: Option<(&'static str, String)>,
    human_since: Option<i64>,
    waiting_since: Option<i64>,
    fence: i64,
}

impl<'a> Story<'a> {
    fn begin(plan: &'a Plan, playbook: &Playbook, mut dice: StdRng, number: i64) -> Self {
        let begun = plan.now - moment(&mut dice, plan);
        let (lead, profile_name, area) = person(&mut dice);
        let memory =
            Memory { greeted: true, opted_out: dice.random_bool(0.03), ..Memory::default() };
        let messages = dice.random_range(1..=plan.messages_each * 2);
        let around = Circumstances::of(&memory, u32::try_from(messages / 2).unwrap_or(1));
        Self {
            lead_id: id_at(begun, dice.random()),
            conversation: id_at(begun, dice.random()),
            phone: phone(area, number),
            profile_name,
            qualification: qualify(playbook, &lead, &around),
            plan,
            dice,
            lead,
            memory,
            messages,
            begun,
            at: begun,
            last: None,
            human_since: None,
            waiting_since: None,
            fence: 0,
        }
    }

    fn talk(&mut self, fill: &mut Fill) {
        let hot = self.qualification.temperature == Temperature::Quente;
        let handed_over = hot && self.dice.random_bool(0.8);
        let agent_until = if handed_over { self.messages * 3 / 4 } else { self.messages };
        let mut written = 0;
        let mut exchange = 0;
        while written < agent_until && self.at < self.plan.now {
            let (says, answer) = self.next_exchange(exchange);
            exchange += 1;
            written += self.exchange(fill, says, answer);
        }
        if handed_over && self.at < self.plan.now {
            self.hand_over(fill, self.messages - written);
        } else if self.memory.opted_out {
            let (says, answer) = talk::OPT_OUT;
            self.exchange(fill, says, answer);
        } else if self.plan.now - self.at < DAY && self.dice.random_bool(0.4) {
            self.lead_says(fill, "Ainda está por aí?", None);
        }
    }

    fn next_exchange(&mut self, number: usize) -> Exchange {
        match number {
            0 => *pick(&mut self.dice, &talk::OPENING),
            1..=5 => talk::FACTS[number - 1],
            _ => *pick(&mut self.dice, &talk::MORE),
        }
    }

    /// A burst and its answer; tells how many messages that was.
    fn exchange(&mut self, fill: &mut Fill, says: &str, answer: &str) -> i64 {
        let mut written = 2;
        let turn = id_at(self.at, self.dice.random());
        if self.dice.random_bool(0.15) {
            let before = *pick(&mut self.dice, &talk::BEFORE);
            self.lead_says(fill, before, Some(turn));
            self.at += self.dice.random_range(SECOND..6 * SECOND);
            written += 1;
        }
        self.lead_says(fill, says, Some(turn));
        let heard = self.at;
        self.at += self.dice.random_range(4 * SECOND..14 * SECOND);
        if self.dice.random_bool(0.02) {
            self.at += self.dice.random_range(20 * SECOND..4 * MINUTE);
        }
        self.turn_row(fill, turn, heard);
        self.we_say(fill, "agent", answer, Some(turn));
        if says.starts_with("Ela é 220") && self.dice.random_bool(0.5) {
            self.ask_engineering(fill);
        }
        self.at += match self.dice.random_range(0..20) {
            0 => self.dice.random_range(DAY..4 * DAY),
            1 | 2 => self.dice.random_range(HOUR..10 * HOUR),
            _ => self.dice.random_range(20 * SECOND..6 * MINUTE),
        };
        written
    }

    /// A seller takes over, and the two write to each other.
    fn hand_over(&mut self, fill: &mut Fill, messages: i64) {
        self.at += self.dice.random_range(2 * MINUTE..5 * HOUR);
        self.human_since = Some(self.at);
        self.audit(fill, "take_over");
        for turn in 0..messages.max(1) {
            if self.at >= self.plan.now {
                break;
            }
            if turn % 2 == 0 {
                let says = *pick(&mut self.dice, &talk::HUMAN);
                self.we_say(fill, "human", says, None);
            } else {
                self.lead_says(fill, "Certo, vou ver e te falo", None);
            }
            self.at += self.dice.random_range(MINUTE..9 * HOUR);
        }
        if self.dice.random_bool(0.6) {
            self.deal(fill);
        }
    }

    /// The deal in the CRM, and how it stands there.
    fn deal(&mut self, fill: &mut Fill) {
        let deal = self.dice.random_range(100_000..9_999_999).to_string();
        let (conversation, at) = (self.conversation, self.at.min(self.plan.now));
        let id = conversation.to_string();
        let refused = self.dice.random_bool(0.02);
        let (deal, state, detail) = if refused {
            (None, "refused", Some(REFUSED_DEAL))
        } else {
            (Some(deal), "done", None)
        };
        if refused {
            let subject = format!("piperun:deal:{id}");
            fill.add(
                Table::Alerts,
                params!["sync_refused", subject, REFUSED_DEAL, at, None::<i64>],
            );
        }
        let row =
            params!["piperun", "deal", id, conversation, deal, None::<&str>, state, 1, detail, at];
        fill.add(Table::Remotes, row);
        let old = self.plan.now - at > 10 * DAY;
        if !refused && old && self.dice.random_bool(0.7) {
            let status = if self.dice.random_bool(0.45) { "ganho" } else { "perdido" };
            let row: [Value; 5] = [
                id_at(at, self.dice.random()).into(),
                self.phone.as_str().into(),
                "crm_status".into(),
                status.into(),
                Value::Time(at),
            ];
            fill.add(Table::Context, row);
        }
    }

    fn lead_says(&mut self, fill: &mut Fill, text: &str, turn: Option<Uuid>) {
        let text = self.fill_in(text);
        let id = id_at(self.at, self.dice.random());
        let spoken = turn.is_some() && self.dice.random_bool(0.08);
        let (kind, written, heard) = if spoken {
            ("audio", String::new(), Some((text.as_str(), "heard")))
        } else {
            ("text", text.clone(), None)
        };
        let (words, state) = heard.unzip();
        let row = params![
            id,
            self.conversation,
            "lead",
            kind,
            written,
            words,
            state,
            turn,
            None::<Uuid>,
            self.at,
            self.at
        ];
        fill.add(Table::Messages, row);
        self.history(fill, id, "user", &text);
        self.last = Some(("lead", text));
        self.waiting_since = if turn.is_none() { Some(self.at) } else { None };
    }

    fn we_say(&mut self, fill: &mut Fill, author: &'static str, text: &str, turn: Option<Uuid>) {
        let text = self.fill_in(text);
        let (id, delivery) =
            (id_at(self.at, self.dice.random()), id_at(self.at, self.dice.random()));
        let row = params![
            id,
            self.conversation,
            author,
            "text",
            &text,
            None::<&str>,
            None::<&str>,
            turn,
            delivery,
            self.at,
            self.at
        ];
        fill.add(Table::Messages, row);
        let role = if author == "agent" { "assistant" } else { "human" };
        self.history(fill, id, role, &text);
        self.deliver(fill, delivery, id, &text, turn);
        self.last = Some((author, text));
        self.waiting_since = None;
    }

    fn deliver(
        &mut self,
        fill: &mut Fill,
        id: Uuid,
        message: Uuid,
        text: &str,
        turn: Option<Uuid>,
    ) {
        let rejected = self.dice.random_bool(0.002);
        let sent = self.at + self.dice.random_range(300..2_500);
        let vendor = format!("{:020X}", self.dice.random::<u64>());
        let (state, outcome, tick) = match self.dice.random_range(0..10) {
            _ if rejected => ("rejected", "rejected", 0),
            0 => ("accepted", "accepted", 1),
            1 | 2 => ("accepted", "accepted", 2),
            _ => ("accepted", "accepted", 3),
        };
        let why = rejected.then_some("HTTP 400: phone number does not exist on WhatsApp");
        let row = params![
            id,
            self.conversation,
            "whatsapp",
            turn,
            message,
            &self.phone,
            text,
            state,
            1,
            self.at,
            self.at,
            sent,
            sent,
            &vendor,
            &vendor,
            tick,
            why
        ];
        fill.add(Table::Deliveries, row);
        let row = params![id, 1, Uuid::nil(), self.fence, "seed", self.at + 20, sent, outcome, why];
        fill.add(Table::Attempts, row);
    }

    fn turn_row(&mut self, fill: &mut Fill, id: Uuid, heard: i64) {
        self.fence += 1;
        let offline = self.dice.random_bool(0.1);
        let (brain, model) =
            if offline { ("offline", None) } else { ("openai", Some("gpt-4o-2024-08-06")) };
        let tokens =
            |dice: &mut StdRng, range: Range<i64>| (!offline).then(|| dice.random_range(range));
        let prompt = tokens(&mut self.dice, 2_400..4_200);
        let cached = tokens(&mut self.dice, 0..2_300);
        let written = tokens(&mut self.dice, 40..260);
        let cost = prompt.zip(cached).zip(written).map(|((prompt, cached), written)| {
            (prompt - cached) * 5 / 2 + cached * 5 / 4 + written * 10
        });
        let took = tokens(&mut self.dice, 700..3_800);
        let row = params![
            id,
            self.conversation,
            self.fence,
            heard + 3_000,
            self.at,
            "answered",
            None::<&str>,
            brain,
            model,
            (!offline).then_some("seed"),
            prompt,
            cached,
            written,
            cost,
            took,
            r#"["product_question"]"#,
            None::<&str>
        ];
        fill.add(Table::Turns, row);
    }

    fn ask_engineering(&mut self, fill: &mut Fill) {
        let question = *pick(&mut self.dice, &talk::QUESTIONS);
        let question = self.fill_in(question);
        let id = id_at(self.at, self.dice.random());
        let product = self.lead.product.as_deref();
        let row: [Value; 5] = [
            id.into(),
            self.phone.as_str().into(),
            question.into(),
            Value::Time(self.at),
            product.into(),
        ];
        fill.add(Table::Questions, row);
    }

    fn history(&mut self, fill: &mut Fill, id: Uuid, role: &str, text: &str) {
        let row: [Value; 5] =
            [id.into(), self.phone.as_str().into(), role.into(), text.into(), Value::Time(self.at)];
        fill.add(Table::History, row);
    }

    fn audit(&mut self, fill: &mut Fill, action: &str) {
        let subject = self.conversation.to_string();
        fill.add(Table::Audit, params![self.at, "console:ana", action, subject, None::<&str>]);
    }

    fn fill_in(&self, text: &str) -> String {
        let lead = &self.lead;
        let or =
            |value: &Option<String>, other: &str| value.clone().unwrap_or_else(|| other.to_owned());
        let first =
            or(&lead.name, &self.profile_name).split(' ').next().unwrap_or_default().to_owned();
        text.replace("{nome}", &first)
            .replace("{empresa}", &or(&lead.company, "minha empresa"))
            .replace("{cidade}", &or(&lead.city, "sua cidade"))
            .replace("{produto}", &or(&lead.product, "máquina"))
            .replace("{volume}", &lead.volume.map_or("pouco ainda".to_owned(), |it| it.in_words()))
    }

    /// The rows of the lead and of the conversation as they stand at the end.
    fn end(&mut self, fill: &mut Fill) {
        let now = self.at.min(self.plan.now);
        let lead = &self.lead;
        let profile = serde_json::to_string(lead).unwrap_or_default();
        fill.add(Table::Profiles, params![self.lead_id, profile, self.profile_name.as_str()]);
        fill.add(Table::Identities, params!["phone", canonical(&self.phone), self.lead_id]);
        let row: [Value; 16] = [
            self.lead_id.into(),
            self.phone.as_str().into(),
            lead.name.as_deref().into(),
            lead.email.as_deref().into(),
            lead.company.as_deref().into(),
            lead.city.as_deref().into(),
            lead.uf.as_deref().into(),
            lead.product.as_deref().into(),
            lead.volume.map(|volume| volume.to_string()).into(),
            lead.urgency.map(Urgency::as_str).into(),
            lead.knows_seleto.into(),
            self.qualification.temperature.as_str().into(),
            self.qualification.reasons.join("; ").into(),
            self.memory.opted_out.into(),
            Value::Time(self.begun),
            Value::Time(now),
        ];
        fill.add(Table::Leads, row);
        self.state_row(fill, now);
    }

    fn state_row(&mut self, fill: &mut Fill, now: i64) {
        let quiet = self.plan.now - now > 30 * DAY;
        let closed = (quiet && self.dice.random_bool(0.7)).then_some(now + DAY);
        let human = self.human_since.is_some() && closed.is_none();
        let (mode, by) = if human { ("human", Some("console:ana")) } else { ("automatic", None) };
        let (author, text) = self.last.take().unwrap_or(("lead", String::new()));
        let memory = serde_json::to_string(&self.memory).unwrap_or_default();
        let waiting = self.waiting_since.filter(|_| closed.is_none());
        let row = params![
            self.conversation,
            self.lead_id,
            &self.plan.instance,
            &self.phone,
            &self.phone,
            mode,
            by,
            self.human_since.unwrap_or(self.begun),
            memory,
            self.begun,
            now,
            now,
            author,
            text.chars().take(160).collect::<String>(),
            waiting,
            i64::from(waiting.is_some()),
            closed
        ];
        fill.add(Table::States, row);
    }
}
