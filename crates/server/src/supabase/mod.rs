//! The customer's Supabase by its REST interface: what is written there, read from there, and why
//! not.

mod adopt;
mod client;
mod difference;
mod failure;
mod known;
mod mirror;
mod probe;
mod recall;
mod wire;

pub use client::{Client, InvalidSettings, Select, Settings};
pub use failure::Failure;
pub use mirror::SupabaseMirror;
pub use probe::{Check, examine, probe, state_of, tables};
pub use recall::recall;
pub use wire::Row;
