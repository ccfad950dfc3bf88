//! Which server, and how it is used.

use std::{net::IpAddr, time::Duration};

use therapy_scribe_core::{ApiKey, Privacy};
use therapy_scribe_transport::Origin;

use super::JsonMode;
use crate::{Error, Result};

/// A checked configuration. `Debug` shows no key.
#[derive(Debug, Clone)]
pub struct OpenAiConfig {
    pub(super) origin: Origin,
    /// What stands before `/chat/completions`.
    pub(super) prefix: String,
    pub(super) model: String,
    pub(super) privacy: Privacy,
    pub(super) key: Option<ApiKey>,
    pub(super) context_window: u32,
    pub(super) temperature: Option<f64>,
    pub(super) timeout: Option<Duration>,
    pub(super) waits: Vec<Duration>,
    pub(super) least: JsonMode,
}

impl OpenAiConfig {
    /// Starts from a server's address with its path, such as `http://127.0.0.1:11434/v1`, a model by the name that the
    /// server has for it, and what the host says of privacy. Nothing is assumed of that: a server on this machine may hand
    /// the text on, as Ollama does for its cloud models.
    pub fn builder(
        base: impl Into<String>,
        model: impl Into<String>,
        privacy: Privacy,
    ) -> OpenAiConfigBuilder {
        OpenAiConfigBuilder {
            base: base.into(),
            model: model.into(),
            privacy,
            plain: Plain::ThisMachine,
            key: None,
            context_window: 8192,
            temperature: Some(0.1),
            timeout: None,
            waits: vec![Duration::from_secs(1), Duration::from_secs(4)],
            least: JsonMode::Prompt,
        }
    }

    /// How long an answer may take: a minute to load the model, then at the pace of a processor without a graphics card.
    /// Notes are a third of their budget at most, so that even 3 tokens a second are waited for.
    pub(super) fn deadline(&self, input_tokens: u32, max_tokens: u32) -> Duration {
        const LOADING: u64 = 60;
        const READ_A_SECOND: u64 = 50;
        const WRITTEN_A_SECOND: u64 = 10;
        let reading = u64::from(input_tokens).div_ceil(READ_A_SECOND);
        let writing = u64::from(max_tokens).div_ceil(WRITTEN_A_SECOND);
        self.timeout
            .unwrap_or(Duration::from_secs(LOADING + reading + writing))
    }
}

/// Builds an [`OpenAiConfig`].
#[derive(Debug, Clone)]
#[must_use]
pub struct OpenAiConfigBuilder {
    base: String,
    model: String,
    privacy: Privacy,
    plain: Plain,
    key: Option<ApiKey>,
    context_window: u32,
    temperature: Option<f64>,
    timeout: Option<Duration>,
    waits: Vec<Duration>,
    least: JsonMode,
}

/// Which machines may be reached without encryption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plain {
    ThisMachine,
    Anywhere,
}

/// Too small for a prompt, a few minutes of a session and an answer.
const LEAST_CONTEXT: u32 = 2048;

impl OpenAiConfigBuilder {
    /// The key, sent as `Bearer`. Default: none.
    pub fn key(mut self, key: ApiKey) -> Self {
        self.key = Some(key);
        self
    }

    /// How many tokens the model reads and writes in all, as the server was started. Default 8192; longer sessions are
    /// drafted in parts.
    ///
    /// Say what is true: Ollama has 4096 unless told otherwise, cuts what is longer without a word, and takes no such
    /// setting from a client. An answer to a prompt that was cut by half is an error, a smaller loss can't be seen.
    pub const fn context_window(mut self, tokens: u32) -> Self {
        self.context_window = tokens;
        self
    }

    /// 0 to 2, or `None` for models that do not take it. Default 0.1.
    pub const fn temperature(mut self, temperature: Option<f64>) -> Self {
        self.temperature = temperature;
        self
    }

    /// How long one request may take. Default: by its size; a minute, a second for each 50 tokens that are read, and one
    /// for each 10 that may be written.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How long to wait before each further try of a request that failed for a passing reason. Default 1 s, then 4 s.
    pub fn waits(mut self, waits: &[Duration]) -> Self {
        self.waits = waits.to_vec();
        self
    }

    /// The least that the server must do for the form of an answer; below that it is not used. Default:
    /// [`JsonMode::Prompt`], which is nothing, since every answer is checked here.
    pub const fn least(mut self, least: JsonMode) -> Self {
        self.least = least;
        self
    }

    /// Sends to another machine over `http` too. Whoever listens on that network reads the session.
    pub const fn allow_unencrypted(mut self) -> Self {
        self.plain = Plain::Anywhere;
        self
    }

