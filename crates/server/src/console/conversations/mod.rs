//! Conversations: the list, the thread beside it, and the lead at its side, all kept live.

pub mod actions;
mod list;
pub mod media;
mod messages;
mod side;
mod thread;
mod waiting;

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use seleto_rules::playbook::Seller;
use serde::Deserialize;
use uuid::Uuid;

pub(super) use messages::person;

use super::layout::{self, Section};
use super::viewer::Viewer;
use super::{Console, Problem};
use crate::store::console::accounts::Role;
use crate::store::console::inbox::{
    CountInbox, Cursor, Filter, FindEntry, ListConversations, Listing,
};
use crate::store::console::thread::{Head, LoadHead, LoadStretch, MarkRead, Stretch};
use crate::store::console::waiting::{LoadWaiting, Waiting};
use crate::store::facts::{LeadFacts, LoadFacts, Whose};

/// What the address says of the list.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    filtro: String,
    #[serde(default)]
    q: String,
    /// Where the next page of the list begins.
    depois: Option<String>,
}

impl Asked {
    fn listing(&self) -> Listing {
        let search = self.q.trim().chars().take(80).collect();
        Listing { filter: list::filter(&self.filtro), search }
    }

    fn after(&self) -> Option<Cursor> {
        let (at, id) = self.depois.as_deref()?.split_once('_')?;
        Some(Cursor { at: at.parse().ok()?, id: id.parse().ok()? })
    }
}

/// The list with nothing opened.
pub(super) async fn index(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    Query(asked): Query<Asked>,
) -> Result<Markup, Problem> {
    let listing = asked.listing();
    let list = list_column(&console, &listing, None).await?;
    Ok(layout::frame(
        &viewer,
        Section::Conversations,
        "Conversas",
        html! {
            div.inbox data-now=(console.app.clock.now()) {
                h1.visually-hidden { "Conversas" }
                (list)
                (thread::nothing_open(console.app.config.demo))
            }
        },
    ))
}

async fn list_column(
    console: &Console,
    listing: &Listing,
    open: Option<Uuid>,
) -> Result<Markup, Problem> {
    let store = &console.app.store;
    let list = ListConversations { listing: listing.clone(), after: None };
    let (entries, next) = store.read(list).await?;
    let counts = store.read(CountInbox).await?;
    Ok(list::column(&console.times(), listing, counts, &entries, next, open))
}

/// The list, or its next page.
pub(super) async fn rows(
    State(console): State<Arc<Console>>,
    Query(asked): Query<Asked>,
) -> Result<Markup, Problem> {
    let listing = asked.listing();
    let list = ListConversations { listing: listing.clone(), after: asked.after() };
    let (entries, next) = console.app.store.read(list).await?;
    let is_first = asked.depois.is_none();
    Ok(list::rows(&console.times(), &listing, &entries, next, is_first))
}

/// One row of the list as it is now; 204 when it is not listed under this filter.
pub(super) async fn row(
    State(console): State<Arc<Console>>,
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let listing = asked.listing();
    let store = &console.app.store;
    let counts = list::counts(store.read(CountInbox).await?);
    let entry = store.read(FindEntry { listing: listing.clone(), id }).await?;
    let row = entry.map(|entry| list::row(&console.times(), &listing, &entry, None));
    Ok(html! { (counts) @if let Some(row) = row { (row) } }.into_response())
}

