//! What Chatwoot's mirror reads of our record, and what its webhooks change in it.

mod heard;
mod picture;

pub use heard::{Act, Heard, Spoken};
pub use picture::{Edit, LoadPicture, Picture, Progress, Unposted, UnpostedMedia};
