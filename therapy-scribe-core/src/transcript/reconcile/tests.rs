use proptest::prelude::*;

use super::*;
use crate::{MediaTime, Role, RoleMap, roles::RoleAssignment};

/// What somebody says: `A: I slept badly.` Words take 200 ms, with 100 ms between them and 700 ms between people.
const SESSION: [&str; 8] = [
    "A: How did the week go with the new dose?",
    "B: Better than I thought. I took fifty milligrams of sertraline every morning.",
    "A: And the nights?",
    "B: I woke up twice. On Friday I did not sleep at all, and I was scared again.",
    "A: What went through your mind then?",
    "B: That it would never stop. That I am broken.",
    "A: Did you try the breathing?",
    "B: I did, and it helped a little.",
];

/// A word, who says it, and when it begins in milliseconds.
type Said = (String, char, u64);

fn said(lines: &[&str]) -> Vec<Said> {
    let mut at = 500;
    let mut words = Vec::new();
    for line in lines {
        let (speaker, text) = line.split_once(": ").unwrap();
        for word in text.split(' ') {
            words.push((word.to_owned(), speaker.chars().next().unwrap(), at));
            at += 300;
        }
        at += 700;
    }
    words
}

/// The words of one connection in turns of ten seconds, whose edges have silence as live turns do.
fn transcript(words: &[Said], connection: u16, padding: u64) -> Transcript {
    let connection = ConnectionId::new(connection);
    let turns = words.chunk_by(|(_, _, a), (_, _, b)| a / 10_000 == b / 10_000);
    let turns = turns.zip(0..).map(|(words, order)| {
        let last = words.len() - 1;
        let words = words
            .iter()
            .enumerate()
            .map(|(index, (text, speaker, at))| {
                let early = if index == 0 { padding.min(*at) } else { 0 };
                let late = if index == last { padding } else { 0 };
                let time = |ms| MediaTime::from_millis(ms);
                let speaker = SpeakerId::from_letters(connection, &speaker.to_string());
                Word::new(text, time(at - early), time(at + 200 + late)).spoken_by(speaker, None)
            });
        Turn::new(
            TurnId::new(connection, order),
            Finality::Final,
            None,
            words.collect(),
        )
    });
    Transcript {
        turns: Turns::in_order(turns),
        ..Transcript::default()
    }
}

fn text(transcript: &Transcript) -> String {
    let words = transcript.turns().flat_map(Turn::words);
    words.map(Word::text).collect::<Vec<_>>().join(" ")
}

