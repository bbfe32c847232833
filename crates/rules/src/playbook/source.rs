//! One file of a playbook: decoding it strictly, and saying where and how it is wrong.

use serde::de::DeserializeOwned;

use super::Problem;

/// A file's name and text.
pub(super) struct Source<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
    missing: bool,
}

impl<'a> Source<'a> {
    /// Finds the file; a missing one is a problem.
    pub(super) fn find(
        files: &'a [(String, String)],
        name: &'static str,
        problems: &mut Vec<Problem>,
    ) -> Self {
        if let Some((file, text)) = files.iter().find(|(file, _)| file == name) {
            return Self { file, text, missing: false };
        }
        problems.push(Problem {
            file: name.to_owned(),
            line: 0,
            reason: "falta este arquivo na pasta do playbook; copie-o do playbook de exemplo e \
                     adapte"
                .to_owned(),
        });
        Self { file: name, text: "", missing: true }
    }

    /// Decodes the file; unknown and missing keys are problems.
    pub(super) fn decode<T: DeserializeOwned>(&self, problems: &mut Vec<Problem>) -> Option<T> {
        if self.missing {
            return None;
        }
        match toml::from_str(self.text) {
            Ok(data) => Some(data),
            Err(error) => {
                let line = error.span().map_or(0, |span| self.line_at(span.start));
                problems.push(self.problem(line, in_portuguese(error.message())));
                None
            }
        }
    }

    pub(super) fn problem(&self, line: usize, reason: impl Into<String>) -> Problem {
        Problem { file: self.file.to_owned(), line, reason: reason.into() }
    }

    /// The line of the last place where a quoted value stands; 0 when it stands nowhere.
    ///
    /// The last, because of two equal values the later one is the intruder.
    pub(super) fn line_of_value(&self, value: &str) -> usize {
        self.text.rfind(&format!("\"{value}\"")).map_or(0, |at| self.line_at(at))
    }

    /// The line of the first place where `key` begins a line; 0 when there is none.
    pub(super) fn line_of_key(&self, key: &str) -> usize {
        self.text
            .lines()
            .position(|line| {
                line.trim_start()
                    .strip_prefix(key)
                    .is_some_and(|rest| rest.trim_start().starts_with(['=', ']', '.']))
            })
            .map_or(0, |index| index + 1)
    }

    fn line_at(&self, offset: usize) -> usize {
        self.text.get(..offset).map_or(0, |before| before.matches('\n').count() + 1)
    }
}

/// Says the decoder's message in pt-BR; what it does not know is passed on as it is.
fn in_portuguese(message: &str) -> String {
    let quoted = |text: &str| text.split('`').nth(1).unwrap_or_default().to_owned();
    let first_line = message.lines().next().unwrap_or_default();
    if first_line.starts_with("unknown field") {
        let known = first_line.split_once("expected").map_or("", |(_, rest)| rest);
        let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
        let name = quoted(first_line);
        return format!(
            "a chave \"{name}\" não existe aqui; apague-a ou corrija o nome{}",
            suggestion(&name, &known)
        );
    }
    if first_line.starts_with("unknown variant") {
        let known: Vec<&str> = first_line.split('`').skip(3).step_by(2).collect();
        return format!(
            "o valor \"{}\" não é aceito aqui; use um destes: {}",
            quoted(first_line),
            known.join(", ")
        );
    }
    if first_line.starts_with("missing field") {
        return format!("falta a chave \"{}\"; acrescente-a", quoted(first_line));
    }
    if first_line.starts_with("invalid type") {
        return format!("tipo de valor errado ({first_line}); veja o exemplo no playbook padrão");
    }
    if first_line.contains("duplicate key") {
        return "esta chave aparece duas vezes; deixe só uma".to_owned();
    }
    format!("não foi possível ler esta linha ({first_line}); confira aspas, colchetes e vírgulas")
}

/// ", talvez \"x\"" when a known word is near.
pub(super) fn suggestion(name: &str, known: &[&str]) -> String {
    known
        .iter()
        .map(|word| (strsim::normalized_damerau_levenshtein(name, word), word))
        .filter(|(likeness, _)| *likeness > 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map_or_else(String::new, |(_, word)| format!(", talvez \"{word}\""))
}
