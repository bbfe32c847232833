//! The customer's tables in a database of Supabase: made, adopted, closed to the public keys, and
//! compared with what we expect.

use super::Error;
use super::customer::{Kind, Table};
use super::engine::{Dialect, Operation, Tx};
use crate::hash;
use crate::params;

/// The SQL that makes the six tables as they should be, however often it is run.
pub const SCHEMA: &str = include_str!("../../migrations/supabase/schema.sql");

/// Where it is noted which schema was applied last.
const NOTED: &str = "supabase_schema";

/// Whether this is a database of Supabase's: its roles for the public keys exist.
pub(super) async fn is_supabase(tx: &mut Tx<'_>) -> Result<bool, Error> {
    if tx.dialect() == Dialect::Sqlite {
        return Ok(false);
    }
    let row = tx
        .row("SELECT COUNT(*) FROM pg_roles WHERE rolname IN ('anon', 'service_role')", &params![])
        .await?;
    Ok(row.map_or(Ok(0), |row| row.int(0))? == 2)
}

/// Makes or completes the six tables, unless this was done before and nobody insists.
pub(super) async fn adopt(tx: &mut Tx<'_>, insist: bool) -> Result<(), Error> {
    let noted = tx.row("SELECT to_regclass('settings') IS NOT NULL", &params![]).await?;
    if noted.map_or(Ok(false), |row| row.bool(0))? && !insist {
        let row = tx.row("SELECT value FROM settings WHERE key = $1", &params![NOTED]).await?;
        if row.map_or(Ok(None), |row| row.maybe_text(0))? == Some(hash::short(SCHEMA)) {
            return Ok(());
        }
    }
    tx.script(SCHEMA).await
}

/// Closes our own tables to the public keys: row level security on, no policy, no grant.
pub(super) async fn close(tx: &mut Tx<'_>, tables: &[&str]) -> Result<(), Error> {
    for table in tables.iter().filter(|table| Table::named(table).is_none()) {
        tx.script(&format!(
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
             REVOKE ALL ON {table} FROM PUBLIC, anon;
             DO $$ BEGIN
               IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'authenticated') THEN
                 REVOKE ALL ON {table} FROM authenticated;
               END IF;
             END $$"
        ))
        .await?;
    }
    tx.execute(
        "INSERT INTO settings (key, value) VALUES ($1, $2)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        &params![NOTED, hash::short(SCHEMA)],
    )
    .await?;
    Ok(())
}

/// How the customer's tables differ from what we expect, in pt-BR; nothing is changed.
pub struct Differences;

impl Operation for Differences {
    type Output = Vec<String>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
        if tx.dialect() == Dialect::Sqlite {
            return Ok(Vec::new());
        }
        let mut told = Vec::new();
        for table in Table::ALL {
            let columns = columns(tx, table).await?;
            told.extend(compare(table, &columns));
            told.extend(unguarded(tx, table).await?);
        }
        Ok(told)
    }
}

/// A column as the database has it.
#[derive(Clone, Debug)]
struct Column {
    name: String,
    kind: String,
    /// It takes no NULL, and has no default.
    must_be_told: bool,
}

async fn columns(tx: &mut Tx<'_>, table: Table) -> Result<Vec<Column>, Error> {
    let rows = tx
        .rows(
            "SELECT CAST(column_name AS TEXT), CAST(data_type AS TEXT),
                    is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'
             FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position",
            &params![table.name()],
        )
        .await?;
    let column = |row: &super::engine::Row| {
        Ok(Column { name: row.text(0)?, kind: row.text(1)?, must_be_told: row.bool(2)? })
    };
    rows.iter().map(column).collect()
}

fn compare(table: Table, found: &[Column]) -> Vec<String> {
    let name = table.name();
    let mut told = Vec::new();
    for (column, kind) in table.columns() {
        match found.iter().find(|found| found.name == *column) {
            None => told.push(format!("{name}.{column}: falta a coluna ({})", kind.name())),
            Some(there) if !takes(*kind, &there.kind) => told.push(format!(
                "{name}.{column}: é {} e deveria ser {}; o agente não consegue gravar nela",
                there.kind,
                kind.name()
            )),
            Some(there) if there.must_be_told && !always_told(table, column) => told.push(format!(
                "{name}.{column}: não aceita ficar vazia, mas nem sempre se sabe o valor; \
                 solte com ALTER TABLE {name} ALTER COLUMN {column} DROP NOT NULL"
            )),
            Some(_) => {}
        }
    }
    let ours = |column: &str| table.columns().iter().any(|(name, _)| *name == column);
    for column in found.iter().filter(|column| column.must_be_told && !ours(&column.name)) {
        told.push(format!(
            "{name}.{}: coluna obrigatória que o agente não preenche; dê a ela um valor padrão",
            column.name
        ));
    }
    told
}

