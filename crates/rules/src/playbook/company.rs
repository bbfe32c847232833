//! The company and the agent that speaks for it.

use serde::Deserialize;

/// The company, as leads know it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Company {
    /// Its name.
    pub name: String,
    /// Its name in passing.
    pub short_name: String,
    /// Its time zone, an IANA name.
    pub time_zone: String,
    /// Its site, the only link that may leave.
    pub site: String,
    /// Its e-mail addresses, the only ones that may leave.
    #[serde(default)]
    pub emails: Vec<String>,
    /// Its phones, the only ones that may leave.
    #[serde(default)]
    pub phones: Vec<String>,
    /// What it does, in half a sentence.
    pub about: String,
    /// Who writes.
    pub agent: Agent,
}

/// The agent's identity.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// What it is called.
    pub name: String,
    /// What it says it is, when asked.
    pub role: String,
    /// How it writes: hints for the model.
    pub tone: Vec<String>,
}

impl Company {
    /// The site's host, without scheme and "www."
    pub fn site_host(&self) -> &str {
        let rest = self.site.split_once("://").map_or(self.site.as_str(), |(_, rest)| rest);
        let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
        host.strip_prefix("www.").unwrap_or(host)
    }
}
