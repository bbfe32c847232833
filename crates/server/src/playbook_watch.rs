//! Takes a changed playbook over while running; a broken one is refused and the old one stays.

use std::path::PathBuf;

use seleto_rules::playbook::Playbook;

use crate::app::{App, load_playbook};
use crate::hash;

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
