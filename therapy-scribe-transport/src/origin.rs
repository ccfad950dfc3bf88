//! Addresses of services.

use std::{fmt, net::IpAddr};

use url::{Host, Url};

use crate::Error;

/// Scheme, host and port of a service: `wss://…` or `https://…`; `ws://` and `http://` to this machine only.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    secure: bool,
    websocket: bool,
    loopback: bool,
    host: String,
    port: u16,
}

impl Origin {
    /// Reads an origin.
    ///
    /// # Errors
    /// [`Error::Origin`] for another scheme, a plain one to another machine, or anything beside scheme, host and port.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::read(text, Plain::ThisMachine)
    }

    /// Reads an origin that may be another machine without encryption. Whoever listens on the network between reads and
    /// changes what is sent, keys included: only for a network that the host answers for, such as that between containers.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), but for the plain scheme.
    pub fn parse_unencrypted(text: &str) -> Result<Self, Error> {
        Self::read(text, Plain::Anywhere)
    }

    /// Takes a whole address apart, such as one that a service hands out: the origin, and its path with query for an
    /// [`HttpRequest`](crate::HttpRequest). Plain HTTP reaches this machine, and the machine of `trusted`.
    ///
    /// # Errors
    /// [`Error::Origin`] without path and query, which may hold a signature.
    pub fn split(address: &str, trusted: &Self) -> Result<(Self, String), Error> {
        let wrong = || Error::Origin {
            address: "the address that the service gave".to_owned(),
            reason: "it should look like https://host/path",
        };
        let url = Url::parse(address.trim()).map_err(|_| wrong())?;
        let host = url.host_str().ok_or_else(wrong)?;
        let port = url
            .port()
            .map_or_else(String::new, |port| format!(":{port}"));
        let place = format!("{}://{host}{port}", url.scheme());
        let origin = Self::parse(&place).or_else(|error| {
            let plain = Self::parse_unencrypted(&place)?;
            let is_trusted = plain.host == trusted.host && !trusted.secure;
            if is_trusted { Ok(plain) } else { Err(error) }
        })?;
        let query = url
            .query()
            .map_or_else(String::new, |query| format!("?{query}"));
        Ok((origin, format!("{}{query}", url.path())))
    }

    fn read(text: &str, plain: Plain) -> Result<Self, Error> {
        let wrong = |address, reason| Error::Origin { address, reason };
        let url = Url::parse(text.trim()).map_err(|_| {
            wrong(
                "the text given".to_owned(),
                "it should look like https://host or wss://host:port",
            )
        })?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let (secure, websocket) = schemes(&url, plain)
            .map_err(|reason| wrong(format!("{}://{host}", url.scheme()), reason))?;
        let port = url
            .port_or_known_default()
            .unwrap_or(if secure { 443 } else { 80 });
        Ok(Self {
            secure,
            websocket,
            loopback: is_loopback(&url),
            host,
            port,
        })
    }

    /// Whether it is encrypted.
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        self.secure
    }

    /// Host name, or address in the form that a URL has it in.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The same place for HTTP: `wss` becomes `https`.
    #[must_use]
    pub fn for_http(&self) -> Self {
        Self {
            websocket: false,
            ..self.clone()
        }
    }

    /// The same place for WebSockets: `https` becomes `wss`.
    #[must_use]
    pub fn for_websocket(&self) -> Self {
        Self {
            websocket: true,
            ..self.clone()
        }
    }

    pub(crate) fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Whether it is this machine, which is reached without a proxy.
    pub(crate) const fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// The host as sockets and certificates name it: an IPv6 address without the brackets of a URL.
    pub(crate) fn bare_host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }

    /// Why there can be no TLS.
    pub(crate) fn without_certificate(&self) -> Error {
        Error::Origin {
            address: self.to_string(),
            reason: "no certificate can have this host name",
        }
    }

    /// The address of a path here. Anything but a path could lead to another host, and take the key there.
    pub(crate) fn address(&self, path_and_query: &str) -> Result<String, Error> {
        let is_path = path_and_query.starts_with('/')
            && path_and_query
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'#');
        if is_path {
            Ok(format!("{self}{path_and_query}"))
        } else {
            Err(Error::Origin {
                address: self.to_string(),
                reason: "the path to request must begin with `/` and be percent-encoded",
            })
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match (self.websocket, self.secure) {
            (true, true) => "wss",
            (true, false) => "ws",
            (false, true) => "https",
            (false, false) => "http",
        };
        write!(f, "{scheme}://{}", self.host)?;
        // Some servers know themselves only without their usual port.
        let usual = if self.secure { 443 } else { 80 };
        if self.port == usual {
            Ok(())
        } else {
            write!(f, ":{}", self.port)
        }
    }
}

