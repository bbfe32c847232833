//! Every variable that the program reads is explained in `.env.example`.

use crate::tree::{Complaint, Tree};

const READER: &str = "crates/server/src/config.rs";
const EXPLAINED: &str = ".env.example";

/// Variables that `config.rs` reads and nobody explains.
pub fn unexplained(tree: &Tree) -> Vec<Complaint> {
    let Some(reader) = tree.text(READER) else { return Vec::new() };
    let explained = tree.text(EXPLAINED).map_or("", |text| &text.content);
    let is_explained = |name: &str| {
        let lines = || explained.lines().map(|line| line.trim_start_matches("# "));
        lines().any(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with('=')))
    };
    reader
        .literals()
        .into_iter()
        .map(|(line, literal)| (line, literal.trim_matches('"').to_owned()))
        .filter(|(_, name)| is_variable(name) && !is_explained(name))
        .map(|(line, name)| {
            Complaint::new(
                READER,
                line,
                format!("`{name}` is not in `{EXPLAINED}`: explain it there, in pt-BR"),
            )
        })
        .collect()
}

/// Whether a literal looks like the name of a variable, as `DATABASE_URL` and `PORT` do.
fn is_variable(literal: &str) -> bool {
    literal.len() > 3
        && literal.starts_with(|c: char| c.is_ascii_uppercase())
        && literal.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_that_nobody_explains_is_found() {
        let config = "//! Reads.\nfn read() {\n    text(\"PORT\");\n    text(\"HOST\");\n    text(\"HOST_NAME\");\n    say(\"use HOST\");\n}\n";
        let example = "# Onde escuta.\nPORT=8000\n# HOST_NAME=a\n";
        let tree = Tree::sample(&[(READER, config), (EXPLAINED, example)]);
        let found: Vec<String> = unexplained(&tree).iter().map(Complaint::to_string).collect();
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("crates/server/src/config.rs:4: `HOST` is not in"));
    }
}
