//! What is said: invented, of two voices, with the pauses and repetitions of a session.

/// Chance that a seed repeats (`SplitMix64`).
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `limit`.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % limit
    }
}

#[derive(Debug, Clone)]
pub(super) struct ScriptWord {
    pub(super) text: &'static str,
    pub(super) start: u64,
    pub(super) end: u64,
    /// 0 or 1.
    pub(super) person: usize,
}

#[derive(Debug)]
pub(super) struct Script {
    pub(super) words: Vec<ScriptWord>,
}

const VOCABULARY: [&str; 48] = [
    "I",
    "you",
    "and",
    "then",
    "so",
    "but",
    "no",
    "yes",
    "maybe",
    "it",
    "is",
    "was",
    "what",
    "how",
    "did",
    "feel",
    "felt",
    "think",
    "thought",
    "slept",
    "badly",
    "week",
    "work",
    "sister",
    "mother",
    "home",
    "again",
    "never",
    "always",
    "afraid",
    "angry",
    "tired",
    "alone",
    "sertraline",
    "fifty",
    "milligrams",
    "fourteen",
    "two",
    "times",
    "morning",
    "evening",
    "door",
    "train",
    "breathe",
    "homework",
    "record",
    "panic",
    "sleep",
];
/// What people really say twice and three times.
const REPEATED: [&[&str]; 6] = [
    &["no", "no"],
    &["I", "I", "I"],
    &["no", "no", "no"],
    &["and", "then", "and", "then"],
    &["never", "never", "again"],
    &["it", "is", "what", "it", "is"],
];

impl Script {
    pub(super) fn new(random: &mut Random, length: u64) -> Self {
        let mut words = Vec::new();
        let mut at = 1000;
        let mut person = 0;
        while at + 30_000 < length {
            for _ in 0..2 + random.below(25) {
                if random.below(8) == 0 {
                    // A therapist says "you", a client "I".
                    let text = if person == 0 { "you" } else { "I" };
                    say(&mut words, random, &mut at, text, person);
                } else if random.below(12) == 0 {
                    let index = usize::try_from(random.below(6)).unwrap();
                    for text in REPEATED[index] {
                        say(&mut words, random, &mut at, text, person);
                    }
                } else {
                    let index = usize::try_from(random.below(48)).unwrap();
                    say(&mut words, random, &mut at, VOCABULARY[index], person);
                }
                if random.below(25) == 0 {
                    at += 800 + random.below(2500);
                }
            }
            at += 150 + random.below(1500);
            if random.below(30) == 0 {
                at += random.below(45_000);
            }
            if random.below(5) > 0 {
                person = 1 - person;
            }
        }
        Self { words }
    }

    /// Leaves out what is said after the recording's end.
    pub(super) fn end_at(&mut self, captured: std::time::Duration) {
        let captured = u64::try_from(captured.as_millis()).unwrap_or(u64::MAX);
        self.words.retain(|word| word.end <= captured);
    }
}

fn say(
    words: &mut Vec<ScriptWord>,
    random: &mut Random,
    at: &mut u64,
    text: &'static str,
    person: usize,
) {
    let start = *at + 30 + random.below(90);
    let end = start + 120 + random.below(260);
    *at = end;
    words.push(ScriptWord {
        text,
        start,
        end,
        person,
    });
}
