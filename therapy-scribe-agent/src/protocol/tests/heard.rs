//! The invariants of what is heard and shown (`voice-agent.md` 8.3).

use std::time::Duration;

use serde_json::json;

use super::machine::Machine;
use crate::{AgentEvent, Spoken};

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn i12_after_an_interruption_nothing_of_that_reply_is_handed_out() {
    for first in ["input.speech.started", "reply.done"] {
        let mut machine = Machine::live();
        machine.reply("r1");
        machine.speech("r1");
        if first == "reply.done" {
            machine.done("r1", "interrupted");
        } else {
            machine.say(first);
        }
        assert_eq!(
            machine
                .events
                .last()
                .is_some_and(|event| *event == AgentEvent::Flush),
            first != "reply.done"
        );
        machine.events.clear();
        machine.speech("r1");
        machine.done("r1", "interrupted");
        machine.speech("r1");
        assert!(
            !machine.has(|event| matches!(event, AgentEvent::Audio { .. })),
            "{first}"
        );
        machine.reply("r2");
        machine.speech("r2");
        assert!(machine.has(|event| matches!(event, AgentEvent::Audio { .. })));
    }
}

#[test]
fn i12_what_nobody_has_read_yet_is_forgotten() {
    let mut machine = Machine::live();
    machine.reply("r1");
    let speech = json!({"type": "reply.audio", "reply_id": "r1", "data": "ACAAIAAg"}).to_string();
    let started = r#"{"type":"input.speech.started"}"#;
    for text in [speech.as_str(), speech.as_str(), started] {
        let incoming = therapy_scribe_transport::Incoming::text(text);
        machine.inner.on_incoming(machine.now, incoming);
    }
    let left: Vec<_> = std::iter::from_fn(|| machine.inner.pop_item()).collect();
    assert_eq!(left, [AgentEvent::UserStarted, AgentEvent::Flush]);
}

#[test]
fn i13_a_whole_reply_is_heard_to_its_end() {
    let mut machine = Machine::live();
    machine.reply("r1");
    machine.speech("r1");
    machine.done("r1", "completed");
    machine.wait(secs(1));
    machine.say("input.speech.started");
    assert!(
        !machine.has(|event| *event == AgentEvent::Flush),
        "it had been heard by then"
    );
}

#[test]
fn i14_a_partial_takes_the_place_of_the_last() {
    let mut machine = Machine::live();
    let words =
        |kind: &str, text: &str| json!({"type": kind, "item_id": "m1", "text": text}).to_string();
    for (kind, text) in [
        ("transcript.user.delta", "Draft"),
        ("transcript.user.delta", "Draft a note"),
        ("transcript.user", "Draft a note."),
        ("transcript.user.delta", "Draft two"),
        ("transcript.user.delta", "Draft two notes"),
    ] {
        let incoming = therapy_scribe_transport::Incoming::text(words(kind, text));
        machine.inner.on_incoming(machine.now, incoming);
    }
    let texts: Vec<_> = std::iter::from_fn(|| machine.inner.pop_item())
        .filter_map(|event| match event {
            AgentEvent::UserPartial(words) | AgentEvent::UserSaid(words) => {
                Some(words.text.into_inner())
            }
            _ => None,
        })
        .collect();
    assert_eq!(texts, ["Draft a note", "Draft a note.", "Draft two notes"]);
    machine.hear(json!({"type": "transcript.user", "item_id": "m2", "text": ""}));
    assert!(
        machine.has(|event| matches!(event, AgentEvent::UserRetracted { item } if item == "m2"))
    );
}

#[test]
fn i15_text_without_sound_is_never_told_as_spoken() {
    let spoken = |audible: bool, text_first: bool| {
        let mut machine = Machine::live();
        machine.reply("r1");
        let text = json!({"type": "transcript.agent", "reply_id": "r1", "text": "Done.", "interrupted": false});
        if text_first {
            machine.hear(text.clone());
        }
        if audible {
            machine.speech("r1");
        } else {
            machine.pcm("r1", &[0; 960]);
        }
        if !text_first {
            machine.hear(text.clone());
        }
        machine.done("r1", "completed");
        machine.hear(text);
        let said: Vec<_> = machine
            .events
            .iter()
            .filter_map(|event| match event {
                AgentEvent::AgentSaid(text) => Some(text.spoken),
                _ => None,
            })
            .collect();
        assert_eq!(said.len(), 1);
        said[0]
    };
    for text_first in [false, true] {
        assert_eq!(spoken(true, text_first), Spoken::Aloud);
        assert_eq!(spoken(false, text_first), Spoken::No);
    }
}