    /// The configuration, checked.
    ///
    /// # Errors
    /// [`Error::Transport`] for an address that can't be used, among them `http` to another machine;
    /// [`Error::Config`] when a server elsewhere is said to be this machine, or for a value outside its range.
    pub fn build(self) -> Result<OpenAiConfig> {
        let refuse = |reason: &str| Err(Error::Config(reason.to_owned()));
        let (base, prefix) = split(&self.base);
        let read = match self.plain {
            Plain::ThisMachine => Origin::parse,
            Plain::Anywhere => Origin::parse_unencrypted,
        };
        let origin = read(base).map_err(Error::Transport)?;
        let is_path = |byte: u8| byte.is_ascii_graphic() && !b"?#\\".contains(&byte);
        if !prefix.bytes().all(is_path) {
            return refuse("the server's address must be scheme, host, port and a plain path");
        }
        if self.privacy.is_local() && !is_near(origin.host()) {
            return refuse(
                "a server on the internet is not this machine: say where the data goes, and how long it is kept",
            );
        }
        if self.model.trim().is_empty() {
            return refuse("the model must be named");
        }
        if self.context_window < LEAST_CONTEXT {
            return refuse("a context window under 2048 tokens has no room for a note");
        }
        let is_off = |temperature: f64| !(0.0..=2.0).contains(&temperature);
        if self.temperature.is_some_and(is_off) {
            return refuse("the temperature must be 0 to 2");
        }
        Ok(OpenAiConfig {
            origin: origin.for_http(),
            prefix: prefix.to_owned(),
            model: self.model,
            privacy: self.privacy,
            key: self.key,
            context_window: self.context_window,
            temperature: self.temperature,
            timeout: self.timeout,
            waits: self.waits,
            least: self.least,
        })
    }
}

/// `http://host:1/v1/` is `http://host:1` and `/v1`.
fn split(base: &str) -> (&str, &str) {
    let base = base.trim().trim_end_matches('/');
    let host = base.find("://").map_or(0, |at| at + 3);
    let path = base.get(host..).and_then(|rest| rest.find('/'));
    path.map_or((base, ""), |at| base.split_at(host + at))
}

/// Whether a host can be this machine at all: loopback, addresses of private networks (containers have some), and names
/// that no public server has.
fn is_near(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse() {
        Ok(IpAddr::V4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        Ok(IpAddr::V6(ip)) => {
            ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local()
        }
        Err(_) => {
            let private = [".local", ".lan", ".internal", ".home.arpa", ".localhost"];
            !bare.contains('.') || private.iter().any(|end| bare.ends_with(end))
        }
    }
}

#[cfg(test)]
mod tests {
    use therapy_scribe_core::Retention;

    use super::*;

    fn local(base: &str) -> OpenAiConfigBuilder {
        OpenAiConfig::builder(base, "m", Privacy::local())
    }

    #[test]
    fn an_address_has_a_path_and_nothing_more() {
        for (base, prefix) in [
            ("http://127.0.0.1:11434/v1", "/v1"),
            ("http://127.0.0.1:11434/a/v1/", "/a/v1"),
            ("http://localhost", ""),
        ] {
            assert_eq!(local(base).build().unwrap().prefix, prefix, "{base}");
        }
        for bad in [
            "127.0.0.1:1/v1",
            "",
            "http://u:CANARY@localhost/v1",
            "http://localhost/v1?k=CANARY",
            "http://localhost?k=CANARY",
            "http://localhost/v 1",
        ] {
            let said = local(bad).build().unwrap_err().to_string();
            assert!(!said.contains("CANARY"), "{said}");
        }
    }

    #[test]
    fn plain_http_leaves_this_machine_only_when_the_host_says_so() {
        assert!(local("http://192.168.1.10:8000/v1").build().is_err());
        let said = local("http://192.168.1.10:8000/v1").allow_unencrypted();
        assert!(said.build().is_ok());
    }

    #[test]
    fn a_server_elsewhere_can_not_be_called_local() {
        for near in [
            "http://[::1]:1",
            "https://10.1.2.3",
            "https://[fd00::1]",
            "https://ollama",
            "https://gpu.lan",
        ] {
            assert!(local(near).build().is_ok(), "{near}");
        }
        for far in [
            "https://api.openai.com/v1",
            "https://8.8.8.8",
            "https://local.example",
        ] {
            assert!(matches!(local(far).build(), Err(Error::Config(_))), "{far}");
        }
        let privacy = Privacy::remote("OpenAI", None, Retention::ByContract);
        let stated = OpenAiConfig::builder("https://api.openai.com/v1", "gpt-5.2", privacy);
        assert!(stated.build().is_ok());
    }

    #[test]
    fn values_outside_their_range_are_refused() {
        let here = || local("http://localhost/v1");
        assert!(here().temperature(Some(2.5)).build().is_err());
        assert!(here().context_window(1000).build().is_err());
        let nameless = OpenAiConfig::builder("http://localhost/v1", " ", Privacy::local());
        assert!(nameless.build().is_err());
    }

    #[test]
    fn a_deadline_grows_with_what_is_read_and_written() {
        let config = local("http://localhost/v1").build().unwrap();
        assert_eq!(config.deadline(10_000, 6000), Duration::from_secs(860));
        assert_eq!(config.deadline(0, 0), Duration::from_secs(60));
        let own = local("http://localhost/v1").timeout(Duration::from_secs(9));
        let own = own.build().unwrap();
        assert_eq!(own.deadline(10_000, 6000), Duration::from_secs(9));
    }
}
