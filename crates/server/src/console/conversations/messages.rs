//! What was said, as bubbles: who, when, what became of it, and why.

use maud::{Markup, html};
use uuid::Uuid;

use crate::console::format::Times;
use crate::console::icons::{Icon, icon};
use crate::store::console::thread::{Event, Fate, Said, Stretch};

/// The scrolling log.
pub(super) fn log(times: &Times, stretch: &Stretch, conversation: &Uuid) -> Markup {
    html! {
        div.log #rolagem role="log" aria-live="polite" aria-label="Mensagens" tabindex="0" {
            ol.messages #mensagens { (all(times, stretch, conversation)) }
            button.newer #novas type="button" hidden { "Novas mensagens" }
        }
    }
}

/// Everything in a stretch, with its days.
pub(super) fn all(times: &Times, stretch: &Stretch, conversation: &Uuid) -> Markup {
    let lines = lines(stretch);
    let mut day = None;
    html! {
        @if stretch.has_earlier {
            @if let Some(first) = stretch.messages.first() {
                li.earlier #{ "antes-" (first.seq) } {
                    button.button.quiet.small type="button" hx-target="closest li" hx-swap="outerHTML"
                        hx-get=(format!("/conversas/{conversation}/anteriores?antes={}", first.seq)) {
                        "Mostrar mensagens anteriores"
                    }
                }
            }
        }
        @for (index, line) in lines.iter().enumerate() {
            @let date = times.date(line.at());
            @if day.replace(date) != Some(date) {
                li.day #{ "dia-" (date) } { span { (times.day(line.at())) } }
            }
            @match line {
                Line::Said(said) => {
                    (bubble(times, said, index.checked_sub(1).and_then(|before| lines.get(before))))
                }
                Line::Event(event) => {
                    li.event #{ "e-" (event.seq) } { (icon(drawing(event))) span { (sentence(event)) " · " (times.clock(event.at)) } }
                }
            }
        }
    }
}

enum Line<'a> {
    Said(&'a Said),
    Event(&'a Event),
}

impl Line<'_> {
    fn at(&self) -> i64 {
        match self {
            Self::Said(said) => said.at,
            Self::Event(event) => event.at,
        }
    }
}

/// Messages in their order, with the decisions in between. Who writes again has not taken the
/// conversation over again.
fn lines(stretch: &Stretch) -> Vec<Line<'_>> {
    let mut shown: Vec<&Event> = Vec::new();
    for event in &stretch.events {
        let again = shown.last().is_some_and(|last| {
            event.action == "take_over" && last.action == event.action && last.actor == event.actor
        });
        if !again {
            shown.push(event);
        }
    }
    let mut shown = shown.into_iter().peekable();
    let mut lines = Vec::new();
    for said in &stretch.messages {
        while let Some(event) = shown.next_if(|event| event.at <= said.at) {
            lines.push(Line::Event(event));
        }
        lines.push(Line::Said(said));
    }
    lines.extend(shown.map(Line::Event));
    lines
}

fn drawing(event: &Event) -> Icon {
    match event.action.as_str() {
        "take_over" => Icon::Person,
        "give_back" => Icon::Robot,
        "close" => Icon::Check,
        _ => Icon::Ban,
    }
}

fn sentence(event: &Event) -> String {
    let who = person(&event.actor);
    match event.action.as_str() {
        "take_over" => format!("{who} assumiu a conversa"),
        "give_back" => format!("{who} devolveu a conversa ao agente"),
        "close" => format!("{who} encerrou a conversa"),
        _ => format!("{who} marcou para não contatar mais"),
    }
}

/// Somebody of the audit, in words: "maria", "Chatwoot", "Alguém no celular da empresa".
pub(in crate::console) fn person(actor: &str) -> String {
    match actor.split_once(':') {
        Some(("console", "demonstracao")) => "Visitante".to_owned(),
        Some(("console", login)) => login.to_owned(),
        Some(("api", login)) => format!("{login}, pela API,"),
        Some(("chatwoot", _)) => "A equipe, no Chatwoot,".to_owned(),
        Some(("crm", _)) => "A equipe, no CRM,".to_owned(),
        _ if actor == "phone" => "Alguém no celular da empresa".to_owned(),
        _ if actor == "agent" => "O agente".to_owned(),
        _ => actor.to_owned(),
    }
}

fn bubble(times: &Times, said: &Said, before: Option<&Line>) -> Markup {
    let continues = matches!(before, Some(Line::Said(earlier))
        if earlier.author == said.author && said.at - earlier.at < 5 * 60_000);
    let failed = said.fate.as_ref().is_some_and(Fate::failed);
    html! {
        li.message.(side(&said.author)).continues[continues].failed[failed] #{ "m-" (said.id) } data-seq=(said.seq) {
            div.bubble {
                @if !continues || said.author == "note" { (author(said)) }
                @if let Some(quoted) = &said.quoted { blockquote.quoted { (quoted) } }
                (content(said))
                p.meta {
                    @if said.is_deleted { span { "apagada pelo lead" } }
                    @else if said.edited_at.is_some() { span { "editada" } }
                    time datetime=(times.machine(said.at)) title=(times.full(said.at)) { (times.clock(said.at)) }
                    @if let Some(fate) = &said.fate { (ticks(fate)) }
                }
                @if let Some(fate) = said.fate.as_ref().filter(|fate| fate.failed()) {
                    p.failure { (icon(Icon::Alert)) (failure(fate)) }
                }
            }
            @if let Some(turn) = said.turn.filter(|_| said.author == "agent") {
                a.why href=(format!("/turnos/{turn}")) title="Por que respondeu isso?" {
                    (icon(Icon::Question)) span { "por que respondeu isso?" }
                }
            }
        }
    }
}

