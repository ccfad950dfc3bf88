//! Notes of nothing but quotes.

mod own;

use std::{collections::BTreeMap, sync::Arc};

use proptest::prelude::*;
use serde_json::{Value, json};
use therapy_scribe_core::Transcript;
use therapy_scribe_notes::{
    Draft, Error, ExtractiveWriter, FindingKind, Formats, NoteFormat, Source, WallTime, check_note,
};

use crate::{rules::IDS, session};

const SESSION: [(&str, &str); 16] = [
    ("B", "I was tired, and my chest felt tight all morning."),
    (
        "A",
        "It sounds like part of you wanted to run. Your GAD-7 is fourteen, lower than last time.",
    ),
    ("B", "I slept a little better this week."),
    ("A", "What dose are you taking now?"),
    ("B", "A hundred milligrams of sertraline."),
    ("A", "Let us look at the evidence for that thought."),
    (
        "B",
        "Sometimes I think it would be easier if I didn't wake up. My sister knows.",
    ),
    ("A", "Have you thought about ending your life?"),
    (
        "B",
        "No. I would never do that. I have plans for the summer.",
    ),
    ("A", "And do you have any pills at home?"),
    ("B", "None."),
    ("A", "If it gets worse, will you call the crisis line?"),
    ("B", "Yes, I will."),
    ("A", "For homework, could you keep a sleep diary?"),
    ("B", "I can do that."),
    ("A", "Then we will look at it next Tuesday."),
];

const RISK: [&str; 7] = [
    "Client: \"Sometimes I think it would be easier if I didn't wake up.\" (0:16)",
    "Therapist: \"Have you thought about ending your life?\" (0:21)",
    "Client: \"No. I would never do that. I have plans for the summer.\" (0:23)",
    "Therapist: \"And do you have any pills at home?\" (0:26)",
    "Client: \"None.\" (0:29)",
    "Therapist: \"If it gets worse, will you call the crisis line?\" (0:29)",
    "Client: \"Yes, I will.\" (0:32)",
];

fn drafted(transcript: &Transcript, format: Arc<dyn NoteFormat>) -> Draft {
    ExtractiveWriter::new().draft(transcript, format).unwrap()
}

fn built_in(lines: &[(&str, &str)], id: &str) -> Draft {
    drafted(&session(lines), Formats::new().get(id).unwrap())
}

/// Every text of a note with its place.
fn texts(value: &Value, at: &str) -> Vec<(String, String)> {
    match value {
        Value::String(text) => vec![(at.to_owned(), text.clone())],
        Value::Array(items) => (0..)
            .zip(items)
            .flat_map(|(n, item)| texts(item, &format!("{at}/{n}")))
            .collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, field)| texts(field, &format!("{at}/{name}")))
            .collect(),
        _ => Vec::new(),
    }
}

/// The quotes of a note: where, by whom, what, and when. Names of members are none.
fn quotes(value: &Value) -> Vec<(String, String)> {
    let texts = texts(value, "")
        .into_iter()
        .filter(|(at, _)| !at.ends_with("/member") && !at.ends_with("/partner"));
    let lines = texts.flat_map(|(at, text)| {
        text.lines()
            .map(|line| (at.clone(), line.to_owned()))
            .collect::<Vec<_>>()
    });
    lines.collect()
}

fn said(line: &str) -> &str {
    let (_, rest) = line.split_once(": \"").unwrap_or_else(|| panic!("{line}"));
    rest.rsplit_once("\" (")
        .unwrap_or_else(|| panic!("{line}"))
        .0
}

