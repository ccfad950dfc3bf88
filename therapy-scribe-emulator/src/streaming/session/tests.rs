//! Sessions driven without a socket: synthetic audio in, messages out.

use serde_json::Value;

use super::{Out, Session, Setup};
use crate::{
    script::Segment,
    streaming::{labels::LetterOrder, params::Params, query::Query},
};

/// Speech as `(speaker, text, start, end)`; a voice sounds in those times and nowhere else.
type Speech<'a> = &'a [(&'a str, &'a str, u64, u64)];

/// A thought with 2.5 s in its middle, an answer, and a thought with 6 s in its middle.
const PAUSES: Speech = &[
    ("client", "I just", 1000, 2000),
    ("client", "stood there.", 4500, 5500),
    ("therapist", "And then?", 7000, 7800),
    ("client", "Nobody said anything. But", 9000, 11_000),
    ("client", "I felt ashamed.", 17_000, 18_500),
];

struct Run {
    session: Session,
    now_ms: u64,
    sent: Vec<(u64, Value)>,
    closed: Option<(u64, u16)>,
}

impl Run {
    fn new(speech: Speech, query: &[(&str, &str)]) -> Self {
        Self::with(speech, query, |_| {})
    }

    fn with(speech: Speech, query: &[(&str, &str)], change: impl FnOnce(&mut Setup)) -> Self {
        let query: Query = query
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let segments = speech
            .iter()
            .map(|(speaker, text, start_ms, end_ms)| Segment {
                speaker: (*speaker).to_owned(),
                text: (*text).to_owned(),
                start_ms: *start_ms,
                end_ms: *end_ms,
            });
        let mut setup = Setup {
            segments: segments.collect(),
            language: "en".to_owned(),
            names: [].into(),
            seed: 3,
            id: "id".to_owned(),
            begin_delay_ms: 0,
            termination_delay_ms: None,
            longest_ms: 10_800_000,
            expires_at: 1,
            throttle: 1.25,
            lose_word_at_cut: false,
            letters: LetterOrder::Discovery,
        };
        change(&mut setup);
        let session = Session::new(setup, Params::read(&query, &[]).unwrap());
        Self {
            session,
            now_ms: 0,
            sent: Vec::new(),
            closed: None,
        }
    }

    fn wait(&mut self, until_ms: u64) {
        while self.now_ms < until_ms && self.closed.is_none() {
            self.now_ms += 10;
            self.session.on_time(self.now_ms);
            while let Some(out) = self.session.pop(self.now_ms) {
                match out {
                    Out::Text(text) => self
                        .sent
                        .push((self.now_ms, serde_json::from_str(&text).unwrap())),
                    Out::Close(code, _) => self.closed = Some((self.now_ms, code)),
                }
            }
        }
    }

    /// Audio in real time, in frames of 100 ms.
    fn stream(&mut self, speech: Speech, from_ms: u64, until_ms: u64) {
        for at in (from_ms..until_ms).step_by(100) {
            let start = self.now_ms;
            self.wait(start + 100);
            self.session.on_binary(&audio(speech, at, 100), self.now_ms);
        }
    }

    fn text(&mut self, text: &str) {
        self.session.on_text(text, self.now_ms);
    }

