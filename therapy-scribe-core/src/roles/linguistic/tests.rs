use super::*;
use crate::{ConnectionId, Finality, MediaTime, Role, TurnId, Word};

const A: SpeakerId = SpeakerId::new(ConnectionId::new(0), 0);
const B: SpeakerId = SpeakerId::new(ConnectionId::new(0), 1);

fn turn(order: u64, speaker: SpeakerId, text: &str) -> Turn {
    let time = MediaTime::from_millis(order * 1000);
    let words = text
        .split_whitespace()
        .map(|word| Word::new(word, time, time))
        .collect();
    Turn::new(
        TurnId::new(ConnectionId::default(), order),
        Finality::Final,
        Some(speaker),
        words,
    )
}

fn session() -> [Turn; 4] {
    [
        turn(
            0,
            A,
            "I almost didn't come today, I was so tired that I slept through my alarm.",
        ),
        turn(
            1,
            B,
            "I'm glad that you did. What was it like for you to get out of the door?",
        ),
        turn(
            2,
            A,
            "I kept thinking that I would only waste your time with my worries.",
        ),
        turn(
            3,
            B,
            "It sounds like you had a hard week. How did you sleep?",
        ),
    ]
}

#[test]
fn the_one_who_asks_is_the_therapist_even_when_the_client_begins() {
    let mut mapper = Linguistic::default();
    for turn in &session() {
        mapper.add(turn);
    }
    assert_eq!(mapper.roles().role(B), Some(Role::Therapist));
    assert_eq!(mapper.roles().role(A), Some(Role::Client));
}

#[test]
fn two_who_sound_alike_get_no_role() {
    let mut mapper = Linguistic::default();
    mapper.add(&turn(
        0,
        A,
        "The train was late again, and the platform was full of people and bags.",
    ));
    mapper.add(&turn(
        1,
        B,
        "The weather was bad, and the roads were closed until late in the evening.",
    ));
    assert!(mapper.roles().is_empty());
}

#[test]
fn a_few_words_settle_nothing() {
    let mut mapper = Linguistic::default();
    mapper.add(&turn(0, A, "How are you?"));
    mapper.add(&turn(1, B, "I am fine, I think."));
    assert!(mapper.roles().is_empty());
}

#[test]
fn revised_labels_leave_no_trace_of_the_old_ones() {
    let (mut revised, mut right) = (Linguistic::default(), Linguistic::default());
    for turn in session() {
        let wrong = Turn::new(
            turn.id(),
            Finality::Final,
            Some(A),
            turn.words().iter().map(unlabelled).collect(),
        );
        revised.add(&wrong);
        revised.remove(&wrong);
        revised.add(&turn);
        right.add(&turn);
    }
    assert_eq!(revised.roles(), right.roles());
    assert!(!right.roles().is_empty());
}

fn unlabelled(word: &Word) -> Word {
    Word::new(word.text(), word.start(), word.end())
}
