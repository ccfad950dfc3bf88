//! What a log makes of what the machine tells: only what was really heard is told as said.

use std::time::Duration;

use serde_json::{Value, json};

use super::machine::Machine;
use crate::{CallFate, ConversationLog, HeardOf, Logged, SessionOrigin};

/// A conversation and its log.
struct Talk {
    machine: Machine,
    log: ConversationLog,
}

impl Talk {
    fn new() -> Self {
        Self {
            machine: Machine::live(),
            log: ConversationLog::new(),
        }
    }

    fn does(&mut self, what: impl FnOnce(&mut Machine)) -> &mut Self {
        what(&mut self.machine);
        for event in self.machine.events.drain(..) {
            self.log.event(self.machine.now, &event);
        }
        self
    }

    /// Speech of the agent, as it comes: so many tenths of a second, one after another.
    fn speaks(&mut self, reply: &str, tenths: usize) -> &mut Self {
        for _ in 0..tenths {
            self.does(|machine| machine.speech(reply));
            self.does(|machine| machine.wait(Duration::from_millis(100)));
        }
        self
    }

    /// Words of a reply, each of which takes this long.
    fn writes(&mut self, reply: &str, words: &str, millis: u64) -> &mut Self {
        for (number, word) in (0..).zip(words.split(' ')) {
            self.does(|machine| {
                machine.hear(
                    json!({"type": "transcript.agent.delta", "reply_id": reply, "delta": word,
                    "start_ms": number * millis, "end_ms": (number + 1) * millis}),
                );
            });
        }
        self
    }

    fn says(&mut self, reply: &str, text: &str, interrupted: bool) -> &mut Self {
        self.does(|machine| {
            machine.hear(json!({"type": "transcript.agent", "reply_id": reply, "text": text, "interrupted": interrupted}));
        })
    }

    /// What the agent has said by the log.
    fn said(&self) -> Vec<(&str, HeardOf)> {
        let said = |what| match what {
            &Logged::AgentSaid { ref text, heard } => Some((text.expose().as_str(), heard)),
            _ => None,
        };
        self.log
            .entries()
            .filter_map(|entry| said(&entry.what))
            .collect()
    }

    fn kinds(&self) -> Vec<Value> {
        let json = self.log.to_json();
        let entries = json.expose().as_array().unwrap();
        entries.iter().map(|entry| entry["kind"].clone()).collect()
    }
}

#[test]
fn text_that_nobody_heard_is_marked_as_such() {
    let mut talk = Talk::new();
    talk.does(|machine| {
        machine.reply("r1");
        machine.pcm("r1", &[0; 4800]);
    });
    talk.says("r1", "I saved it.", false);
    talk.does(|machine| machine.done("r1", "completed"));
    assert_eq!(talk.said(), [("I saved it.", HeardOf::Nothing)]);
    assert_eq!(talk.log.to_json().expose()[0]["heard"], "nothing");
}

#[test]
fn a_reply_that_is_interrupted_has_the_words_before_it_in_whatever_order_it_is_told() {
    let orders = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ];
    for order in orders {
        let mut talk = Talk::new();
        talk.does(|machine| machine.reply("r1"));
        talk.writes("r1", "Your draft is on screen now", 200)
            .speaks("r1", 6);
        for step in order {
            match step {
                0 => talk.does(|machine| machine.say("input.speech.started")),
                1 => talk.says("r1", "Your draft is", true),
                _ => talk.does(|machine| machine.done("r1", "interrupted")),
            };
        }
        assert_eq!(
            talk.said(),
            [("Your draft is", HeardOf::Begin)],
            "{order:?}"
        );
    }
}

#[test]
fn what_is_interrupted_while_it_still_plays_has_the_words_that_were_played() {
    let mut talk = Talk::new();
    talk.does(|machine| machine.reply("r1"));
    talk.writes("r1", "Your draft is on screen now", 100);
    // All of it comes at once, and the service takes it for spoken.
    talk.does(|machine| (0..6).for_each(|_| machine.speech("r1")));
    talk.says("r1", "Your draft is on screen now", false);
    talk.does(|machine| machine.done("r1", "completed"));
    assert_eq!(talk.said(), [("Your draft is on screen now", HeardOf::All)]);
    talk.does(|machine| {
        machine.wait(Duration::from_millis(350));
        machine.say("input.speech.started");
    });
    assert_eq!(talk.said(), [("Your draft is", HeardOf::Begin)]);
}

