//! Connections that come and go.

use std::time::Duration;

use serde_json::json;

use super::machine::{Machine, config};
use crate::{AgentEvent, AgentUpdate, Error, SessionOrigin, protocol::Command};

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn ready(machine: &Machine, origin: SessionOrigin) -> bool {
    machine.has(|event| matches!(event, AgentEvent::Ready(session) if session.origin == origin))
}

fn recapped() -> Machine {
    let mut machine = Machine::live();
    machine.command(Command::Recap("A draft is on screen.".to_owned().into()));
    machine
}

#[test]
fn a_lost_line_is_made_again_and_pending_calls_are_answered_on_it() {
    let mut machine = Machine::live();
    machine.reply("r1");
    machine.speech("r1");
    machine.call("c1", "revise");
    machine.lose();
    assert!(
        machine.has(|event| *event == AgentEvent::Flush),
        "the rest of the reply never comes"
    );
    machine.outcome("c1", json!({"ok": true}));
    machine.wait(secs(1));
    assert_eq!(machine.dials, 2);
    machine.open();
    assert_eq!(machine.sent_types(), ["session.resume"]);
    machine.ready("sess_1");
    assert!(ready(&machine, SessionOrigin::Resumed));
    assert_eq!(machine.sent_types(), ["session.resume", "tool.result"]);
}

#[test]
fn i17_resuming_stops_after_five_tries_or_half_a_minute() {
    let mut machine = Machine::live();
    machine.lose();
    for _ in 0..10 {
        machine.wait(secs(5));
        machine.inner.on_unopened(
            machine.now,
            Error::Service {
                code: "x".to_owned(),
            },
        );
        machine.wait(Duration::ZERO);
    }
    assert_eq!(machine.dials, 6);
    assert!(matches!(
        machine.inner.take_last(),
        Some(Err(Error::Lost(_)))
    ));

    let mut slow = Machine::live();
    slow.lose();
    slow.wait(secs(26));
    slow.open();
    assert_eq!(slow.count("session.resume"), 0, "too late to be of use");
    assert!(slow.inner.is_done());

    let mut ended = Machine::live();
    ended.hear(json!({"type": "session.ended"}));
    ended.close(1000);
    ended.wait(secs(60));
    assert_eq!(ended.dials, 1);
    assert!(ended.inner.take_last().unwrap().unwrap().by_provider);
}

#[test]
fn i17_a_session_is_resumed_five_times_at_most() {
    let mut machine = Machine::live();
    for _ in 0..5 {
        machine.lose();
        machine.wait(secs(1));
        machine.open();
        machine.ready("sess_1");
        machine.wait(secs(1));
    }
    assert!(!machine.inner.is_done());
    machine.lose();
    assert!(machine.inner.is_done());
}

#[test]
fn i18_a_refusal_to_resume_is_the_last_word() {
    for code in [
        "session_not_found",
        "SESSION_FORBIDDEN",
        "session_expired",
        "unauthorized",
    ] {
        let mut machine = Machine::live();
        machine.close(1006);
        machine.wait(secs(1));
        machine.open();
        machine.hear(json!({"type": "session.error", "code": code, "message": ""}));
        machine.close(1008);
        machine.wait(secs(60));
        assert_eq!(machine.dials, 2, "{code}");
        assert!(machine.inner.is_done());
    }
}

#[test]
fn a_session_that_is_gone_goes_on_in_a_new_one_if_there_is_a_recap() {
    let mut machine = recapped();
    machine.lose();
    machine.wait(secs(1));
    machine.open();
    machine.hear(json!({"type": "session.error", "code": "session_not_found"}));
    machine.open();
    machine.ready("sess_2");
    let session = &machine.sent[1]["session"];
    assert_eq!(
        session["system_prompt"],
        "Be brief.\n\nA draft is on screen."
    );
    assert!(session.get("greeting").is_none(), "nobody is greeted twice");
    assert!(ready(&machine, SessionOrigin::HandedOver));
    assert_eq!(machine.inner.sessions(), ["sess_1", "sess_2"]);
}

