//! The board: a column for each stage.

use maud::{Markup, html};

use super::{Asked, nobody, product, stage_label, stage_meaning};
use crate::console::format::{self, Times};
use crate::console::icons::{Icon, icon};
use crate::console::{Console, Viewer, components};
use crate::store::console::accounts::Role;
use crate::store::console::funnel::{Card, Column};
use seleto_rules::playbook::Playbook;

pub(super) fn render(
    console: &Console,
    viewer: &Viewer,
    asked: &Asked,
    columns: &[Column],
) -> Markup {
    let playbook = console.app.playbook();
    let times = console.times();
    if columns.iter().all(|column| column.count == 0) {
        return html! { div #leads { (nobody(asked)) } };
    }
    let may_move = viewer.may(Role::Sdr);
    html! {
        div.board #leads tabindex="0" role="group" aria-label="Quadro de leads por etapa" {
            @for column in columns {
                (one(&playbook, &times, asked, column, may_move))
            }
        }
    }
}

fn one(
    playbook: &Playbook,
    times: &Times,
    asked: &Asked,
    column: &Column,
    may_move: bool,
) -> Markup {
    let name = column.stage.name();
    let label = stage_label(column.stage);
    let shown = i64::try_from(column.cards.len()).unwrap_or(i64::MAX);
    html! {
        section.column.(name) aria-labelledby=(format!("etapa-{name}")) data-stage=(name) {
            header.column-head {
                h2 #(format!("etapa-{name}")) { (label) span.count { (format::count(column.count)) } }
                p { (stage_meaning(column.stage)) }
            }
            ul.cards {
                @for lead in &column.cards {
                    (card(playbook, times, lead, may_move))
                }
                @if column.cards.is_empty() { li.nobody { "Ninguém aqui" } }
            }
            @if column.count > shown {
                a.column-more href=(asked.address("/funil", &[("ver", "lista"), ("etapa", name)])) {
                    "Ver os " (format::count(column.count))
                }
            }
        }
    }
}

fn card(playbook: &Playbook, times: &Times, lead: &Card, may_move: bool) -> Markup {
    let name = lead.name.clone().unwrap_or_else(|| format::phone(&lead.phone));
    let place = [lead.city.as_deref(), lead.uf.as_deref()];
    let place: Vec<_> = place.into_iter().flatten().collect();
    let wish = lead.product.as_deref().map(|code| product(playbook, code));
    html! {
        li.lead-card draggable=[may_move.then_some("true")] data-lead=(lead.conversation) {
            a.lead-name href=(format!("/conversas/{}", lead.conversation)) draggable="false" { (name) }
            @if may_move {
                button.icon-button type="button" aria-label=(format!("Corrigir {name}")) title="Corrigir etapa e temperatura"
                    hx-get=(format!("/funil/{}", lead.conversation)) hx-target="#corrigir" {
                    (icon(Icon::Pencil))
                }
            }
            @if let Some(company) = &lead.company { p.lead-company { (company) } }
            @if wish.is_some() || !place.is_empty() {
                p.lead-facts {
                    @if let Some(wish) = &wish { span { (wish) } }
                    @if !place.is_empty() { span { (place.join("/")) } }
                }
            }
            p.lead-foot {
                (components::temperature(lead.temperature.as_deref()))
                @if lead.temperature_by.is_some() || lead.stage_by.is_some() {
                    span.by-hand title="Corrigido pela equipe" { "à mão" }
                }
                time datetime=(times.machine(lead.entered_at)) title=(format!("Nesta etapa desde {}", times.full(lead.entered_at))) {
                    (times.ago(lead.entered_at))
                }
            }
        }
    }
}
