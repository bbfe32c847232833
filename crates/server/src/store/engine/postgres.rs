//! The engine for many replicas: pooled connections, prepared statements, pipelined batches.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use futures_util::future::{join_all, join3, try_join_all};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;

use super::{Operation, Row, Statement, Tx, Value};
use crate::store::Error;

/// How many connections a replica keeps; each costs PostgreSQL a process.
const CONNECTIONS: usize = 16;
/// The same at Supabase, whose pooler gives a small project 15 in all.
const SHARED_CONNECTIONS: usize = 6;
/// Where Supabase's poolers hand a connection over after each transaction.
const TRANSACTION_PORT: u16 = 6543;
/// Prepared statements belong to a connection.
const TRANSACTION_MODE: &str = "DATABASE_URL aponta para o pooler em modo transação (porta 6543), \
    que não guarda comandos preparados; use o modo sessão: o mesmo endereço com a porta 5432 \
    (painel do Supabase > Connect > Session pooler), sem pgbouncer=true";
/// How often an operation is run again after a deadlock or a serialisation failure.
const RETRIES: u32 = 5;

/// A pool of connections.
#[derive(Clone)]
pub struct Postgres {
    pool: Pool,
}

impl Postgres {
    /// Prepares the pool; the first operation connects.
    ///
    /// # Errors
    /// When the address cannot be read.
    pub fn open(url: &str) -> Result<Self, Error> {
        if url.contains("pgbouncer=true") {
            return Err(Error::Unavailable(TRANSACTION_MODE.to_owned()));
        }
        let mut config: tokio_postgres::Config =
            url.parse().map_err(|error| Error::Unavailable(format!("DATABASE_URL: {error}")))?;
        let hosted = is_on_supabase(&config);
        if hosted && config.get_ports().contains(&TRANSACTION_PORT) {
            return Err(Error::Unavailable(TRANSACTION_MODE.to_owned()));
        }
        if config.get_ssl_mode() == SslMode::Prefer && is_local(&config) {
            // Distributions give a local server a certificate that nobody vouches for.
            config.ssl_mode(SslMode::Disable);
        }
        config.connect_timeout(Duration::from_secs(5)).application_name("seleto");
        let manager = Manager::from_config(
            config,
            tokio_postgres_rustls::MakeRustlsConnect::new(tls()?),
            ManagerConfig { recycling_method: RecyclingMethod::Fast },
        );
        let pool = Pool::builder(manager)
            .max_size(if hosted { SHARED_CONNECTIONS } else { CONNECTIONS })
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(Duration::from_secs(5)))
            .create_timeout(Some(Duration::from_secs(6)))
            .build()
            .map_err(|error| Error::Unavailable(error.to_string()))?;
        Ok(Self { pool })
    }

    /// Runs an operation in a transaction; runs it again when PostgreSQL asks for that.
    pub async fn write<O: Operation>(&self, operation: O) -> Result<O::Output, Error> {
        let mut attempt = 0;
        loop {
            match self.transact(&operation).await {
                Err(Error::Postgres(error)) if attempt < RETRIES && is_conflict(&error) => {
                    attempt += 1;
                }
                result => return result,
            }
        }
    }

    /// Runs an operation that only reads; each statement sees the latest commit.
    pub async fn read<O: Operation>(&self, operation: O) -> Result<O::Output, Error> {
        let mut session = Session::new(self.pool.get().await?, State::ReadOnly);
        operation.run(&mut Tx::Postgres(&mut session)).await
    }

    async fn transact<O: Operation>(&self, operation: &O) -> Result<O::Output, Error> {
        let mut session = Session::new(self.pool.get().await?, State::NotBegun);
        let result = operation.run(&mut Tx::Postgres(&mut session)).await;
        session.end(result.is_ok()).await?;
        result
    }
}

/// A connection with its transaction, begun together with the first statement.
///
/// Nobody waits for the statements of a batch alone: they travel with the next statement, or with
/// the commit, and what is wrong with them is told then.
pub struct Session {
    client: Option<Object>,
    state: State,
    pending: Vec<(tokio_postgres::Statement, Vec<Value>)>,
}

