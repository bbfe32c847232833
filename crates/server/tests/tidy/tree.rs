//! The files of the repository, or of a small sample, as the rules see them.

use std::collections::BTreeSet;
use std::path::Path;
use std::{fmt, fs};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// What lies at the root and is no source: built, running, private, or git's own.
const NOT_OURS: [&str; 4] = ["target", "data", ".env", ".git"];

/// Every file of the repository.
#[derive(Default)]
pub struct Tree {
    /// Paths of all files, from the root, with `/`.
    pub paths: BTreeSet<String>,
    /// Those that hold text.
    pub texts: Vec<Text>,
}

/// One text file.
pub struct Text {
    /// Its path from the root, with `/`.
    pub path: String,
    /// What it holds.
    pub content: String,
}

/// One thing that is wrong, and where.
#[derive(Debug, PartialEq, Eq)]
pub struct Complaint {
    path: String,
    line: usize,
    message: String,
}

impl Complaint {
    /// Lines count from 1.
    pub fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into() }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

impl Text {
    /// The tokens of a Rust source: comments are gone, and doc comments are attributes.
    pub fn tokens(&self) -> TokenStream {
        self.content.parse().unwrap_or_else(|error| panic!("{} is not Rust: {error}", self.path))
    }

    /// The literals of a Rust source with their lines, as written, without those of doc comments.
    pub fn literals(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        collect_literals(self.tokens(), &mut found);
        found
    }
}

impl Tree {
    /// Reads the working copy that this test was built from.
    pub fn of_this_repository() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut tree = Self::default();
        tree.walk(&root, "");
        tree
    }

    /// A sample of (path, content) pairs.
    pub fn sample(files: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (path, content) in files {
            tree.paths.insert((*path).to_owned());
            tree.texts.push(Text { path: (*path).to_owned(), content: (*content).to_owned() });
        }
        tree
    }

    /// The text at exactly this path.
    pub fn text(&self, path: &str) -> Option<&Text> {
        self.texts.iter().find(|text| text.path == path)
    }

    /// The texts whose name ends with one of these, such as `.rs`.
    pub fn ending(&self, endings: &[&str]) -> impl Iterator<Item = &Text> {
        self.texts.iter().filter(move |text| endings.iter().any(|end| text.path.ends_with(end)))
    }

    /// The Rust sources that ship: `crates/*/src/**.rs`.
    pub fn shipped_rust(&self) -> impl Iterator<Item = &Text> {
        self.ending(&[".rs"]).filter(|text| text.path.split('/').nth(2) == Some("src"))
    }

    fn walk(&mut self, directory: &Path, prefix: &str) {
        for entry in fs::read_dir(directory).expect("the repository can be read") {
            let entry = entry.expect("the repository can be read");
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            let kind = entry.file_type().expect("the repository can be read");
            if NOT_OURS.contains(&path.as_str()) || name == "node_modules" {
                continue;
            }
            if kind.is_dir() {
                self.walk(&entry.path(), &format!("{path}/"));
            } else if kind.is_file() {
                // What is not UTF-8 is an image or the like: known by its path alone.
                if let Ok(content) = fs::read_to_string(entry.path()) {
                    self.texts.push(Text { path: path.clone(), content });
                }
                self.paths.insert(path);
            }
        }
    }
}

fn collect_literals(tokens: TokenStream, found: &mut Vec<(usize, String)>) {
    for token in tokens {
        match token {
            TokenTree::Literal(literal) => {
                found.push((literal.span().start().line, literal.to_string()))
            }
            TokenTree::Group(group) if !is_doc(group.delimiter(), group.stream()) => {
                collect_literals(group.stream(), found);
            }
            _ => {}
        }
    }
}

/// Whether this is the inside of `#[doc = "…"]`, which is what `///` and `//!` become.
fn is_doc(delimiter: Delimiter, tokens: TokenStream) -> bool {
    let first = tokens.into_iter().next();
    delimiter == Delimiter::Bracket
        && matches!(first, Some(TokenTree::Ident(name)) if name == "doc")
}