fn side(author: &str) -> &'static str {
    match author {
        "lead" => "from-lead",
        "agent" => "from-agent",
        "note" => "from-note",
        _ => "from-human",
    }
}

fn author(said: &Said) -> Markup {
    match said.author.as_str() {
        "lead" => html! {},
        "agent" => html! { p.author { (icon(Icon::Robot)) "Agente" } },
        "note" => html! {
            p.author {
                (icon(Icon::Note))
                @if let Some(by) = &said.by { (person(by).trim_end_matches(',')) " · nota interna, o lead não vê" }
                @else { "Nota interna, o lead não vê" }
            }
        },
        _ => {
            let who = said.by.as_deref().map(person);
            html! { p.author { (icon(Icon::Person)) (who.as_deref().unwrap_or("Equipe")) } }
        }
    }
}

fn content(said: &Said) -> Markup {
    let file = said.media.as_ref().filter(|media| media["url"].is_string());
    let source = format!("/midia/{}", said.id);
    let text = said.text.trim();
    html! {
        @match said.kind.as_str() {
            "audio" => {
                @if file.is_some() { audio.player controls preload="none" src=(source) {} }
                @match said.transcript.as_deref().map(str::trim) {
                    Some(heard) if !heard.is_empty() => p.transcript { span.label { (icon(Icon::Microphone)) "Transcrição" } (heard) },
                    _ => p.transcript.soft { "Mensagem de voz sem transcrição" },
                }
            }
            "image" | "sticker" if file.is_some() => {
                a.picture href=(source) target="_blank" rel="noopener" {
                    img src=(source) loading="lazy" alt=(if text.is_empty() { "Imagem enviada pelo lead" } else { text });
                }
                @if let Some(seen) = said.transcript.as_deref().map(str::trim).filter(|seen| !seen.is_empty()) {
                    p.transcript { span.label { (icon(Icon::Search)) "O que se vê" } (seen) }
                }
            }
            "video" if file.is_some() => { video.player controls preload="none" src=(source) {} }
            "document" if file.is_some() => {
                a.document href=(source) target="_blank" rel="noopener" {
                    (icon(Icon::Clip))
                    (said.media.as_ref().and_then(|media| media["file_name"].as_str()).unwrap_or("Documento"))
                }
            }
            _ => {}
        }
        @if !text.is_empty() { p.words { (text) } }
        @else if let Some(what) = without_words(&said.kind, file.is_some()) { p.words.soft { (what) } }
    }
}

fn without_words(kind: &str, has_file: bool) -> Option<&'static str> {
    match kind {
        "audio" | "image" | "video" | "document" | "sticker" if has_file => None,
        "image" => Some("Imagem que não está mais disponível"),
        "sticker" => Some("Figurinha"),
        "video" => Some("Vídeo que não está mais disponível"),
        "document" => Some("Documento que não está mais disponível"),
        "location" => Some("Localização"),
        "contact" => Some("Contato"),
        "reaction" => Some("Reação"),
        "audio" => None,
        _ => Some("Mensagem sem texto"),
    }
}

impl Fate {
    /// It will not reach the lead by itself.
    fn failed(&self) -> bool {
        matches!(self.state.as_str(), "rejected" | "expired" | "cancelled" | "undetermined")
    }
}

fn ticks(fate: &Fate) -> Markup {
    let (drawing, class, words) = match (fate.state.as_str(), fate.tick) {
        ("accepted", 2..) => (Icon::Ticks, "tick read", "Lida"),
        ("accepted", 1) => (Icon::Ticks, "tick", "Entregue"),
        ("accepted", _) => (Icon::Tick, "tick", "Enviada"),
        ("pending" | "sending" | "unknown", _) => (Icon::Clock, "tick", "Saindo"),
        _ => (Icon::Alert, "tick bad", "Não enviada"),
    };
    html! {
        span class=(class) title=(words) { (icon(drawing)) span.visually-hidden { (words) } }
    }
}

fn failure(fate: &Fate) -> String {
    let reason = fate.reason.as_deref().unwrap_or_default();
    match (fate.state.as_str(), reason) {
        ("cancelled", "human takeover") => "Não enviada: alguém assumiu antes".to_owned(),
        ("cancelled", "opted out") => "Não enviada: o lead não quer contato".to_owned(),
        ("cancelled", _) => "Não enviada: foi cancelada".to_owned(),
        ("expired", _) => "Não enviada: passou da hora".to_owned(),
        ("undetermined", _) => "Pode não ter chegado: confira no WhatsApp".to_owned(),
        (_, "") => "O WhatsApp recusou".to_owned(),
        (_, reason) => format!("O WhatsApp recusou: {reason}"),
    }
}