    fn terminate(&mut self) {
        self.text(r#"{"type":"Terminate"}"#);
        let limit = self.now_ms + 400_000;
        self.wait(limit);
    }

    fn of(&self, kind: &str) -> Vec<&Value> {
        self.sent
            .iter()
            .map(|(_, message)| message)
            .filter(|message| message["type"] == kind)
            .collect()
    }

    fn finals(&self) -> Vec<&str> {
        self.of("Turn")
            .into_iter()
            .filter(|turn| turn["end_of_turn"] == true)
            .map(|turn| turn["transcript"].as_str().unwrap())
            .collect()
    }
}

/// 16 kHz: a square wave where somebody speaks, zeros elsewhere.
fn audio(speech: Speech, from_ms: u64, length_ms: u64) -> Vec<u8> {
    (from_ms * 16..(from_ms + length_ms) * 16)
        .flat_map(|sample| {
            let spoken = speech
                .iter()
                .any(|(_, _, start, end)| (start * 16..end * 16).contains(&sample));
            let value: i16 = match (spoken, sample / 40 % 2) {
                (false, _) => 0,
                (true, 0) => 4000,
                (true, _) => -4000,
            };
            value.to_le_bytes()
        })
        .collect()
}

fn whole(speech: Speech, query: &[(&str, &str)]) -> Run {
    let mut run = Run::new(speech, query);
    let end = speech.iter().map(|(.., end)| *end).max().unwrap_or(0) + 1000;
    run.stream(speech, 0, end);
    run.terminate();
    run
}

const THERAPY: [(&str, &str); 2] = [("min_turn_silence", "800"), ("max_turn_silence", "3600")];
const AGENT: [(&str, &str); 2] = [("min_turn_silence", "128"), ("max_turn_silence", "1280")];

#[test]
fn a_pause_in_a_thought_splits_no_turn_at_therapy_settings_and_six_seconds_end_one() {
    for labels in ["false", "true"] {
        let run = whole(
            PAUSES,
            &[THERAPY[0], THERAPY[1], ("speaker_labels", labels)],
        );
        assert_eq!(
            run.finals(),
            [
                "I just stood there.",
                "And then?",
                "Nobody said anything. But",
                "I felt ashamed."
            ],
            "speaker_labels={labels}"
        );
        assert_eq!(
            run.closed.unwrap().1,
            1000,
            "the session goes on over the pause"
        );
    }
}

#[test]
fn voice_agent_settings_split_it() {
    for labels in ["false", "true"] {
        let run = whole(PAUSES, &[AGENT[0], AGENT[1], ("speaker_labels", labels)]);
        assert_eq!(run.finals()[..2], ["I just", "stood there."], "{labels}");
    }
}

#[test]
fn a_partial_is_announced_whole_and_without_labels() {
    let run = whole(
        PAUSES,
        &[THERAPY[0], THERAPY[1], ("speaker_labels", "true")],
    );
    let first = run
        .sent
        .iter()
        .position(|(_, m)| m["type"] == "SpeechStarted")
        .unwrap();
    let (at, partial) = &run.sent[first + 1];
    assert_eq!(
        run.sent[first].0, *at,
        "immediately before the first partial"
    );
    assert_eq!(run.sent[first].1["timestamp"], 1000);
    assert_eq!(
        (&partial["type"], &partial["end_of_turn"]),
        (&"Turn".into(), &false.into())
    );
    assert_eq!(
        (&partial["turn_is_formatted"], &partial["utterance"]),
        (&true.into(), &"".into())
    );
    assert_eq!(partial["words"][0]["word_is_final"], false);
    assert!(partial.get("speaker_label").is_none() && partial["words"][0].get("speaker").is_none());
    assert_eq!(run.of("SpeechStarted").len(), 4, "once a turn");
    let keys: Vec<_> = partial.as_object().unwrap().keys().collect();
    assert_eq!(keys.last().unwrap().as_str(), "type");
}

#[test]
fn finals_come_420_ms_after_the_last_word_with_padded_edges() {
    let speech: Speech = &[("a", "I slept badly.", 2000, 4000)];
    let run = whole(speech, &[]);
    let (at, last) = run
        .sent
        .iter()
        .find(|(_, m)| m["end_of_turn"] == true)
        .unwrap();
    assert!((4400..4600).contains(at), "{at}");
    let words = last["words"].as_array().unwrap();
    assert_eq!(words[0]["start"], 1010);
    let end = words[2]["end"].as_u64().unwrap();
    assert!((4100..=4240).contains(&end), "{end}");
}

#[test]
fn diarization_cuts_at_ten_seconds_and_every_word_is_in_one_final() {
    let text: Vec<String> = (0..60).map(|n| format!("w{n}")).collect();
    let text = text.join(" ");
    let speech: Speech = &[("a", &text, 500, 25_500)];
    let run = whole(speech, &[("speaker_labels", "true")]);
    assert_eq!(run.finals().len(), 3);
    assert_eq!(run.finals().join(" "), text);
    let words = run
        .of("Turn")
        .into_iter()
        .filter(|t| t["end_of_turn"] == true);
    let times: Vec<u64> = words
        .flat_map(|turn| turn["words"].as_array().unwrap())
        .flat_map(|word| {
            [
                word["start"].as_u64().unwrap(),
                word["end"].as_u64().unwrap(),
            ]
        })
        .collect();
    assert!(times.is_sorted(), "edges absorb silence, not words");
    let mut lossy = Run::with(speech, &[("speaker_labels", "true")], |s| {
        s.lose_word_at_cut = true;
    });
    lossy.stream(speech, 0, 26_000);
    lossy.terminate();
    let lost = 60 - lossy.finals().join(" ").split(' ').count();
    assert!((1..=2).contains(&lost), "{lost}");
}

#[test]
fn silence_where_the_script_speaks_gives_no_words() {
    let mut run = Run::new(PAUSES, &[("acknowledge_silence", "true")]);
    run.stream(&[], 0, 8000);
    run.terminate();
    assert!(run.of("Turn").is_empty() && run.of("SpeechStarted").is_empty());
    assert_eq!(run.of("Silence").len(), 8);
}

#[test]
fn terminate_in_a_turn_flushes_it_then_revises_then_ends() {
    let speech: Speech = &[
        ("a", "One two three four.", 0, 2000),
        ("b", "Five six", 2000, 3000),
    ];
    let mut run = Run::new(speech, &[("speaker_labels", "true")]);
    run.stream(speech, 0, 3000);
    let asked = run.now_ms;
    run.terminate();
    let tail: Vec<&str> = run
        .sent
        .iter()
        .filter(|(at, _)| *at > asked)
        .map(|(_, m)| m["type"].as_str().unwrap())
        .collect();
    assert_eq!(tail.last(), Some(&"Termination"));
    assert!(
        tail.starts_with(&["Turn"]) || tail.starts_with(&["SpeechStarted", "Turn"]),
        "{tail:?}"
    );
    assert_eq!(run.finals().join(" "), "One two three four. Five six");
    let (at, code) = run.closed.unwrap();
    assert_eq!(code, 1000);
    assert!((1550..2100).contains(&(at - asked)), "{}", at - asked);
    let end = run.of("Termination")[0];
    assert_eq!(end["audio_duration_seconds"], 3);
}

#[test]
fn word_by_word_models_send_two_finals_and_an_empty_one() {
    let speech: Speech = &[("a", "I slept badly.", 500, 2000)];
    let query = [
        ("speech_model", "universal-streaming-english"),
        ("format_turns", "true"),
    ];
    let run = whole(speech, &query);
    assert!(run.of("SpeechStarted").is_empty());
    assert_eq!(run.finals(), ["i slept badly", "I slept badly.", ""]);
    let partial = run.of("Turn")[1];
    let is_final: Vec<_> = partial["words"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| &w["word_is_final"])
        .collect();
    assert_eq!(is_final, [true, false]);
    assert_eq!(partial["transcript"], "i");
    assert_eq!(run.of("Begin")[0]["configuration"]["mode"], Value::Null);
}

#[test]
fn heartbeats_tell_what_was_received_every_five_seconds() {
    let mut run = Run::new(&[], &[("session_heartbeat", "True")]);
    run.stream(&[], 0, 11_000);
    let beats = run.of("Heartbeat");
    assert_eq!(beats.len(), 2);
    assert_eq!(beats[1]["total_duration_ms"], 10_010);
    let received = beats[1]["total_audio_received_ms"].as_u64().unwrap();
    assert!((9900..=10_100).contains(&received));
}

#[test]
fn frames_of_the_wrong_length_end_the_session() {
    let mut run = Run::new(&[], &[]);
    run.session.on_binary(&audio(&[], 0, 1000), 0);
    run.session.on_binary(&audio(&[], 0, 1200), 10);
    run.wait(100);
    assert_eq!(run.closed.unwrap().1, 3007);
    assert!(
        run.of("Error")[0]["error"]
            .as_str()
            .unwrap()
            .contains("Input Duration Violation: 1200.0 ms. Expected between 50 and 1000 ms")
    );
    let mut run = Run::new(&[], &[]);
    let mut taken = 0;
    while run.closed.is_none() {
        run.session.on_binary(&audio(&[], 0, 20), run.now_ms);
        run.wait(run.now_ms + 20);
        taken += 1;
    }
    assert_eq!((taken, run.closed.unwrap().1), (49, 3007));
    let mut run = Run::new(&[], &[]);
    run.session.on_binary(&vec![0; 128 * 1024 + 1], 0);
    run.wait(100);
    assert_eq!((run.closed.unwrap().1, run.of("Error").len()), (1009, 0));
}

#[test]
fn a_burst_is_worked_off_at_the_throttle_and_a_flood_ends_the_session() {
    let speech: Speech = &[("a", "Hello there.", 6000, 7000)];
    let mut run = Run::new(speech, &[]);
    for at in (0..8000).step_by(1000) {
        run.session.on_binary(&audio(speech, at, 1000), 0);
    }
    run.wait(20_000);
    let (at, _) = run
        .sent
        .iter()
        .find(|(_, m)| m["end_of_turn"] == true)
        .unwrap();
    assert!((5700..6300).contains(at), "{at}");
    let mut run = Run::new(&[], &[]);
    for _ in 0..305 {
        run.session.on_binary(&vec![0; 32_000], 100);
    }
    run.wait(200);
    assert_eq!(run.closed.unwrap().1, 3007);
    assert!(
        run.of("Error")[0]["error"]
            .as_str()
            .unwrap()
            .starts_with("Audio Transmission Rate Exceeded: Received 301 sec.")
    );
}

#[test]
fn inactivity_ends_the_session_and_keep_alive_holds_it() {
    let mut run = Run::new(&[], &[("inactivity_timeout", "5")]);
    run.wait(4000);
    run.text(r#"{"type":"KeepAlive"}"#);
    run.wait(8000);
    assert_eq!(run.closed, None);
    run.wait(10_000);
    let (at, code) = run.closed.unwrap();
    assert!(code == 3006 && (9000..9100).contains(&at));
    assert!(
        run.of("Error")[0]["error"]
            .as_str()
            .unwrap()
            .contains("No messages received for 5 seconds")
    );
}

#[test]
fn the_session_expires_without_a_termination() {
    let mut run = Run::with(&[], &[], |setup| setup.longest_ms = 60_000);
    run.wait(61_000);
    assert_eq!(run.closed.unwrap().1, 3008);
    assert!(run.of("Termination").is_empty());
}

#[test]
fn bad_messages_end_the_session_about_a_second_later() {
    for (text, says) in [
        ("{", "Invalid JSON"),
        ("[1]", "Invalid Message: "),
        (r#"{"type":"Ping"}"#, "Invalid Message Type: Ping"),
        (
            r#"{"type":"UpdateConfiguration","vad_threshold":2}"#,
            "Invalid 'vad_threshold'",
        ),
        (
            r#"{"type":"UpdateConfiguration","keyterms_prompt":"[]"}"#,
            "Invalid 'keyterms_prompt'",
        ),
    ] {
        let mut run = Run::new(&[], &[]);
        run.wait(100);
        run.text(text);
        run.wait(3000);
        let (at, code) = run.closed.unwrap();
        assert!(code == 3006 && (1000..1300).contains(&at), "{text}: {at}");
        assert!(
            run.of("Error")[0]["error"].as_str().unwrap().contains(says),
            "{text}"
        );
    }
}

#[test]
fn settings_change_in_the_middle_and_endpoints_can_be_forced() {
    let speech: Speech = &[
        ("a", "I just", 0, 1000),
        ("a", "stood there and", 3000, 4500),
    ];
    let mut run = Run::new(speech, &AGENT);
    run.text(r#"{"type":"UpdateConfiguration","min_turn_silence":800,"max_turn_silence":3600}"#);
    run.stream(speech, 0, 4600);
    assert_eq!(run.finals(), Vec::<&str>::new());
    let asked = run.now_ms;
    run.text(r#"{"type":"ForceEndpoint"}"#);
    run.wait(asked + 500);
    assert_eq!(run.finals(), ["I just stood there and"]);
    let at = run.sent.last().unwrap().0;
    assert!((250..=450).contains(&(at - asked)), "{}", at - asked);
}

#[test]
fn labels_are_revised_in_the_middle_at_the_clamped_interval() {
    let lines: Vec<(String, u64)> = (0..40)
        .map(|n| ("One two three four five six.".to_owned(), n * 3200))
        .collect();
    let speech: Vec<_> = lines
        .iter()
        .zip(["a", "b"].iter().cycle())
        .map(|((text, at), speaker)| (*speaker, text.as_str(), *at, at + 2000))
        .collect();
    let query = [
        ("speaker_labels", "true"),
        ("speaker_labels_revision_interval_ms", "1000"),
    ];
    let mut run = Run::new(&speech, &query);
    run.stream(&speech, 0, 125_000);
    let (at, _) = run
        .sent
        .iter()
        .find(|(_, m)| m["type"] == "SpeakerRevision")
        .unwrap();
    assert!((120_000..121_500).contains(at), "{at}");
    let wrong_or_missing = run.of("Turn").iter().any(|turn| {
        turn["words"]
            .as_array()
            .unwrap()
            .iter()
            .any(|w| w["word_is_final"] == true && w.get("speaker").is_none())
    });
    assert!(wrong_or_missing);
}

#[test]
fn redaction_suppresses_partials_and_marks_finals() {
    let speech: Speech = &[("a", "My score was 14 today.", 500, 3000)];
    let run = whole(speech, &[("redact_pii", "true")]);
    assert_eq!(run.of("Turn").len(), 1);
    assert_eq!(run.of("SpeechStarted").len(), 1);
    assert_eq!(run.of("Turn")[0]["utterance"], "My score was ## today.");
}

#[test]
fn no_bytes_and_no_text_make_it_panic() {
    let mut run = Run::new(
        PAUSES,
        &[("speaker_labels", "true"), ("encoding", "pcm_mulaw")],
    );
    for length in [0, 1, 3, 799, 16_000, 16_001] {
        run.session.on_binary(&vec![0x55; length], run.now_ms);
        run.wait(run.now_ms + 50);
    }
    for text in [
        "",
        "null",
        "{\"type\":3}",
        "{\"type\":\"Terminate\"}",
        "\u{0}",
    ] {
        run.text(text);
    }
    run.wait(10_000);
}
