use super::*;
use crate::{
    ConnectionId, Finality, MediaTime, Role, TurnId, Word,
    roles::{RoleStatus, Setting},
};

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

const C: SpeakerId = SpeakerId::new(ConnectionId::new(0), 2);
const D: SpeakerId = SpeakerId::new(ConnectionId::new(0), 3);

/// What a therapist and a client say, again and again a little differently.
fn talk(rounds: u64) -> Vec<(bool, String)> {
    let asked = [
        "So how did the week go for you?",
        "It sounds like that was hard for you. What did you do then?",
        "Have you noticed when you feel that way?",
        "Let's look at what you wrote down.",
    ];
    let told = [
        "I was so tired that I slept through my alarm, and my boss was angry with me.",
        "I don't know. I just felt ashamed, I guess.",
        "Yeah, mostly at night, when I can't stop thinking about my mother.",
        "I tried to tell my wife, but she didn't want to hear it.",
    ];
    let line = |at: u64, all: &[&str; 4]| all[usize::try_from(at % 4).unwrap()].to_owned();
    (0..rounds)
        .flat_map(|at| [(true, line(at, &asked)), (false, line(at, &told))])
        .collect()
}

fn heard(setting: Setting, turns: impl IntoIterator<Item = (SpeakerId, String)>) -> Linguistic {
    let mut mapper = Linguistic::new(setting);
    for (order, (speaker, text)) in (0..).zip(turns) {
        mapper.add(&turn(order, speaker, &text));
    }
    mapper
}

#[test]
fn letters_that_are_exchanged_from_a_turn_on_are_a_span_and_the_roles_stay() {
    let turns = talk(20).into_iter().zip(0..).map(|((asks, text), at)| {
        let speaker = if asks == (at < 24) { A } else { B };
        (speaker, text)
    });
    let report = heard(Setting::Individual, turns).report();
    let [swap] = report.swaps.as_slice() else {
        panic!("{} swaps", report.swaps.len());
    };
    assert!(swap.from.order().abs_diff(24) <= 1 && swap.to.order() == 39);
    assert_eq!(report.to_map().role(A), Some(Role::Therapist));
    assert_eq!(report.status, RoleStatus::Settled);
}

#[test]
fn a_revision_in_the_middle_leaves_what_the_right_labels_would_have_given() {
    let labelled = |asks: bool| if asks { A } else { B };
    let turns = || {
        talk(60)
            .into_iter()
            .map(|(asks, text)| (labelled(asks), text))
    };
    let right = heard(Setting::Individual, turns());
    let mut revised = heard(
        Setting::Individual,
        turns().zip(0..).map(|((speaker, text), at)| {
            let is_wrong = (10..50).contains(&at);
            (if is_wrong { A } else { speaker }, text)
        }),
    );
    for (order, (speaker, text)) in (0..).zip(turns()).skip(10).take(40) {
        revised.remove(&turn(order, A, &text));
        revised.add(&turn(order, speaker, &text));
    }
    assert_eq!(revised.report(), right.report());
}

#[test]
fn labels_of_one_person_get_one_role() {
    let mut letters = [B, C, D].into_iter().cycle();
    let turns = talk(15).into_iter().map(move |(asks, text)| {
        let speaker = if asks { A } else { letters.next().unwrap() };
        (speaker, text)
    });
    let roles = heard(Setting::Individual, turns).roles();
    assert_eq!(roles.role(A), Some(Role::Therapist));
    for client in [B, C, D] {
        assert_eq!(roles.role(client), Some(Role::Client));
    }
}

#[test]
fn a_couple_has_one_therapist_and_two_clients() {
    let mut letters = [A, C].into_iter().cycle();
    let turns = talk(10).into_iter().map(move |(asks, text)| {
        let speaker = if asks { B } else { letters.next().unwrap() };
        (speaker, text)
    });
    let roles = heard(Setting::Couple, turns).roles();
    let found: Vec<_> = [A, B, C].map(|speaker| roles.role(speaker)).into();
    let (therapist, client) = (Some(Role::Therapist), Some(Role::Client));
    assert_eq!(found, [client, therapist, client]);
}

#[test]
fn another_language_needs_confirmation() {
    let spoken = [
        (
            A,
            "Hola, cómo está usted hoy? Qué le trae por aquí esta semana?",
        ),
        (
            B,
            "No me siento bien, no puedo dormir y me preocupa mi madre.",
        ),
        (
            A,
            "Y desde cuándo le pasa eso? Ha hablado con alguien de su familia?",
        ),
        (
            B,
            "Desde hace un mes, pero no me gusta hablar de eso con ellos.",
        ),
    ];
    let turns = spoken.into_iter().cycle().take(40);
    let report = heard(
        Setting::Individual,
        turns.map(|(who, text)| (who, text.to_owned())),
    )
    .report();
    assert_eq!(report.status, RoleStatus::NeedsConfirmation);
    assert!(report.to_map().is_empty());
}

#[test]
fn the_turns_that_decided_are_named() {
    let turns = talk(6)
        .into_iter()
        .map(|(asks, text)| (if asks { A } else { B }, text));
    let report = heard(Setting::Individual, turns).report();
    let deciding = &report.speakers[&A].deciding;
    assert!(!deciding.is_empty() && deciding.iter().all(|turn| turn.order() % 2 == 0));
}
