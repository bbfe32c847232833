//! Every variable that the program reads is explained in `.env.example`.

use crate::tree::{Complaint, Tree};

const READER: &str = "crates/server/src/config/";
const EXPLAINED: &str = ".env.example";

/// Variables that `config/` reads and nobody explains.
pub fn unexplained(tree: &Tree) -> Vec<Complaint> {
    let explained = tree.text(EXPLAINED).map_or("", |text| &text.content);
    let is_explained = |name: &str| {
        let lines = || explained.lines().map(|line| line.trim_start_matches("# "));
        lines().any(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with('=')))
    };
    let mut complaints = Vec::new();
    let readers: Vec<_> =
        tree.shipped_rust().filter(|text| text.path.starts_with(READER)).collect();
    if readers.is_empty() && tree.paths.iter().any(|path| path.ends_with("server/src/lib.rs")) {
        complaints.push(Complaint::new(READER, 1, "nothing reads the environment there"));
    }
    for reader in readers {
        for (line, literal) in reader.literals() {
            let name = literal.trim_matches('"');
            if is_variable(name) && !is_explained(name) {
                let message =
                    format!("`{name}` is not in `{EXPLAINED}`: explain it there, in pt-BR");
                complaints.push(Complaint::new(&reader.path, line, message));
            }
        }
    }
    complaints
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
        let tree =
            Tree::sample(&[("crates/server/src/config/mod.rs", config), (EXPLAINED, example)]);
        let found: Vec<String> = unexplained(&tree).iter().map(Complaint::to_string).collect();
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("crates/server/src/config/mod.rs:4: `HOST` is not in"));
    }
}
