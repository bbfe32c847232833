//! What the browser keeps for us.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::config::Config;
use crate::store::console::sessions::LONGEST_MS;

/// The session over plain HTTP, on this machine or in a closed network.
const PLAIN: &str = "seleto_sessao";
/// The session over https: the prefix has the browser keep it to this host, and to https.
const SECURE: &str = "__Host-seleto_sessao";

/// The value of a cookie.
pub fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// The session's secret.
pub fn session(headers: &HeaderMap) -> Option<String> {
    get(headers, SECURE).or_else(|| get(headers, PLAIN)).map(str::to_owned)
}

/// The header that has the browser keep a session, or forget it.
pub fn keep_session(config: &Config, headers: &HeaderMap, secret: Option<&str>) -> HeaderValue {
    let age = if secret.is_some() { LONGEST_MS / 1000 } else { 0 };
    let secret = secret.unwrap_or_default();
    let rest = format!("{secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}");
    let cookie = if is_https(config, headers) {
        format!("{SECURE}={rest}; Secure")
    } else {
        format!("{PLAIN}={rest}")
    };
    // The secret is made of hexadecimal digits.
    HeaderValue::from_str(&cookie).unwrap_or(HeaderValue::from_static(""))
}

/// Whether the browser reaches us over https.
fn is_https(config: &Config, headers: &HeaderMap) -> bool {
    let is_public = config.public_url.as_deref().is_some_and(|url| url.starts_with("https://"));
    let proto = headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok());
    is_public || proto.is_some_and(|proto| proto.eq_ignore_ascii_case("https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(public: Option<&str>, proto: Option<&'static str>) -> String {
        let (config, _) = Config::from_vars(|name| {
            (name == "PUBLIC_URL").then(|| public.map(str::to_owned)).flatten()
        })
        .unwrap();
        let mut headers = HeaderMap::new();
        if let Some(proto) = proto {
            headers.insert("x-forwarded-proto", HeaderValue::from_static(proto));
        }
        keep_session(&config, &headers, Some("ab12")).to_str().unwrap().to_owned()
    }

    #[test]
    fn over_https_the_cookie_never_leaves_it() {
        let secure =
            "__Host-seleto_sessao=ab12; Path=/; HttpOnly; SameSite=Lax; Max-Age=43200; Secure";
        assert_eq!(set(Some("https://sdr.exemplo.com.br"), None), secure);
        assert_eq!(set(None, Some("https")), secure);
        assert_eq!(
            set(None, None),
            "seleto_sessao=ab12; Path=/; HttpOnly; SameSite=Lax; Max-Age=43200"
        );
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers
            .insert(header::COOKIE, HeaderValue::from_static("tema=escuro; seleto_sessao=ab; x"));
        assert_eq!(get(&headers, "tema"), Some("escuro"));
        assert_eq!(session(&headers).as_deref(), Some("ab"));
        assert_eq!(get(&headers, "sessao"), None);
    }
}
