//! The invariants of a conversation (`voice-agent.md` 8.3), each by its number.

use std::time::Duration;

use serde_json::json;

use super::{
    machine::{Machine, config},
    validator::complaints,
};
use crate::{
    AgentEvent, AgentNotice, AgentUpdate, CallFate,
    config::{ToolResultPolicy, Tuning},
    protocol::Command,
};

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn fates(machine: &Machine) -> Vec<(String, CallFate)> {
    let fate = |event: &AgentEvent| match event {
        AgentEvent::CallSettled { id, fate } => Some((id.to_string(), *fate)),
        _ => None,
    };
    machine.events.iter().filter_map(fate).collect()
}

#[test]
fn i01_the_first_message_configures_and_nothing_else_goes_before_the_agent_is_ready() {
    let mut machine = Machine::new(&config().build().unwrap());
    machine.command(Command::Update(AgentUpdate::new().prompt("Other.")));
    machine.command(Command::Say("Begin.".to_owned().into()));
    machine.open();
    machine.audio(secs(1));
    machine.wait(secs(2));
    machine.hear(json!({"type": "session.updated", "config": {}}));
    assert_eq!(machine.sent_types(), ["session.update"]);
    machine.ready("sess_1");
    machine.wait(secs(1));
    assert_eq!(machine.sent_types()[1], "session.update");
    assert!(machine.count("input.audio") > 0 && machine.count("reply.create") == 1);
}

#[test]
fn i02_audio_goes_only_while_the_line_is_live() {
    let mut machine = Machine::live();
    machine.audio(millis(500));
    machine.wait(secs(1));
    let before = machine.count("input.audio");
    assert_eq!(before, 10);
    machine.lose();
    machine.audio(millis(200));
    machine.command(Command::End);
    machine.open();
    machine.audio(millis(200));
    machine.wait(secs(1));
    machine.ready("sess_1");
    machine.audio(secs(1));
    machine.wait(secs(5));
    assert_eq!(machine.count("input.audio"), before);
    assert!(machine.inner.is_done());
}

#[test]
fn i04_no_later_update_holds_what_can_no_longer_change() {
    let mut machine = Machine::live();
    machine.command(Command::Update(
        AgentUpdate::new().prompt("Other.").tools([]),
    ));
    machine.command(Command::Tune(Tuning::new().volume(50).keyterms(["EMDR"])));
    assert_eq!(
        machine.sent,
        [
            json!({"type": "session.update", "session": {"system_prompt": "Other.", "tools": []}}),
            json!({"type": "session.update", "session": {"input": {"keyterms": ["EMDR"]}, "output": {"volume": 50}}}),
        ]
    );
    assert!(
        machine
            .sent
            .iter()
            .all(|sent| complaints(&sent.to_string(), false).is_empty())
    );
}

#[test]
fn i06_audio_is_never_sent_in_a_burst() {
    let mut machine = Machine::live();
    // Half a minute at once, as from a file or after a stall; a five-second window may hold 5.55 s.
    machine.audio(secs(30));
    machine.wait(secs(5));
    let chunks = machine.count("input.audio");
    assert!((99..=111).contains(&chunks), "{chunks}");
    machine.hear(json!({"type": "session.error", "code": "audio_rate_violation"}));
    machine.sent.clear();
    machine.audio(millis(200));
    assert_eq!(machine.count("input.audio"), 0);
    machine.wait(secs(1));
    assert_eq!(machine.count("input.audio"), 4);
}

#[test]
fn i07_each_call_id_gets_at_most_one_result() {
    let mut machine = Machine::live();
    machine.reply("r1");
    machine.call("c1", "search");
    machine.call("c1", "search");
    machine.call("c2", "search");
    machine.done("r1", "completed");
    machine.outcome("c1", json!({"hits": 2}));
    machine.outcome("c1", json!({"hits": 3}));
    machine.outcome("c9", json!({}));
    machine.wait(secs(20));
    machine.outcome("c2", json!({}));
    machine.wait(secs(20));
    assert_eq!(machine.count("tool.result"), 1);
    assert_eq!(
        machine
            .events
            .iter()
            .filter(|event| matches!(event, AgentEvent::ToolCall(_)))
            .count(),
        2
    );
    assert_eq!(
        fates(&machine),
        [
            ("c1".to_owned(), CallFate::Sent),
            ("c2".to_owned(), CallFate::Expired)
        ]
    );
}

