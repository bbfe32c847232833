//! What the agent's last line asked, since a bare "500" or "a segunda" means nothing without it.

use super::pattern::PatternSet;
use super::text::Text;
use crate::lead::Field;
use std::sync::LazyLock;

/// The agent's last line.
#[derive(Debug, Default)]
pub struct Question {
    /// Its words.
    pub text: Text,
    /// Fields it asks for, in order, each once.
    pub asks: Vec<Field>,
    /// How many questions it holds.
    pub count: usize,
}

static ASKS: LazyLock<PatternSet<Field>> = LazyLock::new(|| {
    PatternSet::new(include_str!("../../data/questions.txt"), |name| {
        Some(match name {
            "name" => Field::Name,
            "company" => Field::Company,
            "city" => Field::City,
            "email" => Field::Email,
            "cnpj" => Field::Cnpj,
            "product" => Field::Product,
            "volume" => Field::Volume,
            "urgency" => Field::Urgency,
            "knows" => Field::KnowsSeleto,
            "segment" => Field::Segment,
            _ => return None,
        })
    })
});

impl Question {
    /// Reads the agent's last line.
    pub fn new(line: &str) -> Self {
        let text = Text::new([line]);
        let mut asks = Vec::new();
        for found in ASKS.find(&text) {
            let sentence = text.sentence(found.start);
            let asked = sentence.question
                || text.is(found.start, "informe diga conta conte passe manda fale")
                || (sentence.start..found.start).any(|at| {
                    text.is(at, "informe informar diga conta conte preciso passa passe fala manda")
                });
            // "qual o nome da sua empresa" asks for no person.
            let owner = found.label == Field::Name && text.is(found.end, "da do de");
            if asked && !owner && !asks.contains(&found.label) {
                asks.push(found.label);
            }
        }
        let count = text.sentences.iter().filter(|sentence| sentence.question).count();
        Self { text, asks, count }
    }

    /// Whether a field is asked for.
    pub fn asks(&self, field: Field) -> bool {
        self.asks.contains(&field)
    }

    /// Whether this is the only field asked for, in one question.
    pub fn asks_only(&self, field: Field) -> bool {
        self.asks == [field] && self.count <= 1
    }
}