#[test]
fn a_session_is_handed_over_before_it_expires_once_nothing_is_under_way() {
    let mut machine = recapped();
    machine.command(Command::Update(AgentUpdate::new().prompt("New prompt.")));
    // It lasts 3599.5 s; a line on which nothing is heard is dead, so something is.
    for _ in 0..350 {
        machine.wait(secs(10));
        machine.hear(json!({"type": "session.updated"}));
    }
    machine.reply("r1");
    machine.wait(secs(12));
    assert!(machine.has(|event| matches!(event, AgentEvent::Expiring { .. })));
    assert_eq!(machine.count("session.end"), 0, "the agent speaks");
    machine.done("r1", "completed");
    assert_eq!(machine.count("session.end"), 1);
    machine.hear(json!({"type": "session.ended", "session_duration_seconds": 3510.0}));
    assert_eq!(machine.dials, 2);
    machine.open();
    machine.ready("sess_2");
    assert_eq!(
        machine.sent.last().unwrap()["session"]["system_prompt"],
        "New prompt.\n\nA draft is on screen."
    );
    machine.command(Command::End);
    machine.hear(json!({"type": "session.ended", "session_duration_seconds": 10.0}));
    let stats = machine.inner.take_last().unwrap().unwrap();
    assert_eq!((stats.sessions, stats.billed), (2, Some(secs(3520))));
}

#[test]
fn without_a_recap_a_session_ends_with_a_goodbye_just_before_its_time() {
    let mut machine = Machine::live();
    for _ in 0..362 {
        machine.wait(secs(10));
        machine.hear(json!({"type": "session.updated"}));
    }
    assert_eq!(machine.count("session.end"), 1);
    assert!(matches!(
        machine.inner.take_last(),
        Some(Err(Error::Expired))
    ));
}

#[test]
fn an_update_that_may_have_been_lost_is_sent_again() {
    let mut machine = Machine::live();
    machine.inner.on_command(
        machine.now,
        Command::Update(AgentUpdate::new().prompt("Other.")),
    );
    machine.lose();
    machine.wait(secs(1));
    machine.open();
    machine.ready("sess_1");
    assert_eq!(machine.sent_types(), ["session.resume", "session.update"]);
    assert_eq!(machine.sent[1]["session"]["system_prompt"], "Other.");
}

#[test]
fn a_silent_line_is_asked_for_a_sign_of_life_and_then_given_up() {
    let mut machine = Machine::live();
    machine.wait(secs(31));
    assert_eq!((machine.pings, machine.hang_ups), (1, 0));
    machine.wait(secs(15));
    assert!(machine.has(|event| matches!(event, AgentEvent::Lost { .. })));
    assert_eq!((machine.hang_ups, machine.dials), (1, 2));
}

#[test]
fn a_service_that_is_never_ready_is_tried_twice() {
    let mut machine = Machine::new(&config().build().unwrap());
    machine.open();
    machine.wait(secs(13));
    assert_eq!(machine.dials, 2);
    machine.open();
    machine.wait(secs(13));
    assert!(matches!(
        machine.inner.take_last(),
        Some(Err(Error::NoAnswer { .. }))
    ));
    // It was never ready, so there is no record of it.
    assert!(machine.inner.sessions().is_empty());
}

#[test]
fn whether_a_complaint_is_fatal_is_decided_by_the_close() {
    let mut machine = Machine::new(&config().build().unwrap());
    machine.open();
    machine.hear(json!({"type": "session.error", "code": "invalid_value", "param": "output.voice", "message": "no"}));
    assert!(!machine.inner.is_done());
    machine.close(1008);
    let Some(Err(Error::Refused {
        code, parameter, ..
    })) = machine.inner.take_last()
    else {
        panic!()
    };
    assert_eq!(
        (code.as_str(), parameter.as_deref()),
        ("invalid_value", Some("output.voice"))
    );

    let mut machine = Machine::live();
    machine.hear(json!({"type": "session.error", "code": "immutable_field", "message": "no"}));
    assert!(!machine.inner.is_done());

    let mut machine = Machine::new(&config().build().unwrap());
    machine.open();
    machine.hear(json!({"type": "session.error", "code": "UNAUTHORIZED"}));
    machine.close(1008);
    assert!(matches!(machine.inner.take_last(), Some(Err(Error::Auth))));
}

#[test]
fn sessions_that_end_as_they_begin_do_not_follow_each_other_for_ever() {
    let mut machine = recapped();
    machine.lose();
    machine.wait(secs(1));
    machine.open();
    machine.hear(json!({"type": "session.error", "code": "session_not_found"}));
    for _ in 0..5 {
        machine.open();
        machine.hear(json!({"type": "session.ready", "session_id": "sess_2", "expires_at": 1000, "timestamp": 1000}));
        machine.hear(json!({"type": "session.ended"}));
    }
    assert!(machine.inner.is_done());
    assert_eq!(machine.dials, 3);
}

#[test]
fn i22_a_session_that_is_named_while_the_line_is_left_has_a_record_too() {
    let mut machine = Machine::live();
    machine.command(Command::End);
    machine.ready("sess_2");
    assert_eq!(machine.inner.sessions(), ["sess_1", "sess_2"]);
    assert_eq!(machine.sent_types(), ["session.end"]);
}
