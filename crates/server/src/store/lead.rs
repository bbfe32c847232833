//! The lead in our shape and in the customer's columns.

use seleto_rules::lead::Lead;
use seleto_rules::qualification::Qualification;
use uuid::Uuid;

use super::engine::{Statement, Value};
use super::quote;
use crate::params;

/// Writes what is known of a lead, here and in the rows about what they want to buy.
///
/// What the customer's columns held before us and says nothing to us ("geladeira") stays: a blank
/// is only written over what we knew.
pub(super) fn rows(id: Uuid, lead: &Lead, now: i64) -> Vec<Statement<'static>> {
    let product = lead.product.as_deref().or(lead.product_category.as_deref());
    let mut columns = params![
        id,
        lead.name.as_deref(),
        lead.email.as_deref(),
        lead.company.as_deref(),
        lead.city.as_deref(),
        lead.uf.as_deref(),
        product,
        lead.volume.map(|volume| volume.to_string()),
        lead.urgency.map(|urgency| urgency.as_str()),
        lead.knows_seleto,
    ]
    .to_vec();
    columns.push(Value::Time(now));
    // Plain data: serialising it cannot fail.
    let profile = serde_json::to_string(lead).unwrap_or_else(|_| "{}".to_owned());
    let mut statements = vec![
        (
            r#"UPDATE leads SET name = $2, email = $3, company = $4, city = $5, uf = $6,
               product = CASE WHEN CAST($7 AS TEXT) IS NULL AND NOT EXISTS (
                 SELECT 1 FROM lead_profiles p WHERE p.lead_id = $1 AND p.profile LIKE '%"product%')
                 THEN product ELSE $7 END,
               volume = CASE WHEN CAST($8 AS TEXT) IS NULL AND NOT EXISTS (
                 SELECT 1 FROM lead_profiles p WHERE p.lead_id = $1 AND p.profile LIKE '%"volume"%')
                 THEN volume ELSE $8 END,
               urgency = CASE WHEN CAST($9 AS TEXT) IS NULL AND NOT EXISTS (
                 SELECT 1 FROM lead_profiles p WHERE p.lead_id = $1 AND p.profile LIKE '%"urgency"%')
                 THEN urgency ELSE $9 END,
               knows_seleto = $10, updated_at = $11
             WHERE id = $1"#,
            columns,
        ),
        (
            "INSERT INTO lead_profiles (lead_id, profile) VALUES ($1, $2)
             ON CONFLICT (lead_id) DO UPDATE SET profile = excluded.profile",
            params![id, profile].to_vec(),
        ),
    ];
    statements.extend(quote::rows(id, lead, now));
    statements
}

/// Writes how near a lead is to buying, and since when.
pub(super) fn qualified(id: Uuid, verdict: &Qualification, now: i64) -> [Statement<'static>; 2] {
    let temperature = verdict.temperature.as_str();
    [
        // Before the lead's row: it still has the former temperature.
        (
            "UPDATE lead_profiles SET score = $2, temperature_at = CASE
               WHEN temperature_at IS NOT NULL
                 AND (SELECT temperature FROM leads WHERE id = $1) = $3 THEN temperature_at
               ELSE $4 END
             WHERE lead_id = $1",
            params![id, i64::from(verdict.score), temperature, now].to_vec(),
        ),
        (
            // What a person decided about it holds.
            "UPDATE leads SET temperature = $2, temperature_reason = $3, updated_at = $4
             WHERE id = $1 AND NOT EXISTS (
               SELECT 1 FROM funnel f WHERE f.lead_id = $1 AND f.temperature_by IS NOT NULL)",
            vec![
                id.into(),
                temperature.into(),
                verdict.reasons.join("; ").into(),
                Value::Time(now),
            ],
        ),
    ]
}
