//! What a turn costs the role mapper, early and late in a session.
#![expect(clippy::print_stdout, reason = "a program that reports")]

use std::{hint::black_box, time::Instant};

use criterion::{BatchSize, Criterion};
use therapy_scribe_core::{
    ConnectionId, Finality, MediaTime, RoleMapper, SpeakerId, Turn, TurnId, Word, roles::Combined,
};

/// What a therapist and a client say by turns.
const SAID: [&str; 6] = [
    "So how did the week go for you, and have you noticed when you feel that way?",
    "I was so tired that I slept through my alarm, and my boss was angry with me again.",
    "It sounds like that was hard for you. What did you do then?",
    "I don't know. I just felt ashamed, I guess, and I couldn't tell my wife about it.",
    "Let's look at what you wrote down in the thought record that we talked about last week.",
    "Yeah, mostly at night, when I can't stop thinking about my mother and what she said.",
];

fn turn(order: usize) -> Turn {
    let order = u64::try_from(order).unwrap_or_default();
    let connection = ConnectionId::default();
    let speaker = SpeakerId::new(connection, u16::from(!order.is_multiple_of(2)));
    let text = SAID
        .iter()
        .cycle()
        .nth(usize::try_from(order % 6).unwrap_or_default());
    let at = MediaTime::from_millis(order * 5000);
    let words = text.into_iter().flat_map(|text| text.split(' '));
    Turn::new(
        TurnId::new(connection, order),
        Finality::Final,
        Some(speaker),
        words.map(|word| Word::new(word, at, at)).collect(),
    )
}

fn mapper(turns: usize) -> Combined {
    let mut mapper = Combined::default();
    (0..turns).for_each(|order| mapper.add(&turn(order)));
    mapper
}

/// One turn more, with the roles that it leads to.
fn step(mapper: &mut Combined, next: &Turn) {
    mapper.add(next);
    black_box(mapper.roles());
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for turns in [10, 10_000] {
        let next = turn(turns);
        criterion.bench_function(&format!("roles/a turn at turn {turns}"), |b| {
            let mut mapper = mapper(turns);
            b.iter_batched(|| (), |()| step(&mut mapper, &next), BatchSize::SmallInput);
        });
    }
    criterion.final_summary();
    for turns in [10, 10_000] {
        let mut mapper = mapper(turns);
        let mut times: Vec<_> = (turns..turns + 500)
            .map(|order| {
                let next = turn(order);
                let begin = Instant::now();
                step(&mut mapper, &next);
                begin.elapsed()
            })
            .collect();
        times.sort_unstable();
        let at = |share: usize| {
            times
                .get(times.len() * share / 100)
                .copied()
                .unwrap_or_default()
        };
        println!(
            "a new turn from turn {turns} on: median {:?}, 99th of 100 {:?} (under 1 ms)",
            at(50),
            at(99)
        );
    }
}
