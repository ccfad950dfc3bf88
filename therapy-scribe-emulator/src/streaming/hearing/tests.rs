//! Words, and the voices they are spread over.

use super::*;

fn words_of(text: &str, start_ms: u64, end_ms: u64, spoken: &[(u64, u64)]) -> Vec<ScriptWord> {
    let segment = Segment {
        speaker: "a".to_owned(),
        text: text.to_owned(),
        start_ms,
        end_ms,
    };
    let mut hearing = Hearing::new(vec![segment].into());
    let mut said = Vec::new();
    for until in (FRAME_MS..=end_ms + 2000).step_by(20) {
        let voiced = spoken
            .iter()
            .any(|(from, to)| (*from..*to).contains(&(until - FRAME_MS)));
        said.extend(hearing.advance(until, voiced).words);
    }
    said
}

fn texts(words: &[ScriptWord]) -> Vec<&str> {
    words.iter().map(|word| word.text.as_str()).collect()
}

#[test]
fn words_fill_a_segment_by_length() {
    let words = words_of("I slept badly.", 1000, 2500, &[(1000, 2500)]);
    let times: Vec<_> = words.iter().map(|w| (w.start_ms, w.end_ms)).collect();
    assert_eq!(times, [(1000, 1200), (1200, 1800), (1800, 2500)]);
}

#[test]
fn what_the_script_says_over_silence_is_not_heard() {
    assert_eq!(words_of("I slept badly.", 1000, 2500, &[(0, 900)]), []);
    let mostly_silent = words_of("one two three four five six seven", 0, 4000, &[(0, 200)]);
    assert!(mostly_silent.len() <= 3, "{mostly_silent:?}");
}

#[test]
fn a_pause_inside_a_segment_falls_between_words_and_at_the_clause() {
    let words = words_of(
        "I slept badly. And then I got up again.",
        0,
        6000,
        &[(0, 1400), (4000, 6000)],
    );
    assert_eq!(words.len(), 9);
    let before: Vec<_> = words.iter().filter(|w| w.end_ms <= 1400).collect();
    assert_eq!(before.last().map(|w| w.text.as_str()), Some("badly."));
    assert!(
        words.iter().all(|w| w.end_ms <= 1400 || w.start_ms >= 4000),
        "{words:?}"
    );
}

#[test]
fn voices_that_start_late_and_end_early_lose_no_word() {
    let words = words_of("Yes, I will.", 1000, 2000, &[(1200, 1700)]);
    assert_eq!(texts(&words), ["Yes,", "I", "will."]);
    assert!(words.iter().all(|w| w.start_ms >= 1200 && w.end_ms <= 1700));
}

#[test]
fn of_what_is_skipped_the_words_are_not_heard_later() {
    let segment = |text: &str, start_ms, end_ms| Segment {
        speaker: "client".to_owned(),
        text: text.to_owned(),
        start_ms,
        end_ms,
    };
    let segments = [
        segment("one two", 0, 1000),
        segment("three four", 1000, 2000),
        segment("five six seven eight", 3000, 5000),
    ];
    let mut hearing = Hearing::new(segments.into());
    hearing.advance(FRAME_MS, true);
    hearing.skip(FRAME_MS, 4000);
    let words: Vec<_> = (201..=250)
        .flat_map(|n| hearing.advance(n * FRAME_MS, true).words)
        .collect();
    assert_eq!(texts(&words), ["seven", "eight"]);
    assert!(words[0].start_ms >= 4000 && words[1].end_ms <= 5000);
}

#[test]
fn people_who_talk_at_once_are_both_heard() {
    let segment = |speaker: &str, text: &str| Segment {
        speaker: speaker.to_owned(),
        text: text.to_owned(),
        start_ms: 0,
        end_ms: 1000,
    };
    let mut hearing = Hearing::new(vec![segment("a", "one two"), segment("b", "three")].into());
    let words: Vec<_> = (1..=50)
        .flat_map(|n| hearing.advance(n * FRAME_MS, true).words)
        .collect();
    assert_eq!(words.len(), 3);
}
