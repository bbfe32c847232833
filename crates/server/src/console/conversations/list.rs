//! The list of conversations.

use maud::{Markup, html};
use uuid::Uuid;

use crate::console::access::encode;
use crate::console::components::{empty, temperature};
use crate::console::format::{self, Times};
use crate::console::icons::{Icon, icon};
use crate::store::console::inbox::{Cursor, Entry, Filter, Listing};

/// The filter of this name.
pub(super) fn filter(key: &str) -> Filter {
    Filter::ALL.into_iter().find(|filter| self::key(*filter) == key).unwrap_or_default()
}

/// Its name in the address.
pub(super) fn key(filter: Filter) -> &'static str {
    match filter {
        Filter::All => "todas",
        Filter::Waiting => "esperando",
        Filter::Human => "humano",
        Filter::Hot => "quentes",
        Filter::Closed => "encerradas",
    }
}

fn label(filter: Filter) -> &'static str {
    match filter {
        Filter::All => "Todas",
        Filter::Waiting => "Esperando",
        Filter::Human => "Humano",
        Filter::Hot => "Quentes",
        Filter::Closed => "Encerradas",
    }
}

/// How a lead is called.
pub(super) fn name(own: Option<&str>, profile: Option<&str>, phone: &str) -> String {
    let given = own.or(profile).map(str::trim).filter(|name| !name.is_empty());
    given.map_or_else(|| format::phone(phone), str::to_owned)
}

/// The column: search, filters, rows.
pub(super) fn column(
    times: &Times,
    listing: &Listing,
    totals: (i64, i64),
    entries: &[Entry],
    next: Option<Cursor>,
    open: Option<Uuid>,
) -> Markup {
    let current = key(listing.filter);
    html! {
        section.list aria-label="Lista de conversas" data-list data-filter=(current) {
            header.list-head {
                h2 { "Conversas" }
                form.search role="search" action="/conversas" method="get"
                    hx-get="/conversas/lista" hx-target="#linhas" hx-trigger="input changed delay:200ms from:#busca, submit" {
                    input type="hidden" name="filtro" value=(current);
                    label.visually-hidden for="busca" { "Buscar conversas" }
                    (icon(Icon::Search))
                    input #busca type="search" name="q" value=(listing.search) data-search maxlength="80"
                        placeholder="Nome, telefone, empresa ou texto" autocomplete="off";
                    kbd.search-key aria-hidden="true" { "/" }
                }
                nav.tabs aria-label="Filtrar conversas" {
                    @for filter in Filter::ALL {
                        a.tab href=(format!("/conversas?filtro={}", key(filter)))
                            aria-current=[(filter == listing.filter).then_some("page")] {
                            (label(filter))
                            @if matches!(filter, Filter::Waiting | Filter::Human) {
                                span.tab-count data-count=(key(filter)) {}
                            }
                        }
                    }
                }
                (counts(totals))
            }
            ol.rows #linhas data-rows {
                (rows_for(times, listing, entries, next, true, open))
            }
        }
    }
}

/// How many wait and how many humans have; the page puts them beside the filters.
pub(super) fn counts((waiting, human): (i64, i64)) -> Markup {
    let text = |count: i64| if count >= 100 { "99+".to_owned() } else { count.to_string() };
    html! {
        span #contagens hidden data-esperando=(text(waiting)) data-humano=(text(human)) {}
    }
}

/// Rows, and the way to more of them.
pub(super) fn rows(
    times: &Times,
    listing: &Listing,
    entries: &[Entry],
    next: Option<Cursor>,
    is_first: bool,
) -> Markup {
    rows_for(times, listing, entries, next, is_first, None)
}

fn rows_for(
    times: &Times,
    listing: &Listing,
    entries: &[Entry],
    next: Option<Cursor>,
    is_first: bool,
    open: Option<Uuid>,
) -> Markup {
    html! {
        @if entries.is_empty() && is_first { li.rows-empty { (nothing(listing)) } }
        @for entry in entries { (row(times, listing, entry, open)) }
        @if let Some(next) = next {
            li.rows-more hx-get=(more(listing, next)) hx-trigger="revealed, click" hx-swap="outerHTML" {
                button.button.quiet.small type="button" { "Carregar mais" }
            }
        }
    }
}

