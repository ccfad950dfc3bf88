use serde_json::{Value, json};

use super::*;
use crate::agent::{AgentFault, base64};

fn session(seed: u64, faults: Vec<AgentFault>) -> Session {
    paced(seed, faults, vec![AgentQuirk::AnyPace])
}

fn paced(seed: u64, faults: Vec<AgentFault>, quirks: Vec<AgentQuirk>) -> Session {
    let dialogue = json!({
        "utterances": (0..8).map(|n| json!({"text": format!("Word {n}.")})).collect::<Vec<_>>(),
        "replies": [
            {"says": "This is an answer that takes a while and may be interrupted at any of its many words."},
            {"calls": [{"name": "a"}, {"name": "b", "manner": "twice"}]},
            {"says": "Short.", "manner": "unspoken"},
            {"calls": [{"name": "late", "manner": "after_done"}], "results": [{"calls": [{"name": "a"}]}]}],
        "otherwise": "Sorry, what was that, and could you please say it again?"});
    let shared = Shared {
        dialogue: Dialogue::from_json(&dialogue.to_string()).unwrap(),
        quirks: Quirks(quirks),
        plan: Plan::new(faults),
        seed,
        wall_ms: 1_790_000_000_000,
        ahead_ms: 1000,
    };
    let update =
        json!({"greeting": "Hello there.", "input": {"format": {"encoding": "audio/pcmu"}}});
    let mut session = Session::new(Arc::new(shared), "key".to_owned(), 0, &update, 0).unwrap();
    session.open_line();
    session
}

/// A minute of a client that speaks now and then, answers calls late or not at all, and comes back when it is cut off.
fn one_minute(mut session: Session, mut client: Random) -> Vec<Value> {
    let mut events = Vec::new();
    let mut line = 1;
    let mut voiced = false;
    let mut call: Option<Value> = None;
    for now_ms in (0..60_000).step_by(50) {
        session.on_time(now_ms);
        if client.percent(2) {
            voiced = !voiced;
        }
        let byte = if voiced { 0x20 } else { 0xff };
        let audio: Vec<u8> = (0..400_u32)
            .map(|n| byte ^ u8::from(n % 2 == 0) << 7)
            .collect();
        let audio = if voiced { audio } else { vec![0xff; 400] };
        let message = json!({"type": "input.audio", "audio": base64::encode(&audio)});
        session.on_text(&message.to_string(), now_ms);
        while let Some(out) = session.pop() {
            match out {
                Out::Text(text) => {
                    let event: Value = serde_json::from_str(&text).unwrap();
                    if event["type"] == "tool.call" {
                        call = Some(event.clone());
                    }
                    events.push(event);
                }
                Out::Close(_) | Out::Line(_) => {
                    session.leave_line(line, 1006, now_ms);
                    events.push(json!({"type": "cut"}));
                    match session.resume("key", now_ms) {
                        Ok(next) => line = next,
                        Err(_) => return events,
                    }
                }
            }
        }
        if let Some(call) = call.as_ref().filter(|_| client.percent(5)) {
            let result = json!({"type": "tool.result", "call_id": call["call_id"], "result": "{}"});
            session.on_text(&result.to_string(), now_ms);
        }
        if client.percent(1) {
            session.on_text(
                r#"{"type":"reply.create","instructions":"Say it."}"#,
                now_ms,
            );
        }
    }
    events
}

/// 3.2: at most one reply is open, and what belongs to it lies in it.
fn check(events: &[Value]) {
    let mut open: Option<&Value> = None;
    for event in events {
        let kind = event["type"].as_str().unwrap();
        let id = &event["reply_id"];
        match kind {
            // O8: in any order.
            "transcript.agent" if event["interrupted"] == true => {}
            "reply.started" => assert!(open.replace(id).is_none(), "two replies"),
            "reply.audio" | "transcript.agent" | "transcript.agent.delta" => {
                assert_eq!(open, Some(id), "{kind}");
            }
            "reply.done" => assert_eq!(open.take(), Some(id)),
            "cut" | "reply.error" => open = None,
            _ => {}
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_talk_and_another_gives_another() {
    let talk = |seed| one_minute(session(seed, Vec::new()), Random(5));
    let first = talk(1);
    assert_eq!(first, talk(1));
    assert_ne!(first, talk(2));
    assert!(first.len() > 500);
}

#[test]
fn replies_lie_one_after_the_other_whatever_goes_wrong() {
    for seed in 0..6 {
        let faults = AgentFault::random(seed, 6, 60_000);
        check(&one_minute(session(seed, faults), Random(seed)));
    }
}

// 1.5, I6
#[test]
fn audio_in_time_is_never_too_fast_and_after_a_stall_a_second_of_it_is_taken() {
    let mut session = paced(1, Vec::new(), Vec::new());
    let silence = |ms: usize| {
        let audio = base64::encode(&vec![0xff; ms * 8]);
        json!({"type": "input.audio", "audio": audio}).to_string()
    };
    session.on_time(1000);
    for now_ms in (1000..11_000).step_by(50) {
        session.on_text(&silence(50), now_ms);
    }
    assert_eq!((session.log.audio_ms, session.log.surplus_ms), (10_000, 0));
    for _ in 0..100 {
        session.on_text(&silence(50), 20_000);
    }
    assert_eq!(
        (session.log.audio_ms, session.log.surplus_ms),
        (11_000, 4000)
    );
    let violations = session
        .log
        .sent
        .iter()
        .filter(|(kind, _)| kind == "session.error");
    assert_eq!(violations.count(), 80);
}
