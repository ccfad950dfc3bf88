//! What it costs to find what was said about something in ninety minutes.

use std::hint::black_box;

use criterion::Criterion;
use therapy_scribe_core::{
    ConnectionId, Finality, MediaTime, RoleMap, SpeakerId, Transcript, Turn, TurnId, Word,
};
use therapy_scribe_notes::SessionIndex;

/// Ninety minutes at 150 words a minute.
const WORDS: u64 = 13_500;
/// Words of one turn.
const TURN: u64 = 15;
const VOCABULARY: [&str; 24] = [
    "I", "was", "worried", "about", "the", "meeting", "and", "my", "sister", "said.", "Sleeping",
    "is", "better", "now,", "but", "work", "makes", "me", "tired", "every", "morning.", "We",
    "argued", "again?",
];

fn session() -> Transcript {
    let connection = ConnectionId::default();
    let mut random = 7_u64;
    let word = |index: u64| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let choice = usize::try_from(random >> 59).unwrap_or(0) % VOCABULARY.len();
        let text = VOCABULARY.get(choice).copied().unwrap_or("word");
        // Half of the words are as rare as names.
        let text = if random & 1 == 0 {
            text.to_owned()
        } else {
            format!("{text}{}", random >> 52)
        };
        let at = MediaTime::from_millis(index * 400);
        Word::new(text, at, at)
    };
    let words: Vec<Word> = (0..WORDS).map(word).collect();
    let turns = words.chunks(usize::try_from(TURN).unwrap_or(1)).enumerate();
    let turns = turns.map(|(order, words)| {
        let letter = if order % 2 == 0 { "A" } else { "B" };
        let speaker = SpeakerId::from_letters(connection, letter);
        let id = TurnId::new(connection, u64::try_from(order).unwrap_or(0));
        let words = words
            .iter()
            .map(|word| word.clone().spoken_by(speaker, None));
        Turn::new(id, Finality::Final, speaker, words.collect())
    });
    Transcript::from_turns(turns, RoleMap::default())
}

fn main() {
    let transcript = session();
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("ninety minutes");
    group.bench_function("index and ask", |bench| {
        bench.iter(|| {
            black_box(SessionIndex::new(&transcript).ask("what did she say about her sister"))
        });
    });
    let index = SessionIndex::new(&transcript);
    group.bench_function("ask", |bench| {
        bench.iter(|| black_box(index.ask("family and sleep")));
    });
    group.finish();
    criterion.final_summary();
}
