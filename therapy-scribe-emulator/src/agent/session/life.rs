//! A session's connections, and its end (section 6, 2.5, 1.5).

use serde_json::{Value, json};

use super::{Out, Over, READY_AFTER_MS, Session, UPDATED_MS};
use crate::{
    agent::{AgentQuirk, AgentRefusal, webhook::Hook},
    wall::iso,
};

/// 1.5.
const GRACE_MS: u64 = 30_000;
/// 9.
const ARTIFACTS_AFTER_MS: u64 = 7000;
const ARTIFACTS_UNTIL_MS: u64 = 3_600_000;
/// Appendix A, end.
const END_MS: u64 = 100;

impl Session {
    /// The first connection; returns its number.
    pub(crate) fn open_line(&mut self) -> u64 {
        self.line += 1;
        self.detached_ms = None;
        self.line
    }

    /// Section 6: another connection takes the session over.
    pub(crate) fn resume(&mut self, account: &str, now_ms: u64) -> Result<u64, AgentRefusal> {
        self.settle(now_ms);
        if self.account != account {
            return Err(AgentRefusal::SessionForbidden);
        }
        match self.over {
            Some(Over {
                reason: "expired", ..
            }) => return Err(AgentRefusal::SessionExpired),
            Some(_) => return Err(AgentRefusal::SessionNotFound),
            None if self.end_ms.is_some() => return Err(AgentRefusal::SessionNotFound),
            None => {}
        }
        // The connection before it may be one that only the client knows to be dead.
        let line = self.line;
        self.leave_line(line, 1006, now_ms);
        self.log.resumes += 1;
        self.updated_ms = None;
        self.ready_ms = Some(now_ms + UPDATED_MS + READY_AFTER_MS);
        Ok(self.open_line())
    }

    pub(crate) const fn is_on(&self, line: u64) -> bool {
        self.line == line
    }

    /// The connection is gone. The open reply and what was half said are lost; calls stay answerable.
    pub(crate) fn leave_line(&mut self, line: u64, code: u16, now_ms: u64) {
        if self.line != line || self.detached_ms.is_some() {
            return;
        }
        self.on_time(now_ms);
        self.log.closed.push(code);
        self.detached_ms = Some(now_ms);
        self.cut("interrupted");
        self.ear.forget(self.input);
        self.out.clear();
        if let Some(at_ms) = self.end_ms.take() {
            self.finish_at(at_ms.min(now_ms), "client_end");
        }
    }

    /// What time has done to a session without a connection.
    pub(crate) fn settle(&mut self, now_ms: u64) {
        self.on_time(now_ms);
        let Some(since) = self.detached_ms.filter(|_| self.over.is_none()) else {
            return;
        };
        if now_ms > since + GRACE_MS {
            self.finish_at(since + GRACE_MS, "client_disconnect");
        }
    }

    /// 1.2: whose it is, to one who has its token.
    pub(crate) fn owner_of(&self, resume_token: &str) -> Option<String> {
        (self.resume_token == resume_token).then(|| self.account.clone())
    }

    pub(crate) const fn delete(&mut self) {
        self.is_deleted = true;
    }

    pub(crate) const fn is_deleted(&self) -> bool {
        self.is_deleted
    }

    pub(super) fn finish_at(&mut self, at_ms: u64, reason: &'static str) {
        self.over.get_or_insert(Over { at_ms, reason });
    }

    /// Whether the client was told that it is ready, or is over.
    pub(crate) const fn is_begun(&self) -> bool {
        self.ready_ms.is_none()
    }

    /// 2.1.
    pub(crate) fn hook(&self) -> Option<Hook> {
        Hook::of(self.config.webhook()?)
    }

    pub(crate) const fn is_over(&self) -> bool {
        self.over.is_some()
    }

    pub(crate) fn is_of(&self, account: &str) -> bool {
        self.account == account
    }

    /// 2.5.
    pub(super) fn take_end(&mut self) {
        let quirks = &self.shared.quirks;
        if quirks.has(AgentQuirk::NeverEnds) {
            self.finish_at(self.now_ms, "client_end");
        } else {
            self.end_ms.get_or_insert(self.now_ms + END_MS);
            self.reply = None;
            self.queue.clear();
        }
    }

