//! What a client is told of speakers, and when it is right.

use super::*;

fn words(speakers: &[&str]) -> Vec<ScriptWord> {
    let word = |(at, speaker): (u64, &&str)| ScriptWord {
        text: "word".to_owned(),
        speaker: (*speaker).to_owned(),
        start_ms: at * 300,
        end_ms: at * 300 + 300,
    };
    (0..).zip(speakers).map(word).collect()
}

fn label(labels: &mut Labels, order: u64, speakers: &[&str]) -> Labelled {
    let words = words(speakers);
    let times = words.iter().map(|w| (w.start_ms, w.end_ms)).collect();
    labels.label(order, &words, times)
}

/// How many words of these turns a client has right: a word's own label, else its turn's.
fn right<'a>(turns: impl Iterator<Item = &'a Labelled>) -> (usize, usize) {
    let (mut right, mut all) = (0, 0);
    for turn in turns {
        for (word, truth) in turn.words().zip(&turn.truth) {
            let heard = word.speaker().or(turn.turn().speaker());
            right += usize::from(heard == Some(*truth));
            all += 1;
        }
    }
    (right, all)
}

/// The letters of a revision, by turn.
fn told(revision: &Value) -> HashMap<u64, Vec<String>> {
    let turns = revision["revisions"].as_array().unwrap();
    let letters = |turn: &Value| {
        let words = turn["words"].as_array().unwrap().iter();
        words
            .map(|word| word["speaker"].as_str().unwrap().to_owned())
            .collect()
    };
    turns
        .iter()
        .map(|turn| (turn["turn_order"].as_u64().unwrap(), letters(turn)))
        .collect()
}

const DIALOGUE: [&str; 6] = ["a", "a", "a", "b", "b", "b"];
const TRUTH: [&str; 6] = ["A", "A", "A", "B", "B", "B"];

fn talk(seed: u64, turns: u64) -> (Labels, Vec<Labelled>) {
    let mut labels = Labels::new(None, LetterOrder::Discovery, seed);
    let turns = (0..turns)
        .map(|order| label(&mut labels, order, &DIALOGUE))
        .collect();
    (labels, turns)
}

#[test]
fn some_live_labels_are_wrong_and_the_last_revision_corrects_them() {
    let (mut labels, turns) = talk(7, 100);
    let (right, all) = right(turns.iter());
    assert!((78..95).contains(&(right * 100 / all)), "{right} of {all}");
    let revision = told(&labels.revise(Pass::Last).unwrap());
    assert!(revision.len() > 10);
    assert!(revision.values().all(|letters| *letters == TRUTH));
    assert_eq!(
        labels.revise(Pass::Last),
        None,
        "only what changed since the last revision"
    );
}

#[test]
fn the_first_turns_are_the_weakest() {
    let talks: Vec<_> = (0..40).map(|seed| talk(seed, 40).1).collect();
    let share = |turns: std::ops::Range<usize>| {
        let (right, all) = right(talks.iter().flat_map(|talk| &talk[turns.clone()]));
        right * 100 / all
    };
    let (first, later) = (share(0..3), share(20..40));
    assert!((45..72).contains(&first), "{first} % at first");
    assert!((83..93).contains(&later), "{later} % later");
}

#[test]
fn whoever_is_not_known_is_nobody_in_each_way_that_the_service_has() {
    let talks: Vec<_> = (0..40).flat_map(|seed| talk(seed, 40).1).collect();
    let words: Vec<Label> = talks.iter().flat_map(Labelled::words).collect();
    for label in [Label::Pending, Label::Unknown, Label::Null, Label::Absent] {
        assert!(words.contains(&label), "{label:?}");
    }
    assert_eq!(
        [Label::Pending, Label::Unknown, Label::Null, Label::Absent].map(Label::said),
        [
            Some("PENDING".into()),
            Some("UNKNOWN".into()),
            Some(Value::Null),
            None
        ]
    );
}

#[test]
fn a_revision_in_the_middle_is_better_than_live_and_corrected_by_the_last() {
    let (mut labels, turns) = talk(7, 100);
    let (live, all) = right(turns.iter());
    let interim = told(&labels.revise(Pass::Interim).unwrap());
    let (better, _) = right(labels.finals.iter());
    assert!(live < better && better < all, "{live}, {better} of {all}");
    let again = told(&labels.revise(Pass::Interim).unwrap());
    let last = told(&labels.revise(Pass::Last).unwrap());
    let twice = interim.keys().filter(|order| last.contains_key(*order));
    assert!(twice.count() > 0, "a turn is revised twice");
    // The last write of each turn is right.
    let mut heard = interim;
    heard.extend(again);
    heard.extend(last);
    assert!(heard.values().all(|letters| *letters == TRUTH));
    assert_eq!(right(labels.finals.iter()), (all, all));
}

#[test]
fn short_turns_are_pending_and_revised() {
    let mut pending = 0;
    for seed in 0..100 {
        let mut labels = Labels::new(None, LetterOrder::Discovery, seed);
        let turn = label(&mut labels, 0, &["a"]);
        assert_eq!(turn.turn().speaker(), None);
        assert!(turn.words().all(|word| word.speaker().is_none()));
        pending += usize::from(turn.turn() == Label::Pending);
        assert_eq!(
            labels.revise(Pass::Last).unwrap()["revisions"][0]["speaker_label"],
            "A"
        );
    }
    assert!((70..100).contains(&pending), "{pending} of 100");
}

#[test]
fn letters_follow_discovery_a_cap_merges_and_a_swap_swaps() {
    let truth = |max, order| {
        let mut labels = Labels::new(max, order, 1);
        label(&mut labels, 0, &["x", "y", "z", "x"]).truth
    };
    assert_eq!(truth(None, LetterOrder::Discovery), ['A', 'B', 'C', 'A']);
    assert_eq!(truth(Some(2), LetterOrder::Discovery), ['A', 'B', 'B', 'A']);
    assert_eq!(truth(None, LetterOrder::Swapped), ['B', 'A', 'C', 'B']);
}
