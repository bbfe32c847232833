//! What Seleto SDR decides, as pure functions of their arguments: no IO, no clock, no chance.
//!
//! The server loads, calls one of these rules, and saves what it answers.

pub mod agent_mode;
pub mod brakes;
pub mod bubbles;
pub mod conversation;
pub mod correction;
pub mod delivery;
pub mod digest;
pub mod facts;
pub mod follow_up;
pub mod guardrails;
pub mod handoff;
pub mod hours;
pub mod internal;
pub mod lead;
pub mod notes;
pub mod offline;
pub mod phone;
pub mod picture;
pub mod plain_text;
pub mod playbook;
pub mod prompt;
pub mod qualification;
pub mod quiet_time;
pub mod retry;
pub mod transcript;
pub mod understand;