#[test]
fn without_times_of_words_their_share_of_the_audio_counts() {
    let mut talk = Talk::new();
    talk.does(|machine| {
        machine.reply("r1");
        (0..10).for_each(|_| machine.speech("r1"));
    });
    talk.says("r1", "One two three four five six", false);
    talk.does(|machine| machine.done("r1", "completed"));
    talk.does(|machine| {
        machine.wait(Duration::from_millis(550));
        machine.say("input.speech.started");
    });
    assert_eq!(talk.said(), [("One two three", HeardOf::Begin)]);
}

#[test]
fn a_silent_tool_turn_is_a_call_and_its_answer_and_no_words() {
    let mut talk = Talk::new();
    talk.does(|machine| {
        machine
            .hear(json!({"type": "transcript.user", "item_id": "m1", "text": "Search for sleep."}));
        machine.reply("r1");
        machine.pcm("r1", &[0; 4800]);
        machine.call("c1", "search");
        machine.done("r1", "completed");
    });
    let outcome = crate::ToolOutcome::returned(crate::CallId::new("c1"), json!({"hits": 2}));
    talk.log.outcome(&outcome);
    talk.does(|machine| {
        machine.wait(Duration::from_millis(700));
        machine.outcome("c1", json!({"hits": 2}));
        machine.reply("r2");
    });
    talk.speaks("r2", 3).says("r2", "Two places.", false);
    talk.does(|machine| machine.done("r2", "completed"));
    assert_eq!(talk.kinds(), ["clinician_said", "called", "agent_said"]);
    let json = talk.log.to_json().into_inner();
    assert_eq!(
        json[1],
        json!({"at_ms": 0, "kind": "called", "name": "search", "arguments": {}, "result": {"hits": 2}, "is_error": false,
               "fate": "sent", "ended_ms": 700})
    );
    assert_eq!(talk.said(), [("Two places.", HeardOf::All)]);
}

#[test]
fn a_line_that_breaks_leaves_what_was_heard_before_it_and_the_talk_goes_on() {
    let mut talk = Talk::new();
    talk.does(|machine| {
        machine.reply("r1");
        machine.call("c1", "search");
    });
    talk.writes("r1", "Your draft is on screen now", 200)
        .speaks("r1", 6);
    talk.does(Machine::lose);
    talk.does(|machine| {
        machine.wait(Duration::from_secs(1));
        machine.open();
        machine.ready("sess_1");
        machine.wait(Duration::from_secs(11));
    });
    assert_eq!(talk.said(), [("Your draft is", HeardOf::Begin)]);
    assert_eq!(talk.kinds(), ["called", "agent_said", "lost", "session"]);
    let entries: Vec<_> = talk.log.entries().map(|entry| &entry.what).collect();
    assert_eq!(entries[3], &Logged::Session(SessionOrigin::Resumed));
    // Nobody gave a result, and the call's time was up.
    assert!(matches!(
        entries[0],
        Logged::Called {
            fate: Some(CallFate::Expired),
            result: None,
            ..
        }
    ));
}

#[test]
fn a_turn_that_comes_again_with_more_words_is_one_turn() {
    let mut talk = Talk::new();
    for text in ["Draft", "Draft a note."] {
        talk.does(|machine| machine.say("input.speech.started"));
        talk.does(|machine| {
            machine.wait(Duration::from_secs(1));
            machine.hear(json!({"type": "transcript.user", "item_id": "m1", "text": text}));
        });
    }
    assert_eq!(
        talk.log.to_json().into_inner(),
        json!([{"at_ms": 0, "kind": "clinician_said", "text": "Draft a note."}])
    );
}

#[test]
fn a_log_shows_no_word_unless_it_is_asked_to() {
    let mut talk = Talk::new();
    talk.does(|machine| {
        machine.hear(json!({"type": "transcript.user", "item_id": "m1", "text": "CANARY"}));
        machine.reply("r1");
        machine.speech("r1");
        machine.hear(json!({"type": "tool.call", "call_id": "c1", "name": "search", "arguments": {"a": "CANARY"}}));
    });
    talk.says("r1", "CANARY", false);
    let outcome = crate::ToolOutcome::failed(crate::CallId::new("c1"), json!("CANARY"));
    talk.log.outcome(&outcome);
    let shown = format!(
        "{:?} {:?}",
        talk.log,
        talk.log.entries().collect::<Vec<_>>()
    );
    assert!(!shown.contains("CANARY"), "{shown}");
    assert_eq!(
        talk.log
            .to_json()
            .expose()
            .to_string()
            .matches("CANARY")
            .count(),
        4
    );
}
