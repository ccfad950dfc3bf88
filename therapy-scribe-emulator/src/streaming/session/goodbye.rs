//! `Terminate`: flush, revise, say goodbye (`streaming-stt.md` 4.3, 4.9; 11.11).

use serde_json::json;

use super::{Out, Phase, Session, hear::REVISION_LAG_MS};
use crate::streaming::{
    detector::Found,
    labels::Pass,
    messages::{self, Form},
    profile::Family,
    recordings::Leaving,
};

/// From `Terminate` to `Termination` without an open turn, and with one.
const IDLE_MS: u64 = 640;
const OPEN_MS: u64 = 1200;
/// From `Terminate` to the final of the open turn.
const FLUSH_MS: u64 = 560;

impl Session {
    /// What was received is worked off first, at the pace of everything else.
    pub(super) fn terminate(&mut self, now_ms: u64) {
        self.audio.finish();
        self.ear.decide(self.heard_ms);
        self.phase = if self.is_opening() {
            Phase::Opening { ends: true }
        } else {
            Phase::Draining
        };
        self.on_time(now_ms);
    }

    /// All audio has been heard.
    pub(super) fn say_goodbye(&mut self, now_ms: u64) {
        // Less than a frame is left at most.
        while let Some(level) = self.audio.pop() {
            self.hear(level, now_ms);
        }
        let late = self.ear.finish(self.heard_ms);
        self.detector.append(late);
        self.drop_partials(now_ms);
        let word_by_word = self.params.family == Family::UniversalStreaming;
        let partials = if word_by_word {
            self.detector.last_partials()
        } else {
            Vec::new()
        };
        let open = self.detector.force();
        let termination_ms = if open.is_some() { OPEN_MS } else { IDLE_MS };
        for partial in partials {
            self.on_found(partial, now_ms, 0);
        }
        if let Some(open) = open {
            self.on_found(open, now_ms, FLUSH_MS);
        }
        if word_by_word {
            self.push_empty_final(now_ms);
        }
        let mut at = self.last_turn_due_ms.max(now_ms);
        let mut termination = now_ms + self.setup.termination_delay_ms.unwrap_or(termination_ms);
        let labels = self.labels.as_mut();
        if let Some(revision) = labels.and_then(|labels| labels.revise(Pass::Last)) {
            at += REVISION_LAG_MS;
            self.push_turn(revision, at);
        }
        if self.labels.is_some() {
            termination += REVISION_LAG_MS;
        }
        self.end(termination.max(at));
    }

    /// 4.3: nothing but finals follows `Terminate` where partials are whole turns.
    fn drop_partials(&mut self, now_ms: u64) {
        self.due
            .retain(|due| due.at_ms <= now_ms || !due.is_partial);
    }

    /// 4.3: these models send one more final, and it is empty.
    fn push_empty_final(&mut self, now_ms: u64) {
        let form = if self.params.format_turns {
            Form::FormattedFinal
        } else {
            Form::PlainFinal
        };
        self.push_turn(messages::word_by_word(self.order, &[], form, 0.0), now_ms);
        self.order += 1;
    }

    fn end(&mut self, at_ms: u64) {
        let seconds = |ms: u64| (ms + 500) / 1000;
        let termination = json!({"type": "Termination", "audio_duration_seconds": seconds(self.audio.received_ms()),
            "session_duration_seconds": seconds(at_ms)});
        self.over(Leaving::Done);
        self.push(&termination, at_ms);
        self.put(Out::Close(1000, "Session Ended"), at_ms);
    }

    /// 3.3: the open turn is over now; about 290 ms later its final comes.
    pub(super) fn force_endpoint(&mut self, now_ms: u64) {
        const LAG_MS: u64 = 290;
        self.ear.decide(self.heard_ms);
        self.on_time(now_ms);
        if let Some(open @ Found::Final { .. }) = self.detector.force() {
            self.on_found(open, now_ms, LAG_MS);
        }
    }
}
