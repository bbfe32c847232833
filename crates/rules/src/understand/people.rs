//! First names and surnames of Brazil.

use std::collections::HashSet;
use std::sync::LazyLock;

static FIRST: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("../../data/first_names.txt").split_whitespace().collect());

static LAST: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("../../data/surnames.txt").split_whitespace().collect());

/// Whether many people have this first name; given without accents.
pub fn is_first_name(word: &str) -> bool {
    FIRST.contains(word)
}

/// Whether this is a common surname; given without accents.
pub fn is_surname(word: &str) -> bool {
    LAST.contains(word)
}
