//! One streaming session, without sockets and clocks: bytes, texts and time in, messages out. Time is protocol time in
//! milliseconds since the socket opened; the rim scales it.

mod flow;
mod updates;

use std::{collections::VecDeque, ops::RangeInclusive, sync::Arc};

use serde_json::Value;

use super::{
    Fatal,
    audio::AudioClock,
    detector::{Detector, Found},
    hearing::Hearing,
    labels::{Labels, Random},
    messages::{self, Form},
    params::Params,
    profile::Family,
    vad::Vad,
};
use crate::{emulator::State, script::ScriptWord};

/// What a session is started with.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    pub(crate) words: Arc<[ScriptWord]>,
    pub(crate) seed: u64,
    pub(crate) id: String,
    /// Until `Begin`.
    pub(crate) begin_delay_ms: u64,
    /// From `Terminate` to `Termination`.
    pub(crate) termination_delay_ms: u64,
    pub(crate) longest_ms: u64,
    /// Unix time in seconds at which the session ends.
    pub(crate) expires_at: u64,
    /// Audio is worked off at most this much faster than time passes.
    pub(crate) throttle: f64,
    /// 11.9: the word at a forced cut is lost, as it sometimes is in reality.
    pub(crate) lose_word_at_cut: bool,
}

/// What happened in a session, for tests to look at.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct SessionLog {
    /// The session's id.
    pub id: String,
    /// The query as it came, decoded.
    pub query: Vec<(String, String)>,
    /// Control messages in the order they came.
    pub controls: Vec<Value>,
    /// Audio that was received, in milliseconds.
    pub audio_ms: u64,
    /// The code the session was closed with; `None` while it is open, 1006 when the client vanished.
    pub closed: Option<u16>,
}

impl SessionLog {
    pub(crate) fn opened(id: String, query: Vec<(String, String)>) -> Self {
        Self {
            id,
            query,
            ..Self::default()
        }
    }
}

impl Setup {
    /// The `number`-th session of an emulator; its delays are drawn from the seed.
    pub(crate) fn drawn(state: &State, seed: u64, number: usize, longest_ms: u64) -> Self {
        let mut random = Random(seed);
        let mut draw = |range: &RangeInclusive<u64>| {
            let width = range.end().saturating_sub(*range.start()).saturating_add(1);
            range.start() + random.below(width)
        };
        Self {
            words: Arc::clone(&state.words),
            seed,
            id: format!("00000000-0000-4000-8000-{number:012}"),
            begin_delay_ms: draw(&state.settings.begin_delay_ms),
            termination_delay_ms: draw(&state.settings.termination_delay_ms),
            longest_ms,
            expires_at: unix_seconds() + longest_ms / 1000,
            throttle: state.settings.throttle,
            lose_word_at_cut: state.settings.lose_word_at_cut,
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a stand-in for a server says what the time is"
)]
fn unix_seconds() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// What to send.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Out {
    Text(String),
    Close(u16, &'static str),
}

#[derive(Debug)]
pub(crate) struct Session {
    pub(super) setup: Setup,
    pub(super) params: Params,
    pub(super) audio: AudioClock,
    hearing: Hearing,
    vad: Vad,
    pub(super) detector: Detector,
    labels: Option<Labels>,
    /// Messages and when they are due, in order.
    due: VecDeque<(u64, Out)>,
    begun: bool,
    pub(super) terminating: bool,
    pub(super) closed: Option<u16>,
    /// Audio that has been worked off.
    heard_ms: u64,
    order: u64,
    /// The turn whose onset has been announced.
    announced: bool,
    floor_ms: u64,
    last_client_ms: u64,
    next_heartbeat_ms: u64,
    quiet_since_ms: u64,
    next_revision_ms: u64,
    loudest: f64,
    short_ms: u64,
}

/// A final comes about this long after its last word.
const FINAL_DELAY_MS: u64 = 420;
const HEARTBEAT_MS: u64 = 5000;
const REVISION_DELAY_MS: u64 = 400;
/// 11.5: more audio than this must not wait.
const BACKLOG_MS: u64 = 300_000;
pub(super) const CLOSE_REASON: &str = "See Error message for details";

impl Session {
    pub(crate) fn new(setup: Setup, params: Params) -> Self {
        let labels = params
            .speaker_labels
            .then(|| Labels::new(params.max_speakers, setup.seed));
        let next_revision_ms = params.revision_interval.unwrap_or(u64::MAX);
        Self {
            audio: AudioClock::new(params.encoding, params.rate),
            hearing: Hearing::new(Arc::clone(&setup.words)),
            vad: Vad::new(params.profile.vad_threshold),
            detector: Detector::new(params.family, params.profile),
            labels,
            due: VecDeque::new(),
            begun: false,
            terminating: false,
            closed: None,
            heard_ms: 0,
            order: 0,
            announced: false,
            floor_ms: 0,
            last_client_ms: 0,
            next_heartbeat_ms: HEARTBEAT_MS,
            quiet_since_ms: 0,
            next_revision_ms,
            loudest: 0.0,
            short_ms: 0,
            setup,
            params,
        }
    }

