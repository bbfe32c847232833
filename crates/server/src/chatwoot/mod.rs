//! Chatwoot, where the team reads along and takes over: calls, webhooks, set-up.

mod client;
mod failure;
pub mod markdown;
mod mirror;
mod probe;
pub mod setup;
mod transport;
pub mod webhook;
mod wire;

pub use client::{Client, InvalidSettings, Settings};
pub use failure::{Access, Doubt, Failure};
pub use mirror::ChatwootMirror;
pub use probe::{examine, state_of};
pub use wire::{
    Contact, ContactFields, Conversation, Direction, File, Inbox, Message, NewMessage, Profile,
    Registration, Status,
};