#[test]
fn i07_a_tool_that_the_service_runs_is_not_answered() {
    let mut machine = Machine::live();
    machine.hear(json!({"type": "session.updated", "config": {"tools": [{"name": "lookup", "http": {"url": "https://x"}}]}}));
    machine.call("c1", "lookup");
    assert!(machine.has(|event| matches!(
        event,
        AgentEvent::Notice(AgentNotice::ServedElsewhere { .. })
    )));
    assert!(!machine.has(|event| matches!(event, AgentEvent::ToolCall(_))));
}

#[test]
fn i08_a_result_is_a_text_that_holds_json() {
    let mut machine = Machine::live();
    machine.call("c1", "search");
    machine.outcome("c1", json!({"summary": "two \"mentions\""}));
    machine.call("c2", "search");
    machine.outcome("c2", json!("x".repeat(9000)));
    machine.call("c3", "delete_everything");
    assert!(
        machine
            .sent
            .iter()
            .all(|sent| complaints(&sent.to_string(), false).is_empty())
    );
    assert_eq!(
        machine.sent[0]["result"],
        r#"{"summary":"two \"mentions\""}"#
    );
    // Too long, and never offered: both are told as errors.
    assert_eq!(
        (&machine.sent[1]["is_error"], &machine.sent[2]["is_error"]),
        (&json!(true), &json!(true))
    );
}

#[test]
fn i09_no_result_is_sent_while_a_reply_is_open_unless_the_host_chose_speed() {
    for (policy, early) in [
        (ToolResultPolicy::AfterReplyDone, 0),
        (ToolResultPolicy::Immediate, 1),
    ] {
        let mut machine = Machine::live_with(config().tool_results(policy));
        machine.reply("r1");
        machine.call("c1", "search");
        machine.outcome("c1", json!({}));
        machine.wait(secs(3));
        assert_eq!(machine.count("tool.result"), early, "{policy:?}");
        machine.done("r1", "completed");
        assert_eq!(machine.count("tool.result"), 1);
    }
}

