//! The machine through every message of the document, unknown and malformed ones too.

mod endings;

use std::time::Duration;

use proptest::prelude::*;

use therapy_scribe_core::{ConnectionId, ConnectionStatus, Transcript, TranscriptAssembler};

use super::*;
use crate::config::{Keyterms, SpeechModel};

const NOW: Duration = Duration::from_secs(1);
const BEGIN: &str = r#"{"type":"Begin","id":"6b0f","expires_at":1795346412,"configuration":{"model":"universal-3-6-pro",
    "mode":"balanced","api_version":"2025-05-12","speaker_labels":true,"redact_pii":false,"filter_profanity":false,
    "domain":"medical-v1","voice_focus":null}}"#;

fn machine_with(config: &StreamingConfig) -> Streaming {
    let clock = SessionClock::new(ConnectionId::default(), MediaTime::from_millis(1000));
    Streaming::new(config, config.models()[0].as_str(), 16_000, clock)
}

fn machine() -> Streaming {
    machine_with(&StreamingConfig::one_room(2).unwrap())
}

fn begun() -> Streaming {
    let mut machine = machine();
    hear(&mut machine, BEGIN);
    let _ = items(&mut machine);
    machine
}

fn hear(machine: &mut Streaming, text: &str) {
    machine.on_incoming(NOW, Incoming::text(text));
}

fn items(machine: &mut Streaming) -> Vec<Result<SttEvent, Error>> {
    std::iter::from_fn(|| machine.pop_item()).collect()
}

fn events(machine: &mut Streaming) -> Vec<SttEvent> {
    items(machine)
        .into_iter()
        .map(|item| item.expect("no failure"))
        .collect()
}

fn sent(machine: &mut Streaming) -> Vec<String> {
    std::iter::from_fn(|| machine.pop_outgoing())
        .map(|message| match message {
            Outgoing::Text(text) => text,
            Outgoing::Binary(bytes) => format!("{} bytes", bytes.len()),
            other => format!("{other:?}"),
        })
        .collect()
}

fn turn(order: u64, end: bool, words: &str) -> String {
    format!(
        r#"{{"turn_order":{order},"turn_is_formatted":true,"end_of_turn":{end},"transcript":"t","end_of_turn_confidence":1,
        "words":[{words}],"utterance":"","speaker_label":"B","speaker_confidence":0.83,"type":"Turn"}}"#
    )
}

