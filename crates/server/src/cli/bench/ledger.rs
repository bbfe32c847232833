//! What was posted, what was acknowledged, and which reply answered what.
//!
//! A reply does not say which message it answers. So the first reply on a phone answers the
//! oldest message that waits there; the load keeps conversations apart, so that hardly ever two
//! wait.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

/// The books of one run.
pub(super) struct Ledger {
    conversations: Vec<Conversation>,
    acknowledgements: Vec<Duration>,
    answers: Vec<Duration>,
    last_answer: Option<Instant>,
    refused: usize,
    duplicated: usize,
}

#[derive(Default)]
struct Conversation {
    waiting: VecDeque<Waiting>,
    last_reply: Option<Instant>,
    /// What was said since the last message: the same words again are a duplicate, others the
    /// next bubble of a long reply.
    said: Vec<String>,
}

struct Waiting {
    posted: Instant,
    /// Dropped when the answer comes: that is how the one who waits hears of it.
    _answered: oneshot::Sender<()>,
}

/// Ends, with or without a value, once the message is answered or refused.
pub(super) type Answered = oneshot::Receiver<()>;

/// What the books say in the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    /// Messages that the agent answered 200.
    pub(super) accepted: usize,
    /// Messages that it did not take.
    pub(super) refused: usize,
    /// Messages with a reply of their own.
    pub(super) answered: usize,
    /// Messages answered together with an earlier one of their conversation.
    pub(super) joined: usize,
    /// Messages that were accepted and that no reply followed.
    pub(super) lost: usize,
    /// Replies that came again.
    pub(super) duplicated: usize,
}

impl Ledger {
    pub(super) fn new(conversations: u32) -> Self {
        Self {
            conversations: (0..conversations).map(|_| Conversation::default()).collect(),
            acknowledgements: Vec::new(),
            answers: Vec::new(),
            last_answer: None,
            refused: 0,
            duplicated: 0,
        }
    }

    /// A message is about to be posted.
    pub(super) fn post(&mut self, conversation: usize, now: Instant) -> Answered {
        let (sender, answered) = oneshot::channel();
        if let Some(conversation) = self.conversations.get_mut(conversation) {
            conversation.waiting.push_back(Waiting { posted: now, _answered: sender });
            conversation.said.clear();
        }
        answered
    }

    /// The agent took it, this long after it was posted.
    pub(super) fn accept(&mut self, took: Duration) {
        self.acknowledgements.push(took);
    }

    /// The agent did not take the message that was posted then.
    pub(super) fn refuse(&mut self, conversation: usize, posted: Instant) {
        self.refused += 1;
        if let Some(conversation) = self.conversations.get_mut(conversation) {
            conversation.waiting.retain(|waiting| waiting.posted != posted);
        }
    }

    /// A lead's phone shows a text of the agent.
    pub(super) fn show(&mut self, conversation: usize, text: &str, now: Instant) {
        let Some(conversation) = self.conversations.get_mut(conversation) else { return };
        conversation.last_reply = Some(now);
        if let Some(waiting) = conversation.waiting.pop_front() {
            self.answers.push(now - waiting.posted);
            self.last_answer = Some(now);
            conversation.said = vec![text.to_owned()];
        } else if conversation.said.iter().any(|said| said == text) {
            self.duplicated += 1;
        } else {
            conversation.said.push(text.to_owned());
        }
    }

    /// Whether no message waits for a reply.
    pub(super) fn is_settled(&self) -> bool {
        self.conversations.iter().all(|conversation| conversation.waiting.is_empty())
    }

    /// How long each acknowledgement took.
    pub(super) fn acknowledgements(&self) -> &[Duration] {
        &self.acknowledgements
    }

    /// How long each reply took, from the post to the phone.
    pub(super) fn answers(&self) -> &[Duration] {
        &self.answers
    }

    /// When the last message got its reply.
    pub(super) fn last_answer(&self) -> Option<Instant> {
        self.last_answer
    }

    /// The books, closed.
    pub(super) fn totals(&self) -> Totals {
        let left = |conversation: &Conversation| {
            let last = conversation.last_reply;
            let joined = |waiting: &&Waiting| last.is_some_and(|at| at > waiting.posted);
            let joined = conversation.waiting.iter().filter(joined).count();
            (joined, conversation.waiting.len() - joined)
        };
        let left: Vec<_> = self.conversations.iter().map(left).collect();
        Totals {
            accepted: self.acknowledgements.len(),
            refused: self.refused,
            answered: self.answers.len(),
            joined: left.iter().map(|(joined, _)| joined).sum(),
            lost: left.iter().map(|(_, lost)| lost).sum(),
            duplicated: self.duplicated,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Play {
        ledger: Ledger,
        start: Instant,
    }

    impl Play {
        fn new() -> Self {
            Self { ledger: Ledger::new(2), start: Instant::now() }
        }

        fn at(&self, ms: u64) -> Instant {
            self.start + Duration::from_millis(ms)
        }

        fn write(&mut self, conversation: usize, ms: u64) -> Answered {
            let answered = self.ledger.post(conversation, self.at(ms));
            self.ledger.accept(Duration::from_millis(1));
            answered
        }

        fn reply(&mut self, conversation: usize, text: &str, ms: u64) {
            self.ledger.show(conversation, text, self.at(ms));
        }
    }

    #[test]
    fn a_reply_answers_its_own_conversation() {
        let mut play = Play::new();
        let (mut one, mut other) = (play.write(0, 0), play.write(1, 5));
        play.reply(1, "oi", 20);
        assert_eq!(play.ledger.answers(), [Duration::from_millis(15)]);
        assert!(other.try_recv() == Err(oneshot::error::TryRecvError::Closed));
        assert!(one.try_recv() == Err(oneshot::error::TryRecvError::Empty));
        assert!(!play.ledger.is_settled());
    }

    #[test]
    fn silence_after_an_acceptance_is_a_loss() {
        let mut play = Play::new();
        let _answered = play.write(0, 0);
        let totals = Totals { accepted: 1, lost: 1, ..Totals::default() };
        assert_eq!(play.ledger.totals(), totals);
    }

    #[test]
    fn the_same_words_again_are_a_duplicate_and_others_the_next_bubble() {
        let mut play = Play::new();
        let _answered = play.write(0, 0);
        play.reply(0, "oi", 10);
        play.reply(0, "tudo bem?", 11);
        play.reply(0, "oi", 12);
        let totals = Totals { accepted: 1, answered: 1, duplicated: 1, ..Totals::default() };
        assert_eq!(play.ledger.totals(), totals);
    }

    #[test]
    fn two_messages_may_share_a_reply() {
        let mut play = Play::new();
        let _answered = (play.write(0, 0), play.write(0, 5));
        play.reply(0, "oi", 20);
        let totals = Totals { accepted: 2, answered: 1, joined: 1, ..Totals::default() };
        assert_eq!(play.ledger.totals(), totals);
    }

    #[test]
    fn a_refused_message_waits_for_nothing() {
        let mut play = Play::new();
        let posted = play.at(0);
        let _answered = play.ledger.post(0, posted);
        play.ledger.refuse(0, posted);
        assert!(play.ledger.is_settled());
        assert_eq!(play.ledger.totals(), Totals { refused: 1, ..Totals::default() });
    }
}