#[test]
fn a_note_is_made_of_quotes_with_who_said_them_and_when() {
    let draft = built_in(&SESSION, "soap");
    let section = |key| draft.section(key).unwrap();
    assert_eq!(
        section("subjective"),
        "Client: \"I was tired, and my chest felt tight all morning.\" (0:00)\n\
        Client: \"I slept a little better this week.\" (0:08)\n\
        Client: \"A hundred milligrams of sertraline.\" (0:12)\n\
        Client: \"My sister knows.\" (0:20)"
    );
    assert_eq!(
        section("objective"),
        "Therapist: \"Your GAD-7 is fourteen, lower than last time.\" (0:06)"
    );
    assert_eq!(
        section("assessment"),
        "Therapist: \"It sounds like part of you wanted to run.\" (0:03)"
    );
    assert_eq!(
        section("plan"),
        "Therapist: \"Let us look at the evidence for that thought.\" (0:13)\n\
        Therapist: \"If it gets worse, will you call the crisis line?\" (0:29)\n\
        Client: \"Yes, I will.\" (0:32)\n\
        Therapist: \"For homework, could you keep a sleep diary?\" (0:33)\n\
        Client: \"I can do that.\" (0:35)\n\
        Therapist: \"Then we will look at it next Tuesday.\" (0:36)"
    );
    assert_eq!(draft.value()["risk_flags"], json!(RISK));
    assert_eq!(
        (&draft.value()["goal_ids"], &draft.value()["themes"]),
        (&json!([]), &json!([]))
    );
}

#[test]
fn it_says_that_no_model_has_written_it() {
    let now = WallTime::from_unix_millis(1_790_000_000_000);
    let format = Formats::new().get("dap").unwrap();
    let draft = ExtractiveWriter::new()
        .at(now)
        .draft(&session(&SESSION), format)
        .unwrap();
    let change = draft.versions()[0].change();
    assert_eq!((change.source, change.at), (Source::Transcript, Some(now)));
    let from = draft.provenance();
    assert_eq!(
        (&*from.provider, &from.model, from.output_tokens),
        ("extractive", &None, 0)
    );
    let empty =
        ExtractiveWriter::new().draft(&Transcript::default(), Formats::new().get("dap").unwrap());
    assert!(matches!(empty, Err(Error::EmptyTranscript)));
}

#[test]
fn each_built_in_format_can_be_filled_whoever_speaks() {
    let nobody: Vec<_> = SESSION
        .iter()
        .map(|(letter, text)| (if *letter == "A" { "C" } else { "D" }, *text))
        .collect();
    let alone: Vec<_> = SESSION.iter().map(|(_, text)| ("A", *text)).collect();
    let unknown: Vec<_> = SESSION.iter().map(|(_, text)| ("?", *text)).collect();
    for id in IDS {
        for lines in [&SESSION[..], &nobody, &alone, &unknown] {
            let draft = built_in(lines, id);
            assert_eq!(
                check_note(&*Formats::new().get(id).unwrap(), draft.value()),
                [],
                "{id}"
            );
            let findings = draft.findings().iter();
            let risks = findings
                .filter(|finding| finding.kind == FindingKind::Risk)
                .count();
            assert_eq!(
                risks,
                draft.findings().len(),
                "{id}: {:?}",
                draft.findings()
            );
            assert!(risks > 1, "{id}: {}", draft.value());
        }
    }
}

