//! Z-API, the bridge to WhatsApp: sending, its queue and state, and its webhooks.

mod client;
mod failure;
mod fields;
pub mod webhook;
mod wire;

pub use client::{Accepted, Client, InvalidSettings, Settings};
pub use failure::{Access, Doubt, Failure};
pub use wire::{Account, Queue, Queued, Status};
