//! Z-API, the bridge to WhatsApp: sending, looking at its queue and state, and reading its webhooks.

mod client;
mod failure;
mod fields;
pub mod webhook;
mod wire;

pub use client::{Accepted, Client, InvalidSettings, Settings};
pub use failure::{Access, Doubt, Failure};
pub use wire::{Account, Queue, Queued, Status};
