//! Seleto SDR: answers a company's WhatsApp leads, and keeps its systems in step.

pub mod hash;
pub mod store;
