//! The hosts that the operator trusts with media, whatever their address.

use std::str::FromStr;

use reqwest::Url;

/// Hosts from which media may be fetched even when they are private or speak plain http.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedHosts(Vec<Allowed>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Allowed {
    host: String,
    /// `None` allows every port.
    port: Option<u16>,
}

/// An entry that names no host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?}: use só o host, ou host:porta, separados por vírgula (como minio.interno:9000)")]
pub struct InvalidHost(String);

impl AllowedHosts {
    /// Whether the host of this address, at its port, is one of them.
    pub fn has(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else { return false };
        let port = url.port_or_known_default();
        let fits = |port_allowed: Option<u16>| port_allowed.is_none() || port_allowed == port;
        self.0.iter().any(|allowed| allowed.host == host && fits(allowed.port))
    }
}

impl FromStr for AllowedHosts {
    type Err = InvalidHost;

    fn from_str(list: &str) -> Result<Self, InvalidHost> {
        let entries = list.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        entries.map(allowed).collect::<Result<_, _>>().map(Self)
    }
}

fn allowed(entry: &str) -> Result<Allowed, InvalidHost> {
    let wrong = || InvalidHost(entry.to_owned());
    if entry.contains(['/', '@', '?', '#', '\\']) {
        return Err(wrong());
    }
    // Read as part of an address, so that it is written as the addresses it is compared with.
    // The port of the scheme would be left out, so it must be one that nobody means.
    let url = Url::parse(&format!("http://{entry}")).map_err(|_| wrong())?;
    let port = if entry.ends_with(":80") { Some(80) } else { url.port() };
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(wrong)?;
    Ok(Allowed { host: host.to_owned(), port })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(list: &str, url: &str) -> bool {
        list.parse::<AllowedHosts>().unwrap().has(&Url::parse(url).unwrap())
    }

    #[test]
    fn a_host_is_allowed_at_its_port_or_at_all() {
        let list = "Minio.interno:9000, arquivos.interno,[::1]:80,10.0.0.7";
        assert!(has(list, "http://minio.interno:9000/a.ogg"));
        assert!(!has(list, "http://minio.interno/a.ogg"));
        assert!(has(list, "http://arquivos.interno:1234/a.ogg"));
        assert!(has(list, "https://arquivos.interno/a.ogg"));
        assert!(has(list, "http://[::1]/a"));
        assert!(!has(list, "https://[::1]/a"));
        assert!(has(list, "https://10.0.0.7/a"));
        assert!(!has(list, "https://x.arquivos.interno/a"));
        assert!(!has("", "https://arquivos.interno/a"));
    }

    #[test]
    fn an_entry_that_is_no_host_is_refused() {
        for entry in ["http://minio.interno", "minio/x", "a@b", "host:porta", "x y", ":9000"] {
            assert!(entry.parse::<AllowedHosts>().is_err(), "{entry}");
        }
    }
}