impl Drop for Session {
    fn drop(&mut self) {
        // A caller that gave up in mid-transaction must not leave it to the next one.
        if self.state == State::Begun
            && let Some(client) = self.client.take()
        {
            drop(Object::take(client));
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    ReadOnly,
    NotBegun,
    Begun,
}

impl Session {
    fn new(client: Object, state: State) -> Self {
        Self { client: Some(client), state, pending: Vec::new() }
    }

    fn client(&self) -> Result<&Object, Error> {
        self.client.as_ref().ok_or_else(|| Error::Unavailable("the transaction ended".to_owned()))
    }

    pub(super) async fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, Error> {
        let statement = self.client()?.prepare_cached(sql).await?;
        let values = as_params(values);
        self.send(async |client| client.execute(&statement, &values).await).await
    }

    pub(super) async fn rows(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>, Error> {
        let statement = self.client()?.prepare_cached(sql).await?;
        let values = as_params(values);
        let rows = self.send(async |client| client.query(&statement, &values).await).await?;
        rows.iter().map(from_row).collect()
    }

    pub(super) async fn batch(&mut self, statements: &[Statement<'_>]) -> Result<(), Error> {
        let client = self.client()?;
        let prepared =
            try_join_all(statements.iter().map(|(sql, _)| client.prepare_cached(sql))).await?;
        let values = statements.iter().map(|(_, values)| values.clone());
        self.pending.extend(prepared.into_iter().zip(values));
        Ok(())
    }

    pub(super) async fn script(&mut self, sql: &str) -> Result<(), Error> {
        self.send(async |client| client.batch_execute(sql).await).await
    }

    /// Begins the transaction if need be, sends what is pending and makes a call: as each is
    /// polled in this order, all of it travels in one packet.
    async fn send<T>(
        &mut self,
        call: impl AsyncFnOnce(&Object) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T, Error> {
        let begins = self.state == State::NotBegun;
        if begins {
            // Before it is sent: a caller may give up while it is under way.
            self.state = State::Begun;
        }
        let pending = std::mem::take(&mut self.pending);
        let client = self.client()?;
        let begin = async { if begins { client.batch_execute("BEGIN").await } else { Ok(()) } };
        let pending = pending.iter().map(async |(statement, values)| {
            client.execute(statement, &as_params(values)).await.map(drop)
        });
        let (begun, sent, answer) = join3(begin, join_all(pending), call(client)).await;
        // The first error is the cause of those after it.
        begun?;
        sent.into_iter().collect::<Result<(), _>>()?;
        Ok(answer?)
    }

    async fn end(mut self, succeeded: bool) -> Result<(), Error> {
        if !succeeded {
            self.pending.clear();
        }
        if self.state == State::NotBegun && self.pending.is_empty() {
            return Ok(());
        }
        let last = if succeeded { "COMMIT" } else { "ROLLBACK" };
        // A commit behind a statement that failed rolls back, and says that it went well.
        let mut ended = false;
        let result = self
            .send(async |client| {
                let answer = client.batch_execute(last).await;
                ended = answer.is_ok();
                answer
            })
            .await;
        if ended {
            self.state = State::ReadOnly;
        }
        if succeeded { result } else { Ok(()) }
    }
}

/// Whether a server is one of Supabase's, or a pooler in front of one.
fn is_on_supabase(config: &tokio_postgres::Config) -> bool {
    config.get_hosts().iter().any(|host| match host {
        Host::Tcp(name) => name.ends_with(".supabase.co") || name.ends_with(".supabase.com"),
        #[cfg(unix)]
        Host::Unix(_) => false,
    })
}

/// Whether all servers are on this machine.
fn is_local(config: &tokio_postgres::Config) -> bool {
    config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    })
}

fn as_params(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

fn from_row(row: &tokio_postgres::Row) -> Result<Row, Error> {
    let columns: Result<Vec<Value>, _> = (0..row.len()).map(|index| row.try_get(index)).collect();
    Ok(Row(columns?))
}

fn is_conflict(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| {
        *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED
    })
}

fn tls() -> Result<rustls::ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|error| Error::Unavailable(format!("TLS: {error}")))?;
    Ok(config.with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_pooler_that_forgets_prepared_statements_is_refused_with_the_way_out() {
        let refusal = |url: &str| Postgres::open(url).err().map(|error| error.to_string());
        let pooler = "postgres://postgres.abc:x@aws-0-sa-east-1.pooler.supabase.com";
        for url in [
            format!("{pooler}:6543/postgres"),
            format!("{pooler}:5432/postgres?pgbouncer=true"),
            "postgres://postgres:x@db.abc.supabase.co:6543/postgres".to_owned(),
        ] {
            assert!(refusal(&url).is_some_and(|why| why.contains("5432")), "{url}");
        }
        assert_eq!(refusal(&format!("{pooler}:5432/postgres")), None);
        assert_eq!(refusal("postgres://seleto:x@10.0.0.7:6543/seleto"), None);
    }
}
