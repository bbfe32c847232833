//! Checks what a file's own shape cannot say: references, doubles, dates, and texts that may not leave.

use std::collections::HashMap;

use crate::guardrails;
use crate::lead::Field;
use crate::plain_text::plain;

use super::phrases::blank_problem;
use super::source::Source;
use super::{FollowUp, Playbook, Problem, fill};

/// A lead that was silent for a month is left alone.
const MAX_WAIT_HOURS: u32 = 720;

pub(super) fn company(playbook: &Playbook, source: &Source<'_>, problems: &mut Vec<Problem>) {
    let company = &playbook.company;
    for (key, text) in [
        ("name", &company.name),
        ("short_name", &company.short_name),
        ("about", &company.about),
        ("name", &company.agent.name),
        ("role", &company.agent.role),
    ] {
        if text.trim().is_empty() {
            problems.push(
                source.problem(source.line_of_key(key), format!("\"{key}\" está vazio; preencha")),
            );
        }
    }
    if jiff::tz::TimeZone::get(&company.time_zone).is_err() {
        problems.push(source.problem(
            source.line_of_key("time_zone"),
            format!(
                "o fuso \"{}\" não existe; use um nome como \"America/Sao_Paulo\"",
                company.time_zone
            ),
        ));
    }
    if !company.site.starts_with("https://") || !company.site_host().contains('.') {
        problems.push(source.problem(
            source.line_of_key("site"),
            format!("o site \"{}\" deve começar com https:// e ter um domínio", company.site),
        ));
    }
}

pub(super) fn catalogue(playbook: &Playbook, source: &Source<'_>, problems: &mut Vec<Problem>) {
    doubles(playbook, source, problems);
    let catalogue = &playbook.catalogue;
    let mut expect_code = |code: &str, key: &str| {
        if catalogue.product(code).is_none() {
            problems.push(source.problem(
                source.line_of_value(code),
                format!("\"{key}\" fala de \"{code}\", que não está no catálogo; use um dos códigos (code) das máquinas"),
            ));
        }
    };
    for upsell in &catalogue.upsells {
        expect_code(&upsell.from, "from");
        expect_code(&upsell.to, "to");
    }
    for product in &catalogue.products {
        if let Some(offer) = product.unavailable.as_ref().and_then(|it| it.offer.as_deref()) {
            expect_code(offer, "offer");
        }
    }
    for product in &catalogue.products {
        if catalogue.category(&product.category).is_none() {
            problems.push(source.problem(
                source.line_of_value(&product.code),
                format!(
                    "{} está na categoria \"{}\", que não existe; crie-a ou use uma das existentes",
                    product.code, product.category
                ),
            ));
        }
        let amounts = product.capacity.iter().map(|capacity| (capacity.amount, capacity.up_to));
        if amounts.into_iter().any(|(low, high)| low <= 0.0 || high.is_some_and(|it| it < low)) {
            problems.push(source.problem(
                source.line_of_value(&product.code),
                format!(
                    "a capacidade de {} deve ser maior que zero, e \"up_to\" não pode ser menor que \"amount\"",
                    product.code
                ),
            ));
        }
    }
}

/// Codes, category ids and aliases that stand for two things.
fn doubles(playbook: &Playbook, source: &Source<'_>, problems: &mut Vec<Problem>) {
    let catalogue = &playbook.catalogue;
    let products = || catalogue.products.iter().map(|it| (it.code.as_str(), &it.aliases));
    let categories = || catalogue.categories.iter().map(|it| (it.id.as_str(), &it.aliases));
    for mut names in
        [products().map(|it| it.0).collect(), categories().map(|it| it.0).collect::<Vec<_>>()]
    {
        names.sort_unstable();
        for pair in names.windows(2).filter(|pair| pair[0] == pair[1]) {
            problems.push(source.problem(
                source.line_of_value(pair[0]),
                format!(
                    "\"{}\" aparece duas vezes; cada máquina e categoria tem um só nome",
                    pair[0]
                ),
            ));
        }
    }
    let mut owners: HashMap<&str, &str> = HashMap::new();
    for (owner, aliases) in products().chain(categories()) {
        for alias in aliases {
            if *alias != plain(alias) {
                problems.push(source.problem(
                    source.line_of_value(alias),
                    format!("escreva \"{alias}\" em minúsculas e sem acento: \"{}\"", plain(alias)),
                ));
            }
            if let Some(other) = owners.insert(alias, owner) {
                problems.push(source.problem(
                    source.line_of_value(alias),
                    format!("\"{alias}\" já é usado por {other}; deixe em um só lugar"),
                ));
            }
        }
    }
}

