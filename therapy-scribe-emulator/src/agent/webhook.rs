//! Tells a client's server of a session (2.1, 9): that it began, and that it is over. Only on this machine. The body is not
//! documented; the signature is.

use std::{fmt::Write as _, sync::Arc, time::Duration};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::hub::{Kept, lock};
use crate::{emulator::State, posting::Posting, streaming::Clock, wall::unix_seconds};

/// How often it is looked whether the session is over, and between tries, in protocol time.
const LOOK: Duration = Duration::from_millis(200);
const PAUSE: Duration = Duration::from_secs(5);
const TRIES: usize = 3;

/// What a session's first update asked for.
#[derive(Clone)]
pub(super) struct Hook {
    url: String,
    events: Vec<String>,
    secret: Option<String>,
}

impl Hook {
    pub(super) fn of(webhook: &Value) -> Option<Self> {
        let events = webhook.get("events")?.as_array()?;
        let text = |name: &str| Some(webhook.get(name)?.as_str()?.to_owned());
        Some(Self {
            url: text("url")?,
            events: events
                .iter()
                .filter_map(|event| Some(event.as_str()?.to_owned()))
                .collect(),
            secret: text("secret"),
        })
    }

    async fn tell(&self, event: &str, session: &Value, pause: Duration) {
        if !self.events.iter().any(|wanted| wanted == event) {
            return;
        }
        let Some(posting) = Posting::to(&self.url, None) else {
            return;
        };
        let body = json!({"event": event, "session": session}).to_string();
        let posting = match &self.secret {
            Some(secret) => {
                let signed = signature(secret, &body, unix_seconds());
                posting.header("x-aai-signature", signed)
            }
            None => posting,
        };
        for _ in 0..TRIES {
            match posting.post(&body).await {
                Some(200..300 | 400..500) => return,
                _ => tokio::time::sleep(pause).await,
            }
        }
    }
}

/// Follows a session to its end.
pub(super) async fn follow(state: Arc<State>, session: Kept, hook: Hook) {
    let scaled = |time: Duration| time.div_f64(state.settings.speed);
    let clock = Clock::since(state.began, state.settings.speed);
    let mut started = false;
    loop {
        let (is_ready, is_over, history) = {
            let mut session = lock(&session);
            session.settle(clock.now_ms());
            (session.is_begun(), session.is_over(), session.history())
        };
        if is_ready && !std::mem::replace(&mut started, true) {
            hook.tell("session.started", &history, scaled(PAUSE)).await;
        }
        if is_over {
            return hook
                .tell("session.completed", &history, scaled(PAUSE))
                .await;
        }
        tokio::time::sleep(scaled(LOOK)).await;
    }
}

/// 9: `t=<unix>,v1=<hex HMAC-SHA256(secret, "<t>." + body)>`.
fn signature(secret: &str, body: &str, unix: u64) -> String {
    let code = hmac(secret.as_bytes(), format!("{unix}.{body}").as_bytes());
    let mut text = format!("t={unix},v1=");
    for byte in code {
        // A text takes whatever is written to it.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// RFC 2104.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = if key.len() > 64 {
        Sha256::digest(key).to_vec()
    } else {
        key.to_vec()
    };
    block.resize(64, 0);
    let keyed = |pad: u8, rest: &[u8]| {
        let padded: Vec<u8> = block.iter().map(|byte| byte ^ pad).collect();
        Sha256::new()
            .chain_update(padded)
            .chain_update(rest)
            .finalize()
    };
    let inner = keyed(0x36, message);
    keyed(0x5c, &inner).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_rfc_4231() {
        for (key, message, begin) in [
            (
                b"Jefe".as_slice(),
                b"what do ya want for nothing?".as_slice(),
                [0x5b, 0xdc, 0xc1, 0x46],
            ),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                [0x60, 0xe4, 0x31, 0x59],
            ),
        ] {
            assert_eq!(hmac(key, message)[..4], begin);
        }
    }
}