/// Which machines may be reached without encryption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plain {
    ThisMachine,
    Anywhere,
}

/// Whether an origin is encrypted, and for WebSockets; or what is wrong with it.
fn schemes(url: &Url, plain: Plain) -> Result<(bool, bool), &'static str> {
    let (secure, websocket) = match url.scheme() {
        "wss" => (true, true),
        "ws" => (false, true),
        "https" => (true, false),
        "http" => (false, false),
        _ => return Err("the scheme must be wss, https, or for this machine ws or http"),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err("user name and password do not belong into it");
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err("it must end after host and port");
    }
    if !secure && plain == Plain::ThisMachine && !is_loopback(url) {
        return Err("without encryption only this machine can be reached; use wss or https");
    }
    Ok((secure, websocket))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_schemes_reach_this_machine_only() {
        for good in [
            "ws://127.0.0.1:9000",
            "http://localhost:1",
            "ws://[::1]:9000/",
            "wss://streaming.us.assemblyai.com",
            "https://x.example:8443",
        ] {
            assert!(Origin::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "ws://10.0.0.5:9000",
            "http://example.com",
            "ws://127.0.0.1.example.com",
            "ftp://127.0.0.1",
            "wss://host/path",
            "wss://user:pw@host",
            "https://host/?token=x",
            "",
            "host",
        ] {
            assert!(Origin::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn another_machine_is_reached_in_plain_only_when_the_host_says_so() {
        let plain = "http://10.0.0.5:9000";
        assert!(Origin::parse(plain).is_err());
        let origin = Origin::parse_unencrypted(plain).unwrap();
        assert!(!origin.is_secure() && !origin.is_loopback());
        assert!(Origin::parse_unencrypted("ftp://10.0.0.5").is_err());
    }

    #[test]
    fn an_error_does_not_repeat_secrets() {
        let said = Origin::parse("https://user:CANARY@host/CANARY?k=CANARY")
            .unwrap_err()
            .to_string();
        assert!(!said.contains("CANARY"), "{said}");
    }

    #[test]
    fn ports_follow_the_scheme() {
        assert_eq!(Origin::parse("wss://h.example").unwrap().port(), 443);
        assert_eq!(Origin::parse("ws://localhost").unwrap().port(), 80);
        assert_eq!(
            Origin::parse("wss://h.example")
                .unwrap()
                .for_http()
                .to_string(),
            "https://h.example"
        );
        assert_eq!(
            Origin::parse("wss://h.example:8443").unwrap().to_string(),
            "wss://h.example:8443"
        );
    }

    #[test]
    fn a_path_can_not_lead_to_another_host() {
        let origin = Origin::parse("https://h.example").unwrap();
        assert_eq!(
            origin.address("/v1/x?y=%20z").unwrap(),
            "https://h.example/v1/x?y=%20z"
        );
        for bad in ["", "v1", "@evil.example/", ".evil.example/", "/a b", "/a#b"] {
            let said = origin.address(bad).unwrap_err().to_string();
            assert!(bad.is_empty() || !said.contains(bad), "{said}");
        }
    }

    #[test]
    fn an_address_is_taken_apart_and_its_signature_is_never_shown() {
        let service = Origin::parse("https://api.example").unwrap();
        let (origin, path) =
            Origin::split("https://store.example:8443/a/b.mp3?sig=x%20y", &service).unwrap();
        assert_eq!(origin.to_string(), "https://store.example:8443");
        assert_eq!(path, "/a/b.mp3?sig=x%20y");
        for bad in ["http://store.example/CANARY", "file:///CANARY", "CANARY"] {
            let error = Origin::split(bad, &service).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("CANARY"), "{bad}");
        }
        let inside = Origin::parse_unencrypted("http://10.0.0.5:9000").unwrap();
        assert!(Origin::split("http://10.0.0.5:9001/x", &inside).is_ok());
        assert!(Origin::split("http://10.0.0.6:9000/x", &inside).is_err());
    }

    #[test]
    fn this_machine_is_known_in_every_spelling() {
        for here in [
            "wss://127.0.0.1",
            "http://127.9.9.9",
            "ws://LOCALHOST",
            "https://[::1]:8",
        ] {
            assert!(Origin::parse(here).unwrap().is_loopback(), "{here}");
        }
        assert!(
            !Origin::parse("wss://localhost.example")
                .unwrap()
                .is_loopback()
        );
    }
}
