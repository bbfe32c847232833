//! The pieces that pages are made of.

use maud::{Markup, html};

use super::icons::{Icon, icon};
use super::viewer::Viewer;

/// The field that every form of a change carries.
pub fn csrf(viewer: &Viewer) -> Markup {
    html! { input type="hidden" name="csrf" value=(viewer.csrf); }
}

/// The head of a page: its title, what it is for, and what can be done at once.
pub fn heading(title: &str, lead: &str, actions: Markup) -> Markup {
    html! {
        header.heading {
            div {
                h1 { (title) }
                @if !lead.is_empty() { p.lead { (lead) } }
            }
            div.actions { (actions) }
        }
    }
}

/// What a place shows that has nothing yet: why, and how to change that.
pub fn empty(image: Icon, title: &str, text: &str, action: Markup) -> Markup {
    html! {
        div.empty {
            span.empty-icon { (icon(image)) }
            h2 { (title) }
            p { (text) }
            (action)
        }
    }
}

/// How much something matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It is said, no more.
    Plain,
    /// It is the brand's.
    Accent,
    /// It went well.
    Good,
    /// It wants a look.
    Warn,
    /// It failed.
    Bad,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Plain => "tone-plain",
            Self::Accent => "tone-accent",
            Self::Good => "tone-good",
            Self::Warn => "tone-warn",
            Self::Bad => "tone-bad",
        }
    }
}

/// A word in a box.
pub fn badge(tone: Tone, text: &str) -> Markup {
    html! { span.badge.(tone.class()) { (text) } }
}

/// A message across the page.
pub fn banner(tone: Tone, text: &str) -> Markup {
    let role = if tone == Tone::Bad { "alert" } else { "status" };
    html! { p.banner.(tone.class()) role=(role) { (text) } }
}

/// How near a lead is to buying, by the name that the database has for it.
pub fn temperature(name: Option<&str>) -> Markup {
    let (class, label) = match name {
        Some("quente") => ("hot", "Quente"),
        Some("morno") => ("warm", "Morno"),
        Some("frio") => ("cold", "Frio"),
        _ => return html! {},
    };
    html! { span.temperature.(class) { span.dot aria-hidden="true" {} (label) } }
}

/// A figure with its name, and what it means.
pub fn figure(label: &str, value: &str, hint: &str) -> Markup {
    html! {
        div.card.figure {
            p.figure-label { (label) }
            p.figure-value { (value) }
            @if !hint.is_empty() { p.figure-hint { (hint) } }
        }
    }
}

/// A labelled field of a form.
pub fn field(label: &str, id: &str, hint: &str, input: Markup) -> Markup {
    html! {
        div.field {
            label for=(id) { (label) }
            (input)
            @if !hint.is_empty() { p.hint id=(format!("{id}-dica")) { (hint) } }
        }
    }
}

/// The question before what cannot be undone. A form with `data-confirm` asks it: title in
/// `data-confirm`, text in `data-confirm-text`, the button's word in `data-confirm-action`.
pub fn confirm_dialog() -> Markup {
    html! {
        dialog.dialog #confirmar aria-labelledby="confirmar-titulo" {
            form method="dialog" {
                h2 #confirmar-titulo { "Tem certeza?" }
                p #confirmar-texto {}
                div.dialog-actions {
                    button.button value="nao" { "Cancelar" }
                    button.button.danger #confirmar-sim value="sim" { "Confirmar" }
                }
            }
        }
    }
}
