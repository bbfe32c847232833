//! What a turn means for the company's people: a draft, a handoff, when to look again.

use seleto_rules::agent_mode::Conduct;
use seleto_rules::conversation::{Author, Line};
use seleto_rules::follow_up;
use seleto_rules::guardrails::{Cleared, tells_of_a_person};
use seleto_rules::handoff::{self, Why};
use seleto_rules::internal::Internal;
use seleto_rules::notes::Dossier;
use seleto_rules::offline::notices;
use seleto_rules::playbook::Playbook;
use seleto_rules::qualification::{Circumstances, qualify};
use seleto_rules::{bubbles, phone::Phone};
use uuid::Uuid;

use jiff::civil::DateTime;

use crate::brain::Thought;
use crate::clock;
use crate::store::alert::Alarm;
use crate::store::handoff::NewHandoff;
use crate::store::note::Note;
use crate::store::sellers::ToSellers;
use crate::store::turn::{Context, ForPeople, Mode};

/// What becomes of a thought.
pub(super) struct Made {
    /// The thought, with what it said or did not say remembered.
    pub thought: Thought,
    /// What the lead gets.
    pub bubbles: Vec<Cleared>,
    /// What people get.
    pub people: ForPeople,
    /// `answered`, `silent` or `shadow`.
    pub outcome: &'static str,
    /// Who answers from now on and who decided it, when that changes.
    pub mode: Option<(Mode, &'static str)>,
    /// What an operator must learn, or may forget.
    pub alarms: Vec<Alarm>,
}

impl Made {
    /// Nothing is answered; perhaps people owe the answer.
    pub(super) fn silence(thought: Thought, owe: bool) -> Self {
        let people = ForPeople { owe, ..ForPeople::default() };
        Self {
            thought,
            bubbles: Vec::new(),
            people,
            outcome: "silent",
            mode: None,
            alarms: Vec::new(),
        }
    }
}

/// Where and when a thought was made.
pub(super) struct Scene<'a> {
    pub playbook: &'a Playbook,
    pub context: &'a Context,
    pub conversation: Uuid,
    pub now_ms: i64,
    /// The agent takes the conversation back from a human with this turn.
    pub takes_back: bool,
}

