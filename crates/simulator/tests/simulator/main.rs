//! The simulator over real HTTP: every fault does what it says.

mod faults;
mod openai;
mod support;
mod zapi;
