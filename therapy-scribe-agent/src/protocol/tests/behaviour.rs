//! What is asked for, waited for and told, beside the invariants.

use std::time::Duration;

use serde_json::json;

use super::machine::{Machine, config};
use crate::{AgentEvent, AgentNotice, ReplyEnd, Spoken, config::Duplex, protocol::Command};

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[test]
fn an_owed_answer_is_asked_for_once() {
    let mut machine = Machine::live();
    machine.call("c1", "search");
    machine.outcome("c1", json!({}));
    machine.wait(millis(6900));
    assert_eq!(machine.count("reply.create"), 0);
    machine.wait(secs(30));
    assert_eq!(machine.count("reply.create"), 1);
    assert!(machine.has(|event| *event == AgentEvent::Notice(AgentNotice::Nudged)));
}

#[test]
fn a_reply_that_was_nothing_is_told_and_one_that_called_a_tool_is_not() {
    let notices = |calls: bool| {
        let mut machine = Machine::live();
        machine.reply("r1");
        machine.pcm("r1", &[0; 960]);
        machine.done("r1", "completed");
        if calls {
            machine.call("c1", "search");
        }
        machine.wait(secs(2));
        machine.has(|event| *event == AgentEvent::Notice(AgentNotice::NoAnswer))
    };
    assert!(notices(false) && !notices(true));
}

#[test]
fn a_failed_reply_is_asked_for_again_once_and_only_if_none_follows() {
    for (retryable, follows, asked) in [(true, false, 1), (true, true, 0), (false, false, 0)] {
        let mut machine = Machine::live();
        machine.reply("r1");
        machine.hear(
            json!({"type": "reply.error", "reply_id": "r1", "code": "x", "retryable": retryable}),
        );
        machine.done("r1", "completed");
        if follows {
            machine.reply("r2");
        }
        machine.wait(secs(4));
        assert_eq!(machine.count("reply.create"), asked);
    }
}

#[test]
fn a_request_to_speak_waits_until_nobody_else_does() {
    let mut machine = Machine::live();
    machine.reply("r1");
    machine.command(Command::Say("The draft is ready.".to_owned().into()));
    machine.wait(secs(1));
    assert_eq!(machine.count("reply.create"), 0);
    machine.done("r1", "completed");
    assert_eq!(machine.count("reply.create"), 1);
}

#[test]
fn in_half_duplex_the_agent_hears_silence_while_it_speaks() {
    let mut machine = Machine::live_with(config().duplex(Duplex::Half));
    machine.reply("r1");
    machine.speech("r1");
    machine.audio(millis(50));
    machine.wait(secs(1));
    machine.audio(millis(50));
    let silent = |index: usize| {
        machine.sent[index]["audio"]
            .as_str()
            .unwrap()
            .bytes()
            .all(|byte| byte == b'A')
    };
    assert!(silent(0) && !silent(1));
}

#[test]
fn an_interruption_may_come_in_any_order() {
    let said = json!({"type": "transcript.agent", "reply_id": "r1", "text": "Your dr", "interrupted": true});
    let done = json!({"type": "reply.done", "reply_id": "r1", "status": "interrupted"});
    let started = json!({"type": "input.speech.started"});
    for order in [
        [&said, &done, &started],
        [&started, &said, &done],
        [&done, &started, &said],
    ] {
        let mut machine = Machine::live();
        machine.reply("r1");
        machine.speech("r1");
        for message in order {
            machine.hear(message.clone());
        }
        assert!(machine.has(|event| *event == AgentEvent::Flush));
        assert!(machine.has(|event| matches!(
            event,
            AgentEvent::ReplyEnded {
                end: ReplyEnd::Interrupted,
                ..
            }
        )));
        assert!(machine.has(|event| matches!(event, AgentEvent::AgentSaid(text) if text.interrupted && text.spoken == Spoken::Aloud)));
    }
}
