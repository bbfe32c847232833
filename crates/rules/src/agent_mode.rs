//! How far the agent is let loose: off, in the shadow, for listed numbers, or on.

use serde::{Deserialize, Serialize};

use crate::phone::Phone;

/// A step of the rollout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Stores what comes and never answers.
    Off,
    /// Writes what it would answer as an internal note, and sends nothing.
    Shadow,
    /// Answers the listed numbers; toward all others it stays in the shadow.
    AllowList,
    /// Answers everybody.
    #[default]
    On,
}

/// The step, and whom the list names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AgentMode {
    /// The step.
    pub mode: Level,
    /// The listed numbers, digits with country code.
    pub phones: Vec<String>,
}

/// What the agent does in one conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conduct {
    /// It answers.
    Answer,
    /// It drafts for people to read.
    Draft,
    /// It does nothing.
    Silence,
}

impl Level {
    /// All of them, from the most careful.
    pub const ALL: [Self; 4] = [Self::Off, Self::Shadow, Self::AllowList, Self::On];

    /// Its name in the settings, the environment and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Shadow => "shadow",
            Self::AllowList => "allow_list",
            Self::On => "on",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == name)
    }
}

impl AgentMode {
    /// What the agent does toward the lead with this number, in whichever variant it is written.
    pub fn toward(&self, lead_phone: &str) -> Conduct {
        match self.mode {
            Level::Off => Conduct::Silence,
            Level::Shadow => Conduct::Draft,
            Level::AllowList if self.lists(lead_phone) => Conduct::Answer,
            Level::AllowList => Conduct::Draft,
            Level::On => Conduct::Answer,
        }
    }

    fn lists(&self, lead_phone: &str) -> bool {
        let canonical = |text: &str| text.parse::<Phone>().ok().map(|phone| phone.canonical());
        let Some(lead) = canonical(lead_phone) else { return false };
        self.phones.iter().filter_map(|phone| canonical(phone)).any(|listed| listed == lead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_people_and_not_spellings() {
        let listed = |phone: &str| {
            let phones = vec!["+55 (43) 99999-0000".to_owned()];
            AgentMode { mode: Level::AllowList, phones }.toward(phone)
        };
        assert_eq!(listed("5543999990000"), Conduct::Answer);
        assert_eq!(listed("554399990000"), Conduct::Answer);
        assert_eq!(listed("5543999990001"), Conduct::Draft);
        assert_eq!(listed("65998849469@lid"), Conduct::Draft);
    }

    #[test]
    fn each_step_lets_more_through() {
        let phones = Vec::new();
        let conducts = Level::ALL.map(|mode| {
            assert_eq!(Level::parse(mode.as_str()), Some(mode));
            AgentMode { mode, phones: phones.clone() }.toward("5543999990000")
        });
        assert_eq!(conducts, [Conduct::Silence, Conduct::Draft, Conduct::Draft, Conduct::Answer]);
        assert_eq!(AgentMode::default().mode, Level::On);
    }
}
