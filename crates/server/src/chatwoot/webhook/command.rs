//! The words by which the team tells the agent to stop or to go on.

use seleto_rules::plain_text;

/// What the team tells the agent. It never reaches the lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Answer again.
    Resume,
    /// Leave this conversation to us.
    Pause,
}

impl Command {
    /// Reads a message that is a command and nothing else, however it is typed.
    pub fn parse(text: &str) -> Option<Self> {
        let word = text.trim().trim_end_matches(['\\', '.', '!']).trim();
        let word = word.strip_prefix(['/', '!']).unwrap_or(word).trim();
        match plain_text::plain(word).as_str() {
            "retomar" | "continuar" => Some(Self::Resume),
            "pausar" => Some(Self::Pause),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_known_however_they_are_typed() {
        for text in
            ["retomar", "/retomar", "!retomar", "continuar", " / Retomar \n", "RETOMAR", "Retomár."]
        {
            assert_eq!(Command::parse(text), Some(Command::Resume), "{text:?}");
        }
        for text in ["pausar", "/pausar", "!Pausar", "PAUSAR "] {
            assert_eq!(Command::parse(text), Some(Command::Pause), "{text:?}");
        }
    }

    #[test]
    fn words_to_the_lead_are_no_commands() {
        for text in ["vamos continuar amanhã", "retomar o assunto?", "", "/", "pausa", "continuara"]
        {
            assert_eq!(Command::parse(text), None, "{text:?}");
        }
    }
}
