//! Any order of events leaves what a plain model says.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{AuditAction, ConnectionId, Finality, Role, roles::Linguistic};

const CONNECTION: ConnectionId = ConnectionId::new(0);

fn speaker(letter: u8) -> Option<SpeakerId> {
    let letter = char::from(b'A' + letter % 3).to_string();
    SpeakerId::from_letters(CONNECTION, &letter)
}

/// Turn `order`, whose words only it has; `letter` 3 stands for nobody.
fn turn(order: u64, finality: Finality, letter: u8) -> Turn {
    let said = ["I", "you", "felt", "what?"];
    let words = (0..4).zip(said).map(|(index, text)| {
        let start = MediaTime::from_millis(order * 1000 + index * 200);
        let end = start.plus(std::time::Duration::from_millis(150));
        Word::new(format!("{text}{order}"), start, end)
    });
    let speaker = (letter < 3).then(|| speaker(letter)).flatten();
    let id = TurnId::new(CONNECTION, order);
    Turn::new(id, finality, speaker, words.collect())
}

#[derive(Debug, Clone)]
enum Event {
    Partial(u64),
    Final(u64, u8),
    Revised(u64, u8),
    Merged(u8, u8),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        (0u64..12).prop_map(Event::Partial),
        (0u64..12, 0u8..4).prop_map(|(order, letter)| Event::Final(order, letter)),
        (0u64..12, 0u8..3).prop_map(|(order, letter)| Event::Revised(order, letter)),
        (0u8..3, 0u8..3).prop_map(|(from, to)| Event::Merged(from, to)),
    ];
    prop::collection::vec(event, 0..60).prop_map(in_order)
}

/// New turns become final in their order, as services send them; old ones may be repeated at any time.
fn in_order(mut events: Vec<Event>) -> Vec<Event> {
    let mut next = 0;
    for event in &mut events {
        if let Event::Final(order, _) = event {
            *order = (*order).min(next);
            next = next.max(*order + 1);
        }
    }
    events
}

fn assembler() -> TranscriptAssembler {
    TranscriptAssembler::new(Box::new(Linguistic::default()))
}

fn apply(assembler: &mut TranscriptAssembler, event: &Event) -> Change {
    match event {
        Event::Partial(order) => {
            assembler.apply(&SttEvent::Partial(turn(*order, Finality::Partial, 3)))
        }
        Event::Final(order, letter) => {
            assembler.apply(&SttEvent::Final(turn(*order, Finality::Final, *letter)))
        }
        Event::Revised(order, letter) => {
            let id = TurnId::new(CONNECTION, *order);
            let relabel = Relabel::new(id, speaker(*letter), Vec::new());
            assembler.apply(&SttEvent::Revised(vec![relabel]))
        }
        Event::Merged(from, to) => {
            let (Some(from), Some(to)) = (speaker(*from), speaker(*to)) else {
                return Change::Nothing;
            };
            assembler.merge_speakers(from, to)
        }
    }
}

/// Who said each final turn in the end.
fn model(events: &[Event]) -> BTreeMap<u64, Option<SpeakerId>> {
    let mut turns = BTreeMap::new();
    let mut merged: Vec<(Option<SpeakerId>, Option<SpeakerId>)> = Vec::new();
    for event in events {
        match event {
            Event::Partial(_) => {}
            Event::Final(order, letter) => {
                let said_by = (*letter < 3).then(|| speaker(*letter)).flatten();
                turns.entry(*order).or_insert(said_by);
            }
            Event::Revised(order, letter) => {
                turns
                    .entry(*order)
                    .and_modify(|said_by| *said_by = speaker(*letter));
            }
            Event::Merged(from, to) => {
                // Whoever `to` has become by now.
                let to = follow(&merged, speaker(*to));
                if speaker(*from) != to {
                    merged.push((speaker(*from), to));
                }
            }
        }
    }
    turns
        .into_iter()
        .map(|(order, label)| (order, follow(&merged, label)))
        .collect()
}

/// Takes every step that was merged, in order.
fn follow(
    merged: &[(Option<SpeakerId>, Option<SpeakerId>)],
    label: Option<SpeakerId>,
) -> Option<SpeakerId> {
    merged.iter().fold(
        label,
        |label, (from, to)| if label == *from { *to } else { label },
    )
}

