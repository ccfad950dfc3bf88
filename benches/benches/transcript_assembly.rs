//! What it costs to turn a service's messages into the transcript.
//!
//! Criterion gives the times. The ratios, which are what we promise, are taken in one run at the end: both sides of each
//! are measured in turn, round after round, so that a noisy machine is noisy for both.
#![expect(
    clippy::panic,
    clippy::print_stdout,
    reason = "a program that reports, and ends where something is wrong"
)]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use criterion::{BatchSize, Criterion, Throughput};
use therapy_scribe_benches::{Messages, Shape, decode_owned};
use therapy_scribe_core::{Transcript, TranscriptAssembler, roles::Linguistic};
use therapy_scribe_stt::{StreamingConfig, bench::Decoder};
use therapy_scribe_transport::Incoming;

const ROUNDS: usize = 15;

/// When the host looks.
#[derive(Clone, Copy)]
enum Reader {
    /// After each message, so that every partial is taken apart.
    Eager,
    /// Once a turn: partials that were replaced by then are never taken apart.
    PerTurn,
}

/// A session under way.
struct Session {
    decoder: Decoder,
    assembler: TranscriptAssembler,
}

impl Session {
    fn new() -> Self {
        let config = StreamingConfig::one_room(2).unwrap_or_else(|error| panic!("{error}"));
        Self {
            decoder: Decoder::new(&config),
            assembler: TranscriptAssembler::new(Box::new(Linguistic::default())),
        }
    }

    fn run(&mut self, messages: &[Incoming], reader: Reader) {
        let turn = 1 + usize::try_from(Shape::FIFTY_MINUTES.partials_per_turn).unwrap_or_default();
        for (index, message) in messages.iter().enumerate() {
            self.decoder.take(message.clone());
            if matches!(reader, Reader::Eager) || (index + 1) % turn == 0 {
                while let Some(event) = self.decoder.next_event() {
                    let event = event.unwrap_or_else(|error| panic!("{error}"));
                    black_box(self.assembler.apply(&event));
                }
            }
        }
    }

    fn transcript(&self) -> Transcript {
        self.assembler.snapshot()
    }
}

fn assemble(messages: &[Incoming], reader: Reader) -> Transcript {
    let mut session = Session::new();
    session.run(messages, reader);
    session.transcript()
}

fn owned(texts: &[String]) -> usize {
    texts
        .iter()
        .filter_map(|text| decode_owned(black_box(text)))
        .sum()
}

fn session(shape: Shape) -> (Vec<String>, Vec<Incoming>) {
    let texts: Vec<String> = Messages::new(shape, 7).collect();
    let messages = texts.iter().map(Incoming::text).collect();
    (texts, messages)
}

fn times(criterion: &mut Criterion) {
    for (name, shape) in [("50 min", Shape::FIFTY_MINUTES), ("10 h", Shape::TEN_HOURS)] {
        let (texts, messages) = session(shape);
        let bytes: usize = texts.iter().map(String::len).sum();
        let mut group = criterion.benchmark_group(name);
        group
            .throughput(Throughput::Bytes(bytes.try_into().unwrap_or(u64::MAX)))
            .sample_size(10);
        group.bench_function("owned serde_json, decoding alone", |b| {
            b.iter(|| owned(&texts));
        });
        group.bench_function("decode and assemble, read once a turn", |b| {
            b.iter(|| assemble(&messages, Reader::PerTurn));
        });
        group.bench_function("decode and assemble, read every partial", |b| {
            b.iter(|| assemble(&messages, Reader::Eager));
        });
        group.finish();
        let mut whole = Session::new();
        whole.run(&messages, Reader::PerTurn);
        criterion.bench_function(&format!("{name}/snapshot"), |b| {
            b.iter_batched(
                || (),
                |()| black_box(whole.transcript()),
                BatchSize::SmallInput,
            );
        });
    }
}

/// The median of what `measure` returns, over rounds.
fn median(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds.get(rounds.len() / 2).copied().unwrap_or(f64::NAN)
}

fn timed(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

fn report_ratios() {
    let (texts, messages) = session(Shape::FIFTY_MINUTES);
    assert_eq!(owned(&texts), words_of_all(Shape::FIFTY_MINUTES));
    for reader in [Reader::Eager, Reader::PerTurn] {
        let transcript = assemble(&messages, reader);
        let words: usize = transcript.turns().map(|turn| turn.words().len()).sum();
        assert_eq!(words, 9_000);
    }
    println!("\n50 min, decode and assemble against owned serde_json decoding of the same bytes:");
    for (name, reader) in [
        ("read once a turn (at most 1.00)", Reader::PerTurn),
        ("read every partial", Reader::Eager),
    ] {
        let ratio = (0..ROUNDS).map(|_| {
            let theirs = timed(|| _ = black_box(owned(&texts)));
            let ours = timed(|| drop(black_box(assemble(&messages, reader))));
            ours.as_secs_f64() / theirs.as_secs_f64()
        });
        println!("  {name}: {:.2}x", median(ratio.collect()));
    }

    let (_, messages) = session(Shape::TEN_HOURS);
    let tenth = messages.len() / 10;
    let growth = (0..ROUNDS).map(|_| {
        let mut session = Session::new();
        let parts: Vec<f64> = messages
            .chunks(tenth)
            .map(|part| timed(|| session.run(part, Reader::Eager)).as_secs_f64())
            .collect();
        parts.last().unwrap_or(&f64::NAN) / parts.first().unwrap_or(&f64::NAN)
    });
    println!(
        "10 h, the last tenth against the first, per update: {:.2}x (at most 1.20)",
        median(growth.collect())
    );
}

/// Each partial holds its share of the turn, the final all of it.
fn words_of_all(shape: Shape) -> usize {
    let shares = shape.partials_per_turn + 1;
    let per_turn: u64 = (1..=shares)
        .map(|share| shape.words_per_turn * share / shares)
        .sum();
    usize::try_from(per_turn * shape.turns).unwrap_or_default()
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    times(&mut criterion);
    criterion.final_summary();
    report_ratios();
}
