//! Reads the bodies that Chatwoot posts and says what each one asks for.
//!
//! [`decode`] takes any JSON object; [`decide`] is the whole policy, without any IO.

mod command;
mod decide;
mod decode;
mod event;
mod signature;

pub use command::Command;
pub use decide::{Decision, Ours, Reason, decide};
pub use decode::{Undecodable, decode};
pub use event::{Author, Change, Event, EventKind, Said, Whereabouts};
pub use signature::{Proof, verify};
