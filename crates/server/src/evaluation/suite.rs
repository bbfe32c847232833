//! Scenarios: dialogues with what must be true of the replies and of the record at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use seleto_rules::lead::{Field, Lead};
use seleto_rules::qualification::Temperature;
use serde::Deserialize;

use super::dialogue::{Burst, Dialogue};
use crate::store::outcome::Register;

/// A dialogue with its expectations.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What the lead writes.
    pub dialogue: Dialogue,
    /// What it shows, in a sentence.
    pub about: String,
    /// What must be true.
    pub expect: Expectation,
}

/// What must be true after a dialogue, beside the rules that hold for every reply.
#[derive(Clone, Debug, Default)]
pub struct Expectation {
    /// Fields with exactly these values.
    pub lead: Lead,
    /// Fields that nobody told and nobody may know.
    pub unknown: Vec<Field>,
    /// How near the lead is to buying.
    pub temperature: Option<Temperature>,
    /// What is on record, and nothing else.
    pub registers: BTreeSet<Register>,
    /// What must be true of single replies.
    pub replies: Vec<ReplyExpectation>,
}

/// What must be true of one reply, or of all.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReplyExpectation {
    /// Which one, from 1; without it the whole dialogue.
    pub turn: Option<usize>,
    /// Fragments that must be there; `A|B` are alternatives.
    pub mentions: Vec<String>,
    /// Fragments that must not.
    pub avoids: Vec<String>,
    /// Nothing may be sent.
    pub silent: bool,
}

/// Why a suite cannot be run.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", file.display())]
pub struct BadSuite {
    /// The file or folder.
    pub file: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    scenario: Vec<Written>,
}

/// A scenario as it is written down.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    about: String,
    #[serde(default)]
    sender_name: String,
    turns: Vec<Burst>,
    #[serde(default)]
    lead: toml::Table,
    #[serde(default)]
    unknown: Vec<Field>,
    temperature: Option<Temperature>,
    #[serde(default)]
    registers: BTreeSet<Register>,
    #[serde(default)]
    reply: Vec<ReplyExpectation>,
}

/// Reads a suite: one file, or every `*.toml` of a folder in the order of their names.
///
/// # Errors
/// The first file that cannot be read, is not a suite, or repeats a name.
pub fn read(path: &Path) -> Result<Vec<Scenario>, BadSuite> {
    let mut scenarios = Vec::new();
    let mut seen: BTreeMap<String, PathBuf> = BTreeMap::new();
    for file in files(path)? {
        let bad = |reason: String| BadSuite { file: file.clone(), reason };
        let text = std::fs::read_to_string(&file)
            .map_err(|error| bad(format!("não consegui ler: {error}")))?;
        for scenario in parse(&text).map_err(bad)? {
            let id = scenario.dialogue.id.clone();
            if let Some(other) = seen.insert(id.clone(), file.clone()) {
                return Err(bad(format!("o id \"{id}\" já está em {}", other.display())));
            }
            scenarios.push(scenario);
        }
    }
    if scenarios.is_empty() {
        let reason = "nenhum cenário (arquivos *.toml com [[scenario]])".to_owned();
        return Err(BadSuite { file: path.to_owned(), reason });
    }
    Ok(scenarios)
}

fn files(path: &Path) -> Result<Vec<PathBuf>, BadSuite> {
    let bad = |error: std::io::Error| BadSuite {
        file: path.to_owned(),
        reason: format!("não consegui ler: {error}"),
    };
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(bad)? {
        let file = entry.map_err(bad)?.path();
        if file.extension().is_some_and(|extension| extension == "toml") {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

fn parse(text: &str) -> Result<Vec<Scenario>, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    file.scenario.into_iter().map(Written::check).collect()
}

impl Written {
    fn check(self) -> Result<Scenario, String> {
        let bad = |reason: String| Err(format!("cenário \"{}\": {reason}", self.id));
        if self.turns.is_empty() {
            return bad("não tem nenhuma mensagem (turns)".to_owned());
        }
        let is_field = |key: &String| Field::ALL.iter().any(|field| field.key() == key);
        if let Some(key) = self.lead.keys().find(|key| !is_field(key)) {
            return bad(format!("lead não tem o campo \"{key}\""));
        }
        let outside = |reply: &&ReplyExpectation| {
            reply.turn.is_some_and(|turn| turn == 0 || turn > self.turns.len())
        };
        if let Some(reply) = self.reply.iter().find(outside) {
            return bad(format!("não há o turno {}", reply.turn.unwrap_or_default()));
        }
        let lead = match self.lead.try_into::<Lead>() {
            Ok(lead) => lead,
            Err(error) => return Err(format!("cenário \"{}\": lead: {error}", self.id)),
        };
        Ok(Scenario {
            dialogue: Dialogue { id: self.id, sender_name: self.sender_name, turns: self.turns },
            about: self.about,
            expect: Expectation {
                lead,
                unknown: self.unknown,
                temperature: self.temperature,
                registers: self.registers,
                replies: self.reply,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(rest: &str) -> String {
        let text = format!(
            "[[scenario]]\nid = \"a\"\nabout = \"b\"\nturns = [\"oi\", [\"a\", \"b\"]]\n{rest}"
        );
        parse(&text).unwrap_err()
    }

    #[test]
    fn slips_in_a_scenario_are_told_and_not_ignored() {
        assert!(refused("lead = { nome = \"Ana\" }").contains("lead não tem o campo \"nome\""));
        assert!(refused("[[scenario.reply]]\nturn = 3").contains("não há o turno 3"));
        assert!(refused("[[scenario.reply]]\nmention = [\"x\"]").contains("mention"));
        assert!(refused("temperature = \"morna\"").contains("morna"));
        assert!(refused("registers = [\"optout\"]").contains("optout"));
        assert!(refused("unknown = [\"nome\"]").contains("nome"));
    }
}
