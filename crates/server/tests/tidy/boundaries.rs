//! Who may depend on what: pure rules, one clock, one reader of the environment, JSON in `wire`.

use proc_macro2::{TokenStream, TokenTree};
use toml::Table;

use crate::tree::{Complaint, Text, Tree};

/// What would let the rules do IO, or make them wait.
const IO: [&str; 10] = [
    "tokio",
    "rusqlite",
    "tokio-postgres",
    "deadpool-postgres",
    "sqlx",
    "reqwest",
    "hyper",
    "axum",
    "rand",
    "seleto",
];

/// Functions that clippy must keep everybody but their one owner from calling.
const GUARDED: [&str; 7] = [
    "std::time::SystemTime::now",
    "std::time::Instant::now",
    "jiff::Timestamp::now",
    "jiff::Zoned::now",
    "std::env::var",
    "std::env::var_os",
    "reqwest::Client::new",
];

/// The modules that own a guarded function, and may tell clippy so.
const OWNERS: [&str; 3] = ["clock", "config", "http"];

const VENDORS: [&str; 5] = ["zapi", "openai", "chatwoot", "supabase", "piperun"];

/// Dependencies of `seleto-rules` that can do IO.
pub fn rules_with_io(tree: &Tree) -> Vec<Complaint> {
    let Some(manifest) = tree.text("crates/rules/Cargo.toml") else { return Vec::new() };
    let table = parse(manifest);
    let mut sections: Vec<&Table> = Vec::new();
    sections.extend(table.get("dependencies").and_then(|it| it.as_table()));
    if let Some(targets) = table.get("target").and_then(|it| it.as_table()) {
        sections.extend(targets.values().filter_map(|it| it.get("dependencies")?.as_table()));
    }
    let renamed =
        |it: &toml::Value| it.get("package").and_then(|name| name.as_str()).map(str::to_owned);
    sections
        .into_iter()
        .flatten()
        .map(|(key, it)| (key, renamed(it).unwrap_or_else(|| key.clone())))
        .filter(|(_, package)| IO.contains(&package.as_str()))
        .map(|(key, package)| {
            let line = line_of(manifest, key);
            Complaint::new(
                &manifest.path,
                line,
                format!(
                    "the rules may not depend on `{package}`: pass what it gives as an argument"
                ),
            )
        })
        .collect()
}

/// Guards missing from `clippy.toml`, and exceptions to them outside their owners.
pub fn unguarded_time_and_environment(tree: &Tree) -> Vec<Complaint> {
    let guards: Vec<String> = tree.text("clippy.toml").map(disallowed).unwrap_or_default();
    let mut complaints: Vec<Complaint> = GUARDED
        .iter()
        .filter(|path| !guards.iter().any(|guard| guard == *path))
        .map(|path| {
            Complaint::new("clippy.toml", 1, format!("`disallowed-methods` must list `{path}`"))
        })
        .collect();
    for text in tree.shipped_rust().filter(|text| !OWNERS.contains(&module(text))) {
        for (at, line) in text.content.lines().enumerate() {
            if line.contains("clippy::disallowed_methods") {
                let message = "only `clock.rs`, `config/` and `http.rs` may except themselves: take the value as an argument";
                complaints.push(Complaint::new(&text.path, at + 1, message));
            }
        }
    }
    complaints
}

/// Types of a vendor's folder that are JSON, in another module than its `wire`.
pub fn json_outside_wire(tree: &Tree) -> Vec<Complaint> {
    let is_vendor = |text: &&Text| {
        text.path.starts_with("crates/server/src/") && VENDORS.contains(&module(text))
    };
    let is_wire = |text: &&Text| text.path.ends_with("/wire.rs") || text.path.contains("/wire/");
    tree.shipped_rust()
        .filter(is_vendor)
        .filter(|text| !is_wire(text))
        .flat_map(|text| {
            let mut lines = Vec::new();
            serde_derives(text.tokens(), &mut lines);
            lines.into_iter().map(|line| {
                Complaint::new(
                    &text.path,
                    line,
                    "a type with the vendor's JSON belongs in the folder's `wire.rs`",
                )
            })
        })
        .collect()
}

