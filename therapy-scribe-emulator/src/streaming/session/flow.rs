//! How time passes in a session: audio is worked off, heartbeats come, the end comes.

use serde_json::json;

use super::{Fatal, HEARTBEAT_MS, Out, REVISION_DELAY_MS, Session};
use crate::streaming::{
    audio::FRAME_MS,
    detector::Frame,
    messages::{self, Form},
    profile::Family,
};

impl Session {
    /// Time passes: whatever is due by now happens.
    pub(crate) fn on_time(&mut self, now_ms: u64) {
        self.begin(now_ms);
        if self.closed.is_some() || !self.begun {
            return;
        }
        self.check_limits(now_ms);
        if !self.terminating {
            self.work_off(self.may_be_heard(now_ms), now_ms);
        }
        while self.params.heartbeat && self.closed.is_none() && self.next_heartbeat_ms <= now_ms {
            let at = self.next_heartbeat_ms;
            self.next_heartbeat_ms += HEARTBEAT_MS;
            let received = self.audio.received_ms();
            let factor = ratio(received, at);
            let loudest = std::mem::take(&mut self.loudest);
            self.push(json!({"type": "Heartbeat", "total_audio_received_ms": received, "total_duration_ms": at,
                "realtime_factor": factor, "max_speech_probability": loudest}), at);
        }
    }

    /// The next message that is due.
    pub(crate) fn pop(&mut self, now_ms: u64) -> Option<Out> {
        let due = self.due.front().is_some_and(|(due, _)| *due <= now_ms);
        due.then(|| self.due.pop_front())
            .flatten()
            .map(|(_, out)| out)
    }

    /// When to call [`on_time`](Self::on_time) next.
    pub(crate) fn next_ms(&self, now_ms: u64) -> u64 {
        let mut next = self.due.front().map_or(u64::MAX, |(due, _)| *due);
        if !self.begun {
            return next.min(self.setup.begin_delay_ms);
        }
        if self.closed.is_none() {
            if self.params.heartbeat {
                next = next.min(self.next_heartbeat_ms);
            }
            if self.audio.received_ms() >= self.heard_ms + FRAME_MS && !self.terminating {
                next = next.min(now_ms + FRAME_MS);
            }
            next = next.min(self.setup.longest_ms);
            next = next.min(
                self.params
                    .inactivity_ms
                    .map_or(u64::MAX, |limit| self.last_client_ms + limit),
            );
        }
        next
    }

    /// 11.11: flush, revise, say goodbye.
    pub(super) fn terminate(&mut self, now_ms: u64) {
        if self.terminating {
            return;
        }
        self.work_off(u64::MAX, now_ms);
        self.terminating = true;
        let open = self.detector.force();
        let was_open = open.is_some();
        if let Some(open) = open {
            self.on_found(open, now_ms);
        }
        if self.params.family == Family::UniversalStreaming {
            // 4.3: these models send one more final, and it is empty.
            let form = if self.params.format_turns {
                Form::FormattedFinal
            } else {
                Form::PlainFinal
            };
            self.push(messages::word_by_word(self.order, &[], form), now_ms);
        }
        let mut at = now_ms;
        if let Some(revision) = self.labels.as_mut().and_then(super::Labels::revise) {
            at += REVISION_DELAY_MS;
            self.push(revision, at);
        }
        at += self.setup.termination_delay_ms + if was_open { 500 } else { 0 };
        self.push(
            json!({"type": "Termination", "audio_duration_seconds": self.audio.received_ms() / 1000,
            "session_duration_seconds": at.div_ceil(1000)}),
            at,
        );
        self.close(1000, "Session Ended", at);
    }

    /// 11.4: `Begin` after a while; audio before it is taken.
    fn begin(&mut self, now_ms: u64) {
        if self.begun || now_ms < self.setup.begin_delay_ms {
            return;
        }
        self.begun = true;
        self.push(
            messages::begin(&self.setup.id, self.setup.expires_at, &self.params),
            now_ms,
        );
        if self.params.medical_skipped {
            self.push(json!({"type": "Warning", "warning_code": 1,
                "warning": "Skipped medical-v1 domain correction because the language is not supported"}), now_ms);
        }
    }

    fn check_limits(&mut self, now_ms: u64) {
        if self.terminating {
            return;
        }
        if now_ms >= self.setup.longest_ms {
            self.fail(
                &Fatal::new(3008, "Session Expired: Maximum session duration exceeded"),
                now_ms,
            );
        } else if let Some(limit) = self
            .params
            .inactivity_ms
            .filter(|limit| now_ms >= self.last_client_ms + limit)
        {
            let text = format!(
                "Session terminated due to inactivity: No messages received for {} seconds",
                limit / 1000
            );
            self.fail(&Fatal::new(3006, text), now_ms);
        }
    }

    /// 11.5: up to where audio is worked off by now.
    fn may_be_heard(&self, now_ms: u64) -> u64 {
        #[expect(
            clippy::as_conversions,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "milliseconds of one session; the cast saturates"
        )]
        let allowed = (now_ms as f64 * self.setup.throttle) as u64;
        allowed
    }

    fn work_off(&mut self, until_ms: u64, now_ms: u64) {
        while self.heard_ms + FRAME_MS <= until_ms && self.closed.is_none() {
            let Some(frame) = self.audio.pop() else {
                return;
            };
            let (voiced, probability) = self.vad.hear(&frame);
            self.loudest = self.loudest.max(probability);
            self.heard_ms += FRAME_MS;
            let words = self.hearing.advance(self.heard_ms, voiced);
            let inside = self.hearing.is_inside_word(self.heard_ms);
            let order = self.order;
            for found in self.detector.advance(
                Frame {
                    voiced,
                    inside_word: inside,
                },
                words,
            ) {
                self.on_found(found, now_ms);
            }
            // A turn that ended while a word went on was cut.
            if self.setup.lose_word_at_cut && inside && self.order > order {
                self.hearing.lose_next();
            }
            self.acknowledge_silence(voiced || inside, now_ms);
            self.revise(now_ms);
        }
    }

    /// 4.6: about once a second of audio without speech.
    fn acknowledge_silence(&mut self, spoken: bool, now_ms: u64) {
        if spoken {
            self.quiet_since_ms = self.heard_ms;
        } else if self.params.silence && self.heard_ms >= self.quiet_since_ms + 1000 {
            let from = std::mem::replace(&mut self.quiet_since_ms, self.heard_ms);
            self.push(
                json!({"type": "Silence", "start_ms": from, "end_ms": self.heard_ms}),
                now_ms,
            );
        }
    }

    /// 4.4: in the middle of a session, after so much audio, if something changed.
    fn revise(&mut self, now_ms: u64) {
        let Some(interval) = self
            .params
            .revision_interval
            .filter(|_| self.heard_ms >= self.next_revision_ms)
        else {
            return;
        };
        self.next_revision_ms += interval;
        if let Some(revision) = self.labels.as_mut().and_then(super::Labels::revise) {
            self.push(revision, now_ms + REVISION_DELAY_MS);
        }
    }
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "milliseconds of one session"
)]
fn ratio(audio_ms: u64, wall_ms: u64) -> f64 {
    audio_ms as f64 / wall_ms.max(1) as f64
}
