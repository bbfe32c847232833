//! Nothing outside `store/` names one of our tables in SQL.

use std::collections::BTreeSet;

use crate::tree::{Complaint, Tree};

const STORE: &str = "crates/server/src/store/";
const MIGRATIONS: &str = "crates/server/migrations/";

/// SQL of ours in string literals outside the store.
pub fn outside_the_store(tree: &Tree) -> Vec<Complaint> {
    let tables = tables(tree);
    let mut complaints = Vec::new();
    if tables.is_empty() && tree.paths.iter().any(|path| path.starts_with(STORE)) {
        complaints.push(Complaint::new(
            MIGRATIONS,
            1,
            "no migration makes a table: this rule holds nothing",
        ));
    }
    for text in tree.shipped_rust().filter(|text| !text.path.starts_with(STORE)) {
        for (line, literal) in text.literals() {
            if let Some(table) = table_named_in(&literal, &tables) {
                let message = format!("SQL on `{table}` outside `store/`: move the query there");
                complaints.push(Complaint::new(&text.path, line, message));
            }
        }
    }
    complaints
}

/// The names of the tables and views that the migrations make.
fn tables(tree: &Tree) -> BTreeSet<String> {
    let mut tables = BTreeSet::new();
    for text in tree.ending(&[".sql"]).filter(|text| text.path.starts_with(MIGRATIONS)) {
        let code: Vec<&str> =
            text.content.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
        let words = words(&code.join("\n").to_lowercase());
        for (at, word) in words.iter().enumerate() {
            if (word == "table" || word == "view")
                && words[..at].last().is_some_and(|w| w == "create")
            {
                let mut rest = words[at + 1..]
                    .iter()
                    .filter(|w| !["if", "not", "exists"].contains(&w.as_str()));
                tables.extend(rest.next().cloned());
            }
        }
    }
    tables
}

/// The table of ours that a literal reads or writes, if it is SQL.
///
/// Whole statements count in any case; loose clauses in capitals only, since English and
/// Portuguese sentences say "from messages" too.
fn table_named_in<'a>(literal: &str, tables: &'a BTreeSet<String>) -> Option<&'a String> {
    let words = words(&literal.replace("\\n", " ").replace("\\t", " "));
    let word = |at: Option<usize>| at.and_then(|at| words.get(at)).map_or("", String::as_str);
    let is_query = ["select", "with"].contains(&word(Some(0)).to_lowercase().as_str());
    (1..words.len()).find_map(|at| {
        let table = tables.get(&word(Some(at)).to_lowercase())?;
        let clause = word(Some(at - 1));
        let capitals = ["FROM", "INTO", "UPDATE", "JOIN", "TABLE"].contains(&clause);
        let before = word(at.checked_sub(2)).to_lowercase();
        let statement = match (before.as_str(), clause.to_lowercase().as_str()) {
            ("insert", "into") | ("delete", "from") => true,
            (_, "update") => word(Some(at + 1)).eq_ignore_ascii_case("set"),
            (_, "from" | "join") => is_query,
            _ => false,
        };
        (capitals || statement).then_some(table)
    })
}

/// Splits into words, without quotes and schema names.
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty() && *word != "public")
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIGRATION: (&str, &str) = (
        "crates/server/migrations/sqlite/0001.sql",
        "-- CREATE TABLE dropped (id int)\nCREATE TABLE IF NOT EXISTS messages (id int);\ncreate table \"leads\" (id int);\nCREATE VIEW funnel AS SELECT 1;",
    );

    fn check(path: &str, literal: &str, expected: Option<&str>) {
        let source =
            format!("//! About SELECT 1 FROM messages.\n\nconst TEXT: &str = {literal};\n");
        let complaints = outside_the_store(&Tree::sample(&[MIGRATION, (path, &source)]));
        let lines: Vec<String> = complaints.iter().map(Complaint::to_string).collect();
        let expected: Vec<String> = expected
            .map(|table| {
                format!("{path}:3: SQL on `{table}` outside `store/`: move the query there")
            })
            .into_iter()
            .collect();
        assert_eq!(lines, expected, "{literal}");
    }

    #[test]
    fn sql_on_our_tables_is_found_wherever_it_hides() {
        let path = "crates/server/src/turns/claim.rs";
        check(path, r#""SELECT id FROM messages WHERE id = $1""#, Some("messages"));
        check(path, r#""select id from leads""#, Some("leads"));
        check(path, r##"r#"INSERT INTO "leads" (id)"#"##, Some("leads"));
        check(path, r#""update leads set name = $1""#, Some("leads"));
        check(path, r#""delete from public.messages""#, Some("messages"));
        check(path, r#""WHERE EXISTS (SELECT 1\nFROM funnel)""#, Some("funnel"));
    }

    #[test]
    fn a_store_without_migrations_is_found() {
        let tree = Tree::sample(&[("crates/server/src/store/mod.rs", "//! Keeps.\n")]);
        assert_eq!(outside_the_store(&tree).len(), 1);
    }

    #[test]
    fn the_store_sentences_and_other_tables_are_left_alone() {
        check("crates/server/src/store/messages.rs", r#""SELECT id FROM messages""#, None);
        check("crates/server/tests/crash.rs", r#""SELECT id FROM messages""#, None);
        check("crates/server/src/web.rs", r#""cannot read from messages""#, None);
        check("crates/server/src/web.rs", r#""update leads""#, None);
        check("crates/server/src/web.rs", r#""SELECT 1 FROM dropped""#, None);
    }
}
