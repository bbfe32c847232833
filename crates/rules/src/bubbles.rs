//! Splits a reply into the bubbles that WhatsApp shows, as a person would send them.

use crate::guardrails::Cleared;

/// Most bubbles of one reply.
pub const MOST: usize = 3;

/// A reply up to this many characters stays whole, unless it has paragraphs.
const SHORT: usize = 160;

/// A paragraph beyond this many characters is split at a sentence.
const LONG: usize = 320;

/// Splits at blank lines, and long paragraphs at sentences; never inside a word, nothing lost.
pub fn split(text: &Cleared) -> Vec<Cleared> {
    let whole = text.as_str().trim();
    if whole.chars().count() <= SHORT {
        return (!whole.is_empty()).then(|| Cleared::piece(whole.to_owned())).into_iter().collect();
    }
    let mut pieces: Vec<String> = paragraphs(whole);
    while pieces.len() > MOST {
        join_shortest_neighbours(&mut pieces);
    }
    while pieces.len() < MOST {
        let longest = (0..pieces.len()).max_by_key(|index| pieces[*index].chars().count());
        let Some((index, (head, tail))) =
            longest.and_then(|index| Some((index, halves(&pieces[index])?)))
        else {
            break;
        };
        pieces.splice(index..=index, [head, tail]);
    }
    pieces.into_iter().map(Cleared::piece).collect()
}

fn paragraphs(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut current = String::new();
    for line in text.lines() {
        if line.trim().is_empty() {
            found.extend((!current.is_empty()).then(|| std::mem::take(&mut current)));
        } else {
            if !current.is_empty() {
                current.push('\n');
            }
            current.push_str(line.trim_end());
        }
    }
    found.extend((!current.is_empty()).then_some(current));
    found
}

fn join_shortest_neighbours(pieces: &mut Vec<String>) {
    let length = |index: usize| pieces[index].len() + pieces[index + 1].len();
    if let Some(index) = (0..pieces.len().saturating_sub(1)).min_by_key(|index| length(*index)) {
        let joined = format!("{}\n\n{}", pieces[index], pieces[index + 1]);
        pieces.splice(index..=index + 1, [joined]);
    }
}

/// Cuts a long piece at the end of the sentence nearest to its middle.
fn halves(piece: &str) -> Option<(String, String)> {
    if piece.chars().count() <= LONG {
        return None;
    }
    let middle = piece.len() / 2;
    let cut = sentence_ends(piece).min_by_key(|end| end.abs_diff(middle))?;
    let (head, tail) = piece.split_at(cut);
    let (head, tail) = (head.trim(), tail.trim());
    (!head.is_empty() && !tail.is_empty()).then(|| (head.to_owned(), tail.to_owned()))
}

/// Where a sentence ends and a blank and a capital follow, so that "1,5 cv. mono" stays together.
fn sentence_ends(text: &str) -> impl Iterator<Item = usize> {
    text.match_indices(['.', '!', '?', '\n']).filter_map(|(at, mark)| {
        let end = at + mark.len();
        let rest = text.get(end..)?;
        let next = rest.trim_start();
        let starts = next.chars().next().is_some_and(|c| c.is_uppercase() || mark == "\n");
        ((rest.len() > next.len() || mark == "\n") && starts).then_some(end)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str) -> Vec<String> {
        split(&Cleared::piece(text.to_owned())).iter().map(|it| it.as_str().to_owned()).collect()
    }

    #[test]
    fn a_short_reply_stays_whole() {
        assert_eq!(texts("Oi!\n\nTudo bem?"), ["Oi!\n\nTudo bem?"]);
        assert!(texts("  \n ").is_empty());
    }

    #[test]
    fn paragraphs_become_bubbles_three_at_most() {
        let long = "A FB300 faz de 300 a 350 hambúrgueres por hora e é a mais vendida da casa.";
        assert_eq!(texts(&format!("{long}\n\n{long}\n\n{long}")), [long, long, long]);
        let four = texts(&format!("Oi!\n\nTudo?\n\n{long}\n\n{long}\n\n{long}"));
        assert_eq!(four, [&format!("Oi!\n\nTudo?\n\n{long}"), long, long]);
    }

    #[test]
    fn a_long_paragraph_is_cut_at_a_sentence() {
        let sentence = "A máquina tem motor de 1,5 cv. com reversão e sai em quatro tamanhos para a sua produção diária de massa.";
        let pieces = texts(&[sentence; 4].join(" "));
        assert_eq!(pieces.len(), 2);
        assert!(
            pieces.iter().all(|piece| piece.starts_with("A máquina") && piece.ends_with("massa."))
        );
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_word_is_cut(
            words in prop::collection::vec("[a-zA-Zçã0-9,.!?]{1,12}[ \n]{0,3}|\n\n", 0..200)
        ) {
            let text = words.join(" ");
            let pieces = texts(&text);
            prop_assert!(pieces.len() <= MOST);
            prop_assert!(pieces.iter().all(|piece| !piece.trim().is_empty()));
            let before: Vec<&str> = text.split_whitespace().collect();
            let after: Vec<String> = pieces
                .iter()
                .flat_map(|piece| piece.split_whitespace().map(str::to_owned))
                .collect();
            prop_assert_eq!(before, after);
        }
    }
}
