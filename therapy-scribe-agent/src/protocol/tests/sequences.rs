//! Random sequences of everything that can happen, legal and illegal, at any time: the invariants hold in all of them.
//! `THERAPY_SCRIBE_SEQUENCES` says how many; 2000 unless it does.

mod judge;

use std::time::Duration;

use bytes::Bytes;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use therapy_scribe_transport::{self as transport, Incoming};

use super::{super::Conversation, machine::config};
use crate::{
    AgentUpdate, CallId, ContextRole, Error, ToolOutcome,
    config::{Duplex, ToolResultPolicy, Tuning},
    protocol::Command,
};
use judge::Judge;

/// Stands for everything that somebody says.
const SAID: &str = "CANARY";
/// A loud sample, and a silent one.
const LOUD: &str = "ACAAIAAg";
const SILENT: &str = "AAAAAAAA";

#[derive(Debug, Clone)]
enum Step {
    /// Milliseconds.
    Wait(u64),
    /// The connection that is being opened opens, or does not.
    Opened(bool),
    /// The connection breaks.
    Lost,
    Closed(u16),
    /// It breaks, is made again, and the service says this first.
    Resumed(Value),
    Hears(Value),
    Garbage(&'static str),
    /// Milliseconds.
    Audio(u64),
    Outcome(u8, bool),
    Asked(Ask),
    /// The host reads this many items.
    Read(usize),
}

#[derive(Debug, Clone, Copy)]
enum Ask {
    Say,
    Update,
    Tune,
    Recap,
    Interrupt,
    Context,
    End,
    Abandon,
}

/// How a conversation is set up.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a yes or no of its own"
)]
#[derive(Debug, Clone, Copy)]
struct Setup {
    immediate: bool,
    half_duplex: bool,
    /// Whether the host reads everything at once.
    eager: bool,
    /// Whether the first session comes about by the book.
    smooth: bool,
}

