//! Audio comes in, is worked off at a pace, and becomes messages.

use serde_json::{Value, json};

use super::{Fatal, Session};
use crate::{
    script::ScriptWord,
    streaming::{
        audio::FRAME_MS,
        detector::{Found, Frame, confidence_of},
        labels::Pass,
        messages::{self, Edges, Form},
        profile::Family,
        recordings::{Leaving, Time},
        redact::{plain, redact},
        reword::{Rewording, Slack},
    },
};

/// 11.7: larger messages end the session.
pub(crate) const MESSAGE_LIMIT: usize = 128 * 1024;
/// 11.5: more audio than this must not wait.
const BACKLOG_MS: u64 = 300_000;
/// 11.8: a final comes about this long after its last word, and at least this long after the turn was found to be over.
const FINAL_AFTER_WORD_MS: u64 = 420;
pub(super) const FINAL_LAG_MS: u64 = 280;
/// 4.2: a partial about 1.17 s after the onset, where it is due after 0.756 s.
const PARTIAL_LAG_MS: u64 = 400;
pub(super) const REVISION_LAG_MS: u64 = 400;

impl Session {
    /// 11.6, 11.7: lengths and sizes are checked, then the audio waits to be worked off.
    pub(crate) fn on_binary(&mut self, bytes: &[u8], now_ms: u64) {
        self.last_client_ms = now_ms;
        if !self.is_open() {
            return;
        }
        if bytes.len() > MESSAGE_LIMIT {
            return self.too_big(now_ms);
        }
        if let Some(samples) = self.audio.samples_in(bytes.len())
            && let Err(fatal) = self.short.check(samples, self.audio.rate())
        {
            return self.fail(&fatal, now_ms);
        }
        // The time that has passed counts by what waited in it, not by what comes now.
        self.pace.pass(now_ms, self.waiting_ms());
        self.audio.push(bytes);
        let samples = self.audio.take_samples();
        self.ear.take(&samples, self.heard_ms, now_ms);
        if self.waiting_ms() > BACKLOG_MS {
            let received = self.audio.received_ms();
            let text = format!(
                "Audio Transmission Rate Exceeded: Received {} sec. audio in {} sec",
                received / 1000,
                now_ms / 1000
            );
            return self.fail(&Fatal::new(3007, text), now_ms);
        }
        self.on_time(now_ms);
    }

    /// 11.7: a close without an `Error`.
    pub(crate) fn too_big(&mut self, now_ms: u64) {
        if !self.is_over() {
            self.over(Leaving::BrokenOff);
            self.due.retain(|due| due.at_ms <= now_ms);
            self.put(super::Out::Close(1009, "message too big"), now_ms);
        }
    }

    /// Audio that waits.
    fn waiting_ms(&self) -> u64 {
        self.audio.received_ms().saturating_sub(self.heard_ms)
    }

    /// Whether audio waits, a frame at least.
    pub(super) fn is_behind(&self) -> bool {
        self.waiting_ms() >= FRAME_MS
    }

    /// Whether a frame waits, and it is known which part of the script it is.
    pub(super) fn can_hear(&self) -> bool {
        self.is_behind() && self.ear.can_hear(self.heard_ms + FRAME_MS)
    }

    /// 11.5: what may be heard by now is heard.
    pub(super) fn work_off(&mut self, now_ms: u64) {
        self.pace.pass(now_ms, self.waiting_ms());
        while !self.is_over() && self.can_hear() && self.pace.take_frame() {
            let Some(level) = self.audio.pop() else {
                return;
            };
            self.hear(level, now_ms);
        }
    }

    /// One frame.
    pub(super) fn hear(&mut self, level: f64, now_ms: u64) {
        let (voiced, probability) = self.vad.hear(level);
        self.loudest = self.loudest.max(probability);
        self.heard_ms += FRAME_MS;
        let heard = self.ear.hear(self.heard_ms, voiced);
        let frame = Frame {
            voiced,
            inside_word: heard.inside_word,
        };
        let spoken = voiced || heard.inside_word;
        let cuts = self.detector.cuts;
        let words = self.reword(heard.words);
        for found in self.detector.advance(frame, words) {
            self.on_found(found, now_ms, FINAL_LAG_MS);
        }
        if self.setup.lose_word_at_cut && self.detector.cuts > cuts {
            self.ear.lose_word(self.heard_ms);
        }
        self.acknowledge_silence(spoken, now_ms);
        if self.heard_ms >= self.next_revision_ms {
            self.revise(now_ms);
        }
    }

    /// 11.13: what is heard again comes in other wording.
    fn reword(&mut self, words: Vec<(ScriptWord, Time)>) -> Vec<ScriptWord> {
        let Some(rewording) = &mut self.rewording else {
            return words.into_iter().map(|(word, _)| word).collect();
        };
        self.again |= words.iter().any(|(_, time)| *time == Time::Again);
        let reworded = words.into_iter().map(|(word, time)| match time {
            Time::First => word,
            Time::Again => rewording.reword(word),
        });
        reworded.collect()
    }

