//! The customer's tables of quotes and companies, filled from the lead once it is worth a quote.

use seleto_rules::lead::Lead;
use seleto_rules::notes::quote_summary;
use uuid::Uuid;

use super::Error;
use super::engine::{Statement, Tx, Value};
use super::queue::Lane;
use crate::params;

/// Writes the lead's quote and company, if a product is known and the lead is warm at least.
///
/// A lead has one row in each table, under its own id: however often a turn is repeated, nothing
/// is doubled, and rows that the customer made stay as they are.
pub(super) async fn keep(
    tx: &mut Tx<'_>,
    lead_id: Uuid,
    lead: &Lead,
    now: i64,
) -> Result<(), Error> {
    let Some(product) = lead.product.as_deref().or(lead.product_category.as_deref()) else {
        return Ok(());
    };
    let row = tx
        .row(
            "SELECT temperature, phone,
                    (SELECT remote_id FROM remotes WHERE lane = $2 AND kind = 'deal' AND id = $3)
             FROM leads WHERE id = $1",
            &params![lead_id, Lane::Piperun.name(), lead_id.to_string()],
        )
        .await?;
    let Some(row) = row else { return Ok(()) };
    if !matches!(row.maybe_text(0)?.as_deref(), Some("morno" | "quente")) {
        return Ok(());
    }
    let (phone, deal) = (row.maybe_text(1)?, row.maybe_text(2)?);
    let mut statements = vec![quote(lead_id, lead, product, deal, now)];
    if lead.company.is_some() {
        let holder = cnpj_holder(tx, lead).await?;
        statements.extend(company(lead_id, lead, phone, holder, now));
    }
    tx.batch(&statements).await
}

/// The deal of a lead's quote.
pub(super) fn link_deal(lead_id: Uuid, deal: &str, now: i64) -> Statement<'static> {
    (
        "UPDATE orcamentos SET oportunidade_pipe_id = $2, updated_at = $3
         WHERE id = $1 AND (oportunidade_pipe_id IS NULL OR oportunidade_pipe_id <> $2)",
        vec![lead_id.into(), deal.into(), Value::Time(now)],
    )
}

fn quote(
    lead_id: Uuid,
    lead: &Lead,
    product: &str,
    deal: Option<String>,
    now: i64,
) -> Statement<'static> {
    let mut values = params![
        lead_id,
        quote_summary(lead),
        product,
        lead.segment.as_deref(),
        lead.urgency.map(|urgency| urgency.as_str()),
        lead.volume.map(|volume| volume.in_words()),
        deal,
    ]
    .to_vec();
    values.push(Value::Time(now));
    (
        "INSERT INTO orcamentos (id, lead_id, resumo, produto, segmento, urgencia_compra,
                                 volume_diario, oportunidade_pipe_id, created_at, updated_at)
         VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $8, $8)
         ON CONFLICT (id) DO UPDATE SET
           resumo = excluded.resumo, produto = excluded.produto, segmento = excluded.segmento,
           urgencia_compra = excluded.urgencia_compra, volume_diario = excluded.volume_diario,
           oportunidade_pipe_id =
             COALESCE(excluded.oportunidade_pipe_id, orcamentos.oportunidade_pipe_id),
           updated_at = excluded.updated_at",
        values,
    )
}

/// Whose row has the lead's CNPJ: the table holds each but once.
async fn cnpj_holder(tx: &mut Tx<'_>, lead: &Lead) -> Result<Option<Uuid>, Error> {
    let Some(cnpj) = lead.cnpj.as_deref() else { return Ok(None) };
    let row = tx.row("SELECT id FROM empresa WHERE cnpj = $1", &params![cnpj]).await?;
    row.map(|row| row.uuid(0)).transpose()
}

fn company(
    lead_id: Uuid,
    lead: &Lead,
    phone: Option<String>,
    holder: Option<Uuid>,
    now: i64,
) -> Option<Statement<'static>> {
    if holder.is_some_and(|holder| holder != lead_id) {
        // Another lead of the same company, or the customer, wrote it down already.
        return None;
    }
    let mut values = params![
        lead_id,
        lead.company.as_deref(),
        lead.city.as_deref(),
        lead.uf.as_deref(),
        lead.cnpj.as_deref(),
        lead.email.as_deref(),
        phone,
        lead.name.as_deref(),
    ]
    .to_vec();
    values.push(Value::Time(now));
    Some((
        "INSERT INTO empresa (id, nome, cidade, uf, cnpj, email, telefone, contato, created_at,
                              updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
         ON CONFLICT (id) DO UPDATE SET
           nome = excluded.nome, cidade = excluded.cidade, uf = excluded.uf,
           cnpj = COALESCE(excluded.cnpj, empresa.cnpj), email = excluded.email,
           telefone = excluded.telefone, contato = excluded.contato,
           updated_at = excluded.updated_at",
        values,
    ))
}
