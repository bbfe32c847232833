//! Fingerprints of texts, for records that must not hold the text itself.

use sha2::{Digest, Sha256};

/// The first 16 hex digits of the SHA-256 of a text.
pub fn short(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// All 64 hex digits of the SHA-256 of a text.
pub fn full(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
