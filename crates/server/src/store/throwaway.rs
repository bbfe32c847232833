//! A PostgreSQL database of a benchmark's own, made beside those of a server and dropped again.

use tokio_postgres::NoTls;
use uuid::Uuid;

use super::Error;

/// An empty database on somebody's server.
pub struct Throwaway {
    server: String,
    name: String,
    url: String,
}

impl Throwaway {
    /// Makes one on the server behind this address; whatever database it names is left alone.
    ///
    /// # Errors
    /// When the address has no database, the server does not answer, or it refuses.
    pub async fn make(server: &str) -> Result<Self, Error> {
        let name = format!("seleto_bench_{}", Uuid::now_v7().simple());
        let url = beside(server, &name)
            .ok_or_else(|| Error::Unavailable("the address names no database".to_owned()))?;
        run(server, &format!("CREATE DATABASE {name}")).await?;
        Ok(Self { server: server.to_owned(), name, url })
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Drops it, whoever is still connected.
    ///
    /// # Errors
    /// When the server does not answer, or refuses.
    pub async fn remove(self) -> Result<(), Error> {
        run(&self.server, &format!("DROP DATABASE {} WITH (FORCE)", self.name)).await
    }
}

async fn run(server: &str, sql: &str) -> Result<(), Error> {
    let (client, connection) = tokio_postgres::connect(server, NoTls).await?;
    let connection = tokio::spawn(connection);
    let done = client.batch_execute(sql).await;
    drop(client);
    // The connection ends with its client; what went wrong on it is in `done`.
    drop(connection.await);
    Ok(done?)
}

/// The same address with another database.
fn beside(server: &str, name: &str) -> Option<String> {
    let (address, options) = match server.split_once('?') {
        Some((address, options)) => (address, Some(options)),
        None => (server, None),
    };
    let (scheme, rest) = address.split_once("://")?;
    let (host, _) = rest.split_once('/')?;
    let options = options.map(|options| format!("?{options}")).unwrap_or_default();
    Some(format!("{scheme}://{host}/{name}{options}"))
}

#[cfg(test)]
mod tests {
    use super::beside;

    #[test]
    fn only_the_database_changes() {
        assert_eq!(
            beside("postgres://u:p@h:5432/live?sslmode=disable", "mine").as_deref(),
            Some("postgres://u:p@h:5432/mine?sslmode=disable")
        );
        assert_eq!(beside("postgres://h", "mine"), None);
    }
}
