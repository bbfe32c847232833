//! Takes a changed playbook over while running; a broken one is refused and the old one stays.

use std::path::PathBuf;

use seleto_rules::playbook::Playbook;

use crate::app::{App, load_playbook};
use crate::hash;
use crate::store;
use crate::store::playbook::{ActiveVersion, LoadVersion};

/// Remembers what was read last, so that each change is looked at once.
pub struct Watch {
    folder: Option<PathBuf>,
    seen: Option<String>,
}

impl Watch {
    /// Starts from the files as they are now.
    pub fn new(app: &App) -> Self {
        let mut watch = Self { folder: app.config.playbook.clone(), seen: None };
        watch.seen = watch.fingerprint();
        watch
    }

    /// Looks once; replaces the playbook when its files changed and are sound.
    pub fn look(&mut self, app: &App) {
        let now = self.fingerprint();
        if now == self.seen || now.is_none() {
            return;
        }
        self.seen = now;
        match load_playbook(self.folder.as_deref()) {
            Ok(playbook) => {
                app.replace_playbook(playbook);
                tracing::info!("playbook reloaded");
            }
            Err(error) => tracing::error!(%error, "the playbook is broken; the old one stays"),
        }
    }

    /// `None` while a file cannot be read, as in the middle of being saved.
    fn fingerprint(&self) -> Option<String> {
        let folder = self.folder.as_ref()?;
        let texts: Option<Vec<_>> = Playbook::FILES
            .iter()
            .map(|name| std::fs::read_to_string(folder.join(name)).ok())
            .collect();
        Some(hash::full(&texts?.join("\u{1}")))
    }
}

/// Takes up the version that is published in the console, unless a folder has the say. One that
/// this program cannot read any more is refused once, and what is in use stays.
///
/// # Errors
/// When the store refuses.
pub async fn follow_published(app: &App) -> Result<(), store::Error> {
    if app.config.playbook.is_some() {
        return Ok(());
    }
    let active = app.store.read(ActiveVersion).await?;
    if active == app.playbook_version() {
        return Ok(());
    }
    let files = match active {
        Some(id) => app.store.read(LoadVersion { id }).await?.unwrap_or_default(),
        None => Playbook::seleto_files(),
    };
    app.set_playbook_version(active);
    match Playbook::parse(&files) {
        Ok(playbook) => {
            app.replace_playbook(playbook);
            tracing::info!(version = ?active, "playbook taken up");
        }
        Err(problems) => {
            tracing::error!(version = ?active, ?problems, "the published playbook is broken");
        }
    }
    Ok(())
}
