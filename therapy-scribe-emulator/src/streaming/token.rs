//! Temporary tokens: `GET /v3/token` (`streaming-stt.md` 1.3; 11.2).

use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use serde_json::{Value, json};

use super::query::Query;

/// The tokens that were minted. Reusable until they expire.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Mutex<HashMap<String, Token>>, AtomicU64);

/// Characters of a token (1.3).
const LENGTH: usize = 2583;
/// An expired token is known as such for so long.
const KEPT_MS: u64 = 3_600_000;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    expires_ms: u64,
    pub(crate) longest_ms: u64,
}

impl Tokens {
    /// Status and body of a request for a token at `now_ms`.
    pub(crate) fn mint(&self, query: &Query, now_ms: u64) -> (u16, Value) {
        let range =
            |name: &str, least: u64, most: u64, default: Option<u64>| match query.get(name) {
                None => default
                    .ok_or_else(|| refusal("missing", name, "Field required", "", &json!({}))),
                Some(text) => match text.parse::<i128>() {
                    Ok(value) if value < i128::from(least) => Err(refusal(
                        "greater_than_equal",
                        name,
                        "Input is too small",
                        text,
                        &json!({"ge": least}),
                    )),
                    Ok(value) if value > i128::from(most) => Err(refusal(
                        "less_than_equal",
                        name,
                        "Input is too large",
                        text,
                        &json!({"le": most}),
                    )),
                    Ok(value) => Ok(u64::try_from(value).unwrap_or(least)),
                    Err(_) => Err(refusal(
                        "int_parsing",
                        name,
                        "Input should be a valid integer",
                        text,
                        &json!({}),
                    )),
                },
            };
        let expires = match range("expires_in_seconds", 1, 600, None) {
            Ok(seconds) => seconds,
            Err(body) => return (422, body),
        };
        let longest = match range("max_session_duration_seconds", 60, 10_800, Some(10_800)) {
            Ok(seconds) => seconds,
            Err(body) => return (422, body),
        };
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.retain(|_, token| token.expires_ms + KEPT_MS > now_ms);
        // Opaque, and as long as the service's.
        let number = self.1.fetch_add(1, Ordering::Relaxed);
        let token = format!("{:0>LENGTH$}", format!("-emulated-{number}"));
        tokens.insert(
            token.clone(),
            Token {
                expires_ms: now_ms + expires * 1000,
                longest_ms: longest * 1000,
            },
        );
        (200, json!({"token": token, "expires_in_seconds": expires}))
    }

    /// `None`: no such token; `Err`: too old.
    pub(crate) fn check(&self, token: &str, now_ms: u64) -> Option<Result<Token, ()>> {
        let token = *self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(token)?;
        Some(if now_ms <= token.expires_ms {
            Ok(token)
        } else {
            Err(())
        })
    }
}

fn refusal(kind: &str, name: &str, message: &str, input: &str, context: &Value) -> Value {
    json!({"detail": [{"type": kind, "loc": ["query", name], "msg": message, "input": input, "ctx": context}]})
}