    pub(super) fn end(&mut self) {
        if self.end_ms.is_none_or(|at| at > self.now_ms) {
            return;
        }
        if !self.shared.quirks.has(AgentQuirk::EndsUnsaid) {
            self.say_ended();
        }
        self.finish_at(self.now_ms, "client_end");
        self.out.push_back(Out::Close(1000));
    }

    fn say_ended(&mut self) {
        let seconds = seconds(self.now_ms - self.created_ms);
        self.push(
            json!({"type": "session.ended", "session_duration_seconds": seconds,
            "audio_duration_seconds": null}),
        );
    }

    pub(super) fn expire(&mut self) {
        if self.now_ms >= self.expires_ms {
            self.expire_now();
        }
    }

    /// Section 11, max-duration end: both ways are told of.
    pub(super) fn expire_now(&mut self) {
        let code = if self.shared.quirks.has(AgentQuirk::EndsAtExpiry) {
            self.say_ended();
            1000
        } else {
            let refusal = AgentRefusal::SessionExpired;
            self.error(refusal.code(), refusal.text());
            1008
        };
        self.finish_at(self.now_ms, "expired");
        self.out.push_back(Out::Close(code));
    }

    /// 9: as the history tells it.
    pub(crate) fn history(&self) -> Value {
        let time = |at_ms: u64| iso(self.shared.wall_ms + at_ms);
        json!({"id": self.id, "agent_id": self.agent_id,
            "status": if self.over.is_some() { "completed" } else { "active" },
            "public_close_reason": self.over.map(|over| over.reason),
            "duration_seconds": self.over.map(|over| seconds(over.at_ms.saturating_sub(self.created_ms))),
            "created_at": time(self.created_ms), "ended_at": self.over.map(|over| time(over.at_ms))})
    }

    /// 9: with the configuration, and what can be fetched from `origin`. The audio can't: it is not kept here.
    pub(crate) fn details(&self, origin: &str) -> Value {
        let artifact = |kind: &str| {
            json!({"type": kind, "url": format!("{origin}/artifacts/{}/{kind}", self.id),
                "content_type": "application/json"})
        };
        let artifacts = if self.has_artifacts() {
            json!([artifact("timeline"), artifact("metadata")])
        } else {
            json!([])
        };
        let mut details = self.history();
        if let Some(fields) = details.as_object_mut() {
            fields.insert("config".to_owned(), self.config.echo(&self.id));
            fields.insert("artifacts".to_owned(), artifacts);
        }
        details
    }

    /// 9: about 7 s after the end, and for an hour.
    fn has_artifacts(&self) -> bool {
        let range = ARTIFACTS_AFTER_MS..ARTIFACTS_UNTIL_MS;
        let since = |over: Over| self.now_ms.saturating_sub(over.at_ms);
        self.over.is_some_and(|over| range.contains(&since(over)))
    }

    pub(crate) fn artifact(&self, kind: &str) -> Option<Value> {
        let over = self.over.filter(|_| self.has_artifacts())?;
        let time = |at_ms: u64| iso(self.shared.wall_ms + at_ms);
        let ended = json!({"reason": over.reason, "public_reason": over.reason,
            "duration_seconds": seconds(over.at_ms.saturating_sub(self.created_ms))});
        match kind {
            "timeline" => {
                let started_ms = self.shared.wall_ms + self.created_ms;
                Some(self.timeline.written(&self.id, started_ms, ended))
            }
            "metadata" => Some(
                json!({"session_id": self.id, "started_at": time(self.created_ms), "ended_at": time(over.at_ms),
                "format": "ogg_opus", "channels": 2, "channel_layout": ["user", "agent"], "sample_rate": 24000,
                "file": null, "uploaded_chunks": 0, "dropped_chunks": 0}),
            ),
            _ => None,
        }
    }
}

fn seconds(ms: u64) -> f64 {
    f64::from(u32::try_from(ms).unwrap_or(u32::MAX)) / 1000.0
}
