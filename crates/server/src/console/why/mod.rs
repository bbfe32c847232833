//! Por que respondeu isso?: a turn explained, and thought again without sending anything.

mod replay;

use std::sync::Arc;

use axum::extract::{Path, State};
use maud::{Markup, html};
use seleto_rules::lead::Field;
use uuid::Uuid;

use super::components::{Tone, badge, csrf, figure};
use super::format::{self, Times};
use super::icons::{Icon, icon};
use super::layout::{self, Section};
use super::viewer::Viewer;
use super::{Console, Problem};
use crate::store::console::accounts::Role;
use crate::store::console::explanation::{Explanation, LoadExplanation, Sent};

pub(super) use replay::replay;

/// A turn explained.
pub(super) async fn show(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    Path(turn): Path<Uuid>,
) -> Result<Markup, Problem> {
    let load = LoadExplanation { turn };
    let told = console.app.store.read(load).await?.ok_or(Problem::NotFound)?;
    let times = console.times();
    let body = explained(&console, &viewer, &times, &told);
    Ok(layout::page(&viewer, Section::Conversations, "Por que respondeu isso?", body))
}

fn explained(console: &Console, viewer: &Viewer, times: &Times, told: &Explanation) -> Markup {
    html! {
        div.why-page.stack {
            (heading(times, told))
            (figures(told))
            div.why-columns {
                div.why-main {
                    (burst(times, told))
                    (learned(told))
                    (verdicts(told))
                    (sent(times, told))
                }
                div.why-side { (prompt(console, told)) }
            }
            @if viewer.may(Role::Sdr) { (ask_again(console, viewer, told)) }
        }
    }
}

fn heading(times: &Times, told: &Explanation) -> Markup {
    let name = told.name.clone().unwrap_or_else(|| format::phone(&told.phone));
    html! {
        header.heading {
            div {
                a.crumb href=(format!("/conversas/{}", told.conversation)) { (icon(Icon::Back)) "Conversa com " (name) }
                h1 { "Por que respondeu isso?" }
                p.lead { (outcome(told)) " Em " (times.full(told.started_at)) ", em " (format::duration(told.finished_at - told.started_at)) "." }
            }
            (badge(tone(told), brain(told)))
        }
    }
}

fn tone(told: &Explanation) -> Tone {
    if told.brain.as_deref() == Some("openai") { Tone::Accent } else { Tone::Plain }
}

fn brain(told: &Explanation) -> &str {
    match told.brain.as_deref() {
        Some("openai") => "Respondido pela IA",
        Some(_) => "Respondido pelas regras",
        None => "Sem resposta",
    }
}

fn outcome(told: &Explanation) -> String {
    let reason = told.reason.as_deref();
    match told.outcome.as_str() {
        "answered" => "O agente respondeu.".to_owned(),
        "superseded" => {
            "A resposta foi descartada: o lead escreveu de novo antes, e tudo foi respondido junto."
                .to_owned()
        }
        _ => match reason {
            Some("a human is in charge") => {
                "O agente ficou em silêncio: uma pessoa estava com a conversa.".to_owned()
            }
            Some(_) | None => "O agente ficou em silêncio: não havia o que responder.".to_owned(),
        },
    }
}

fn figures(told: &Explanation) -> Markup {
    let [read, cached, written] = told.tokens;
    let cached_hint = match (read, cached) {
        (Some(read), Some(cached)) if read > 0 => {
            format!("{} do cache ({}%)", format::count(cached), cached * 100 / read)
        }
        _ => String::new(),
    };
    html! {
        div.grid {
            (figure("Modelo", told.model.as_deref().unwrap_or("nenhum"), &told.model_ms.map_or("As regras respondem sem custo".to_owned(), |ms| format!("pensou por {}", format::duration(ms)))))
            @if let Some(read) = read {
                (figure("Tokens lidos", &format::count(read), &cached_hint))
                (figure("Tokens escritos", &format::count(written.unwrap_or(0)), ""))
            }
            (figure("Custo", &told.cost_micro_usd.map_or("US$ 0".to_owned(), format::dollars), if told.cost_micro_usd.is_some() { "pela tabela de preços do modelo" } else { "" }))
        }
    }
}