proptest! {
    #[test]
    fn finals_stay_once_and_labels_end_as_if_they_had_been_right(events in events()) {
        let mut assembler = assembler();
        for event in &events {
            let before = assembler.snapshot();
            let text = before.to_json();
            let change = apply(&mut assembler, event);
            prop_assert!(before.to_json() == text, "a snapshot changed");
            let after = assembler.snapshot();
            let same = after.to_json() == text && after.partials() == before.partials();
            prop_assert!(same || change != Change::Nothing, "a change that nobody was told of");
        }
        let got = assembler.snapshot();
        let expected = model(&events);
        let words = got.turns().map(|turn| (turn.id().order(), turn.words().iter().map(Word::speaker).collect::<Vec<_>>()));
        let expected_words = expected.iter().map(|(order, said_by)| (*order, vec![*said_by; 4]));
        prop_assert!(words.eq(expected_words));

        let mut right = self::assembler();
        for (order, said_by) in &expected {
            let mut words = turn(*order, Finality::Final, 3);
            let relabel = Relabel::new(words.id(), *said_by, Vec::new());
            words.relabel(&relabel);
            right.apply(&SttEvent::Final(words));
        }
        let right = right.snapshot();
        prop_assert_eq!(got.to_text(), right.to_text());
        prop_assert_eq!(got.roles(), right.roles());
        // Nothing final is open.
        prop_assert!(got.partials().iter().all(|open| !expected.contains_key(&open.id().order())));
        let again = Transcript::from_json(&got.to_json()).unwrap();
        prop_assert_eq!(again.to_text(), got.to_text());
    }
}

/// Turns of "A" and "B" by turns, each of one sentence.
fn session(assembler: &mut TranscriptAssembler, turns: u64) {
    for order in 0..turns {
        let letter = u8::try_from(order % 2).unwrap();
        assembler.apply(&SttEvent::Final(turn(order, Finality::Final, letter)));
    }
}

fn speakers(assembler: &TranscriptAssembler) -> String {
    let transcript = assembler.snapshot();
    let turns = transcript.turns();
    turns
        .filter_map(|turn| turn.words().first()?.speaker())
        .map(|speaker| speaker.to_string())
        .collect()
}

#[test]
fn a_corrected_span_outlives_a_revision_and_is_undone_by_name() {
    let mut assembler = assembler();
    session(&mut assembler, 6);
    let (a, b) = (speaker(0).unwrap(), speaker(1).unwrap());
    let id = |order| TurnId::new(CONNECTION, order);
    let by = || Actor::Clinician("c-17".to_owned());
    let (change, event) = assembler.correct(by(), Correction::span(id(2), id(7), (a, b)));
    assert_eq!(change, Change::Revised((2..6).map(id).collect()));
    assert_eq!(
        (event.action, event.subject.as_str()),
        (AuditAction::SpanExchanged, "turns 0.2 to 0.7")
    );
    assert_eq!(speakers(&assembler), "ABBABA");

    let relabel = Relabel::new(id(3), speaker(0), Vec::new());
    assembler.apply(&SttEvent::Revised(vec![relabel]));
    assembler.apply(&SttEvent::Final(turn(6, Finality::Final, 0)));
    assert_eq!(speakers(&assembler), "ABBBBAB");

    let (_, event) = assembler.undo_correction(by()).unwrap();
    assert_eq!(event.action, AuditAction::RoleUndone);
    assert_eq!(speakers(&assembler), "ABAAABA");
    assert!(assembler.undo_correction(by()).is_none());
}

#[test]
fn a_corrected_role_outlives_what_is_said_and_undoing_it_brings_the_one_before_back() {
    let mut assembler = assembler();
    let a = speaker(0).unwrap();
    let by = || Actor::Clinician("c-17".to_owned());
    assembler.correct(by(), Correction::speaker(a, Some(Role::Client)));
    assembler.correct(by(), Correction::speaker(a, Some(Role::Interpreter)));
    session(&mut assembler, 20);
    assert_eq!(
        assembler.snapshot().roles().role(a),
        Some(Role::Interpreter)
    );
    let (change, event) = assembler.undo_correction(by()).unwrap();
    assert_eq!(
        (change, event.subject.as_str()),
        (Change::Roles, "speaker A")
    );
    assert_eq!(assembler.snapshot().roles().role(a), Some(Role::Client));
}

#[test]
fn a_word_before_a_cut_goes_to_its_sentence_when_the_next_turn_comes_unless_smoothing_is_off() {
    let said = |order: u64, letter, texts: &[&str]| {
        let at = MediaTime::from_millis(order * 1000);
        let words = texts.iter().map(|text| Word::new(text, at, at)).collect();
        let turn = Turn::new(
            TurnId::new(CONNECTION, order),
            Finality::Final,
            speaker(letter),
            words,
        );
        SttEvent::Final(turn)
    };
    for (smoothing, expected) in [(Smoothing::On, 1), (Smoothing::Off, 0)] {
        let mut assembler = assembler().smoothing(smoothing);
        assembler.apply(&said(0, 0, &["To", "run.", "Yes,"]));
        assembler.apply(&said(1, 1, &["I", "hate", "that."]));
        let transcript = assembler.snapshot();
        let last = transcript.turns().next().unwrap().words().last().unwrap();
        assert_eq!(last.speaker(), speaker(expected));
        assert_eq!(last.heard_as().is_some(), smoothing == Smoothing::On);
    }
}