/// A conversation: the whole page, or only its panel when the list is there already.
pub(super) async fn open(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Markup, Problem> {
    let shown = Shown::load(&console, &viewer, id, None).await?;
    let panel = shown.panel(&console, &viewer);
    let title = shown.name();
    let is_part =
        super::access::is_htmx(&headers) && !headers.contains_key("hx-history-restore-request");
    if is_part {
        return Ok(html! { title { (title) " · Seleto SDR" } (panel) });
    }
    let list = list_column(&console, &asked.listing(), Some(id)).await?;
    Ok(layout::frame(
        &viewer,
        Section::Conversations,
        &title,
        html! {
            div.inbox.is-open data-now=(console.app.clock.now()) {
            h1.visually-hidden { (title) }
            (list)
            (panel)
        }
        },
    ))
}

/// The parts of an open conversation that change, for the page to take over what is new.
pub(super) async fn parts(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
) -> Result<Markup, Problem> {
    let shown = Shown::load(&console, &viewer, id, None).await?;
    Ok(html! {
        (thread::head(&console.times(), &viewer, &shown.head))
        ol #mensagens { (messages::all(&console.times(), &shown.stretch, &id)) }
        (thread::state(&viewer, &shown.head))
        (side::all(&console.times(), &viewer, &shown))
    })
}

/// Where an earlier stretch ends.
#[derive(Deserialize)]
pub(super) struct Before {
    antes: i64,
}

/// What was said before what is shown.
pub(super) async fn earlier(
    State(console): State<Arc<Console>>,
    Path(id): Path<Uuid>,
    Query(Before { antes }): Query<Before>,
) -> Result<Markup, Problem> {
    let load = LoadStretch { conversation: id, before: Some(antes) };
    let stretch = console.app.store.read(load).await?;
    Ok(messages::all(&console.times(), &stretch, &id))
}

/// The lead's side alone: after a correction, or to open a field for one.
pub(super) async fn lead_side(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
) -> Result<Markup, Problem> {
    let shown = Shown::load(&console, &viewer, id, None).await?;
    Ok(side::all(&console.times(), &viewer, &shown))
}

/// A conversation as it is shown.
struct Shown {
    head: Head,
    stretch: Stretch,
    facts: Option<LeadFacts>,
    links: Vec<crate::store::console::thread::Elsewhere>,
    chatwoot: Option<(String, u64)>,
    waiting: Waiting,
    sellers: Vec<Seller>,
}

impl Shown {
    async fn load(
        console: &Console,
        viewer: &Viewer,
        id: Uuid,
        before: Option<i64>,
    ) -> Result<Self, Problem> {
        let app = &console.app;
        let mut head = app.store.read(LoadHead { id }).await?.ok_or(Problem::NotFound)?;
        if head.unread > 0 && viewer.may(Role::Sdr) {
            let now = app.clock.now();
            app.store.write(MarkRead { conversation: id, now }).await?;
            head.unread = 0;
        }
        let stretch = app.store.read(LoadStretch { conversation: id, before }).await?;
        let facts = app.store.read(LoadFacts(Whose::Conversation(id))).await?;
        let links = app
            .store
            .read(crate::store::console::thread::FindElsewhere { conversation: id })
            .await?;
        let chatwoot = app.config.chatwoot.as_ref();
        let chatwoot = chatwoot.map(|chatwoot| (chatwoot.url.clone(), chatwoot.account));
        let waiting = app.store.read(LoadWaiting { conversation: id }).await?;
        let sellers = app.playbook().rules.sellers.clone();
        Ok(Self { head, stretch, facts, links, chatwoot, waiting, sellers })
    }

    fn name(&self) -> String {
        list::name(
            self.head.lead.name.as_deref(),
            self.head.sender_name.as_deref(),
            &self.head.phone,
        )
    }

    fn panel(&self, console: &Console, viewer: &Viewer) -> Markup {
        let times = console.times();
        html! {
            div.talk #painel data-conversation=(self.head.id) {
                section.thread aria-label=(format!("Conversa com {}", self.name())) {
                    (thread::head(&times, viewer, &self.head))
                    (messages::log(&times, &self.stretch, &self.head.id))
                    (thread::state(viewer, &self.head))
                    (thread::composer(viewer, &self.head))
                }
                (side::all(&times, viewer, self))
            }
        }
    }
}

/// Nothing to show, and no error.
pub(super) fn nothing() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// Which filters there are, for links from other pages.
pub fn path_of(filter: Filter) -> String {
    format!("/conversas?filtro={}", list::key(filter))
}