fn burst(times: &Times, told: &Explanation) -> Markup {
    html! {
        section.card {
            h2 { "1. O que o lead escreveu" }
            @if told.burst.is_empty() { p.soft { "Nenhuma mensagem ficou ligada a este turno." } }
            ol.why-lines {
                @for read in &told.burst {
                    li {
                        a.why-quote href=(format!("/conversas/{}#m-{}", told.conversation, read.id)) {
                            @if read.text.is_empty() { "(" (kind(&read.kind)) ")" } @else { (read.text) }
                        }
                        span.soft { (times.clock_with_seconds(read.at)) @if read.kind == "audio" { " · voz" } }
                    }
                }
            }
            @if !told.intents.is_empty() {
                p.why-intents { span.soft { "Entendeu: " } @for intent in &told.intents { (badge(Tone::Plain, intent_label(intent))) " " } }
            }
        }
    }
}

fn intent_label(intent: &str) -> &str {
    match intent {
        "greeting" => "saudação",
        "product_question" => "pergunta sobre produto",
        "price" => "preço",
        "discount" => "desconto",
        "payment" => "pagamento",
        "delivery_time" => "prazo e entrega",
        "technical" => "dúvida técnica",
        "human" => "quer falar com uma pessoa",
        "opt_out" => "não quer mensagens",
        "unavailable_product" => "produto que não vendemos",
        "catalog" => "catálogo",
        "complaint" => "reclamação",
        "job_seeker" => "procura emprego",
        "supplier" => "oferece algo",
        "spam" => "spam",
        "thanks" => "agradecimento",
        "goodbye" => "despedida",
        "injection" => "tenta mudar as regras do agente",
        "off_topic" => "outro assunto",
        other => other,
    }
}

fn kind(kind: &str) -> &'static str {
    match kind {
        "audio" => "mensagem de voz",
        "image" => "imagem",
        "video" => "vídeo",
        "document" => "documento",
        "sticker" => "figurinha",
        "location" => "localização",
        _ => "sem texto",
    }
}

fn learned(told: &Explanation) -> Markup {
    html! {
        section.card {
            h2 { "2. O que aprendeu sobre o lead" }
            @if told.learned.is_empty() { p.soft { "Nada de novo nesta vez." } }
            @else {
                dl.why-facts {
                    @for fact in &told.learned {
                        dt { (Field::of_key(&fact.field).map_or(fact.field.as_str(), |field| field.label())) }
                        dd {
                            b { (fact.value) }
                            @if !fact.is_current { " " (badge(Tone::Plain, "depois mudou")) }
                            @if let Some(quote) = &fact.quote { span.soft { " de “" (quote) "”" } }
                        }
                    }
                }
            }
        }
    }
}

fn verdicts(told: &Explanation) -> Markup {
    html! {
        section.card {
            h2 { "3. O que as travas disseram" }
            @if told.verdicts.is_empty() {
                p.why-ok { (icon(Icon::Check)) "Nenhuma regra foi quebrada: o texto pôde sair como estava." }
            } @else {
                ul.why-verdicts { @for verdict in &told.verdicts { li { (icon(Icon::Alert)) span { (verdict) } } } }
            }
        }
    }
}