    /// A turn is found: it becomes messages. A final is due `lag_ms` after now at the earliest.
    pub(super) fn on_found(&mut self, found: Found, now_ms: u64, lag_ms: u64) {
        match found {
            Found::Partial { words, onset_ms } => {
                let due = now_ms + self.partial_lag();
                self.announce(onset_ms, due);
                if self.params.partials {
                    let message = self.partial(&words);
                    self.push_partial(message, due);
                }
            }
            Found::Final { words, onset_ms } => {
                let last_end = words.last().map_or(0, |word| word.end_ms);
                let rest = (last_end + FINAL_AFTER_WORD_MS).saturating_sub(self.heard_ms);
                let due = now_ms + lag_ms.max(rest);
                self.announce(onset_ms, due);
                self.announced = false;
                self.finals(&words, due);
                self.order += 1;
                self.again = false;
                if let Some(rewording) = &mut self.rewording {
                    rewording.next_turn();
                }
            }
        }
    }

    const fn partial_lag(&self) -> u64 {
        match self.params.family {
            // Several a second: they can't lag much.
            Family::UniversalStreaming => 0,
            Family::Universal3 | Family::Whisper => PARTIAL_LAG_MS,
        }
    }

    fn partial(&self, words: &[ScriptWord]) -> Value {
        match self.params.family {
            Family::UniversalStreaming => {
                let confidence = confidence_of(words);
                messages::word_by_word(self.order, &plain(words), Form::Partial, confidence)
            }
            family => messages::partial(
                self.order,
                words,
                self.edges(),
                family == Family::Universal3,
            ),
        }
    }

    /// A word that goes on is no silence.
    fn edges(&self) -> Edges {
        let began = self.ear.word_began_ms(self.heard_ms).unwrap_or(u64::MAX);
        Edges {
            from_ms: self.floor_ms,
            until_ms: self.heard_ms.min(began),
            slack: self.slack(),
        }
    }

    fn slack(&self) -> Slack {
        let rewording = self.rewording.as_ref().filter(|_| self.again);
        rewording.map_or_else(Slack::default, Rewording::slack)
    }

    fn finals(&mut self, words: &[ScriptWord], due: u64) {
        let formatted = redact(words.to_vec(), &self.params, &self.setup.names);
        let (mut finals, times) = if self.params.family == Family::UniversalStreaming {
            let times = words.iter().map(|w| (w.start_ms, w.end_ms)).collect();
            (self.finals_by_word(words, &formatted), times)
        } else {
            let times = messages::times(&formatted, self.edges());
            let message = messages::finished(self.order, &formatted, &times);
            (vec![message], times)
        };
        self.floor_ms = times
            .last()
            .map_or(self.floor_ms, |(_, end): &(u64, u64)| *end);
        let order = self.order;
        let labelled = self
            .labels
            .as_mut()
            .map(|labels| labels.label(order, &formatted, times));
        for message in &mut finals {
            if self.params.language_detection {
                let language = self.setup.language.as_str().into();
                messages::put_before_type(message, "language_code", language);
                messages::put_before_type(message, "language_confidence", 0.98.into());
            }
            if let Some(labelled) = &labelled {
                messages::label(message, labelled);
            }
        }
        if self.duplicates_final() {
            finals.extend(finals.last().cloned());
        }
        for message in finals {
            self.push_turn(message, due);
        }
    }

    /// 11.10: the plain final, then the formatted one. Marks of redaction are the same in both.
    fn finals_by_word(&self, words: &[ScriptWord], formatted: &[ScriptWord]) -> Vec<Value> {
        let confidence = confidence_of(words);
        let plain = redact(plain(words), &self.params, &self.setup.names);
        let plain = messages::word_by_word(self.order, &plain, Form::PlainFinal, confidence);
        let mut finals = vec![plain];
        if self.params.format_turns {
            let form = Form::FormattedFinal;
            finals.push(messages::word_by_word(
                self.order, formatted, form, confidence,
            ));
        }
        finals
    }

    /// 4.2: once a turn, immediately before its first message; Universal-3 only.
    fn announce(&mut self, onset_ms: u64, due_ms: u64) {
        let first = !std::mem::replace(&mut self.announced, true);
        if first && self.params.family == Family::Universal3 {
            self.push_turn(messages::speech_started(onset_ms), due_ms);
        }
    }

    /// 4.6: about once a second of audio without speech.
    fn acknowledge_silence(&mut self, spoken: bool, now_ms: u64) {
        if spoken {
            self.quiet_since_ms = self.heard_ms;
        } else if self.heard_ms >= self.quiet_since_ms + 1000 {
            let from = std::mem::replace(&mut self.quiet_since_ms, self.heard_ms);
            if self.params.silence {
                let silence = json!({"type": "Silence", "start_ms": from, "end_ms": self.heard_ms});
                self.push(&silence, now_ms);
            }
        }
    }

    /// 4.4: in the middle of a session, after so much audio, if something changed.
    fn revise(&mut self, now_ms: u64) {
        self.next_revision_ms += self.params.revision_interval.unwrap_or(u64::MAX / 2);
        let labels = self.labels.as_mut();
        if let Some(revision) = labels.and_then(|labels| labels.revise(Pass::Interim)) {
            self.push_turn(revision, now_ms + REVISION_LAG_MS);
        }
    }
}
