//! What the service tells a host's server of a session.

use std::fmt;

use sha2::{Digest as _, Sha256};
use therapy_scribe_core::ApiKey;

use super::ConfigError;

/// How old a signature may be, in seconds.
const TOLERANCE: u64 = 300;
/// Of SHA-256, in bytes.
const BLOCK: usize = 64;

/// Has the service post to an address of the host's when the session begins and when its record is complete
/// (`voice-agent.md` 2.1, 9). The service's own documents don't tell of it, its schema does. What it posts may name the
/// session: the server is the host's own.
#[derive(Clone, PartialEq)]
pub struct Webhook {
    pub(crate) url: String,
    pub(crate) events: Vec<WebhookEvent>,
    pub(crate) secret: Option<ApiKey>,
}

/// Why what was posted is not taken for the service's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum NotGenuine {
    /// There is no signature, or it is none of ours to read.
    #[error("the webhook has no signature that can be read")]
    Unsigned,
    /// It was signed with another secret, or is not what was signed.
    #[error("the webhook's signature does not fit: check the secret")]
    Forged,
    /// It was signed more than five minutes ago, or so much ahead.
    #[error("the webhook was signed too long ago: check this machine's clock")]
    Stale,
}

/// What a [`Webhook`] is posted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WebhookEvent {
    /// `session.started`.
    SessionStarted,
    /// `session.completed`.
    SessionCompleted,
}

impl WebhookEvent {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::SessionStarted => "session.started",
            Self::SessionCompleted => "session.completed",
        }
    }
}

impl Webhook {
    /// Posts to this address, which begins with `https://`, for these events, of which there is one at least. An emulator
    /// also posts to `http://127.0.0.1` and `http://localhost`.
    pub fn new(url: impl Into<String>, events: impl IntoIterator<Item = WebhookEvent>) -> Self {
        Self {
            url: url.into(),
            events: events.into_iter().collect(),
            secret: None,
        }
    }

    /// The secret that what is posted is signed with, of 32 characters at least.
    #[must_use]
    pub fn secret(mut self, secret: ApiKey) -> Self {
        self.secret = Some(secret);
        self
    }

    /// Whether what was posted comes from the service: `signature` is the header `X-AAI-Signature`, `body` what was posted,
    /// byte by byte and not parsed before, `unix_seconds` the time of day. A message is taken for genuine for five
    /// minutes; whoever must not act on it twice remembers it for as long.
    ///
    /// # Errors
    /// [`NotGenuine`].
    pub fn verify(
        secret: &ApiKey,
        signature: &str,
        body: &[u8],
        unix_seconds: u64,
    ) -> Result<(), NotGenuine> {
        let field = |name: &str| {
            let fields = signature
                .split(',')
                .filter_map(|field| field.split_once('='));
            let mut fields = fields.map(|(name, value)| (name.trim(), value.trim()));
            fields
                .find(|(found, _)| *found == name)
                .map(|(_, value)| value)
        };
        let (Some(time), Some(given)) = (field("t"), field("v1")) else {
            return Err(NotGenuine::Unsigned);
        };
        let signed: u64 = time.parse().map_err(|_| NotGenuine::Unsigned)?;
        let message = [time.as_bytes(), b".", body].concat();
        if !is_same(&hmac(secret.expose().as_bytes(), &message), given) {
            return Err(NotGenuine::Forged);
        }
        if unix_seconds.abs_diff(signed) > TOLERANCE {
            return Err(NotGenuine::Stale);
        }
        Ok(())
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let range = |holds: bool, parameter, allowed| {
            let wrong = ConfigError::Range { parameter, allowed };
            if holds { Ok(()) } else { Err(wrong) }
        };
        let is_plain = self.url.bytes().all(|byte| byte.is_ascii_graphic());
        let is_good = is_plain && self.url.len() <= 2048 && is_address(&self.url);
        range(
            is_good,
            "webhook.url",
            "an https address of at most 2048 characters, without a user's name; http on this machine alone",
        )?;
        range(!self.events.is_empty(), "webhook.events", "one at least")?;
        let is_long = |secret: &ApiKey| secret.expose().len() >= 32;
        let is_good = self.secret.as_ref().is_none_or(is_long);
        range(is_good, "webhook.secret", "32 characters at least")
    }
}

/// Takes as long for a code that is nearly right as for one that is not.
fn is_same(code: &[u8], given: &str) -> bool {
    let nibble = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|n| u8::try_from(n).ok())
    };
    let wanted = code.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let given = given.bytes().map(|byte| nibble(byte).unwrap_or(u8::MAX));
    let lengths = (code.len() * 2, given.len());
    let different = wanted.zip(given).fold(0, |all, (a, b)| all | (a ^ b));
    lengths.0 == lengths.1 && different == 0
}

/// HMAC with SHA-256: RFC 2104.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = key.to_vec();
    if block.len() > BLOCK {
        block = Sha256::digest(key).to_vec();
    }
    block.resize(BLOCK, 0);
    let keyed = |pad: u8, rest: &[u8]| {
        let padded: Vec<u8> = block.iter().map(|byte| byte ^ pad).collect();
        let hash = Sha256::new().chain_update(padded).chain_update(rest);
        hash.finalize().to_vec()
    };
    keyed(0x5c, &keyed(0x36, message))
}

fn is_address(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let name = host.split_once(':').map_or(host, |(name, _)| name);
    match scheme {
        "https" => !name.is_empty() && !host.contains('@'),
        "http" => ["localhost", "127.0.0.1"].contains(&name),
        _ => false,
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("events", &self.events)
            .field("has_secret", &self.secret.is_some())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    #[test]
    fn codes_are_those_of_rfc_4231() {
        let code = hmac(b"Jefe", b"what do ya want for nothing?");
        let known = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert!(is_same(&code, known) && !is_same(&code, &known[2..]));
        let code = hmac(
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
        );
        assert_eq!(code[..4], [0x60, 0xe4, 0x31, 0x59]);
    }

    #[test]
    fn only_what_was_signed_lately_with_the_secret_is_genuine() {
        let secret = ApiKey::new("Jefe").unwrap();
        let body = br#"{"event":"session.completed"}"#;
        let code = hmac(b"Jefe", &[b"1000.".as_slice(), body].concat());
        let hex = code.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        let verify =
            |signature: &str, body: &[u8], now| Webhook::verify(&secret, signature, body, now);
        let good = format!("t=1000, v1={hex}");
        assert_eq!(verify(&good, body, 1300), Ok(()));
        assert_eq!(verify(&good, body, 1301), Err(NotGenuine::Stale));
        assert_eq!(verify(&good, body, 699), Err(NotGenuine::Stale));
        assert_eq!(verify(&good, b"{}", 1000), Err(NotGenuine::Forged));
        assert_eq!(
            verify(&good.replace("1000", "1001"), body, 1000),
            Err(NotGenuine::Forged)
        );
        assert_eq!(verify("t=1000,v1=", body, 1000), Err(NotGenuine::Forged));
        for odd in ["", "v1=00", "t=x,v1=00", "t=1000", "\u{e9}=,="] {
            assert_eq!(verify(odd, body, 1000), Err(NotGenuine::Unsigned), "{odd}");
        }
    }
}
