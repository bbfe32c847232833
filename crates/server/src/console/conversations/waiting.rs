//! At the side of a conversation: whom the lead was passed on to, and what needs somebody.

use maud::{Markup, html};
use seleto_rules::handoff::Why;
use seleto_rules::playbook::Seller;

use super::messages;
use crate::console::format::{self, Times};
use crate::console::icons::{Icon, icon};
use crate::console::integrations::alert_title;
use crate::store::alert::Alert;
use crate::store::console::waiting::{Told, Waiting};
use crate::store::handoff::Handoff;

/// Both, if there is anything.
pub(super) fn all(times: &Times, waiting: &Waiting, sellers: &[Seller]) -> Markup {
    html! {
        @if let Some(handoff) = &waiting.handoff { (passed_on(times, handoff, &waiting.told, sellers)) }
        @if !waiting.alerts.is_empty() { (alerts(times, &waiting.alerts)) }
    }
}

fn passed_on(times: &Times, handoff: &Handoff, told: &[Told], sellers: &[Seller]) -> Markup {
    html! {
        section.side-part.passed-on {
            h3 { "Passado para a equipe" }
            dl.pairs {
                dt { "Por quê" } dd { (why(handoff.why)) }
                dt { "Desde" } dd { (times.full(handoff.created_at)) }
                dt { "Avisados" } dd {
                    @if told.is_empty() { "ninguém no WhatsApp: não há vendedores no playbook" }
                    @else { ul { @for one in told { li { (name(one, sellers)) span.soft { ", " (fate(times, one)) } } } } }
                }
                @if handoff.reminders > 0 { dt { "Lembretes" } dd { (handoff.reminders) } }
                dt { "Com quem" } dd {
                    @match (&handoff.picked_by, handoff.picked_up_at) {
                        (Some(by), Some(at)) => { (messages::person(by).trim_end_matches(',')) span.soft { ", " (times.full(at)) } },
                        _ => b.unclaimed { "ninguém assumiu ainda" },
                    }
                }
            }
        }
    }
}

fn why(why: Why) -> &'static str {
    match why {
        Why::Hot => "lead quente",
        Why::HumanRequest => "pediu para falar com uma pessoa",
        Why::Complaint => "reclamou",
    }
}

fn name(told: &Told, sellers: &[Seller]) -> String {
    let seller = sellers.iter().find(|seller| seller.phone == told.phone);
    seller.map_or_else(|| format::phone(&told.phone), |seller| seller.name.clone())
}

fn fate(times: &Times, told: &Told) -> String {
    match (told.state.as_str(), told.sent_at) {
        ("accepted", Some(at)) => times.full(at),
        ("pending" | "sending" | "unknown", _) => "saindo".to_owned(),
        ("cancelled", _) => "não foi preciso".to_owned(),
        ("accepted", None) => "enviado".to_owned(),
        _ => "não chegou".to_owned(),
    }
}

fn alerts(times: &Times, alerts: &[Alert]) -> Markup {
    html! {
        section.side-part {
            h3 { "Alertas abertos" }
            ul.side-alerts {
                @for alert in alerts {
                    li {
                        (icon(Icon::Alert))
                        div { b { (alert_title(&alert.kind)) } p.soft { (alert.detail) " · " (times.full(alert.created_at)) } }
                    }
                }
            }
            a href="/integracoes" { "Ver em Integrações" }
        }
    }
}