fn word(text: &str, start: u64, end: u64, speaker: &str) -> String {
    let speaker = if speaker.is_empty() {
        String::new()
    } else {
        format!(r#","speaker":"{speaker}","speaker_confidence":0.7"#)
    };
    format!(
        r#"{{"start":{start},"end":{end},"text":"{text}","confidence":0.98,"word_is_final":true{speaker}}}"#
    )
}

#[test]
fn begin_is_reported_and_differences_are_noticed() {
    let mut machine = machine();
    hear(&mut machine, BEGIN);
    let [SttEvent::Status(ConnectionStatus::Ready(session))] = &events(&mut machine)[..] else {
        panic!("one event")
    };
    assert_eq!(
        (
            session.id.as_str(),
            session.model.as_deref(),
            session.expires_at
        ),
        ("6b0f", Some("universal-3-6-pro"), Some(1_795_346_412))
    );

    let mut machine = self::machine();
    hear(
        &mut machine,
        &BEGIN
            .replace("\"medical-v1\"", "null")
            .replace("\"speaker_labels\":true", "\"speaker_labels\":false"),
    );
    let notices: Vec<_> = events(&mut machine)
        .into_iter()
        .filter(|event| matches!(event, SttEvent::Notice(_)))
        .collect();
    assert_eq!(notices.len(), 2, "{notices:?}");
}

#[test]
fn names_of_patients_are_told_after_begin_and_never_in_the_address() {
    let config = StreamingConfig::one_room(2).unwrap().to_builder();
    let config = config
        .prompt("about Canary")
        .keyterms(Keyterms::new(["Canary"]).unwrap())
        .build()
        .unwrap();
    assert!(
        !config
            .path_and_query(&SpeechModel::Universal36Pro, 16_000)
            .contains("anary")
    );
    let mut machine = machine_with(&config);
    machine.on_audio(NOW, vec![0; 3200].into());
    assert_eq!(sent(&mut machine), Vec::<String>::new());
    hear(&mut machine, BEGIN);
    let sent = sent(&mut machine);
    assert!(
        sent[1].contains(r#""type":"UpdateConfiguration""#)
            || sent[0].contains("UpdateConfiguration"),
        "{sent:?}"
    );
}

#[test]
fn a_turn_of_two_speakers_keeps_both() {
    let mut machine = begun();
    let words = [
        word("ago.", 184_210, 184_402, "B"),
        word("Did", 187_900, 188_060, "A"),
        word("you", 188_100, 188_200, ""),
    ];
    hear(&mut machine, &turn(12, true, &words.join(",")));
    let [SttEvent::Final(turn)] = &events(&mut machine)[..] else {
        panic!("one final")
    };
    let speakers: Vec<_> = turn
        .words()
        .iter()
        .map(|w| w.speaker().unwrap().to_string())
        .collect();
    assert_eq!(speakers, ["B", "A", "B"]);
    assert_eq!(
        turn.words()[0].start().as_millis(),
        185_210,
        "session time 184210 is recording time 185210"
    );
}

#[test]
fn nobody_is_not_a_speaker() {
    for nobody in ["PENDING", "UNKNOWN", "a", ""] {
        let mut machine = begun();
        hear(
            &mut machine,
            &turn(0, true, &word("Mhm.", 0, 300, nobody)).replace(
                r#""speaker_label":"B""#,
                &format!(r#""speaker_label":"{nobody}""#),
            ),
        );
        let [SttEvent::Final(turn)] = &events(&mut machine)[..] else {
            panic!("one final")
        };
        assert_eq!(turn.words()[0].speaker(), None, "{nobody}");
    }
    let mut machine = begun();
    hear(
        &mut machine,
        &turn(0, true, &word("Mhm.", 0, 300, ""))
            .replace(r#""speaker_label":"B""#, r#""speaker_label":null"#),
    );
    assert!(
        matches!(&events(&mut machine)[..], [SttEvent::Final(turn)] if turn.speaker().is_none())
    );
}

#[test]
fn only_the_newest_partial_waits_and_a_final_replaces_it() {
    let mut machine = begun();
    for end in 1..=5 {
        hear(&mut machine, &turn(0, false, &word("so", 0, end * 100, "")));
    }
    let [SttEvent::Partial(partial)] = &events(&mut machine)[..] else {
        panic!("one partial")
    };
    assert_eq!(partial.end().as_millis(), 1500);
    hear(&mut machine, &turn(0, false, &word("so", 0, 600, "")));
    hear(&mut machine, &turn(0, true, &word("So.", 0, 700, "A")));
    assert!(matches!(&events(&mut machine)[..], [SttEvent::Final(_)]));
    machine.on_closed(1000, "");
    let last = items(&mut machine).pop();
    assert!(last.is_some_and(|last| last.is_err()));
}

#[test]
fn a_turn_is_final_once() {
    let mut machine = begun();
    let text = turn(3, true, &word("Yes.", 0, 300, "A"));
    hear(&mut machine, &text);
    hear(&mut machine, &text);
    hear(&mut machine, &turn(3, false, &word("Yes", 0, 300, "")));
    assert_eq!(events(&mut machine).len(), 1);
}

#[test]
fn two_step_finals_become_one_and_the_plain_one_is_not_lost() {
    let config = StreamingConfig::builder()
        .models([SpeechModel::UniversalStreamingEnglish])
        .format_turns(true)
        .build()
        .unwrap();
    let plain = |order| {
        turn(order, true, &word("ago", 0, 300, ""))
            .replace("\"turn_is_formatted\":true", "\"turn_is_formatted\":false")
    };
    let mut machine = machine_with(&config);
    hear(&mut machine, BEGIN);
    let _ = items(&mut machine);
    hear(&mut machine, &plain(0));
    assert_eq!(events(&mut machine).len(), 0);
    hear(&mut machine, &turn(0, true, &word("Ago.", 0, 300, "")));
    assert!(matches!(&events(&mut machine)[..], [SttEvent::Final(turn)] if turn.text() == "Ago."));
    hear(&mut machine, &plain(1));
    machine.on_deadline(machine.deadline().unwrap());
    assert!(matches!(&events(&mut machine)[..], [SttEvent::Final(turn)] if turn.text() == "ago"));
    hear(&mut machine, &plain(2));
    machine.on_lost(NOW, transport::Error::NoTlsProvider);
    assert!(matches!(
        &items(&mut machine)[..],
        [Ok(SttEvent::Final(_)), Err(Error::Transport(_))]
    ));
}

#[test]
fn formatting_can_be_switched_on_in_the_middle() {
    let config = StreamingConfig::builder()
        .models([SpeechModel::UniversalStreamingEnglish])
        .build()
        .unwrap();
    let mut machine = machine_with(&config);
    hear(&mut machine, BEGIN);
    machine.on_control(NOW, Control::Update(ConfigUpdate::new().format_turns(true)));
    let _ = items(&mut machine);
    let plain = turn(0, true, &word("so", 0, 50, "")).replace(
        r#""turn_is_formatted":true"#,
        r#""turn_is_formatted":false"#,
    );
    hear(&mut machine, &plain);
    assert!(events(&mut machine).is_empty());
    // An empty final takes back nothing that was said.
    hear(
        &mut machine,
        &turn(0, true, "").replace(r#""transcript":"t""#, r#""transcript":"""#),
    );
    assert!(matches!(&events(&mut machine)[..], [SttEvent::Final(turn)] if turn.text() == "so"));
    hear(
        &mut machine,
        &plain.replace(r#""turn_order":0"#, r#""turn_order":1"#),
    );
    hear(&mut machine, &turn(1, true, &word("So.", 0, 50, "")));
    assert!(matches!(&events(&mut machine)[..], [SttEvent::Final(turn)] if turn.text() == "So."));
}

#[test]
fn a_final_whose_words_cannot_be_read_has_those_of_its_transcript() {
    let mut machine = begun();
    hear(
        &mut machine,
        r#"{"type":"Turn","turn_order":0,"end_of_turn":true,"transcript":"I slept badly.","words":[{"text":"I","confidence":"0.9"}]}"#,
    );
    let seen = events(&mut machine);
    let [SttEvent::Malformed(_), SttEvent::Final(turn)] = &seen[..] else {
        panic!("{seen:?}")
    };
    assert_eq!(turn.text(), "I slept badly.");
}

#[test]
fn an_odd_label_costs_neither_a_final_nor_the_rest_of_a_revision() {
    let mut machine = begun();
    let words = [word("I", 0, 50, "A"), word("slept", 60, 90, "A")].join(",");
    let odd = turn(0, true, &words).replace(r#""speaker_label":"B""#, r#""speaker_label":3"#);
    hear(&mut machine, &odd);
    assert!(matches!(&events(&mut machine)[..], [SttEvent::Final(_)]));
    hear(
        &mut machine,
        r#"{"type":"SpeakerRevision","revisions":[7,{"turn_order":0,"speaker_label":"B","words":[
            {"start":null,"end":50,"speaker":"B"},{"start":60,"end":90,"speaker":"B"}]}]}"#,
    );
    let seen = events(&mut machine);
    let [SttEvent::Malformed(_), SttEvent::Revised(relabels)] = &seen[..] else {
        panic!("{seen:?}")
    };
    assert_eq!(relabels[0].words.len(), 1);
}

#[test]
fn empty_and_odd_turns_make_no_line_and_lose_no_word() {
    let mut machine = begun();
    hear(
        &mut machine,
        r#"{"type":"Turn","turn_order":0,"end_of_turn":true,"transcript":"","words":[]}"#,
    );
    assert_eq!(events(&mut machine).len(), 0);
    hear(
        &mut machine,
        r#"{"type":"Turn","turn_order":1,"end_of_turn":true,"transcript":"Only text.","words":null}"#,
    );
    assert!(
        matches!(&events(&mut machine)[..], [SttEvent::Final(turn)] if turn.text() == "Only text.")
    );
    hear(
        &mut machine,
        r#"{"type":"Turn","turn_order":2,"end_of_turn":false,"transcript":"","words":[{"text":"um","start":1,"end":2}]}"#,
    );
    assert!(matches!(&events(&mut machine)[..], [SttEvent::Partial(turn)] if turn.text() == "um"));
    hear(
        &mut machine,
        r#"{"type":"Turn","turn_order":2,"end_of_turn":true,"transcript":"","words":[]}"#,
    );
    assert!(
        matches!(&events(&mut machine)[..], [SttEvent::Partial(turn)] if turn.words().is_empty())
    );
    hear(
        &mut machine,
        r#"{"type":"Turn","turn_order":3.0,"end_of_turn":true,"words":[{"text":"\u00e9t\u00e9","start":1.4,"end":2.6,"confidence":null}]}"#,
    );
    assert!(matches!(&events(&mut machine)[..], [SttEvent::Final(turn)] if turn.text() == "été"));
}

#[test]
fn every_other_message_of_the_document_is_understood() {
    let mut machine = begun();
    hear(
        &mut machine,
        r#"{"type":"SpeechStarted","timestamp":500,"confidence":0.9}"#,
    );
    hear(
        &mut machine,
        r#"{"type":"Warning","warning_code":7,"warning":"Skipped medical-v1 domain correction because the language is not supported"}"#,
    );
    hear(
        &mut machine,
        r#"{"type":"Heartbeat","total_audio_received_ms":5000,"total_duration_ms":5010,"realtime_factor":0.99,"max_speech_probability":0.5}"#,
    );
    hear(
        &mut machine,
        r#"{"type":"Silence","start_ms":1000,"end_ms":2000}"#,
    );
    hear(
        &mut machine,
        r#"{"type":"Silence","start_ms":1500,"end_ms":3000}"#,
    );
    hear(
        &mut machine,
        r#"{"type":"LLMGatewayResponse","turn_order":12,"transcript":"CANARY","data":{}}"#,
    );
    let seen = events(&mut machine);
    assert!(!format!("{seen:?}").contains("CANARY"));
    let [
        SttEvent::Status(ConnectionStatus::SpeechStarted(at)),
        SttEvent::Notice(notice),
        SttEvent::Unknown(unknown),
        SttEvent::Status(silent),
        SttEvent::Status(ConnectionStatus::Received(receipt)),
    ] = &seen[..]
    else {
        panic!("{seen:?}")
    };
    assert_eq!(at.as_millis(), 1500);
    assert!(notice.text.contains("Medical Mode") && notice.code == Some(7));
    assert_eq!(unknown.kind(), "LLMGatewayResponse");
    assert_eq!(
        *silent,
        ConnectionStatus::silent(MediaTime::from_millis(2000), MediaTime::from_millis(4000))
    );
    assert_eq!(receipt.until.as_millis(), 6000);
}

#[test]
fn malformed_known_message_is_reported_and_the_session_goes_on() {
    let cases = [
        (r#"{"type":"Turn","turn_order":"CANARY"}"#, "Turn"),
        (r#"{"type":"Turn","end_of_turn":true}"#, "Turn"),
        (
            r#"{"type":"Turn","turn_order":9,"end_of_turn":true,"words":[{"text":7}]}"#,
            "Turn",
        ),
        (
            r#"{"type":"Heartbeat","total_audio_received_ms":[]}"#,
            "Heartbeat",
        ),
        (
            r#"{"type":"SpeakerRevision","revisions":[{"words":[]}]}"#,
            "SpeakerRevision",
        ),
        (r#"{"type":"Silence","start_ms":1}"#, "Silence"),
        (r#"{"no":"type"}"#, "message without type"),
        ("not json CANARY", "message"),
        ("[1,2]", "message"),
    ];
    let mut machine = begun();
    for (text, name) in cases {
        hear(&mut machine, text);
        let seen = events(&mut machine);
        let [SttEvent::Malformed(malformed)] = &seen[..] else {
            panic!("{text}: {seen:?}")
        };
        assert_eq!(malformed.message, name, "{text}");
        assert!(!format!("{seen:?}").contains("CANARY"));
    }
    hear(
        &mut machine,
        r#"{"type":"Novelty","turn_order":"of another shape"}"#,
    );
    assert!(
        matches!(&events(&mut machine)[..], [SttEvent::Unknown(unknown)] if unknown.kind() == "Novelty")
    );
    machine.on_incoming(NOW, Incoming::Binary(vec![1, 2].into()));
    assert!(
        matches!(&events(&mut machine)[..], [SttEvent::Unknown(unknown)] if unknown.kind() == "binary")
    );
    hear(&mut machine, &turn(1, true, &word("Still", 0, 1, "A")));
    assert!(matches!(&events(&mut machine)[..], [SttEvent::Final(_)]));
}

#[test]
fn a_revision_leaves_the_transcript_as_if_the_labels_had_been_right() {
    let words = |one: &str, two: &str| {
        [
            word("I", 0, 100, one),
            word("Did", 200, 300, two),
            word("you?", 300, 400, ""),
        ]
        .join(",")
    };
    let read = |machine: &mut Streaming| {
        let mut assembler = TranscriptAssembler::default();
        for event in events(machine) {
            let _ = assembler.apply(&event);
        }
        let snapshot: Transcript = assembler.snapshot();
        snapshot.to_text()
    };
    let mut revised = begun();
    hear(&mut revised, &turn(0, true, &words("A", "A")));
    hear(
        &mut revised,
        r#"{"type":"SpeakerRevision","revisions":[{"turn_order":0,"speaker_label":"A","words":[
        {"start":0,"end":100,"text":"CANARY","speaker":"B"},{"start":200,"end":300,"speaker":"A"}]}]}"#,
    );
    let mut right = begun();
    hear(
        &mut right,
        &turn(0, true, &words("B", "A"))
            .replace(r#""speaker_label":"B""#, r#""speaker_label":"A""#),
    );
    let text = read(&mut revised);
    assert_eq!(text, read(&mut right));
    assert_eq!(text, "[0:01] Speaker B: I\n[0:01] Speaker A: Did you?\n");
}

fn message_strategy() -> impl Strategy<Value = String> {
    let word = (0u64..5000, "[a-z]{1,4}")
        .prop_map(|(at, text)| super::tests::word(&text, at, at + 100, "A"));
    let words = prop::collection::vec(word, 0..5).prop_map(|words| words.join(","));
    prop_oneof![
        (0u64..6, any::<bool>(), words).prop_map(|(order, end, words)| turn(order, end, &words)),
        Just(r#"{"type":"Heartbeat","total_audio_received_ms":5000}"#.to_owned()),
        Just(r#"{"type":"SpeakerRevision","revisions":[{"turn_order":1,"speaker_label":"B","words":[]}]}"#.to_owned()),
        "\\PC{0,40}",
        "\\{\"type\":\"[A-Z][a-z]{1,12}\",\"[a-z_]{1,10}\":[0-9]{1,3}\\}",
    ]
}

proptest! {
    #[test]
    fn any_messages_end_in_one_last_item_and_one_final_a_turn(messages in prop::collection::vec(message_strategy(), 0..60), read in any::<bool>()) {
        let mut machine = begun();
        let mut seen = Vec::new();
        for message in &messages {
            hear(&mut machine, message);
            if read {
                seen.extend(items(&mut machine));
            }
        }
        machine.on_incoming(NOW, Incoming::close(1000, ""));
        seen.extend(items(&mut machine));
        prop_assert!(machine.is_done() && !machine.has_item());
        prop_assert_eq!(seen.iter().filter(|item| Streaming::is_last(item)).count(), 1);
        let mut finals: Vec<_> = seen.iter().filter_map(|item| match item {
            Ok(SttEvent::Final(turn)) => Some(turn.id()),
            _ => None,
        }).collect();
        let all = finals.len();
        finals.sort_unstable();
        finals.dedup();
        prop_assert_eq!(finals.len(), all);
    }
}
