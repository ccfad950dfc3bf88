//! Headers of a request: never printed, and checked when they are sent.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::Error;

/// Names and values in the order given; a later value takes the place of an earlier one.
#[derive(Clone, Default)]
pub(crate) struct Headers(Vec<(&'static str, String)>);

impl Headers {
    pub(crate) fn push(&mut self, name: &'static str, value: String) {
        self.0.push((name, value));
    }

    pub(crate) fn to_map(&self) -> Result<HeaderMap, Error> {
        let mut map = HeaderMap::with_capacity(self.0.len());
        for (name, value) in &self.0 {
            let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| Error::Header(name))?;
            let mut value = HeaderValue::from_str(value).map_err(|_| Error::Header(name))?;
            value.set_sensitive(true);
            map.insert(key, value);
        }
        Ok(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(name: &'static str, value: &str) -> Result<HeaderMap, Error> {
        let mut headers = Headers::default();
        headers.push(name, value.to_owned());
        headers.to_map()
    }

    #[test]
    fn names_may_be_written_in_any_case() {
        let map = map("User-Agent", "scribe").unwrap();
        assert_eq!(map.get("user-agent").unwrap(), "scribe");
        assert!(map.values().all(HeaderValue::is_sensitive));
    }

    #[test]
    fn what_http_can_not_carry_is_refused_without_repeating_it() {
        for (name, value) in [("x-key", "CANARY\r\nx: y"), ("bad name", "CANARY")] {
            let error = map(name, value).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("CANARY"));
        }
    }
}