impl Scene<'_> {
    /// Makes of a thought what the agent may do toward this lead.
    pub(super) fn make(&self, conduct: Conduct, thought: Thought) -> Made {
        if conduct == Conduct::Draft { self.draft(thought) } else { self.answer(thought) }
    }

    fn now(&self) -> DateTime {
        clock::local(self.now_ms, &self.playbook.time_zone)
    }

    /// In the shadow nothing leaves, and nobody is passed on: people answer, and read the draft.
    fn draft(&self, mut thought: Thought) -> Made {
        let draft = thought.reply.take().map(|reply| {
            let text = format!("*Rascunho do agente (não enviado)*\n\n{}", reply.as_str());
            let note = Note::new(self.conversation, Internal::new(text));
            Note { turn: Some(thought.record.id), ..note }
        });
        thought.memory = thought.memory.heard(&self.context.memory);
        let owe = draft.is_some();
        let people = ForPeople { draft, owe, ..ForPeople::default() };
        Made {
            thought,
            bubbles: Vec::new(),
            people,
            outcome: "shadow",
            mode: None,
            alarms: Vec::new(),
        }
    }

    fn answer(&self, mut thought: Thought) -> Made {
        let handoff = self.handoff(&thought);
        let mut bubbles = thought.reply.as_ref().map(bubbles::split).unwrap_or_default();
        if let Some(notice) = self.notice(&mut thought, handoff.as_ref().map(|handoff| handoff.why))
        {
            // A question stays the last word.
            let last = bubbles.len().saturating_sub(1);
            let asks = last > 0 && bubbles[last].as_str().contains('?');
            bubbles.insert(if asks { last } else { bubbles.len() }, notice);
        }
        let look_at = self.look_at(handoff.as_ref(), &bubbles);
        let people = ForPeople { handoff, look_at, ..ForPeople::default() };
        let outcome = if bubbles.is_empty() { "silent" } else { "answered" };
        let mode = self.takes_back.then_some((Mode::Automatic, "agent"));
        Made { thought, bubbles, people, outcome, mode, alarms: Vec::new() }
    }

    /// The lead is passed on once per episode.
    fn handoff(&self, thought: &Thought) -> Option<NewHandoff> {
        let (context, playbook) = (self.context, self.playbook);
        // With this turn the episode in which somebody took the lead is over.
        if context.handed_over && !self.takes_back {
            return None;
        }
        let after = thought.qualification.as_ref().map(|verdict| verdict.temperature);
        let why = handoff::why(context.temperature, after, &thought.records, &thought.memory)?;
        let card = self.card(why, thought);
        let (now, hours) = (self.now(), &playbook.rules.business_hours);
        let told_at = follow_up::told_at(hours, now);
        let remind_at = follow_up::reminders(hours, told_at).first().copied();
        let ms = |at| clock::instant(at, &playbook.time_zone);
        let sellers = playbook.rules.sellers.iter().map(|seller| seller.phone.clone());
        let (turn, conversation) = (Some(thought.record.id), self.conversation);
        Some(NewHandoff {
            id: Uuid::now_v7(),
            lead: context.lead_id,
            why,
            note: Note { turn, ..Note::new(conversation, card.clone()) },
            message: ToSellers {
                conversation,
                turn,
                phones: sellers.collect(),
                text: card,
                due_at: if told_at == now { self.now_ms } else { ms(told_at) },
            },
            remind_at: remind_at.map(ms),
        })
    }

    fn card(&self, why: Why, thought: &Thought) -> Internal {
        let context = self.context;
        let said = thought.reply.as_ref().map(|text| Line::text(Author::Agent, text.as_str()));
        let lines: Vec<Line> =
            context.history.iter().chain(&context.burst).cloned().chain(said).collect();
        let written = lines.iter().filter(|line| line.author == Author::Lead).count();
        let around = Circumstances::of(&thought.memory, u32::try_from(written).unwrap_or(u32::MAX));
        let phone: Option<Phone> = context.lead_phone.parse().ok();
        handoff::card(
            why,
            &Dossier {
                playbook: self.playbook,
                lead: &thought.lead,
                sender_name: context.sender_name.as_deref(),
                phone: phone.as_ref(),
                qualification: &qualify(self.playbook, &thought.lead, &around),
                memory: &thought.memory,
                lines: &lines,
            },
        )
    }

    /// What the lead is told of people beside the reply: when it is passed on; and, outside business
    /// hours, once per closed period while it waits for them.
    fn notice(&self, thought: &mut Thought, why: Option<Why>) -> Option<Cleared> {
        let (playbook, now) = (self.playbook, self.now());
        let hours = &playbook.rules.business_hours;
        let opening = if hours.is_open(now) { None } else { hours.next_opening(now) };
        let told = opening.is_some() && thought.memory.told_opening == opening;
        let when = opening.and_then(|_| hours.next_opening_in_words(now));
        let reply = thought.reply.as_ref().map(Cleared::as_str);
        // The brake that stopped a loop was no person, and promised none.
        let braked = self.context.braked_at.is_some();
        let waits = opening.is_some()
            && reply.is_some()
            && !told
            && (self.context.handed_over || self.takes_back && !braked);
        let says = reply.is_some_and(|text| tells_of_a_person(text, when.as_deref()));
        let notice = match (why.is_some(), told) {
            // The time was told before: only who goes on may be missing.
            (true, true) if reply.is_some_and(|text| tells_of_a_person(text, None)) => None,
            (true, _) => handoff::notice(playbook, &thought.lead, reply, now),
            (false, _) if waits => handoff::notice(playbook, &thought.lead, reply, now),
            (false, _) => None,
        };
        // Who asked for a person and then tells everything hears once more that it was worth it.
        if why == Some(Why::Hot) {
            notices::remember_handover(&mut thought.memory);
        }
        if opening.is_some() && (says || notice.is_some()) {
            thought.memory.told_opening = opening;
        }
        notice
    }

    /// When there may be something to do about this conversation if nobody writes.
    fn look_at(&self, handoff: Option<&NewHandoff>, bubbles: &[Cleared]) -> Option<i64> {
        let rules = &self.playbook.rules;
        let asks = bubbles.iter().any(|bubble| bubble.as_str().contains('?'));
        let follow_up = || {
            let due = rules.follow_up.due_at(0, self.now(), &rules.business_hours)?;
            asks.then(|| clock::instant(due, &self.playbook.time_zone))
        };
        handoff.and_then(|handoff| handoff.remind_at).or_else(follow_up)
    }
}
