//! The customer's Supabase by its REST interface: what is written there, read from there, and why
//! not.

mod client;
mod failure;
mod wire;

pub use client::{Client, InvalidSettings, Select, Settings};
pub use failure::Failure;
pub use wire::Row;
