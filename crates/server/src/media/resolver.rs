//! Resolves names to public addresses only; the connection is made to what was checked here.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::is_public;

/// A resolver that refuses every name with an address that is not public.
///
/// There is no second resolution between the check and the connection: the client connects to
/// the addresses that come out of here.
pub struct PublicOnly;

/// The name leads into a private network.
#[derive(Debug, thiserror::Error)]
#[error("the host is not on the public internet")]
pub struct NotPublic;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // The port does not matter: the client sets its own.
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if found.iter().all(|address| is_public(address.ip())) {
                Ok(Box::new(found.into_iter()) as Addrs)
            } else {
                Err(NotPublic.into())
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn resolve(name: &str) -> Option<Vec<std::net::SocketAddr>> {
        PublicOnly.resolve(name.parse().unwrap()).await.ok().map(Iterator::collect)
    }

    #[tokio::test]
    async fn names_lead_to_public_addresses_or_nowhere() {
        assert_eq!(resolve("9.9.9.9").await, Some(vec!["9.9.9.9:0".parse().unwrap()]));
        assert_eq!(resolve("localhost").await, None);
        assert_eq!(resolve("10.0.0.1").await, None);
    }
}
