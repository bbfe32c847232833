//! Links, e-mail addresses, phones and payment keys: only the company's own may leave.

use std::sync::LazyLock;

use regex::Regex;

use crate::plain_text::plain;

use super::clauses::{clauses, delegates, pattern, refuses};
use super::{Breach, Case};

pub(super) fn judge(case: &Case<'_>, breaches: &mut Vec<Breach>) {
    let spoken = spelt_out(&case.plain);
    look_alikes(case, breaches);
    emails(case, &spoken, breaches);
    links(case, &spoken, breaches);
    phones(case, breaches);
    keys(case, breaches);
}

/// An address with letters of other alphabets only looks like ours.
fn look_alikes(case: &Case<'_>, breaches: &mut Vec<Breach>) {
    let host = case.playbook.company.site_host();
    let strange = case.text.split_whitespace().find(|word| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '/' | ':'));
        !word.is_ascii() && (word.contains("://") || plain(word).contains(host))
    });
    breaches.extend(strange.map(|word| Breach::new("link de fora", word)));
}

/// Addresses said in words: "vendas arroba loja ponto com".
fn spelt_out(plain: &str) -> String {
    plain
        .replace(" arroba ", "@")
        .replace("(arroba)", "@")
        .replace("[at]", "@")
        .replace("(at)", "@")
        .replace(" ponto com", ".com")
        .replace(" ponto br", ".br")
        .replace(" . com", ".com")
        .replace("[.]", ".")
        .replace("(.)", ".")
}

fn emails(case: &Case<'_>, plain: &str, breaches: &mut Vec<Breach>) {
    static EMAIL: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"[a-z0-9._%+-]+ ?@ ?[a-z0-9-]+(?:\.[a-z0-9-]+)*"));
    for found in EMAIL.find_iter(plain).map(|it| it.as_str()) {
        let own =
            case.playbook.company.emails.iter().any(|email| email.eq_ignore_ascii_case(found));
        if !own && !case.heard.contains(found) {
            breaches.push(Breach::new("e-mail de fora", found));
        }
    }
}

fn links(case: &Case<'_>, plain: &str, breaches: &mut Vec<Breach>) {
    static LINK: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?P<scheme>[a-z][a-z0-9+.-]*://)?(?P<user>[^\s/@]+@)?(?P<host>(?:[a-z0-9-]+\.)+(?:com|net|org|br|io|me|co|app|info|ly|gg|shop|site|online|store|link|biz|xyz|dev|us|tv|to|cc|ru|pt|eu|tech|club|live|vip|top|digital)(?:\.[a-z]{2})?)\b(?P<path>[^\s]*)|(?P<other>[a-z][a-z0-9+.-]*://[^\s]+|\bwww\.[^\s]+|\bbit\.ly[^\s]*|\bwa\.me[^\s]*)",
        )
    });
    for parts in LINK.captures_iter(plain) {
        let whole = &parts[0];
        // Addresses were judged already.
        let user = parts.name("user").is_some();
        let start = parts.get(0).map_or(0, |it| it.start());
        if user && parts.name("scheme").is_none() || plain[..start].ends_with('@') {
            continue;
        }
        let host = parts.name("host").map_or("", |it| it.as_str());
        let own = host.strip_prefix("www.").unwrap_or(host) == case.playbook.company.site_host();
        let scheme = parts.name("scheme").map_or("https://", |it| it.as_str());
        let plain_path =
            parts.name("path").is_none_or(|it| !it.as_str().contains(['@', '%', '\\']));
        let safe = own && !user && plain_path && matches!(scheme, "https://" | "http://");
        if !safe {
            breaches.push(Breach::new("link de fora", whole));
        }
    }
}

fn phones(case: &Case<'_>, breaches: &mut Vec<Breach>) {
    static NUMBER: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\+?\(?\d[\d\s().-]{6,}\d(?:/\d{4}-?\d{2})?"));
    let own: Vec<String> =
        case.playbook.company.phones.iter().map(|phone| only_digits(phone)).collect();
    let heard = only_digits(case.heard);
    for found in NUMBER.find_iter(&case.plain).map(|it| it.as_str()) {
        let digits = only_digits(found);
        let thousands = found.split(' ').all(|part| part.contains('.') || part.len() < 4);
        let known = own.iter().any(|phone| phone.ends_with(&digits))
            || !heard.is_empty() && heard.contains(&digits);
        if digits.len() >= 8 && !known && !(thousands && digits.len() < 9) {
            breaches.push(Breach::new("telefone ou número de fora", found));
        }
    }
}

/// Pix and bank data are a matter for people alone.
fn keys(case: &Case<'_>, breaches: &mut Vec<Breach>) {
    static KEY: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\bchave (?:\w+ )?pix\b|\bpix\b|\bqr ?code\b|\b(?:conta|agencia) (?:corrente|bancaria|numero|\d)|\bdeposit\w+|\btransferencia bancaria\b|\biban\b",
        )
    });
    for clause in clauses(&case.plain) {
        if let Some(found) = KEY.find(clause)
            && (!refuses(clause) && !delegates(clause) || clause.contains("chave"))
        {
            breaches.push(Breach::new("dados de pagamento", found.as_str()));
        }
    }
}

fn only_digits(text: &str) -> String {
    plain(text).chars().filter(char::is_ascii_digit).collect()
}
