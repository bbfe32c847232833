//! The tests' PostgreSQL: every database is new and alone, and no server outlives its owner.

#[path = "support/postgres.rs"]
mod postgres;

use tokio_postgres::NoTls;

/// Runs one statement in the database at `url`.
async fn execute(url: &str, sql: &str) -> Result<(), tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    client.batch_execute(sql).await
}

#[tokio::test]
async fn each_database_is_new_and_alone() {
    let cluster = postgres::cluster();
    let (one, other) = (cluster.database().await, cluster.database().await);
    execute(&one, "CREATE TABLE mark (id int)").await.expect("the first database takes a table");
    execute(&other, "CREATE TABLE mark (id int)").await.expect("the second has no such table yet");
    assert!(execute(&one, "CREATE TABLE mark (id int)").await.is_err(), "the first has it");
}

#[tokio::test]
async fn a_server_of_our_own_ends_with_its_owner() {
    let cluster = postgres::Cluster::start();
    let url = cluster.database().await;
    execute(&url, "SELECT 1").await.expect("it answers while it is owned");
    drop(cluster);
    assert!(execute(&url, "SELECT 1").await.is_err(), "it still answers after its owner's end");
}