    /// 11.6, 11.7: lengths and sizes are checked, then the audio waits to be worked off.
    pub(crate) fn on_binary(&mut self, bytes: &[u8], now_ms: u64) {
        self.last_client_ms = now_ms;
        if self.terminating || self.closed.is_some() {
            return;
        }
        if let Some(tenths) = self.audio.length(bytes.len()) {
            if tenths > 10_000 {
                return self.fail(&duration_violation(tenths), now_ms);
            }
            self.short_ms = if tenths < 500 {
                self.short_ms + tenths / 10
            } else {
                0
            };
            if self.short_ms >= 980 {
                return self.fail(&duration_violation(tenths), now_ms);
            }
        }
        self.audio.push(bytes);
        let waiting = self.audio.received_ms().saturating_sub(self.heard_ms);
        if waiting > BACKLOG_MS {
            let text = format!(
                "Audio Transmission Rate Exceeded: Received {} sec. audio in {} sec",
                self.audio.received_ms() / 1000,
                now_ms / 1000
            );
            return self.fail(&Fatal::new(3007, text), now_ms);
        }
        self.on_time(now_ms);
    }

    /// A turn is found: it becomes messages.
    fn on_found(&mut self, found: Found, now_ms: u64) {
        match found {
            Found::Partial { words, onset_ms } => {
                if !self.params.partials {
                    return;
                }
                self.announce(onset_ms, now_ms);
                let message = match self.params.family {
                    Family::UniversalStreaming => {
                        messages::word_by_word(self.order, &words, Form::Partial)
                    }
                    _ => messages::partial(self.order, &words, self.floor_ms),
                };
                self.push(message, now_ms);
            }
            Found::Final { words, onset_ms } => {
                self.announce(onset_ms, now_ms);
                self.announced = false;
                let words = self.redacted(words);
                let last_end = words.last().map_or(0, |word| word.end_ms);
                let due =
                    now_ms.max(now_ms + (last_end + FINAL_DELAY_MS).saturating_sub(self.heard_ms));
                self.finals(&words, due);
                self.order += 1;
                self.floor_ms = last_end;
            }
        }
    }

    fn finals(&mut self, words: &[ScriptWord], due: u64) {
        if self.params.family == Family::UniversalStreaming {
            // 11.10: the plain final, then the formatted one.
            self.push(
                messages::word_by_word(self.order, words, Form::PlainFinal),
                due,
            );
            if self.params.format_turns {
                self.push(
                    messages::word_by_word(self.order, words, Form::FormattedFinal),
                    due,
                );
            }
            return;
        }
        let times = messages::times(words, self.floor_ms);
        let labelled = self
            .labels
            .as_mut()
            .map(|labels| labels.label(self.order, words, times.clone()));
        let mut message = messages::finished(self.order, words, &times, labelled.as_ref());
        if let Some(language) = &self.params.language {
            messages::put_before_type(&mut message, "language_code", language.as_str().into());
            messages::put_before_type(&mut message, "language_confidence", 0.98.into());
        }
        self.push(message, due);
    }

    /// 4.2: once a turn, immediately before its first message; Universal-3 only.
    fn announce(&mut self, onset_ms: u64, now_ms: u64) {
        if !std::mem::replace(&mut self.announced, true) && self.params.family == Family::Universal3
        {
            self.push(messages::speech_started(onset_ms), now_ms);
        }
    }

    /// 2.5: nothing is recognised here, so redaction masks numbers in words and digits: enough for its shape, one tag a
    /// word.
    fn redacted(&self, mut words: Vec<ScriptWord>) -> Vec<ScriptWord> {
        if self.params.redact_pii {
            for word in words
                .iter_mut()
                .filter(|word| word.text.bytes().any(|b| b.is_ascii_digit()))
            {
                let mask = if self.params.redact_as_entity {
                    "[NUMBER_SEQUENCE]"
                } else {
                    "######"
                };
                mask.clone_into(&mut word.text);
            }
        }
        words
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "a message is made to be sent"
    )]
    pub(super) fn push(&mut self, message: Value, due_ms: u64) {
        let due_ms = self
            .due
            .back()
            .map_or(due_ms, |(last, _)| due_ms.max(*last));
        self.due.push_back((due_ms, Out::Text(message.to_string())));
    }

    pub(super) fn fail(&mut self, fatal: &Fatal, now_ms: u64) {
        if self.closed.is_some() {
            return;
        }
        self.push(
            serde_json::json!({"type": "Error", "error_code": fatal.code, "error": fatal.text}),
            now_ms,
        );
        self.close(fatal.code, CLOSE_REASON, now_ms);
    }

    fn close(&mut self, code: u16, reason: &'static str, due_ms: u64) {
        self.closed = Some(code);
        let due_ms = self
            .due
            .back()
            .map_or(due_ms, |(last, _)| due_ms.max(*last));
        self.due.push_back((due_ms, Out::Close(code, reason)));
    }
}

fn duration_violation(tenths: u64) -> Fatal {
    let (millis, rest) = (tenths / 10, tenths % 10);
    Fatal::new(
        3007,
        format!(
            "Input Duration Error: Input Duration Violation: {millis}.{rest} ms. Expected between 50 and 1000 ms"
        ),
    )
}
