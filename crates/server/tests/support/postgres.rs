//! A PostgreSQL for tests: the server that `./test` started, or else a throw-away one of this process.
//!
//! `postgres::cluster().database().await` is the address of a new, empty database. A server of
//! our own is run by `scripts/postgres`, which removes it once our end of its input closes: when
//! the process ends, a panic and `kill -9` included.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use tokio_postgres::NoTls;
use uuid::Uuid;

/// The server of this process: `SELETO_TEST_POSTGRES_URL` when it is set, else started at the first call.
pub fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| match given_url() {
        Some(url) => Cluster { url, server: None },
        None => Cluster::start(),
    })
}

/// A running PostgreSQL server in which tests make databases.
pub struct Cluster {
    /// The address of its `postgres` database; those of the tests differ in the last part.
    url: String,
    /// Set when the server is ours to stop.
    server: Option<Child>,
}

impl Cluster {
    /// Starts a server that lives until the cluster is dropped, or the process ends.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start, with its own words.
    pub fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/postgres");
        let mut server = Command::new(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Out of reach of the signals that a test runner sends to our group: it stops by itself.
            .process_group(0)
            .spawn()
            .expect("scripts/postgres runs");
        let mut url = String::new();
        BufReader::new(server.stdout.take().expect("its output is piped"))
            .read_line(&mut url)
            .expect("scripts/postgres prints its address");
        if url.is_empty() {
            let mut reason = String::new();
            let mut stderr = server.stderr.take().expect("its errors are piped");
            stderr.read_to_string(&mut reason).expect("scripts/postgres says what is wrong");
            panic!("no PostgreSQL for the tests: {reason}");
        }
        Self { url: url.trim_end().to_owned(), server: Some(server) }
    }

    /// Makes an empty database that nobody else uses, and gives its address.
    pub async fn database(&self) -> String {
        let (client, connection) =
            tokio_postgres::connect(&self.url, NoTls).await.expect("the test server answers");
        let connection = tokio::spawn(connection);
        let name = format!("test_{}", Uuid::now_v7().simple());
        // Unlike template1, template0 can be copied by many at once whatever they are doing.
        client
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0"))
            .await
            .expect("a database can be made");
        drop(client);
        connection.await.expect("the connection ends").expect("without an error");
        let (server, _) = self.url.rsplit_once('/').expect("the address ends with a database");
        format!("{server}/{name}")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            drop(server.stdin.take());
            server.wait().expect("scripts/postgres ends");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "`./test` hands its server over in a variable")]
fn given_url() -> Option<String> {
    std::env::var("SELETO_TEST_POSTGRES_URL").ok()
}
