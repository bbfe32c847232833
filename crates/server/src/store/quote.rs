//! What a lead wants to buy, and for which firm, in the customer's tables.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use seleto_rules::lead::Lead;
use seleto_rules::notes::quote_summary;

use super::engine::{Statement, Value};
use crate::params;

/// The customer's rows beside the lead's own, brought to what is known of the lead.
pub(super) fn rows(lead_id: Uuid, lead: &Lead, now: i64) -> Vec<Statement<'static>> {
    let mut statements = Vec::new();
    if lead.product.is_some() || lead.product_category.is_some() || lead.volume.is_some() {
        statements.push(quote(lead_id, lead, now));
    } else {
        statements.push(nothing_wanted(lead_id, now));
    }
    if lead.company.is_some() || lead.cnpj.is_some() {
        statements.extend(company(lead_id, lead, now));
    } else {
        statements.push(no_company(lead_id, now));
    }
    statements
}

/// The row of `orcamentos` that is this lead's.
pub(super) fn quote_id(lead: Uuid) -> Uuid {
    derived("orcamento", lead)
}

/// The row of `empresa` that this lead's words made.
pub(super) fn company_id(lead: Uuid) -> Uuid {
    derived("empresa", lead)
}

/// Always the same for a lead, so that whoever writes a row finds the one that is there.
fn derived(kind: &str, lead: Uuid) -> Uuid {
    let hash = Sha256::new().chain_update(kind).chain_update(lead.as_bytes()).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// The deal of a lead's quote.
pub(super) fn link_deal(lead: Uuid, deal: &str, now: i64) -> Statement<'static> {
    (
        "UPDATE orcamentos SET oportunidade_pipe_id = $2, updated_at = $3
         WHERE id = $1 AND (oportunidade_pipe_id IS NULL OR oportunidade_pipe_id <> $2)",
        vec![quote_id(lead).into(), deal.into(), Value::Time(now)],
    )
}

/// Somebody took back what the row was made from.
fn nothing_wanted(lead: Uuid, now: i64) -> Statement<'static> {
    (
        "UPDATE orcamentos SET resumo = NULL, produto = NULL, volume_diario = NULL, updated_at = $2
         WHERE id = $1 AND resumo IS NOT NULL",
        vec![quote_id(lead).into(), Value::Time(now)],
    )
}

/// The same of the firm.
fn no_company(lead: Uuid, now: i64) -> Statement<'static> {
    (
        "UPDATE empresa SET nome = NULL, updated_at = $2 WHERE id = $1 AND nome IS NOT NULL",
        vec![company_id(lead).into(), Value::Time(now)],
    )
}

fn quote(lead_id: Uuid, lead: &Lead, now: i64) -> Statement<'static> {
    let product = lead.product.as_deref().or(lead.product_category.as_deref());
    let mut values = params![
        quote_id(lead_id),
        lead_id,
        quote_summary(lead),
        product,
        lead.segment.as_deref(),
        lead.urgency.map(|urgency| urgency.as_str()),
        lead.volume.map(|volume| volume.to_string()),
    ]
    .to_vec();
    values.push(Value::Time(now));
    (
        "INSERT INTO orcamentos (id, lead_id, resumo, produto, segmento, urgencia_compra,
                                 volume_diario, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
         ON CONFLICT (id) DO UPDATE SET resumo = excluded.resumo, produto = excluded.produto,
           segmento = excluded.segmento, urgencia_compra = excluded.urgencia_compra,
           volume_diario = excluded.volume_diario, updated_at = excluded.updated_at
         WHERE orcamentos.resumo IS DISTINCT FROM excluded.resumo
            OR orcamentos.segmento IS DISTINCT FROM excluded.segmento",
        values,
    )
}

/// A firm is one by its CNPJ; without one, it is this lead's alone.
///
/// What the lead's own words made is corrected by the lead; a firm that was there before only
/// gets what is blank.
fn company(lead_id: Uuid, lead: &Lead, now: i64) -> [Statement<'static>; 4] {
    let id = company_id(lead_id);
    let cnpj = lead.cnpj.as_deref();
    let mut values = params![
        id,
        lead.company.as_deref(),
        lead.city.as_deref(),
        lead.uf.as_deref(),
        cnpj,
        lead.email.as_deref(),
        lead_id,
        lead.name.as_deref(),
    ]
    .to_vec();
    values.push(Value::Time(now));
    [
        (
            "UPDATE empresa SET cnpj = $2
             WHERE id = $1 AND CAST($2 AS TEXT) IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM empresa other WHERE other.cnpj = $2)",
            params![id, cnpj].to_vec(),
        ),
        (
            "INSERT INTO empresa (id, nome, cidade, uf, cnpj, email, telefone, contato, created_at,
                                  updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, (SELECT l.phone FROM leads l WHERE l.id = $7), $8, $9, $9)
             ON CONFLICT DO NOTHING",
            values.clone(),
        ),
        (
            "UPDATE empresa SET nome = $2, cidade = $3, uf = $4, email = $6,
               telefone = (SELECT l.phone FROM leads l WHERE l.id = $7), contato = $8, updated_at = $9
             WHERE id = $1 AND (cnpj = $5 OR $5 IS NULL)
               AND (nome IS DISTINCT FROM $2 OR cidade IS DISTINCT FROM $3
                    OR uf IS DISTINCT FROM $4 OR email IS DISTINCT FROM $6
                    OR telefone IS DISTINCT FROM
                      (SELECT l.phone FROM leads l WHERE l.id = $7) OR contato IS DISTINCT FROM $8)",
            values.clone(),
        ),
        (
            "UPDATE empresa SET nome = COALESCE(nome, $2), cidade = COALESCE(cidade, $3),
               uf = COALESCE(uf, $4), email = COALESCE(email, $6),
               
               telefone = COALESCE(telefone, (SELECT l.phone FROM leads l WHERE l.id = $7)), contato = COALESCE(contato, $8), updated_at = $9
             WHERE cnpj = $5 AND id <> $1
               AND (COALESCE(nome, $2) IS DISTINCT FROM nome
                    OR COALESCE(cidade, $3) IS DISTINCT FROM cidade
                    OR COALESCE(uf, $4) IS DISTINCT FROM uf
                    OR COALESCE(email, $6) IS DISTINCT FROM email
                    OR telefone IS NULL
                    OR COALESCE(contato, $8) IS DISTINCT FROM contato)",
            values,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leads_rows_are_always_the_same() {
        let lead = Uuid::from_u128(7);
        assert_eq!(quote_id(lead), quote_id(lead));
        assert_ne!(quote_id(lead), company_id(lead));
        assert_ne!(quote_id(lead), quote_id(Uuid::from_u128(8)));
    }
}
