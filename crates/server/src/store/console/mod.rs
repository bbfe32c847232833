//! What the console reads and writes for people: accounts, sessions, lists, threads, explanations.

pub mod accounts;
pub mod calls;
pub mod explanation;
pub mod figures;
pub mod funnel;
pub mod inbox;
pub mod integrations;
pub mod personal;
pub mod questions;
pub mod sessions;
pub mod thread;
pub mod tokens;
pub mod trail;
pub mod waiting;
