//! The server of Seleto: the vendors it speaks with.

pub mod external_call;
pub mod http;
pub mod openai;
pub mod zapi;