fn texts(words: &[Said]) -> String {
    words
        .iter()
        .map(|(text, _, _)| text.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

fn letter(letter: &str) -> SpeakerId {
    letter.parse().unwrap()
}

#[test]
fn words_that_were_lost_at_turn_cuts_come_back_and_each_is_reported() {
    let all = said(&SESSION);
    let is_lost = |index: &usize| {
        all.get(index + 1)
            .is_some_and(|next| next.2 / 10_000 != all[*index].2 / 10_000)
    };
    let lost: Vec<_> = (0..all.len()).filter(is_lost).collect();
    assert!(lost.len() >= 2);
    let live: Vec<_> = (0..all.len())
        .filter(|index| !lost.contains(index))
        .map(|index| all[index].clone())
        .collect();
    let done = reconcile(&transcript(&live, 0, 300), &transcript(&all, 0, 0));
    assert_eq!(text(&done.transcript), texts(&all));
    let added: Vec<_> = done
        .report
        .edits
        .iter()
        .map(|edit| (edit.kind, edit.record.expose().as_str()))
        .collect();
    let expected: Vec<_> = lost
        .iter()
        .map(|index| (EditKind::Added, all[*index].0.as_str()))
        .collect();
    assert_eq!(added, expected);
    assert_eq!(done.report.same_words, live.len());
}

#[test]
fn the_records_words_win_and_what_is_at_stake_is_said() {
    let record = said(&SESSION);
    let mut live = record.clone();
    for (from, to) in [
        ("sertraline", "certraline"),
        ("fifty", "fifteen"),
        ("Better", "better,"),
        ("scared", "scarred"),
    ] {
        live.iter_mut()
            .filter(|word| word.0 == from)
            .for_each(|word| to.clone_into(&mut word.0));
    }
    let done = reconcile(&transcript(&live, 0, 0), &transcript(&record, 0, 0));
    assert_eq!(text(&done.transcript), texts(&record));
    let report = &done.report;
    assert_eq!(
        report.count(EditKind::Replaced),
        3,
        "punctuation is no change"
    );
    let drug: Vec<_> = report
        .concerning(Concern::Drug)
        .map(|edit| edit.live.expose().as_str())
        .collect();
    assert_eq!(drug, ["certraline"]);
    assert_eq!(report.concerning(Concern::Number).count(), 1);
    assert!(!format!("{done:?}").contains("ertraline"));
}

#[test]
fn what_only_the_live_session_heard_is_kept_in_its_place_and_marked() {
    let live = said(&SESSION);
    let record: Vec<_> = live
        .iter()
        .filter(|(_, _, at)| !(8000..12_000).contains(at))
        .cloned()
        .collect();
    let done = reconcile(&transcript(&live, 0, 0), &transcript(&record, 0, 0));
    assert_eq!(text(&done.transcript), texts(&live));
    let marked = done
        .transcript
        .turns()
        .flat_map(Turn::words)
        .filter(|word| word.is_live_only())
        .count();
    assert_eq!(marked, live.len() - record.len());
    assert_eq!(done.report.count(EditKind::KeptFromLive), 1);
}

#[test]
fn fillers_and_doubled_words_that_the_record_leaves_out_stay_out() {
    let live = said(&["A: I I um took it", "B: Yes."]);
    let record: Vec<_> = [1, 3, 4, 5]
        .map(|index: usize| live[index].clone())
        .to_vec();
    let done = reconcile(&transcript(&live, 0, 0), &transcript(&record, 0, 0));
    assert_eq!(text(&done.transcript), "I took it Yes.");
    assert_eq!(done.report.count(EditKind::Dropped), 1);
    assert_eq!(done.report.edits[0].live.expose(), "I um");
}

#[test]
fn one_person_with_two_names_is_one_again_and_roles_go_on() {
    let all = said(&SESSION);
    // After a reconnect the letters are others.
    let (first, rest) = all.split_at(all.len() / 4);
    let first = transcript(first, 0, 0);
    let rest = transcript(rest, 1, 0);
    let mut roles = RoleMap::default();
    for (speaker, role) in [("A2", Role::Therapist), ("B2", Role::Client)] {
        roles.insert(
            letter(speaker),
            RoleAssignment::found(role, crate::Confidence::new(0.9)),
        );
    }
    let live = Transcript {
        turns: Turns::in_order(first.turns().chain(rest.turns()).cloned()),
        ..Transcript::default()
    }
    .with_roles(roles);
    // The record calls them the other way round.
    let swapped: Vec<_> = all
        .iter()
        .map(|(text, speaker, at)| (text.clone(), if *speaker == 'A' { 'B' } else { 'A' }, *at))
        .collect();
    let done = reconcile(&live, &transcript(&swapped, 0, 0));
    let named: Vec<_> = done
        .transcript
        .utterances()
        .map(|said| done.transcript.speaker_name(said.speaker()))
        .collect();
    assert_eq!(named, ["Therapist", "Client"].repeat(4));
    let now: Vec<_> = done
        .report
        .voices
        .iter()
        .map(|change| (change.live, change.now))
        .collect();
    assert_eq!(
        now,
        [(letter("A"), letter("A2")), (letter("B"), letter("B2"))]
    );
    assert_eq!(done.report.count(EditKind::Speaker), 0);
}

#[test]
fn a_word_that_was_somebody_elses_is_reported_and_a_person_has_the_last_word_on_roles() {
    let record = said(&SESSION);
    let mut live = record.clone();
    live.iter_mut()
        .filter(|word| word.0 == "nights?")
        .for_each(|word| word.1 = 'B');
    let by_hand: RoleMap = [(letter("A"), Role::Client), (letter("B"), Role::Therapist)]
        .into_iter()
        .collect();
    let mut found = RoleMap::default();
    found.insert(
        letter("A"),
        RoleAssignment::found(Role::Therapist, crate::Confidence::FULL),
    );
    let done = reconcile(
        &transcript(&live, 0, 0).with_roles(by_hand),
        &transcript(&record, 0, 0).with_roles(found),
    );
    let moved: Vec<_> = done
        .report
        .edits
        .iter()
        .map(|edit| (edit.kind, edit.record.expose().as_str()))
        .collect();
    assert_eq!(moved, [(EditKind::Speaker, "nights?")]);
    assert_eq!(
        done.transcript.role_of(Some(letter("A"))),
        Some(Role::Client)
    );
    assert_eq!(done.report.roles_in_doubt, [letter("A")]);
}

#[test]
fn a_gap_is_filled_and_a_pause_stays_unheard() {
    let record = said(&SESSION);
    let in_gap = |at: &u64| (6000..9000).contains(at);
    let in_pause = |at: &u64| (15_000..18_000).contains(at);
    let live: Vec<_> = record
        .iter()
        .filter(|(_, _, at)| !in_gap(at) && !in_pause(at))
        .cloned()
        .collect();
    let gap = |from, to, reason| {
        Gap::new(
            MediaTime::from_millis(from),
            MediaTime::from_millis(to),
            reason,
        )
    };
    let gaps = vec![
        gap(6000, 9000, GapReason::ConnectionLost),
        gap(14_950, 18_200, GapReason::Paused),
    ];
    let live = Transcript {
        gaps: Arc::new(gaps),
        ..transcript(&live, 0, 0)
    };
    let done = reconcile(&live, &transcript(&record, 0, 0));
    let expected: Vec<_> = record
        .iter()
        .filter(|(_, _, at)| !in_pause(at))
        .cloned()
        .collect();
    assert_eq!(text(&done.transcript), texts(&expected));
    let states: Vec<_> = done.transcript.gaps().iter().map(|gap| gap.state).collect();
    assert_eq!(states, [GapState::Filled, GapState::Open]);
    assert_eq!(
        (done.report.filled_gaps, done.report.paused_words),
        (1, record.len() - expected.len())
    );
}

#[test]
fn a_dose_that_is_ten_times_another_is_a_change() {
    let record = said(&["A: Take 2.5 milligrams", "B: At twenty-five past."]);
    let live = said(&["A: Take 25 milligrams", "B: At 25 past."]);
    let done = reconcile(&transcript(&live, 0, 0), &transcript(&record, 0, 0));
    let numbers = done.report.concerning(Concern::Number);
    let changed: Vec<_> = numbers.map(|edit| edit.record.expose().as_str()).collect();
    assert_eq!(changed, ["2.5"], "one number in two spellings is none");
}

#[test]
fn a_pause_of_channels_holds_for_all_of_them() {
    let record = said(&SESSION);
    let time = MediaTime::from_millis;
    let pause = Gap::new(time(2000), time(6000), GapReason::Paused).of(Some(letter("A")));
    let live = Transcript {
        gaps: Arc::new(vec![pause]),
        ..Transcript::default()
    };
    let done = reconcile(&live, &transcript(&record, 0, 0));
    let is_in_pause = |word: &Word| (2100..5800).contains(&word.start().as_millis());
    assert!(done.report.paused_words > 8);
    assert!(
        !done
            .transcript
            .turns()
            .flat_map(Turn::words)
            .any(is_in_pause)
    );
}

#[test]
fn what_may_be_there_twice_stays_where_nothing_else_is() {
    let live = said(&["A: I took it", "B: Never again."]);
    let words = transcript(&live, 0, 0)
        .turns()
        .flat_map(Turn::words)
        .cloned()
        .collect::<Vec<_>>();
    let words: Vec<_> = words
        .into_iter()
        .map(|word| word.overlap(Overlap::Undecided))
        .collect();
    let turn = Turn::new(
        TurnId::new(ConnectionId::default(), 0),
        Finality::Final,
        None,
        words,
    );
    let unsure = Transcript {
        turns: Turns::in_order([turn]),
        ..Transcript::default()
    };
    let begin: Vec<_> = live[..3].to_vec();
    let done = reconcile(&unsure, &transcript(&begin, 0, 0));
    assert_eq!(text(&done.transcript), "I took it Never again.");
}

#[test]
fn who_speaks_on_one_channel_hides_nobody_on_another() {
    let all = said(&SESSION);
    let (of_a, of_b): (Vec<_>, Vec<_>) = all
        .iter()
        .cloned()
        .partition(|(_, speaker, _)| *speaker == 'A');
    let both = |a: &[Said], b: &[Said]| {
        let (a, b) = (transcript(a, 0, 0), transcript(b, 1, 0));
        let mut turns: Vec<_> = a.turns().chain(b.turns()).cloned().collect();
        turns.sort_by_key(Turn::start);
        Transcript {
            turns: Turns::in_order(turns),
            ..Transcript::default()
        }
    };
    // The client says "stop" while the therapist speaks, and only the live session has it.
    let mut live = of_b.clone();
    live.insert(0, ("stop".to_owned(), 'B', 800));
    let done = reconcile(&both(&of_a, &live), &both(&of_a, &of_b));
    assert_eq!(done.report.count(EditKind::KeptFromLive), 1);
    assert_eq!(done.report.same_words, all.len());
}

#[test]
fn one_impossible_time_disturbs_nothing_else() {
    let live = said(&SESSION);
    let mut record = live.clone();
    record[30].2 = 20_000_000_000;
    let done = reconcile(&transcript(&live, 0, 0), &transcript(&record, 0, 0));
    assert!(
        done.report.same_words + 1 >= live.len(),
        "{}",
        done.report.same_words
    );
    record[30].2 = 0;
    let done = reconcile(&transcript(&live, 0, 0), &transcript(&record, 0, 0));
    assert!(
        done.report.same_words + 2 >= live.len(),
        "{}",
        done.report.same_words
    );
}

#[test]
fn a_record_without_speakers_takes_those_of_the_live_session() {
    let live = said(&SESSION);
    let mut record = transcript(&live, 0, 0);
    let bare = record.turns().map(|turn| {
        let words = turn
            .words()
            .iter()
            .map(|word| Word::new(word.text(), word.start(), word.end()))
            .collect();
        Turn::new(turn.id(), Finality::Final, None, words)
    });
    record.turns = Turns::in_order(bare.collect::<Vec<_>>());
    let live = transcript(&live, 0, 0);
    let done = reconcile(&live, &record);
    let speakers = |transcript: &Transcript| {
        transcript
            .utterances()
            .map(|said| said.speaker())
            .collect::<Vec<_>>()
    };
    assert_eq!(speakers(&done.transcript), speakers(&live));
}

#[test]
fn nothing_and_nonsense_are_taken() {
    let empty = Transcript::default();
    let all = transcript(&said(&SESSION), 0, 0);
    assert_eq!(text(&reconcile(&empty, &all).transcript), text(&all));
    assert_eq!(text(&reconcile(&all, &empty).transcript), text(&all));
    assert!(reconcile(&empty, &empty).transcript.is_empty());
    let at_once: Vec<Said> = (0..3000)
        .map(|index| (format!("w{}", index % 7), 'A', 0))
        .collect();
    let done = reconcile(&transcript(&at_once, 0, 0), &transcript(&at_once, 0, 0));
    assert!(done.transcript.turns().flat_map(Turn::words).count() >= at_once.len());
}

/// A long session of words that repeat themselves often.
fn long(count: u64) -> Vec<Said> {
    let word = |index: u64| {
        let text = ["no", "I", "the", "and", "was", "then"]
            .get(usize::try_from(index * index % 6).unwrap());
        let text = if index.is_multiple_of(3) {
            format!("w{index}")
        } else {
            (*text.unwrap()).to_owned()
        };
        let speaker = if (index / 17).is_multiple_of(2) {
            'A'
        } else {
            'B'
        };
        (text, speaker, 500 + index * 400)
    };
    (0..count).map(word).collect()
}

proptest! {
    #[test]
    fn whatever_the_live_session_lost_comes_back(lost in prop::collection::btree_set(0usize..300, 0..120), padding in 0u64..1000, shift in -120i64..120) {
        let all = long(300);
        let live: Vec<Said> = (0..).zip(&all).filter(|(index, _)| !lost.contains(index))
            .map(|(_, (text, speaker, at))| (text.clone(), *speaker, at.saturating_add_signed(shift))).collect();
        let done = reconcile(&transcript(&live, 0, padding), &transcript(&all, 0, 0));
        prop_assert_eq!(text(&done.transcript), texts(&all));
        let added: usize = done.report.edits.iter().filter(|edit| edit.kind == EditKind::Added)
            .map(|edit| edit.record.expose().split(' ').count()).sum();
        prop_assert_eq!(added, lost.len());
    }

    #[test]
    fn no_stretch_that_only_the_live_session_has_is_lost(from in 0usize..280, length in 4usize..20) {
        let all = long(300);
        let record: Vec<Said> = (0..).zip(&all).filter(|(index, _)| !(from..from + length).contains(index)).map(|(_, word)| word.clone()).collect();
        let done = reconcile(&transcript(&all, 0, 0), &transcript(&record, 0, 0));
        // A word at an edge that is the same as its neighbour may be taken for a repetition.
        let kept = done.transcript.turns().flat_map(Turn::words).filter(|word| word.is_live_only()).count();
        prop_assert!(kept + 2 >= length, "{kept} of {length}");
        let marked_apart = done.transcript.turns().flat_map(Turn::words).filter(|word| !word.is_live_only()).count();
        prop_assert_eq!(marked_apart, record.len());
    }
}
