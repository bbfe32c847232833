//! Passwords and other secrets: made, hashed, compared.

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

/// What a password must have; the page says it.
pub const SHORTEST: usize = 10;
/// More is not read.
pub const LONGEST: usize = 200;

/// OWASP's second choice for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// A hash that no password has: whoever tries an account that is not there waits as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5\
                      $JnHqRyBwMhDtIOUNDGHGhDA6zIXoS8UqoUZIqcDyGFE";

/// Why a password is not taken; in words for who chose it.
pub fn objection(password: &str, again: &str, login: &str) -> Option<&'static str> {
    let length = password.chars().count();
    if length < SHORTEST {
        Some("A senha precisa ter pelo menos 10 caracteres. Uma frase curta é fácil de lembrar.")
    } else if length > LONGEST {
        Some("A senha pode ter até 200 caracteres.")
    } else if password.to_lowercase() == login {
        Some("A senha não pode ser igual ao seu login.")
    } else if password != again {
        Some("As duas senhas não são iguais. Digite de novo.")
    } else {
        None
    }
}

/// Hashes a password, away from the threads that answer requests.
///
/// # Errors
/// Only when the process stops.
pub async fn hash(password: String) -> Result<String, tokio::task::JoinError> {
    let salt: [u8; 16] = rand::random();
    tokio::task::spawn_blocking(move || {
        // Sixteen bytes are a valid salt, and every text is a valid password.
        let salt = SaltString::encode_b64(&salt).expect("the salt has a valid length");
        argon2().hash_password(password.as_bytes(), &salt).expect("any password hashes").to_string()
    })
    .await
}

/// Whether a password fits a hash; takes as long when there is no hash.
///
/// # Errors
/// Only when the process stops.
pub async fn fits(password: String, kept: Option<String>) -> Result<bool, tokio::task::JoinError> {
    tokio::task::spawn_blocking(move || {
        let hash = PasswordHash::new(kept.as_deref().unwrap_or(NOBODY));
        let fits =
            hash.is_ok_and(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok());
        fits && kept.is_some()
    })
    .await
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the parameters are valid");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// A secret that nobody guesses: 256 bits in hexadecimal.
pub fn secret() -> String {
    let (high, low): (u128, u128) = (rand::random(), rand::random());
    format!("{high:032x}{low:032x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let kept = hash("aço inox 304".to_owned()).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(fits("aço inox 304".to_owned(), Some(kept.clone())).await.unwrap());
        assert!(!fits("aço inox 305".to_owned(), Some(kept)).await.unwrap());
    }

    #[tokio::test]
    async fn nobody_is_compared_with_a_true_hash() {
        assert!(PasswordHash::new(NOBODY).is_ok());
        assert!(!fits(String::new(), None).await.unwrap());
    }

    #[test]
    fn what_is_wrong_with_a_password_is_said() {
        assert!(objection("curta", "curta", "ana").is_some());
        assert!(objection("ana.paula@x", "ana.paula@x", "ana.paula@x").is_some());
        assert!(objection("aço inox 304", "aço inox 305", "ana").is_some());
        assert!(objection("aço inox 304", "aço inox 304", "ana").is_none());
    }
}
