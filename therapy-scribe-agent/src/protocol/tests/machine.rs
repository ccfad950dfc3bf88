//! A machine with a clock in the test's hand.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use therapy_scribe_transport::{self as transport, Incoming, Outgoing};

use super::super::{Action, Command, Conversation};
use crate::{
    AgentEvent, CallId, ToolOutcome, VoiceAgentConfig, VoiceTool,
    config::{IfInterrupted, VoiceAgentConfigBuilder},
};

pub(super) struct Machine {
    pub(super) inner: Conversation,
    pub(super) now: Duration,
    /// Every text that was sent, on any connection.
    pub(super) sent: Vec<Value>,
    pub(super) events: Vec<AgentEvent>,
    pub(super) dials: usize,
    pub(super) hang_ups: usize,
    pub(super) pings: usize,
}

pub(super) fn config() -> VoiceAgentConfigBuilder {
    let none = json!({"type": "object", "properties": {}, "required": []});
    VoiceAgentConfig::builder("Be brief.")
        .greeting("Hello.")
        .seed(1)
        .tools([
            VoiceTool::new("search", "Search the session.", none.clone())
                .timeout(Duration::from_secs(10)),
            VoiceTool::new("revise", "Change the draft.", none)
                .timeout(Duration::from_secs(60))
                .if_interrupted(IfInterrupted::Report),
        ])
}

impl Machine {
    pub(super) fn new(config: &VoiceAgentConfig) -> Self {
        let mut machine = Self {
            inner: Conversation::new(config, false, 1),
            now: Duration::ZERO,
            sent: Vec::new(),
            events: Vec::new(),
            dials: 0,
            hang_ups: 0,
            pings: 0,
        };
        machine.act();
        machine
    }

    /// One that is ready, with nothing sent or heard yet.
    pub(super) fn live() -> Self {
        Self::live_with(config())
    }

    pub(super) fn live_with(config: VoiceAgentConfigBuilder) -> Self {
        let mut machine = Self::new(&config.build().unwrap());
        machine.open();
        machine.ready("sess_1");
        machine.sent.clear();
        machine.events.clear();
        machine
    }

    pub(super) fn open(&mut self) {
        self.inner.on_opened(self.now);
        self.act();
    }

    pub(super) fn ready(&mut self, id: &str) {
        self.hear(json!({"type": "session.ready", "session_id": id, "expires_at": 4600, "timestamp": 1000.5}));
    }

    #[expect(clippy::needless_pass_by_value, reason = "the tests read better")]
    pub(super) fn hear(&mut self, message: Value) {
        self.inner
            .on_incoming(self.now, Incoming::text(message.to_string()));
        self.act();
    }

    pub(super) fn close(&mut self, code: u16) {
        self.inner.on_incoming(self.now, Incoming::close(code, ""));
        self.act();
    }

    pub(super) fn lose(&mut self) {
        let error = transport::Error::Lost(std::io::ErrorKind::ConnectionReset.into());
        self.inner.on_lost(self.now, error);
        self.act();
    }

    pub(super) fn command(&mut self, command: Command) {
        self.inner.on_command(self.now, command);
        self.act();
    }

    pub(super) fn outcome(&mut self, id: &str, result: Value) {
        self.command(Command::Outcome(ToolOutcome::returned(
            CallId::new(id),
            result,
        )));
    }

    pub(super) fn audio(&mut self, length: Duration) {
        let bytes = usize::try_from(length.as_millis()).unwrap() * 48;
        self.inner.on_audio(self.now, &Bytes::from(vec![1; bytes]));
        self.act();
    }

    /// Lets time pass, and everything happen that is due meanwhile.
    pub(super) fn wait(&mut self, span: Duration) {
        let end = self.now + span;
        for _ in 0..100_000 {
            let due = self
                .inner
                .deadline()
                .into_iter()
                .chain(self.inner.audio_due())
                .min();
            let Some(due) = due.filter(|due| *due <= end) else {
                self.now = end;
                return;
            };
            self.now = self.now.max(due);
            self.inner.on_deadline(self.now);
            self.act();
        }
        panic!(
            "the machine does not move on: {:?} at {:?}",
            self.inner.deadline(),
            self.now
        );
    }

    fn act(&mut self) {
        while let Some(action) = self.inner.pop_action(self.now) {
            match action {
                Action::Dial => self.dials += 1,
                Action::HangUp => self.hang_ups += 1,
                Action::Send(Outgoing::Text(text)) => {
                    self.sent.push(serde_json::from_str(&text).unwrap());
                }
                Action::Send(Outgoing::Ping) => self.pings += 1,
                Action::Send(_) => panic!("nothing else is sent"),
            }
        }
        self.events
            .extend(std::iter::from_fn(|| self.inner.pop_item()));
    }

    pub(super) fn sent_types(&self) -> Vec<&str> {
        self.sent
            .iter()
            .map(|message| message["type"].as_str().unwrap())
            .collect()
    }

    pub(super) fn count(&self, kind: &str) -> usize {
        self.sent_types()
            .into_iter()
            .filter(|sent| *sent == kind)
            .count()
    }

    pub(super) fn has(&self, is: impl Fn(&AgentEvent) -> bool) -> bool {
        self.events.iter().any(is)
    }

    pub(super) fn reply(&mut self, id: &str) {
        self.hear(json!({"type": "reply.started", "reply_id": id}));
    }

    /// A tenth of a second of speech.
    pub(super) fn speech(&mut self, id: &str) {
        self.pcm(id, &[0x00, 0x20].repeat(2400));
    }

    pub(super) fn pcm(&mut self, id: &str, bytes: &[u8]) {
        use base64::Engine as _;
        let data = base64::engine::general_purpose::STANDARD.encode(bytes);
        self.hear(json!({"type": "reply.audio", "reply_id": id, "data": data}));
    }

    pub(super) fn done(&mut self, id: &str, status: &str) {
        self.hear(json!({"type": "reply.done", "reply_id": id, "status": status}));
    }

    pub(super) fn call(&mut self, id: &str, name: &str) {
        self.hear(json!({"type": "tool.call", "call_id": id, "name": name, "arguments": {}}));
    }

    pub(super) fn say(&mut self, kind: &str) {
        self.hear(json!({"type": kind}));
    }
}
