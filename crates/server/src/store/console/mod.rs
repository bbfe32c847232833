//! What the console reads and writes for people: accounts, sessions, lists, threads, explanations.

pub mod accounts;
pub mod sessions;
