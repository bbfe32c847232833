//! The leads as a table for spreadsheets, streamed page by page.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use seleto_rules::playbook::Playbook;

use super::{Asked, product, stage_label};
use crate::console::format::Times;
use crate::console::{Console, Problem, format};
use crate::store;
use crate::store::console::funnel::{Card, Filter, ListLeads, Mark};

/// How many leads are read at once.
const PAGE: i64 = 1_000;

const HEAD: &str = "Telefone;Nome;Empresa;Cidade;UF;E-mail;Produto;Volume;Urgência;Temperatura;\
                    Motivo;Etapa;Na etapa desde;Chegou em;Última mensagem\r\n";

/// All leads of the filters, as they are now.
pub(in crate::console) async fn export(
    State(console): State<Arc<Console>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let filter = asked.filter(console.app.clock.now());
    // A failure of the first page is still an answer; a later one cuts the file off.
    let first = console.app.store.read(page(&filter, None)).await?;
    // Excel takes a file for UTF-8 only when it begins so.
    let head = stream::iter([Ok(Bytes::from(format!("\u{feff}{HEAD}")))]);
    let begin = Some(Export { console, filter, page: first });
    let lines = stream::unfold(begin, |export| async move { export?.step().await });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"leads.csv\""),
    ];
    Ok((headers, Body::from_stream(head.chain(lines))).into_response())
}

fn page(filter: &Filter, after: Option<Mark>) -> ListLeads {
    ListLeads { filter: filter.clone(), after, limit: PAGE }
}

/// An export under way: the leads that were read and not written yet.
struct Export {
    console: Arc<Console>,
    filter: Filter,
    page: Vec<Card>,
}

type Step = (Result<Bytes, store::Error>, Option<Export>);

impl Export {
    /// The lines of what was read, and the export after it, until nobody is left.
    async fn step(self) -> Option<Step> {
        let last = self.page.last()?;
        let after = (last.created_at, last.conversation);
        let times = self.console.times();
        let playbook = self.console.app.playbook();
        let lines: String = self.page.iter().map(|lead| line(&playbook, &times, lead)).collect();
        let is_full = i64::try_from(self.page.len()).is_ok_and(|read| read == PAGE);
        if !is_full {
            return Some((Ok(Bytes::from(lines)), None));
        }
        match self.console.app.store.read(page(&self.filter, Some(after))).await {
            Ok(next) => Some((Ok(Bytes::from(lines)), Some(Self { page: next, ..self }))),
            Err(error) => {
                tracing::error!(%error, "an export was cut off");
                Some((Err(error), None))
            }
        }
    }
}

fn line(playbook: &Playbook, times: &Times, lead: &Card) -> String {
    let or_none = |value: &Option<String>| value.clone().unwrap_or_default();
    let cells = [
        // Without the plus, which would make a formula of it.
        format::phone(&lead.phone).trim_start_matches('+').to_owned(),
        or_none(&lead.name),
        or_none(&lead.company),
        or_none(&lead.city),
        or_none(&lead.uf),
        or_none(&lead.email),
        lead.product.as_deref().map(|code| product(playbook, code)).unwrap_or_default(),
        or_none(&lead.volume),
        or_none(&lead.urgency),
        or_none(&lead.temperature),
        or_none(&lead.reason),
        stage_label(lead.stage).to_owned(),
        times.full(lead.entered_at),
        times.full(lead.created_at),
        times.full(lead.last_at),
    ];
    let cells: Vec<_> = cells.iter().map(|text| cell(text)).collect();
    format!("{}\r\n", cells.join(";"))
}

/// A cell that a spreadsheet shows and never computes, whatever a lead calls himself.
fn cell(text: &str) -> String {
    let is_formula =
        text.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    let is_plain = !text.contains([';', '"', '\n', '\r', ',']);
    if is_plain { text } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_lead_writes_is_never_a_formula() {
        let check = |text, expected| assert_eq!(cell(text), expected);
        check("Marina Prado", "Marina Prado");
        check("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\"");
        check("+55 41 98765-4321", "'+55 41 98765-4321");
        check("-1+1", "'-1+1");
        check("@SUM(A1)", "'@SUM(A1)");
        check("  =1", "'  =1");
        check("Sabor; Cia", "\"Sabor; Cia\"");
        check("duas\nlinhas", "\"duas\nlinhas\"");
    }
}