pub(super) fn rules(playbook: &Playbook, source: &Source<'_>, problems: &mut Vec<Problem>) {
    let rules = &playbook.rules;
    let hours = &rules.business_hours;
    if hours.opens >= hours.closes {
        problems.push(source.problem(
            source.line_of_key("closes"),
            "\"closes\" deve ser depois de \"opens\", como opens = \"08:00\" e closes = \"18:00\"",
        ));
    }
    if hours.days.is_empty() {
        problems.push(source.problem(
            source.line_of_key("days"),
            "\"days\" está vazio; diga ao menos um dia de atendimento, como \"segunda\"",
        ));
    }
    let volume = &rules.volume;
    for (key, amount) in [
        ("significant_units_per_day", volume.significant_units_per_day),
        ("significant_kg_per_day", volume.significant_kg_per_day),
        ("hours_per_day", volume.hours_per_day),
        ("days_per_week", volume.days_per_week),
        ("batches_per_day", volume.batches_per_day),
    ] {
        if amount.is_nan() || amount <= 0.0 {
            problems.push(
                source
                    .problem(source.line_of_key(key), format!("\"{key}\" deve ser maior que zero")),
            );
        }
    }
    let waits = &rules.follow_up.after_hours;
    if waits.len() > FollowUp::MOST
        || waits.iter().any(|hours| !(1..=MAX_WAIT_HOURS).contains(hours))
        || waits.windows(2).any(|pair| pair[0] >= pair[1])
    {
        problems.push(source.problem(
            source.line_of_key("after_hours"),
            "\"after_hours\" tem no máximo duas esperas, em horas (de 1 a 720) e em ordem crescente, como [24, 72]",
        ));
    }
    questions(playbook, source, problems);
    phones(playbook, source, problems);
}

/// The numbers of those whom the company's own messages go to.
fn phones(playbook: &Playbook, source: &Source<'_>, problems: &mut Vec<Problem>) {
    let sellers = playbook.rules.sellers.iter().map(|it| (it.name.as_str(), it.phone.as_str()));
    let digest = playbook.rules.digest.iter().map(|it| ("quem recebe o resumo", it.phone.as_str()));
    for (whose, phone) in sellers.chain(digest) {
        if !(12..=13).contains(&phone.len()) || phone.bytes().any(|b| !b.is_ascii_digit()) {
            problems.push(source.problem(
                source.line_of_value(phone),
                format!(
                    "o telefone de {whose} deve ter só números, com 55 e DDD, como 5543999990000"
                ),
            ));
        }
    }
}

fn questions(playbook: &Playbook, source: &Source<'_>, problems: &mut Vec<Problem>) {
    for question in &playbook.rules.questions {
        let wording = question.ask.first().map_or("", String::as_str);
        if question.fields.is_empty() || wording.trim().is_empty() {
            problems.push(source.problem(
                source.line_of_value(wording),
                "cada pergunta precisa de \"fields\" e de ao menos uma frase em \"ask\"",
            ));
        }
        if question.about.is_some() && question.fields != [Field::Volume] {
            problems.push(source.problem(
                source.line_of_value(wording),
                "\"about\" só vale em perguntas de volume (fields = [\"volume\"])",
            ));
        }
        problems.extend(question.ask.iter().filter_map(|ask| blank_problem(source, "ask", ask)));
    }
}

/// Every text the agent may say passes the guardrails, with its blanks filled by harmless words.
pub(super) fn texts(playbook: &Playbook, sources: [&Source<'_>; 4], problems: &mut Vec<Problem>) {
    let [company, catalogue, rules, phrases] = sources;
    let mut judge = |source: &Source<'_>, text: &str| {
        if let Err(breaches) = guardrails::clear(playbook, &sample(playbook, text)) {
            let reasons: Vec<String> = breaches.iter().map(ToString::to_string).collect();
            problems.push(source.problem(
                source.line_of_value(text),
                format!("esta frase não pode sair ({}); reescreva-a", reasons.join("; ")),
            ));
        }
    };
    judge(company, &playbook.company.about);
    for category in &playbook.catalogue.categories {
        judge(catalogue, &category.say);
    }
    for product in &playbook.catalogue.products {
        judge(catalogue, &product.pitch);
        product.topics.iter().for_each(|topic| judge(catalogue, &topic.say));
        if let Some(offer) = product.unavailable.as_ref().and_then(|it| it.offer_say.as_ref()) {
            judge(catalogue, offer);
        }
    }
    playbook.catalogue.topics.iter().for_each(|topic| judge(catalogue, &topic.say));
    playbook.catalogue.upsells.iter().for_each(|upsell| judge(catalogue, &upsell.say));
    playbook.rules.questions.iter().flat_map(|it| &it.ask).for_each(|ask| judge(rules, ask));
    playbook.phrases.all().for_each(|(_, text)| judge(phrases, text));
}

/// A phrase as it may sound.
fn sample(playbook: &Playbook, text: &str) -> String {
    let value = |blank: &str| {
        Some(match blank {
            "marca" => playbook.company.name.clone(),
            "marca_curta" => playbook.company.short_name.clone(),
            "site" => playbook.company.site.clone(),
            "quando" => "amanhã a partir das 8h".to_owned(),
            "previsao" => "junho de 2030".to_owned(),
            other => other.replace('_', " "),
        })
    };
    fill(text, value).unwrap_or_else(|| text.to_owned())
}
