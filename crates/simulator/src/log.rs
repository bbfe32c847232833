//! A bounded list of what happened, which tests can wait on.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// What happened, oldest first; the oldest entries go once the bound is reached.
pub struct Log<T> {
    kept: Mutex<VecDeque<T>>,
    bound: usize,
    total: watch::Sender<u64>,
}

impl<T: Clone> Log<T> {
    pub(crate) fn bounded(bound: usize) -> Self {
        Self { kept: Mutex::default(), bound, total: watch::Sender::new(0) }
    }

    pub(crate) fn add(&self, entry: T) {
        let mut kept = lock(&self.kept);
        if kept.len() >= self.bound {
            kept.pop_front();
        }
        if self.bound > 0 {
            kept.push_back(entry);
        }
        drop(kept);
        self.total.send_modify(|total| *total += 1);
    }

    /// The entries that are still kept.
    pub fn all(&self) -> Vec<T> {
        lock(&self.kept).iter().cloned().collect()
    }

    /// How many entries there ever were, whatever the bound.
    pub fn total(&self) -> u64 {
        *self.total.borrow()
    }

    /// How many of the kept entries fit.
    pub fn count(&self, fits: impl Fn(&T) -> bool) -> usize {
        lock(&self.kept).iter().filter(|entry| fits(entry)).count()
    }

    /// Forgets the entries; the total goes on.
    pub fn clear(&self) {
        lock(&self.kept).clear();
    }

    /// Waits until the kept entries satisfy `enough`, and gives them.
    pub async fn until(&self, enough: impl Fn(&[T]) -> bool) -> Vec<T> {
        let mut changes = self.total.subscribe();
        loop {
            changes.mark_unchanged();
            let entries = self.all();
            if enough(&entries) {
                return entries;
            }
            // The sender lives in `self`, so the channel cannot close under us.
            changes.changed().await.ok();
        }
    }
}

/// Locks even after a panic elsewhere: a test that failed must not fail the others too.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