fn setup() -> impl Strategy<Value = Setup> {
    any::<[bool; 4]>().prop_map(|[immediate, half_duplex, eager, rough]| Setup {
        immediate,
        half_duplex,
        eager,
        smooth: !rough || eager,
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..300_u64).prop_map(Step::Wait),
        3 => (0..4_000_u64).prop_map(Step::Wait),
        1 => (0..50_000_u64).prop_map(Step::Wait),
        3 => prop::bool::weighted(0.8).prop_map(Step::Opened),
        1 => Just(Step::Lost),
        1 => prop::sample::select(vec![1000, 1001, 1005, 1006, 1008, 1011]).prop_map(Step::Closed),
        1 => event().prop_map(Step::Resumed),
        1 => refusal().prop_map(Step::Resumed),
        24 => event().prop_map(Step::Hears),
        1 => prop::sample::select(vec!["{", "[]", "7", r#"{"type":7}"#, "", r#"{"type":"tool.call"}"#]).prop_map(Step::Garbage),
        4 => (1..8_000_u64).prop_map(Step::Audio),
        4 => (0..5_u8, any::<bool>()).prop_map(|(call, long)| Step::Outcome(call, long)),
        2 => prop::sample::select(vec![Ask::Say, Ask::Say, Ask::Update, Ask::Tune, Ask::Recap, Ask::Interrupt, Ask::Interrupt, Ask::Context, Ask::Say, Ask::Update, Ask::End, Ask::Abandon]).prop_map(Step::Asked),
        4 => (0..6_usize).prop_map(Step::Read),
    ]
}

fn event() -> impl Strategy<Value = Value> {
    let ids = || prop::sample::select(vec![json!("r1"), json!("r2"), json!("r3"), Value::Null]);
    let items = || prop::sample::select(vec!["m1", "m2"]);
    let texts = || prop::sample::select(vec![SAID, "CANARY and more", ""]);
    let calls = || prop::sample::select(vec!["c0", "c1", "c2", "c3", "c4"]);
    let names = || {
        prop::sample::select(vec![
            "search", "search", "revise", "revise", "lookup", "invented",
        ])
    };
    prop_oneof![
        4 => (prop::sample::select(vec!["sess_1", "sess_1", "sess_2", ""]), 0..5_000_u64).prop_map(|(id, left)| {
            json!({"type": "session.ready", "session_id": id, "expires_at": 1000 + left, "timestamp": 1000,
                   "config": {"system_prompt": SAID, "tools": [{"name": "lookup", "http": {"url": "https://x"}}]}})
        }),
        1 => Just(json!({"type": "session.ended", "session_duration_seconds": 3.5})),
        2 => prop::sample::select(vec!["session_not_found", "session_expired", "UNAUTHORIZED", "invalid_value", "audio_rate_violation", "at_capacity", "CANARY?"])
            .prop_map(|code| json!({"type": "session.error", "code": code, "message": SAID, "param": null})),
        3 => Just(json!({"type": "input.speech.started", "timestamp": "2026-09-24"})),
        3 => Just(json!({"type": "input.speech.stopped"})),
        2 => (items(), texts()).prop_map(|(item, text)| json!({"type": "transcript.user.delta", "item_id": item, "text": text})),
        2 => (items(), texts()).prop_map(|(item, text)| json!({"type": "transcript.user", "item_id": item, "text": text})),
        4 => ids().prop_map(|id| json!({"type": "reply.started", "reply_id": id})),
        4 => (ids(), prop::sample::select(vec![LOUD, SILENT, "?"])).prop_map(|(id, data)| json!({"type": "reply.audio", "reply_id": id, "data": data})),
        1 => ids().prop_map(|id| json!({"type": "transcript.agent.delta", "reply_id": id, "delta": "CANARY ", "start_ms": 3})),
        2 => (ids(), texts(), any::<bool>()).prop_map(|(id, text, cut)| json!({"type": "transcript.agent", "reply_id": id, "text": text, "interrupted": cut})),
        5 => (ids(), prop::sample::select(vec!["completed", "completed", "interrupted", "cancelled"]))
            .prop_map(|(id, status)| json!({"type": "reply.done", "reply_id": id, "status": status})),
        1 => any::<bool>().prop_map(|retryable| json!({"type": "reply.error", "code": "x", "retryable": retryable})),
        5 => (calls(), names()).prop_map(|(id, name)| json!({"type": "tool.call", "call_id": id, "name": name, "arguments": {"topic": SAID}})),
        1 => Just(json!({"type": "weather.report", "text": SAID})),
    ]
}

fn refusal() -> impl Strategy<Value = Value> {
    let codes = vec![
        "session_not_found",
        "session_forbidden",
        "session_expired",
        "unauthorized",
    ];
    let codes = prop::sample::select(codes);
    codes.prop_map(|code| json!({"type": "session.error", "code": code, "message": SAID}))
}

/// The machine, and who watches it.
struct Run {
    machine: Conversation,
    judge: Judge,
    now: Duration,
    eager: bool,
}

impl Run {
    fn new(setup: Setup) -> Self {
        let mut built = config();
        if setup.immediate {
            built = built.tool_results(ToolResultPolicy::Immediate);
        }
        if setup.half_duplex {
            built = built.duplex(Duplex::Half);
        }
        let config = built.build().unwrap();
        let mut run = Self {
            machine: Conversation::new(&config, false, 7),
            judge: Judge::new(setup),
            now: Duration::ZERO,
            eager: setup.eager,
        };
        run.look();
        if setup.smooth {
            run.step(&Step::Opened(true));
            run.step(&Step::Hears(json!({"type": "session.ready", "session_id": "sess_1", "expires_at": 4600, "timestamp": 1000})));
        }
        run
    }

    fn step(&mut self, step: &Step) {
        let now = self.now;
        match step {
            Step::Wait(millis) => return self.wait(Duration::from_millis(*millis)),
            Step::Opened(works) if self.judge.is_dialing() => {
                self.judge.dialed(*works);
                if *works {
                    self.machine.on_opened(now);
                } else {
                    let error = Error::Service {
                        code: "x".to_owned(),
                    };
                    self.machine.on_unopened(now, error);
                }
            }
            Step::Lost if self.judge.is_connected() => {
                self.judge.lost(now);
                let error = transport::Error::Lost(std::io::ErrorKind::ConnectionReset.into());
                self.machine.on_lost(now, error);
            }
            Step::Resumed(first) => {
                self.step(&Step::Lost);
                self.wait(Duration::from_millis(400));
                self.step(&Step::Opened(true));
                self.step(&Step::Hears(first.clone()));
                return self.wait(Duration::from_secs(1));
            }
            Step::Closed(code) if self.judge.is_connected() => {
                self.judge.lost(now);
                self.machine.on_incoming(now, Incoming::close(*code, SAID));
            }
            Step::Hears(event) if self.judge.is_connected() => {
                self.judge.hears(now, event);
                self.machine
                    .on_incoming(now, Incoming::text(event.to_string()));
            }
            Step::Garbage(text) if self.judge.is_connected() => {
                self.judge.hears(now, &Value::Null);
                self.machine.on_incoming(now, Incoming::text(*text));
            }
            Step::Audio(millis) => {
                let bytes = usize::try_from(*millis).unwrap() * 48;
                self.machine.on_audio(now, &Bytes::from(vec![1; bytes]));
            }
            Step::Outcome(call, long) => {
                let id = CallId::new(format!("c{call}"));
                self.judge.outcome(now, &id);
                let said = if *long {
                    SAID.repeat(2000)
                } else {
                    SAID.to_owned()
                };
                let outcome = ToolOutcome::returned(id, json!({"said": said}));
                self.machine.on_command(now, Command::Outcome(outcome));
            }
            Step::Asked(ask) => self.ask(*ask),
            Step::Read(items) => self.read(*items),
            _ => {}
        }
        self.look();
    }

    fn ask(&mut self, ask: Ask) {
        let command = match ask {
            Ask::Say => Command::Say(SAID.to_owned().into()),
            Ask::Update => Command::Update(AgentUpdate::new().prompt(SAID)),
            Ask::Tune => Command::Tune(Tuning::new().volume(50)),
            Ask::Recap => Command::Recap(SAID.to_owned().into()),
            Ask::Interrupt => Command::Interrupt,
            Ask::Context => Command::Context(ContextRole::System, SAID.to_owned().into()),
            Ask::End => Command::End,
            Ask::Abandon => {
                self.judge.wants_end(self.now);
                return self.machine.on_abandoned(self.now);
            }
        };
        if matches!(ask, Ask::Interrupt) {
            self.judge.silences();
        }
        if matches!(ask, Ask::End) {
            self.judge.wants_end(self.now);
        }
        self.machine.on_command(self.now, command);
    }

    fn wait(&mut self, span: Duration) {
        let end = self.now + span;
        for _ in 0..20_000 {
            let due = self
                .machine
                .deadline()
                .into_iter()
                .chain(self.machine.audio_due())
                .min();
            let Some(due) = due.filter(|due| *due <= end) else {
                self.now = end;
                return self.judge.rests(self.now, self.machine.is_done());
            };
            self.now = self.now.max(due);
            self.machine.on_deadline(self.now);
            self.look();
        }
        panic!("the machine does not move on");
    }

    /// Everything that the machine wants done is done, and judged.
    fn look(&mut self) {
        while let Some(action) = self.machine.pop_action(self.now) {
            let sessions = self.machine.sessions().len();
            self.judge.acts(self.now, &action, sessions);
        }
        if self.eager {
            self.read(usize::MAX);
        }
        self.judge.rests(self.now, self.machine.is_done());
    }

    fn read(&mut self, items: usize) {
        for _ in 0..items {
            let Some(item) = self.machine.pop_item() else {
                return;
            };
            self.judge.reads(&item);
        }
    }

    /// The host hangs up, time passes, everything is read.
    fn end(mut self) {
        self.step(&Step::Asked(Ask::End));
        self.wait(Duration::from_secs(4));
        self.read(usize::MAX);
        assert!(self.machine.is_done(), "the conversation ends");
        let last = self.machine.take_last().expect("there is a last word");
        assert!(!format!("{last:?}").contains(SAID));
        self.judge.verdict();
    }
}

#[test]
fn the_invariants_hold_whatever_happens() {
    let cases = std::env::var("THERAPY_SCRIBE_SEQUENCES").ok();
    let config = Config {
        cases: cases.map_or(2000, |cases| cases.parse().unwrap()),
        failure_persistence: None,
        ..Config::default()
    };
    let steps = prop::collection::vec(step(), 1..80);
    TestRunner::new(config)
        .run(&(setup(), steps), |(setup, steps)| {
            let mut run = Run::new(setup);
            for step in &steps {
                run.step(step);
            }
            run.end();
            Ok(())
        })
        .unwrap();
}
