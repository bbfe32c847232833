//! Turns the Markdown that people type in Chatwoot into the marks that WhatsApp shows.

/// The text as WhatsApp shows it: `**bold**` becomes `*bold*`, `[words](address)` becomes
/// `words: address`, list bullets become `•`; code keeps its marks and its contents.
pub fn to_whatsapp(markdown: &str) -> String {
    let mut shown = Vec::new();
    let mut in_code = false;
    for line in markdown.replace("\r\n", "\n").lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
            shown.push(line.trim().to_owned());
        } else if in_code {
            shown.push(line.to_owned());
        } else {
            shown.push(inline(&block(line)));
        }
    }
    shown.join("\n").trim().to_owned()
}

/// The mark at a line's beginning, and a hard break at its end.
fn block(line: &str) -> String {
    let line = line.trim_end();
    // A backslash before the end of a line is the editor's way to write a plain line break.
    let line = line.strip_suffix('\\').unwrap_or(line).trim_end();
    let start = line.len() - line.trim_start().len();
    let (indent, rest) = line.split_at(start);
    let level = rest.chars().take_while(|c| *c == '#').count();
    if (1..=6).contains(&level)
        && let Some(title) = rest[level..].strip_prefix(' ')
    {
        return format!("**{}**", title.trim().trim_matches('*'));
    }
    for bullet in ["* ", "+ "] {
        if let Some(item) = rest.strip_prefix(bullet) {
            return format!("{indent}- {item}");
        }
    }
    line.to_owned()
}

/// Marks inside a line, left to right; what is no pair stays as it was typed.
fn inline(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let (piece, after) = pair(rest)
            .or_else(|| link(rest))
            .or_else(|| escaped(rest))
            .unwrap_or_else(|| (first.to_string(), &rest[first.len_utf8()..]));
        shown.push_str(&piece);
        rest = after;
    }
    shown
}

/// A pair of marks that WhatsApp writes otherwise, or whose inside must stay.
fn pair(text: &str) -> Option<(String, &str)> {
    for (mark, ours) in [("***", "*_"), ("**", "*"), ("__", "*"), ("~~", "~"), ("`", "`")] {
        let Some(inside) = text.strip_prefix(mark) else { continue };
        let Some(end) = inside.find(mark).filter(|end| *end > 0) else { continue };
        let (words, after) = (&inside[..end], &inside[end + mark.len()..]);
        if words.starts_with(' ') || words.ends_with(' ') {
            continue;
        }
        let words = if mark == "`" { words.to_owned() } else { inline(words) };
        let closing: String = ours.chars().rev().collect();
        return Some((format!("{ours}{words}{closing}"), after));
    }
    // One star is slanted in Markdown and bold in WhatsApp.
    let inside = text.strip_prefix('*')?;
    let end = inside.find('*').filter(|end| *end > 0)?;
    let words = &inside[..end];
    let is_pair = !words.starts_with(' ') && !words.ends_with(' ');
    is_pair.then(|| (format!("_{}_", inline(words)), &inside[end + 1..]))
}

fn link(text: &str) -> Option<(String, &str)> {
    // An image's words say what it shows; its address follows like a link's.
    let inside = text.strip_prefix("![").or_else(|| text.strip_prefix('['))?;
    let (words, after) = inside.split_once("](")?;
    let (address, after) = after.split_once(')')?;
    if words.contains('[') || address.contains(char::is_whitespace) || address.is_empty() {
        return None;
    }
    let address = address.trim_start_matches('<').trim_end_matches('>');
    let bare = |text: &str| {
        let text = text.trim_start_matches("https://").trim_start_matches("http://");
        text.trim_start_matches("mailto:").trim_end_matches('/').to_owned()
    };
    if words.is_empty() || bare(words) == bare(address) {
        return Some((address.trim_start_matches("mailto:").to_owned(), after));
    }
    Some((format!("{words}: {address}"), after))
}

/// A backslash takes the meaning from the mark that follows it.
fn escaped(text: &str) -> Option<(String, &str)> {
    let mark = text.strip_prefix('\\')?.chars().next()?;
    let after = &text[1 + mark.len_utf8()..];
    mark.is_ascii_punctuation().then(|| (mark.to_string(), after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_those_of_whatsapp() {
        let check = |typed: &str, shown: &str| assert_eq!(to_whatsapp(typed), shown, "{typed:?}");
        check("Bom dia! Aqui é a Maria.", "Bom dia! Aqui é a Maria.");
        check("O **FB300** faz *até* 350/h", "O *FB300* faz _até_ 350/h");
        check("***muito*** ~~caro~~ `FB300`", "*_muito_* ~caro~ `FB300`");
        check(
            "veja o [catálogo](https://seleto.ind.br/c)",
            "veja o catálogo: https://seleto.ind.br/c",
        );
        check("[https://seleto.ind.br](https://seleto.ind.br/)", "https://seleto.ind.br/");
        check("[a@b.com](mailto:a@b.com)", "a@b.com");
        check("primeira\\\nsegunda\\\n\n", "primeira\nsegunda");
        check("* um\n* dois", "- um\n- dois");
        check("# Proposta\ncorpo", "*Proposta*\ncorpo");
        check("```\nx = **a**\n```", "```\nx = **a**\n```");
    }

    #[test]
    fn what_is_no_mark_stays_as_it_was_typed() {
        for plain in ["2 * 3 * 4", "a_b_c", "R$ 5 ** 2", "[x] feito", "5*4=20", "(11) 9*", "*", "`"]
        {
            assert_eq!(to_whatsapp(plain), plain);
        }
        assert_eq!(to_whatsapp(r"\*asterisco\*"), "*asterisco*");
        assert_eq!(to_whatsapp("çã **é** 😀"), "çã *é* 😀");
    }
}