fn takes(kind: Kind, there: &str) -> bool {
    there == kind.name() || (kind == Kind::Text && there == "character varying")
}

/// Columns that we never leave blank.
fn always_told(table: Table, column: &str) -> bool {
    let always: &[&str] = match table {
        Table::Leads => &["id", "opted_out", "created_at", "updated_at"],
        Table::Empresa => &["id", "created_at", "updated_at"],
        Table::Orcamentos => &["id", "lead_id", "created_at", "updated_at"],
        Table::Conversations => &["id", "lead_phone", "role", "content", "timestamp"],
        Table::ConversationContext => &["id", "lead_phone", "key", "created_at"],
        Table::TechnicalQuestions => &["id", "phone", "question", "timestamp"],
    };
    always.contains(&column)
}

/// What lets others at a table, or two rows be one person.
async fn unguarded(tx: &mut Tx<'_>, table: Table) -> Result<Vec<String>, Error> {
    let name = table.name();
    let mut told = Vec::new();
    let policies = tx
        .rows(
            "SELECT CAST(policyname AS TEXT) FROM pg_policies
             WHERE schemaname = current_schema() AND tablename = $1
               AND CAST(roles AS TEXT[]) && ARRAY['public', 'anon', 'authenticated']",
            &params![name],
        )
        .await?;
    for row in policies {
        let policy = row.text(0)?;
        told.push(format!(
            "{name}: a política \"{policy}\" vale também para as chaves públicas; se não for de \
             propósito: DROP POLICY \"{policy}\" ON {name}"
        ));
    }
    let key = table.natural_key();
    if !key.is_empty() && !has_key(tx, name, key).await? {
        told.push(format!(
            "{name}: falta a chave única ({}), provavelmente porque há linhas repetidas; junte-as \
             e rode seleto migrate de novo",
            key.join(", ")
        ));
    }
    Ok(told)
}

async fn has_key(tx: &mut Tx<'_>, table: &str, key: &[&str]) -> Result<bool, Error> {
    let mut key: Vec<&str> = key.to_vec();
    key.sort_unstable();
    let row = tx
        .row(
            "SELECT COUNT(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
             WHERE c.relname = $1 AND c.relnamespace = CAST(current_schema() AS regnamespace)
               AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
               AND (SELECT string_agg(CAST(a.attname AS TEXT), ',' ORDER BY a.attname)
                    FROM pg_attribute a
                    WHERE a.attrelid = i.indrelid
                      AND a.attnum = ANY (CAST(i.indkey AS int2[]))) = $2",
            &params![table, key.join(",")],
        )
        .await?;
    Ok(row.map_or(Ok(0), |row| row.int(0))? > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, kind: &str, must_be_told: bool) -> Column {
        Column { name: name.to_owned(), kind: kind.to_owned(), must_be_told }
    }

    fn questions() -> Vec<Column> {
        let kinds = Table::TechnicalQuestions.columns().iter();
        kinds.map(|(name, kind)| column(name, kind.name(), *name == "phone")).collect()
    }

    #[test]
    fn a_table_as_expected_says_nothing() {
        assert_eq!(compare(Table::TechnicalQuestions, &questions()), Vec::<String>::new());
        let mut columns = questions();
        columns[2].kind = "character varying".to_owned();
        assert_eq!(compare(Table::TechnicalQuestions, &columns), Vec::<String>::new());
    }

    #[test]
    fn every_difference_is_told_with_what_to_do() {
        let mut columns = questions();
        columns.remove(2);
        columns[0].kind = "bigint".to_owned();
        columns.push(column("setor", "text", true));
        columns.iter_mut().filter(|it| it.name == "context").for_each(|it| it.must_be_told = true);
        let told = compare(Table::TechnicalQuestions, &columns).join("\n");
        insta::assert_snapshot!(told);
    }

    #[test]
    fn the_script_names_every_column() {
        for table in Table::ALL {
            for (column, _) in table.columns().iter().skip(1) {
                let added = format!("ADD COLUMN IF NOT EXISTS {column} ");
                assert!(SCHEMA.contains(&added), "{}.{column}", table.name());
            }
        }
    }
}
