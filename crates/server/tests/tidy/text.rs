//! What no text file may hold: paths of one machine, open ends without an issue, foreign line ends.

use crate::tree::{Complaint, Text, Tree};

/// Directories of the machine that the project is written on. In two parts, so that this file passes.
const MACHINE: [(&str, &str); 2] = [("/wo", "rk/"), ("/ro", "ot/")];

/// How a comment says that something is missing. In two parts, for the same reason.
const OPEN_ENDS: [(&str, &str); 3] = [("TO", "DO"), ("FIX", "ME"), ("XX", "X")];

/// What starts a comment in our languages.
const COMMENTS: [&str; 5] = ["//", "#", "--", "/*", "<!--"];

const CODE: [&str; 11] =
    [".rs", ".sql", ".sh", ".js", ".mjs", ".ts", ".css", ".html", ".toml", ".yml", "justfile"];

/// Absolute paths that only one machine has.
pub fn machine_paths(tree: &Tree) -> Vec<Complaint> {
    let needles: Vec<String> = MACHINE.iter().map(|(a, b)| format!("{a}{b}")).collect();
    // A path starts there; `example.com` or a variable before it makes it another one.
    let starts = |line: &str, at: usize| {
        !line[..at].ends_with(|c: char| c.is_alphanumeric() || "._-}~*".contains(c))
    };
    complain(tree.texts.iter(), |line| {
        let found =
            needles.iter().any(|needle| line.match_indices(needle).any(|(at, _)| starts(line, at)));
        found.then_some("an absolute path of one machine: nobody else has it")
    })
}

/// Comments that promise work and name no issue, as in `(#12)`.
pub fn todo_without_issue(tree: &Tree) -> Vec<Complaint> {
    let needles: Vec<String> = OPEN_ENDS.iter().map(|(a, b)| format!("{a}{b}")).collect();
    let promises = |comment: &str, needle: &String| {
        comment.match_indices(needle).any(|(at, _)| {
            let after = &comment[at + needle.len()..];
            let whole = !comment[..at].ends_with(char::is_alphanumeric)
                && !after.starts_with(char::is_alphanumeric);
            let issue = after.trim_start().trim_start_matches('(').strip_prefix('#');
            whole && !issue.is_some_and(|it| it.starts_with(|c: char| c.is_ascii_digit()))
        })
    };
    let is_script = |text: &&Text| text.content.starts_with("#!");
    complain(tree.ending(&CODE).chain(tree.texts.iter().filter(is_script)), |line| {
        let start = COMMENTS.iter().filter_map(|mark| line.find(mark)).min()?;
        let found = needles.iter().any(|needle| promises(&line[start..], needle));
        found.then_some("an open end without an issue: name it, as in `(#12)`, or do it")
    })
}

/// Windows line ends.
pub fn carriage_returns(tree: &Tree) -> Vec<Complaint> {
    let lines = |text: &Text| text.content.split('\n').position(|line| line.ends_with('\r'));
    tree.texts
        .iter()
        .filter_map(|text| Some((text, lines(text)?)))
        .map(|(text, at)| Complaint::new(&text.path, at + 1, "the line ends in CR LF: use LF"))
        .collect()
}

/// Complaints about the lines for which `judge` has a message.
fn complain<'a>(
    texts: impl Iterator<Item = &'a Text>,
    judge: impl Fn(&str) -> Option<&'static str>,
) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for text in texts {
        for (at, line) in text.content.lines().enumerate() {
            complaints
                .extend(judge(line).map(|message| Complaint::new(&text.path, at + 1, message)));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(complaints: &[Complaint]) -> Vec<String> {
        complaints
            .iter()
            .map(|it| it.to_string().split(": ").next().unwrap_or_default().to_owned())
            .collect()
    }

    #[test]
    fn a_path_of_one_machine_is_found() {
        let home = MACHINE.map(|(a, b)| format!("{a}{b}"));
        let text = format!(
            "see {0}main\nhttps://example.com{0}x\n\"{1}.cargo\"\n$dir{1}x\n",
            home[0], home[1]
        );
        let found = lines(&machine_paths(&Tree::sample(&[("docs/a.md", &text)])));
        assert_eq!(found, ["docs/a.md:1", "docs/a.md:3"]);
    }

    #[test]
    fn an_open_end_needs_its_issue() {
        let mark = OPEN_ENDS.map(|(a, b)| format!("{a}{b}"));
        let text = format!(
            "// {0}: later\nlet a = 1; // {0}(#12): later\n# {1} this\nlet b = \"{0} DIA\";\n-- {2} #7\n// {0}S\n",
            mark[0], mark[1], mark[2]
        );
        let script = format!("#!/bin/sh\n# {}\n", mark[0]);
        let found = lines(&todo_without_issue(&Tree::sample(&[
            ("a.rs", &text),
            ("a.md", &text),
            ("run", &script),
        ])));
        assert_eq!(found, ["a.rs:1", "a.rs:3", "run:2"]);
    }

    #[test]
    fn windows_line_ends_are_found() {
        let found =
            lines(&carriage_returns(&Tree::sample(&[("a.rs", "a\nb\r\nc\r\n"), ("b.rs", "a\n")])));
        assert_eq!(found, ["a.rs:2"]);
    }
}
