//! Reads the bodies that Z-API posts, whatever their shape, and says what each one asks for.
//!
//! [`decode`] takes any JSON object; [`decide`] is the whole policy, without any IO.

mod chat;
mod content;
mod decide;
mod decision;
mod envelope;
mod event;
mod mend;
mod private;

pub use chat::Chat;
pub use content::{Content, Media, Special};
pub use decide::{Ours, decide};
pub use decision::{Decision, FromMe, Inbound, Reason, StateChange, Tick, Typing};
pub use envelope::decode;
pub use event::{Ad, Event, EventKind, Received};
pub use private::Private;

/// A body that holds no event at all; the sender gets a 4xx.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undecodable {
    /// Not JSON, even after mending what can be mended.
    #[error("o corpo não é JSON")]
    NotJson,
    /// JSON, but no object.
    #[error("o corpo não é um objeto JSON")]
    NotAnObject,
}
