//! Checks that a webhook was signed by our Chatwoot, a short while ago.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// How far the signed time may be from ours, in seconds.
const WINDOW_S: i64 = 300;

/// What came with a body to prove where it is from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proof<'a> {
    /// `X-Chatwoot-Timestamp`.
    pub timestamp: Option<&'a str>,
    /// `X-Chatwoot-Signature`.
    pub signature: Option<&'a str>,
}

/// Whether the body was signed with one of the secrets, which stand in one text with commas:
/// account, inbox and bot webhooks have a secret each.
pub fn verify(secrets: &SecretString, proof: Proof<'_>, body: &[u8], now_ms: i64) -> bool {
    let (Some(timestamp), Some(signature)) = (proof.timestamp, proof.signature) else {
        return false;
    };
    let Ok(at) = timestamp.trim().parse::<i64>() else { return false };
    let age = (now_ms / 1000).checked_sub(at).map(i64::abs);
    if age.is_none_or(|age| age > WINDOW_S) {
        return false;
    }
    let signature = signature.trim();
    let Some(given) = bytes(signature.strip_prefix("sha256=").unwrap_or(signature)) else {
        return false;
    };
    let secrets = secrets.expose_secret().split(',').map(str::trim);
    secrets.filter(|secret| !secret.is_empty()).any(|secret| {
        // A key may have any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return false };
        mac.update(timestamp.as_bytes());
        mac.update(b".");
        mac.update(body);
        // Compares in constant time.
        mac.verify_slice(&given).is_ok()
    })
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    (0..64).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use seleto_simulator::chatwoot::sign;

    use super::*;

    const NOW_MS: i64 = 1_787_054_400_000;

    fn check(secrets: &str, signed_with: &str, at_s: i64, signed: &str, sent: &str) -> bool {
        let timestamp = at_s.to_string();
        let signature = sign(signed_with, &timestamp, signed);
        let proof = Proof { timestamp: Some(&timestamp), signature: Some(&signature) };
        verify(&SecretString::from(secrets), proof, sent.as_bytes(), NOW_MS)
    }

    #[test]
    fn only_a_fresh_signature_of_the_very_bytes_passes() {
        let now = NOW_MS / 1000;
        assert!(check("s3cret", "s3cret", now, "{}", "{}"));
        assert!(check("outro, s3cret", "s3cret", now - 300, "{}", "{}"));
        assert!(check("s3cret", "s3cret", now + 300, "{}", "{}"));
        assert!(!check("s3cret", "s3cret", now - 301, "{}", "{}"));
        assert!(!check("s3cret", "s3cret", now + 301, "{}", "{}"));
        assert!(!check("s3cret", "other", now, "{}", "{}"));
        assert!(!check("s3cret", "s3cret", now, "{}", "{ }"));
        assert!(!check(",", "", now, "{}", "{}"));
    }

    #[test]
    fn a_proof_that_is_incomplete_or_unreadable_does_not_pass() {
        let now = (NOW_MS / 1000).to_string();
        let good = sign("s3cret", &now, "{}");
        let upper = good.to_uppercase().replace("SHA256=", "sha256=");
        let verify = |timestamp, signature| {
            let proof = Proof { timestamp, signature };
            verify(&SecretString::from("s3cret"), proof, b"{}", NOW_MS)
        };
        assert!(verify(Some(&now), Some(&upper)));
        assert!(!verify(None, Some(&good)));
        assert!(!verify(Some(&now), None));
        assert!(!verify(Some("ontem"), Some(&good)));
        assert!(!verify(Some("-9223372036854775808"), Some(&good)));
        assert!(!verify(Some(&now), Some("sha256=zz")));
        assert!(!verify(Some(&now), Some(&good[..70])));
    }
}