#[test]
fn i10_an_interrupted_turns_results_do_not_reach_the_next() {
    let mut machine = Machine::live();
    machine.reply("r1");
    machine.call("read", "search");
    machine.call("write", "revise");
    machine.done("r1", "interrupted");
    machine.outcome("read", json!({"hits": 1}));
    machine.outcome("write", json!({"changed": "plan"}));
    machine.wait(secs(1));
    assert_eq!(machine.count("tool.result"), 0);
    assert_eq!(
        fates(&machine)
            .iter()
            .filter(|(_, fate)| *fate == CallFate::Dropped)
            .count(),
        2
    );
    // What was changed is told, as a report and not as a result.
    assert_eq!(machine.sent_types(), ["reply.create"]);
    let told = machine.sent[0]["instructions"].as_str().unwrap();
    assert!(
        told.contains("revise") && told.contains(r#"{"changed":"plan"}"#),
        "{told}"
    );
}

#[test]
fn i11_a_ready_result_does_not_wait_for_a_cough_to_become_speech() {
    let mut machine = Machine::live();
    machine.reply("r1");
    machine.call("c1", "search");
    machine.done("r1", "completed");
    machine.say("input.speech.started");
    machine.outcome("c1", json!({}));
    machine.wait(millis(1900));
    assert_eq!(machine.count("tool.result"), 0);
    machine.wait(millis(100));
    assert_eq!(machine.count("tool.result"), 1);
}

#[test]
fn i16_every_way_out_says_goodbye_and_waits_three_seconds_at_most() {
    let abandoned = |machine: &mut Machine| machine.inner.on_abandoned(machine.now);
    let ended = |machine: &mut Machine| machine.command(Command::End);
    for leave in [abandoned, ended] {
        let mut machine = Machine::live();
        machine.reply("r1");
        machine.call("c1", "search");
        machine.outcome("c1", json!({}));
        leave(&mut machine);
        machine.wait(Duration::ZERO);
        machine.done("r1", "completed");
        assert_eq!(
            machine.sent_types(),
            ["session.end"],
            "no result follows it"
        );
        assert_eq!(fates(&machine), [("c1".to_owned(), CallFate::Dropped)]);
        machine.wait(millis(2999));
        assert!(!machine.inner.is_done());
        machine.wait(millis(1));
        assert!(machine.inner.is_done() && machine.hang_ups == 1);
        assert!(!machine.inner.take_last().unwrap().unwrap().confirmed);
    }
    let mut machine = Machine::live();
    machine.command(Command::End);
    machine.hear(json!({"type": "session.ended", "session_duration_seconds": 35.5}));
    let stats = machine.inner.take_last().unwrap().unwrap();
    assert_eq!(
        (stats.confirmed, stats.billed),
        (true, Some(millis(35_500)))
    );
}

#[test]
fn i16_a_session_that_is_not_ready_or_was_lost_is_ended_once_it_can_be() {
    let mut opening = Machine::new(&config().build().unwrap());
    opening.open();
    opening.command(Command::End);
    assert_eq!(opening.sent_types(), ["session.update"]);
    opening.wait(secs(1));
    opening.ready("sess_1");
    assert_eq!(opening.sent_types(), ["session.update", "session.end"]);
    opening.wait(secs(2));
    assert!(opening.inner.is_done());

    let mut lost = Machine::live();
    lost.lose();
    lost.command(Command::End);
    assert_eq!(lost.dials, 2, "at once");
    lost.open();
    lost.ready("sess_1");
    assert_eq!(lost.sent_types(), ["session.resume", "session.end"]);
}

#[test]
fn i20_what_is_said_is_in_no_debug_output() {
    let mut machine = Machine::live();
    machine.hear(json!({"type": "transcript.user", "item_id": "m1", "text": "CANARY"}));
    machine.hear(json!({"type": "transcript.user.delta", "item_id": "m1", "text": "CANARY"}));
    machine.reply("r1");
    machine.speech("r1");
    machine.hear(json!({"type": "transcript.agent.delta", "reply_id": "r1", "delta": "CANARY "}));
    machine.hear(json!({"type": "transcript.agent", "reply_id": "r1", "text": "CANARY"}));
    machine.hear(json!({"type": "tool.call", "call_id": "c1", "name": "search", "arguments": {"topic": "CANARY"}}));
    machine.hear(
        json!({"type": "tool.call", "call_id": "c2", "name": "CANARY", "arguments": "CANARY"}),
    );
    machine.hear(json!({"type": "session.error", "code": "invalid_value", "message": "CANARY", "param": "CANARY no"}));
    machine.hear(json!({"type": "session.error", "code": "CANARY, really", "message": "CANARY"}));
    machine.hear(json!({"type": "news", "text": "CANARY"}));
    machine.hear(json!({"type": "reply.audio", "reply_id": "r1", "data": "CANARY!"}));
    machine.close(1008);
    let last = machine.inner.take_last().unwrap().unwrap_err();
    let shown = format!("{:?} {last:?} {last}", machine.events);
    assert!(machine.events.len() > 10);
    assert!(!shown.contains("CANARY"), "{shown}");
}

#[test]
fn i22_the_host_knows_the_session_before_its_audio_goes_out() {
    let mut machine = Machine::new(&config().build().unwrap());
    machine.open();
    machine.audio(secs(1));
    machine.inner.on_incoming(
        machine.now,
        therapy_scribe_transport::Incoming::text(
            r#"{"type":"session.ready","session_id":"sess_1"}"#,
        ),
    );
    assert!(
        matches!(machine.inner.pop_item(), Some(AgentEvent::Ready(session)) if session.id == "sess_1")
    );
    assert_eq!(machine.inner.sessions(), ["sess_1"]);
    machine.wait(secs(1));
    assert!(machine.count("input.audio") > 0);
}
