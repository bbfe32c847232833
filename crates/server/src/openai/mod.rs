//! The model server: OpenAI, or any server that speaks its chat completions.

mod client;
mod dialect;
mod failure;
mod models;
mod picture;
mod transcription;
mod wire;

pub use client::{Answer, Bill, Client, Completion, InvalidSettings, Role, Schema, Settings};
pub use failure::Failure;
pub use models::{Ending, Model, Price, Usage, audio_cost_micro_usd, cost_micro_usd, ending};
pub use picture::Picture;
pub use transcription::{Transcript, Transcription, prompt};
