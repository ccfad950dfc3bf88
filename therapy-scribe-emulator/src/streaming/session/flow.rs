//! How time passes in a session: what is due happens, and limits end it.

use serde_json::json;

use super::{Fatal, HEARTBEAT_MS, Phase, Session, fault::cancelled};
use crate::streaming::audio::FRAME_MS;

/// 2.4: when a model that does not work fails, after `Begin`.
const DOOM_MS: u64 = 5000;

impl Session {
    /// Time passes: whatever is due by now happens.
    pub(crate) fn on_time(&mut self, now_ms: u64) {
        if self.is_opening() && now_ms >= self.setup.begin_delay_ms {
            self.begin(now_ms);
        }
        if self.is_over() {
            return;
        }
        self.expire(now_ms);
        if self.is_opening() {
            return;
        }
        self.check_limits(now_ms);
        self.work_off(now_ms);
        self.heartbeat(now_ms);
        if self.phase == Phase::Draining && !self.is_behind() {
            self.say_goodbye(now_ms);
        }
    }

    /// When to call [`on_time`](Self::on_time) or [`pop`](Self::pop) next.
    pub(crate) fn next_ms(&self, now_ms: u64) -> u64 {
        let mut next = self.due.front().map_or(u64::MAX, |due| due.at_ms);
        if !self.is_over() {
            next = next.min(self.setup.longest_ms);
        }
        match self.phase {
            Phase::Opening { .. } => return next.min(self.setup.begin_delay_ms),
            Phase::Over => return next,
            Phase::Streaming { begun_ms } => {
                if let Some(limit) = self.params.inactivity_ms {
                    next = next.min(self.last_client_ms + limit);
                }
                if self.is_doomed() {
                    next = next.min(begun_ms + DOOM_MS);
                }
            }
            Phase::Draining => {}
        }
        if self.params.heartbeat {
            next = next.min(self.next_heartbeat_ms);
        }
        if self.can_hear() {
            next = next.min(now_ms + FRAME_MS);
        }
        next
    }

    /// 4.5: every five seconds, in speech and silence.
    fn heartbeat(&mut self, now_ms: u64) {
        if !self.params.heartbeat {
            // Switched on later, it does not tell of the past.
            self.next_heartbeat_ms = self.next_heartbeat_ms.max(now_ms + HEARTBEAT_MS);
        }
        while self.next_heartbeat_ms <= now_ms && !self.is_over() {
            let at = self.next_heartbeat_ms;
            self.next_heartbeat_ms += HEARTBEAT_MS;
            let received = self.audio.received_ms();
            let loudest = std::mem::take(&mut self.loudest);
            let heartbeat = json!({"type": "Heartbeat", "total_audio_received_ms": received, "total_duration_ms": at,
                "realtime_factor": ratio(received, at), "max_speech_probability": loudest});
            self.push(&heartbeat, at);
        }
    }

    /// 4.1: `expires_at` is a hard end, also while received audio is worked off.
    fn expire(&mut self, now_ms: u64) {
        if now_ms >= self.setup.longest_ms {
            self.expire_now(now_ms);
        }
    }

    pub(super) fn expire_now(&mut self, now_ms: u64) {
        let expired = Fatal::new(3008, "Session Expired: Maximum session duration exceeded");
        self.fail(&expired, now_ms);
    }

    fn is_doomed(&self) -> bool {
        self.setup.doomed || self.params.is_doomed()
    }

    fn check_limits(&mut self, now_ms: u64) {
        let Phase::Streaming { begun_ms } = self.phase else {
            return;
        };
        if self.is_doomed() && now_ms >= begun_ms + DOOM_MS {
            return self.fail(&cancelled(), now_ms);
        }
        let silent_for = now_ms.saturating_sub(self.last_client_ms);
        if let Some(limit) = self
            .params
            .inactivity_ms
            .filter(|limit| silent_for >= *limit)
        {
            let text = format!(
                "Session terminated due to inactivity: No messages received for {} seconds",
                limit / 1000
            );
            self.fail(&Fatal::new(3006, text), now_ms);
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