#[test]
fn a_groups_note_names_no_member_where_it_must_not() {
    let lines = [
        (
            "A",
            "Welcome everybody. Today we will talk about sleep. Anna, how was your week?",
        ),
        (
            "B",
            "Hard. I slept three hours a night. I thought about killing myself.",
        ),
        ("A", "Will you call me before you do it?"),
        ("B", "No."),
        (
            "C",
            "I feel the same as Anna. I walked every day this week. Anna said it well.",
        ),
        (
            "A",
            "Let us try the breathing exercise together. For homework, practice it once a day.",
        ),
        ("D", "I was angry at my boss all week."),
    ];
    let draft = built_in(&lines, "group");
    let value = draft.value();
    assert_eq!(
        value["topic"],
        "Therapist: \"Welcome everybody. Today we will talk about sleep.\" (0:00)"
    );
    let shared: Vec<_> = quotes(value)
        .into_iter()
        .filter(|(at, _)| !at.starts_with("/members"))
        .collect();
    assert!(
        shared
            .iter()
            .all(|(_, line)| line.starts_with("Therapist: ")),
        "{shared:?}"
    );
    let names: Vec<_> = (0..3)
        .map(|n| value["members"][n]["member"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Client", "Speaker C", "Speaker D"]);
    let second = value["members"][1].to_string();
    assert!(
        second.contains("walked every day") && !second.contains("Anna"),
        "{second}"
    );
    let flags = json!([
        "Client: \"I thought about killing myself.\" (0:06)",
        "Therapist: \"Will you call me before you do it?\" (0:07)",
        "Client: \"No.\" (0:10)"
    ]);
    assert_eq!(value["members"][0]["risk_flags"], flags);
    assert!(
        !value["plan"].as_str().unwrap().is_empty()
            && !shared.iter().any(|(_, line)| line.contains("call me"))
    );
}

#[test]
fn what_is_answered_about_risk_is_kept_without_question_marks_too() {
    let lines = [
        ("A", "tell me have you had thoughts of suicide"),
        ("B", "no not at all"),
    ];
    for (asks, answers) in [("A", "B"), ("C", "D")] {
        let draft = built_in(&[(asks, lines[0].1), (answers, lines[1].1)], "soap");
        assert!(
            draft.value()["risk_flags"][1]
                .as_str()
                .unwrap()
                .contains("no not at all")
        );
    }
}

#[test]
fn risk_is_found_where_a_recogniser_has_set_no_full_stops() {
    let text = format!(
        "{}end my life{}",
        "and so I went on and said that I would ".repeat(3),
        " and then it rained".repeat(8)
    );
    for pad in 0..30 {
        let text = format!("{}{text}", "well ".repeat(pad));
        let draft = built_in(&[("B", &text)], "dap");
        assert!(
            draft.value()["risk_flags"]
                .to_string()
                .contains("end my life"),
            "{pad}"
        );
    }
}

const SENTENCES: [&str; 22] = [
    "I slept badly.",
    "I want to kill myself.",
    "No.",
    "Yes, I will.",
    "Do you have a plan?",
    "He hits me.",
    "My \"friend\" said no.",
    "Your PHQ-9 is nine.",
    "Let us breathe.",
    "For homework, keep a diary until next week.",
    "I feel better now.",
    "How was it?",
    "It sounds like you were afraid.",
    "We talked about my sister and my work",
    "everybody in the group",
    "今日は",
    "眠れません",
    "Why?",
    "I have never thought of suicide.",
    "What is your goal?",
    "I want to be able to work.",
    "The negative one.",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn every_quote_was_said_and_no_risk_is_left_out(
        lines in prop::collection::vec(("[A-D]", prop::collection::vec(prop::sample::select(&SENTENCES[..]), 1..5)), 1..24),
    ) {
        let lines: Vec<_> = lines.into_iter().map(|(letter, said)| (letter, said.join(" "))).collect();
        let lines: Vec<_> = lines.iter().map(|(letter, said)| (&**letter, &**said)).collect();
        let transcript = session(&lines);
        let texts: Vec<_> = transcript.utterances().map(|said| said.text()).collect();
        for id in IDS {
            let format = Formats::new().get(id).unwrap();
            let draft = drafted(&transcript, Arc::clone(&format));
            prop_assert_eq!(check_note(&*format, draft.value()), []);
            let again = drafted(&transcript, format);
            prop_assert_eq!(draft.value(), again.value());
            let quotes = quotes(draft.value());
            let mut times: BTreeMap<&str, usize> = BTreeMap::new();
            for (at, line) in &quotes {
                prop_assert!(texts.iter().any(|text| text.contains(said(line))), "{}: {}", id, line);
                // Risk, and what was agreed about it.
                if !at.contains("risk") && !at.ends_with("plan") && !at.ends_with("services") {
                    *times.entry(said(line)).or_default() += 1;
                }
            }
            for (said, times) in times {
                let spoken: usize = texts.iter().map(|text| text.matches(said).count()).sum();
                prop_assert!(times <= spoken, "{}: {} is there {} times", id, said, times);
            }
            let in_flags = |(at, _): &&(String, String)| at.contains("risk_flags");
            let flags: Vec<_> = quotes.iter().filter(in_flags).map(|(_, line)| &**line).collect();
            let flags = flags.join("\n");
            for risk in ["I want to kill myself.", "He hits me.", "I have never thought of suicide."] {
                let count = |text: &str| text.matches(risk).count();
                let spoken: usize = texts.iter().map(|text| count(text)).sum();
                prop_assert_eq!(count(&flags), spoken, "{}: {} in {}", id, risk, &flags);
            }
        }
    }
}