fn more(listing: &Listing, next: Cursor) -> String {
    format!("/conversas/lista?{}&depois={}_{}", query(listing), next.at, next.id)
}

fn query(listing: &Listing) -> String {
    format!("filtro={}&q={}", key(listing.filter), encode(&listing.search))
}

/// One conversation.
pub(super) fn row(times: &Times, listing: &Listing, entry: &Entry, open: Option<Uuid>) -> Markup {
    let cursor = entry.cursor(listing.filter);
    let path = format!("/conversas/{}", entry.id);
    let link = format!("{path}?{}", query(listing));
    let who = name(entry.name.as_deref(), entry.sender_name.as_deref(), &entry.phone);
    html! {
        li.conversation.is-unread[entry.unread > 0] #{ "c-" (entry.id) } data-at=(cursor.at) data-id=(entry.id) {
            a.conversation-link href=(link) data-row hx-get=(link) hx-target="#painel" hx-swap="outerHTML"
                hx-push-url="true" aria-current=[(open == Some(entry.id)).then_some("true")] {
                span.face.(face(entry)) aria-hidden="true" { (format::initials(&who)) }
                span.conversation-body {
                    span.conversation-top {
                        b.conversation-name { (who) }
                        time datetime=(times.machine(entry.last_at)) title=(times.full(entry.last_at)) { (times.short(entry.last_at)) }
                    }
                    span.conversation-last {
                        @if let Some(author) = said_by(entry) { span.by { (author) ": " } }
                        (entry.last_text.as_deref().unwrap_or(""))
                    }
                    span.conversation-marks {
                        (temperature(entry.temperature.as_deref()))
                        @if let Some(company) = &entry.company { span.company { (company) } }
                        @if entry.opted_out { span.mark { "não contatar" } }
                        @else if entry.closed_at.is_some() { span.mark { "encerrada" } }
                        @else if entry.by_human { span.mark.by-human { (icon(Icon::Person)) "humano" } }
                        @if let Some(since) = entry.waiting_since {
                            span.mark.waits title="Esperando resposta" { (icon(Icon::Clock)) "espera " (times.ago(since)) }
                        }
                        @if entry.unread > 0 {
                            span.unread { (entry.unread.min(99)) span.visually-hidden { " não lidas" } }
                        }
                    }
                }
            }
        }
    }
}

fn face(entry: &Entry) -> &'static str {
    match entry.temperature.as_deref() {
        Some("quente") => "face-hot",
        Some("morno") => "face-warm",
        _ => "face-plain",
    }
}

fn said_by(entry: &Entry) -> Option<&'static str> {
    match entry.last_author.as_deref() {
        Some("agent") => Some("Agente"),
        Some("human") => Some("Equipe"),
        Some("note") => Some("Nota"),
        _ => None,
    }
}

fn nothing(listing: &Listing) -> Markup {
    if !listing.search.trim().is_empty() {
        let title = format!("Nada com “{}”", listing.search.trim());
        let text = "Procure pelo nome, por parte do telefone, pela empresa ou por uma palavra \
                    que alguém escreveu.";
        return empty(Icon::Search, &title, text, html! {});
    }
    let (title, text) = match listing.filter {
        Filter::All => (
            "Nenhuma conversa ainda",
            "Quando um lead escrever no WhatsApp, a conversa aparece aqui na hora.",
        ),
        Filter::Waiting => ("Ninguém esperando", "Todos os leads já têm resposta. Bom trabalho."),
        Filter::Human => (
            "Tudo com o agente",
            "Ao assumir uma conversa, ou responder por ela, ela fica com você e aparece aqui.",
        ),
        Filter::Hot => (
            "Nenhum lead quente",
            "Um lead fica quente quando diz o que quer produzir, quanto e para quando.",
        ),
        Filter::Closed => {
            ("Nada encerrado", "Conversas encerradas voltam sozinhas se o lead escrever de novo.")
        }
    };
    empty(Icon::Chat, title, text, html! {})
}
