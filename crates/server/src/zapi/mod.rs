//! Z-API, the bridge to WhatsApp.

pub mod webhook;
