//! Lists of words: first names, surnames, words that no name is made of.

use std::collections::HashSet;
use std::sync::LazyLock;

type Words = LazyLock<HashSet<&'static str>>;

static FIRST_NAMES: Words = LazyLock::new(|| words(include_str!("../../data/first_names.txt")));
static SURNAMES: Words = LazyLock::new(|| words(include_str!("../../data/surnames.txt")));
static PLAIN: Words = LazyLock::new(|| words(include_str!("../../data/plain_words.txt")));
static NO_NAMES: Words = LazyLock::new(|| words(include_str!("../../data/no_names.txt")));
static BUSINESS: Words = LazyLock::new(|| words(include_str!("../../data/business_words.txt")));
static COMPANY: Words = LazyLock::new(|| words(include_str!("../../data/company_words.txt")));

fn words(source: &'static str) -> HashSet<&'static str> {
    source.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace).collect()
}

/// Whether many people have this first name.
pub fn is_first_name(word: &str) -> bool {
    FIRST_NAMES.contains(word)
}

/// Whether this is a common surname.
pub fn is_surname(word: &str) -> bool {
    SURNAMES.contains(word)
}

/// Function words, verbs and adverbs: no name starts or runs on with them.
pub fn is_plain(word: &str) -> bool {
    PLAIN.contains(word)
}

/// Words that stand where a first name could, and are none.
pub fn is_no_name(word: &str) -> bool {
    PLAIN.contains(word) || NO_NAMES.contains(word)
}

/// Words that describe any business of a kind, such as "artesanal".
pub fn describes_business(word: &str) -> bool {
    BUSINESS.contains(word)
}

/// Words that make their neighbours a company's name, such as "grill".
pub fn is_company_word(word: &str) -> bool {
    COMPANY.contains(word)
}
