//! What the console reads and writes for people: accounts, sessions, lists, threads, explanations.

pub mod accounts;
pub mod explanation;
pub mod inbox;
pub mod sessions;
pub mod thread;