fn sent(times: &Times, told: &Explanation) -> Markup {
    html! {
        section.card {
            h2 { "4. O que saiu, e cada tentativa" }
            @if told.sent.is_empty() { p.soft { "Nada foi enviado neste turno." } }
            @for sent in &told.sent {
                article.why-sent {
                    p.why-bubble { (sent.text) }
                    p.row { (state(sent)) @if let Some(reason) = &sent.reason { span.soft { (reason) } } }
                    @if !sent.attempts.is_empty() {
                        ol.why-attempts {
                            @for attempt in &sent.attempts {
                                li {
                                    span { "Tentativa " (attempt.number) " · " (times.clock_with_seconds(attempt.started_at)) }
                                    span.soft {
                                        @if let Some(end) = attempt.finished_at { (format::duration(end - attempt.started_at)) " · " }
                                        (attempt.outcome.as_deref().map_or("em andamento", outcome_of_attempt))
                                        @if let Some(detail) = &attempt.detail { " · " (detail) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn outcome_of_attempt(outcome: &str) -> &str {
    match outcome {
        "accepted" => "a Z-API aceitou",
        "refused" | "rejected" => "a Z-API recusou",
        "unknown" | "unconfirmed" => "sem resposta: conferido depois",
        "not_sent" | "unreachable" => "não chegou à Z-API",
        "busy" => "a Z-API pediu para esperar",
        other => other,
    }
}

fn state(sent: &Sent) -> Markup {
    match (sent.state.as_str(), sent.tick) {
        ("accepted", 2..) => badge(Tone::Good, "Lida"),
        ("accepted", 1) => badge(Tone::Good, "Entregue"),
        ("accepted", _) => badge(Tone::Good, "Enviada"),
        ("pending" | "sending" | "unknown", _) => badge(Tone::Plain, "Saindo"),
        ("cancelled", _) => badge(Tone::Warn, "Cancelada"),
        ("expired", _) => badge(Tone::Warn, "Venceu"),
        ("undetermined", _) => badge(Tone::Warn, "Não se sabe se chegou"),
        _ => badge(Tone::Bad, "Recusada"),
    }
}

fn prompt(console: &Console, told: &Explanation) -> Markup {
    let instructions = replay::instructions(console);
    let is_same = told.prompt_hash.as_deref() == Some(crate::hash::short(&instructions).as_str());
    html! {
        section.card {
            h2 { "O que o modelo leu" }
            @if told.prompt_hash.is_none() {
                p.soft { "Nenhum modelo foi chamado: as regras do playbook bastaram, ou não há chave de IA." }
            } @else {
                details.why-prompt {
                    summary {
                        "Instruções fixas " span.soft { "(iguais para todos; é a parte que o provedor guarda em cache)" }
                    }
                    @if is_same { pre { (instructions) } }
                    @else { p.soft { "O playbook mudou desde então. Impressão digital das instruções usadas: " code { (told.prompt_hash.as_deref().unwrap_or_default()) } } }
                }
                @if let Some(messages) = &told.prompt {
                    @for (role, text) in messages {
                        details.why-prompt { summary { (role_label(role)) " " span.soft { (first_words(text)) } } pre { (text) } }
                    }
                } @else {
                    p.soft { "Os dados desta chamada já foram apagados: são guardados por 30 dias." }
                }
            }
        }
    }
}

fn role_label(role: &str) -> &str {
    match role {
        "system" => "Dados",
        "user" => "Lead",
        "assistant" => "Agente",
        other => other,
    }
}

fn first_words(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = line.chars().take(64).collect();
    if short.len() < line.len() { format!("{short}…") } else { short }
}

fn ask_again(console: &Console, viewer: &Viewer, told: &Explanation) -> Markup {
    let has_model = console.app.openai.is_some();
    let path = format!("/turnos/{}/repetir", told.id);
    html! {
        section.card.why-again {
            h2 { "Repetir sem enviar" }
            p.soft { "As mesmas mensagens, com o playbook de agora. Nada chega ao lead e nada é gravado." }
            form.stack method="post" action=(path) hx-post=(path) hx-target="#de-novo" hx-swap="innerHTML" hx-disabled-elt="find button" {
                (csrf(viewer))
                @if has_model {
                    div.field {
                        label for="cerebro" { "Quem responde" }
                        select #cerebro name="cerebro" {
                            option value="modelo" { "A IA, com as regras por trás" }
                            option value="regras" { "Só as regras" }
                        }
                    }
                    details.why-prompt {
                        summary { "Mudar as instruções só neste teste" }
                        label.visually-hidden for="instrucoes" { "Instruções do teste" }
                        textarea.mono #instrucoes name="instrucoes" rows="14" spellcheck="false" { (replay::instructions(console)) }
                    }
                } @else {
                    input type="hidden" name="cerebro" value="regras";
                    p.hint { "Sem chave de IA, quem responde são as regras do playbook." }
                }
                button.button type="submit" { (icon(Icon::Robot)) "Repetir" }
            }
            div #de-novo aria-live="polite" {}
        }
    }
}