/// The lines of `derive(Serialize)` and `derive(Deserialize)`.
fn serde_derives(tokens: TokenStream, lines: &mut Vec<usize>) {
    let mut after_derive = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) if after_derive => {
                let names: Vec<String> =
                    group.stream().into_iter().map(|it| it.to_string()).collect();
                if names.iter().any(|name| name == "Serialize" || name == "Deserialize") {
                    lines.push(group.span_open().start().line);
                }
                after_derive = false;
            }
            TokenTree::Group(group) => serde_derives(group.stream(), lines),
            TokenTree::Ident(name) => after_derive = name == "derive",
            _ => after_derive = false,
        }
    }
}

/// The module right under `src/`: `zapi` of `crates/server/src/zapi/mod.rs`, `clock` of `…/src/clock.rs`.
fn module(text: &Text) -> &str {
    text.path.split('/').nth(3).map(|part| part.trim_end_matches(".rs")).unwrap_or_default()
}

fn disallowed(clippy: &Text) -> Vec<String> {
    let table = parse(clippy);
    let methods =
        table.get("disallowed-methods").and_then(|it| it.as_array()).cloned().unwrap_or_default();
    methods
        .iter()
        .filter_map(|it| it.get("path").unwrap_or(it).as_str().map(str::to_owned))
        .collect()
}

fn parse(text: &Text) -> Table {
    text.content.parse().unwrap_or_else(|error| panic!("{} is not TOML: {error}", text.path))
}

fn line_of(text: &Text, start: &str) -> usize {
    text.content.lines().position(|line| line.starts_with(start)).map_or(1, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(complaints: &[Complaint]) -> Vec<String> {
        complaints.iter().map(Complaint::to_string).collect()
    }

    #[test]
    fn io_in_the_rules_is_found_even_under_another_name() {
        let manifest = "[dependencies]\nserde = \"1\"\ntokio.workspace = true\nweb = { package = \"axum\", version = \"0.8\" }\n\n[dev-dependencies]\ntokio = \"1\"\n\n[target.'cfg(unix)'.dependencies]\nrusqlite = \"1\"\n";
        let found = lines(&rules_with_io(&Tree::sample(&[("crates/rules/Cargo.toml", manifest)])));
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(
            found[0].starts_with("crates/rules/Cargo.toml:3: the rules may not depend on `tokio`")
        );
        assert!(
            found[1].starts_with("crates/rules/Cargo.toml:4: the rules may not depend on `axum`")
        );
        assert!(found[2].contains("`rusqlite`"));
    }

    #[test]
    fn a_guard_that_was_taken_away_is_found() {
        let kept: Vec<String> =
            GUARDED[1..].iter().map(|path| format!("{{ path = \"{path}\" }}")).collect();
        let clippy = format!("disallowed-methods = [{}]\n", kept.join(", "));
        let found =
            lines(&unguarded_time_and_environment(&Tree::sample(&[("clippy.toml", &clippy)])));
        assert_eq!(
            found,
            ["clippy.toml:1: `disallowed-methods` must list `std::time::SystemTime::now`"]
        );
    }

    #[test]
    fn only_the_owners_may_except_themselves() {
        let clippy = format!("disallowed-methods = {GUARDED:?}\n");
        let source = "//! X.\n#[expect(clippy::disallowed_methods, reason = \"x\")]\nfn now() {}\n";
        let tree = Tree::sample(&[
            ("clippy.toml", &clippy),
            ("crates/server/src/clock.rs", source),
            ("crates/server/src/config/file.rs", source),
            ("crates/server/src/turns/clock.rs", source),
            ("crates/server/tests/system.rs", source),
        ]);
        let found = lines(&unguarded_time_and_environment(&tree));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("crates/server/src/turns/clock.rs:2: "));
    }

    #[test]
    fn json_of_a_vendor_is_found_outside_wire() {
        let source = "//! X.\n\n#[derive(Debug, serde::Deserialize)]\nstruct Sent;\n";
        let plain = "//! X.\n/// Not derive(Deserialize).\n#[derive(Debug)]\nstruct Sent;\n";
        let tree = Tree::sample(&[
            ("crates/server/src/zapi/mod.rs", source),
            ("crates/server/src/zapi/wire.rs", source),
            ("crates/server/src/openai/wire/answer.rs", source),
            ("crates/server/src/openai/mod.rs", plain),
            ("crates/server/src/store/row.rs", source),
        ]);
        let found = lines(&json_outside_wire(&tree));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("crates/server/src/zapi/mod.rs:3: "));
    }
}
