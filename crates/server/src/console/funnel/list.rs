//! The list: every lead in a line, the latest first.

use maud::{Markup, html};

use super::{Asked, LINES, nobody, product, stage_label};
use crate::console::format;
use crate::console::icons::{Icon, icon};
use crate::console::{Console, Problem, Viewer, components};
use crate::store::console::accounts::Role;
use crate::store::console::funnel::{Card, ListLeads};

/// The list from its beginning.
pub(super) fn render(
    console: &Console,
    viewer: &Viewer,
    asked: &Asked,
    leads: Vec<Card>,
) -> Markup {
    if leads.is_empty() {
        return html! { div #leads { (nobody(asked)) } };
    }
    html! {
        div.table-wrap #leads tabindex="0" role="group" aria-label="Lista de leads" {
            table.leads {
                caption.visually-hidden { "Leads, do mais novo ao mais antigo" }
                thead {
                    tr {
                        th scope="col" { "Lead" }
                        th scope="col" { "Empresa" }
                        th scope="col" { "Produto" }
                        th scope="col" { "Volume" }
                        th scope="col" { "Temperatura" }
                        th scope="col" { "Etapa" }
                        th.number scope="col" { "Chegou" }
                        @if viewer.may(Role::Sdr) { th { span.visually-hidden { "Corrigir" } } }
                    }
                }
                tbody data-list { (lines(console, viewer, asked, leads)) }
            }
        }
    }
}

/// The lines after those that are shown.
pub(super) async fn more(
    console: &Console,
    viewer: &Viewer,
    asked: &Asked,
) -> Result<Markup, Problem> {
    let filter = asked.filter(console.app.clock.now());
    let query = ListLeads { filter, after: asked.mark(), limit: LINES + 1 };
    let leads = console.app.store.read(query).await?;
    Ok(lines(console, viewer, asked, leads))
}

fn lines(console: &Console, viewer: &Viewer, asked: &Asked, mut leads: Vec<Card>) -> Markup {
    let page = usize::try_from(LINES).unwrap_or(usize::MAX);
    let has_more = leads.len() > page;
    leads.truncate(page);
    let mark = leads.last().map(|last| format!("{}_{}", last.created_at, last.conversation));
    let may_correct = viewer.may(Role::Sdr);
    html! {
        @for lead in &leads { (line(console, lead, may_correct)) }
        @if let Some(mark) = mark.filter(|_| has_more) {
            @let address = asked.address("/funil", &[("apos", &mark), ("ver", "lista")]);
            tr.more-line {
                td colspan=(if may_correct { "8" } else { "7" }) {
                    a.button.quiet href=(address) hx-get=(address) hx-target="closest tr" hx-swap="outerHTML" {
                        "Mostrar mais"
                    }
                }
            }
        }
    }
}

fn line(console: &Console, lead: &Card, may_correct: bool) -> Markup {
    let playbook = console.app.playbook();
    let times = console.times();
    let number = format::phone(&lead.phone);
    let name = lead.name.clone().unwrap_or_else(|| number.clone());
    let place: Vec<_> = [&lead.city, &lead.uf].into_iter().flatten().map(String::as_str).collect();
    let wish = lead.product.as_deref().map(|code| product(&playbook, code));
    html! {
        tr {
            td {
                a.lead-name href=(format!("/conversas/{}", lead.conversation)) data-row { (name) }
                @if name != number { small.soft { (number) } }
            }
            td {
                @if let Some(company) = &lead.company { (company) }
                @if !place.is_empty() { small.soft { (place.join("/")) } }
            }
            td { (wish.unwrap_or_default()) }
            td { (lead.volume.clone().unwrap_or_default()) }
            td title=[lead.reason.as_deref()] { (components::temperature(lead.temperature.as_deref())) }
            td { (components::badge(components::Tone::Plain, stage_label(lead.stage))) }
            td.number {
                time datetime=(times.machine(lead.created_at)) title=(times.full(lead.created_at)) {
                    (times.short(lead.created_at))
                }
            }
            @if may_correct {
                td.number {
                    button.icon-button type="button" aria-label=(format!("Corrigir {name}")) title="Corrigir etapa e temperatura"
                        hx-get=(format!("/funil/{}", lead.conversation)) hx-target="#corrigir" {
                        (icon(Icon::Pencil))
                    }
                }
            }
        }
    }
}
