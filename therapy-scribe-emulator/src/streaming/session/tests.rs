//! Sessions driven without a socket: synthetic audio in, messages out.

mod limits;
mod shape;

use std::sync::Arc;

use serde_json::Value;

use super::{Out, Session, Setup};
use crate::{
    script::Segment,
    streaming::{labels::LetterOrder, params::Params, query::Query, recordings::Recordings},
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
            recordings: Arc::new(Recordings::new(segments.collect())),
            opened_ms: 0,
            language: "en".to_owned(),
            names: [].into(),
            seed: 3,
            id: "id".to_owned(),
            api_version: "2025-05-12".to_owned(),
            begin_delay_ms: 0,
            termination_delay_ms: None,
            longest_ms: 10_800_000,
            expires_at: 1,
            throttle: 1.25,
            lose_word_at_cut: false,
            letters: LetterOrder::Discovery,
            rewords: true,
            doomed: false,
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
                    Out::Binary(bytes) => self.sent.push((self.now_ms, bytes.into())),
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
fn nothing_but_the_final_follows_terminate_in_a_turn() {
    let speech: Speech = &[("a", "One two three four five six", 0, 3000)];
    // A partial is found 0.756 s after the onset, and sent 0.4 s later.
    for heard_ms in [800, 900, 1000, 1100] {
        let mut run = Run::new(speech, &[]);
        run.stream(speech, 0, heard_ms);
        let asked = run.now_ms;
        run.terminate();
        let after: Vec<_> = run.sent.iter().filter(|(at, _)| *at > asked).collect();
        let turns: Vec<_> = after.iter().filter(|(_, m)| m["type"] == "Turn").collect();
        assert_eq!(turns.len(), 1, "{heard_ms}");
        assert_eq!(turns[0].1["end_of_turn"], true);
        assert_eq!(run.of("SpeechStarted").len(), 1, "{heard_ms}");
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
