//! Calls to vendors over real HTTP, against local servers that behave and misbehave.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod chatwoot;
mod media;
mod openai;
mod piperun;
mod supabase;
mod transcription;
mod vendor;
mod zapi;
