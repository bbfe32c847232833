//! Shape of a Rust file: a first line that says what it is for, and one idea of bearable length.

use crate::tree::{Complaint, Text, Tree};

/// Lines that a file may have beside its tests.
const LONGEST: usize = 500;

/// Files whose first line is not a `//!` sentence.
pub fn without_a_purpose(tree: &Tree) -> Vec<Complaint> {
    tree.ending(&[".rs"])
        .filter(|text| {
            text.content.lines().next().and_then(|line| line.strip_prefix("//! ")).is_none()
        })
        .map(|text| {
            Complaint::new(
                &text.path,
                1,
                "the first line must be `//! ` and what the module is for",
            )
        })
        .collect()
}

/// Files longer than anybody wants to read.
pub fn too_long(tree: &Tree) -> Vec<Complaint> {
    tree.ending(&[".rs"])
        .map(|text| (text, lines_without_tests(text)))
        .filter(|(_, lines)| *lines > LONGEST)
        .map(|(text, lines)| {
            let message =
                format!("{lines} lines without tests, {LONGEST} at most: split it by idea");
            Complaint::new(&text.path, LONGEST + 1, message)
        })
        .collect()
}

/// Counts up to the `#[cfg(test)]` module that closes a file; a `tests.rs` is one as a whole.
fn lines_without_tests(text: &Text) -> usize {
    if text.path.ends_with("/tests.rs") {
        return 0;
    }
    let lines: Vec<&str> = text.content.lines().collect();
    let opens_tests = |at: usize| {
        let module = lines[at + 1..].iter().find(|line| !line.starts_with("#["));
        lines[at] == "#[cfg(test)]"
            && module.is_some_and(|line| line.starts_with("mod ") && line.ends_with('{'))
    };
    (0..lines.len()).find(|at| opens_tests(*at)).unwrap_or(lines.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_that_starts_with_code_is_found() {
        let tree = Tree::sample(&[
            ("a.rs", "//! Sends.\nfn a() {}\n"),
            ("b.rs", "use a;\n"),
            ("c.rs", "//!\n"),
        ]);
        let found: Vec<String> =
            without_a_purpose(&tree).iter().map(Complaint::to_string).collect();
        assert_eq!(found.len(), 2);
        assert!(found[0].starts_with("b.rs:1: "));
        assert!(found[1].starts_with("c.rs:1: "));
    }

    #[test]
    fn tests_do_not_make_a_file_too_long() {
        let code = "fn a() {}\n".repeat(LONGEST);
        let with_tests = format!("{code}#[cfg(test)]\nmod tests {{\n{code}}}\n");
        let one_more = format!("{code}fn b() {{}}\n");
        // The tests of this one are in another file, so all its lines are code.
        let tests_elsewhere = format!("#[cfg(test)]\nmod tests;\n{code}");
        let tree =
            Tree::sample(&[("a.rs", &with_tests), ("b.rs", &one_more), ("c.rs", &tests_elsewhere)]);
        let found: Vec<String> = too_long(&tree).iter().map(Complaint::to_string).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("b.rs:501: 501 lines"));
        assert!(found[1].starts_with("c.rs:501: 502 lines"));
    }
}
