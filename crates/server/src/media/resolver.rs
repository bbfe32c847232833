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
