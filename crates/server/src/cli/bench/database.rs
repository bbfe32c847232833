//! The benchmark's own database: new, used once, removed. Never one that serves leads.

use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::Failed;
use crate::store::throwaway::Throwaway;

/// An empty database, and a folder for what else a run leaves.
pub(super) struct Database {
    folder: PathBuf,
    url: String,
    server: Option<Throwaway>,
}

impl Database {
    /// Makes one: in a new folder, or on this PostgreSQL server.
    pub(super) async fn make(place: Option<&str>) -> Result<Self, Failed> {
        let name = format!("seleto-bench-{}", Uuid::now_v7().simple());
        let server = place.filter(|place| place.contains("://"));
        let base =
            place.filter(|_| server.is_none()).map_or_else(std::env::temp_dir, PathBuf::from);
        let folder = std::path::absolute(base)?.join(name);
        let server = match server {
            Some(url) => Some(Throwaway::make(url).await.map_err(|error| {
                Failed::because(format!(
                    "não consigo criar um banco em --database: {error}\n  confira o endereço e se \
                     este usuário pode criar bancos"
                ))
            })?),
            None => None,
        };
        let url = match &server {
            Some(server) => server.url().to_owned(),
            None => format!("sqlite://{}", folder.join("seleto.db").display()),
        };
        std::fs::create_dir_all(&folder)?;
        Ok(Self { folder, url, server })
    }

    /// What the agent needs as `DATABASE_URL`.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// A folder that goes with it.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Which engine it is.
    pub(super) fn engine(&self) -> &'static str {
        if self.server.is_some() { "postgresql" } else { "sqlite" }
    }

    /// Removes all of it.
    pub(super) async fn remove(self) -> Result<(), Failed> {
        std::fs::remove_dir_all(&self.folder)?;
        if let Some(server) = self.server {
            server.remove().await?;
        }
        Ok(())
    }
}
