//! Seleto SDR: answers a company's WhatsApp leads, and keeps its systems in step.

pub mod app;
pub mod brain;
pub mod cli;
pub mod clock;
pub mod config;
pub mod deliveries;
pub mod doctor;
pub mod evaluation;
pub mod external_call;
pub mod follow_ups;
pub mod hash;
pub mod health;
pub mod http;
pub mod intake;
pub mod lanes;
pub mod media;
pub mod mirrors;
pub mod openai;
pub mod playbook_watch;
pub mod store;
pub mod telemetry;
pub mod turns;
pub mod web;
pub mod zapi;
