//! A therapy session as the service's messages, of any length, the same for the same seed.

use serde_json::{Value, json};

/// How long a session is, and how it is told.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "a benchmark's own parameters")]
pub struct Shape {
    /// Turns in all.
    pub turns: u64,
    /// Words of each turn.
    pub words_per_turn: u64,
    /// Partials before each final; each holds more of the turn.
    pub partials_per_turn: u64,
}

impl Shape {
    /// 50 minutes: 9,000 words in 600 turns, five partials a turn.
    pub const FIFTY_MINUTES: Self = Self {
        turns: 600,
        words_per_turn: 15,
        partials_per_turn: 5,
    };

    /// Ten hours at the same rate.
    pub const TEN_HOURS: Self = Self {
        turns: 600 * 12,
        ..Self::FIFTY_MINUTES
    };
}

/// The messages of a session, in order.
#[derive(Debug)]
pub struct Messages {
    shape: Shape,
    random: u64,
    clock_ms: u64,
    turn: u64,
    partial: u64,
    words: Vec<Value>,
}

impl Messages {
    /// The session of this shape and seed.
    #[must_use]
    pub fn new(shape: Shape, seed: u64) -> Self {
        Self {
            shape,
            random: seed,
            clock_ms: 0,
            turn: 0,
            partial: 0,
            words: Vec::new(),
        }
    }

    /// A number below `limit` (`SplitMix64`).
    fn below(&mut self, limit: u64) -> u64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        (mixed ^ (mixed >> 27)) % limit
    }

    /// Invented words of two to nine letters.
    fn word(&mut self) -> String {
        let letters = 2 + self.below(8);
        (0..letters)
            .filter_map(|_| char::from_digit(u32::try_from(10 + self.below(26)).ok()?, 36))
            .collect()
    }

    fn speak(&mut self) {
        self.words = (0..self.shape.words_per_turn)
            .map(|_| {
                let start = self.clock_ms + self.below(120);
                let end = start + 80 + self.below(300);
                self.clock_ms = end;
                json!({"start": start, "end": end, "text": self.word(),
                    "confidence": confidence(self.below(1000)), "word_is_final": false})
            })
            .collect();
        self.clock_ms += self.below(1500);
    }

    fn message(&mut self) -> String {
        let is_final = self.partial == self.shape.partials_per_turn;
        let share = self.partial + 1;
        let total = self.shape.partials_per_turn + 1;
        let count = usize::try_from(self.shape.words_per_turn * share / total).unwrap_or_default();
        let mut words: Vec<Value> = self.words.iter().take(count).cloned().collect();
        let text = words
            .iter()
            .filter_map(|word| word.get("text")?.as_str())
            .collect::<Vec<_>>()
            .join(" ");
        let mut message = json!({"turn_order": self.turn, "turn_is_formatted": true, "end_of_turn": is_final,
            "transcript": text, "end_of_turn_confidence": u8::from(is_final), "utterance": if is_final { &*text } else { "" }});
        if is_final {
            let label = if self.turn.is_multiple_of(2) {
                "A"
            } else {
                "B"
            };
            for word in words.iter_mut().filter_map(Value::as_object_mut) {
                word.insert("word_is_final".to_owned(), json!(true));
                word.insert("speaker".to_owned(), json!(label));
                word.insert(
                    "speaker_confidence".to_owned(),
                    confidence(self.below(1000)),
                );
            }
            put(&mut message, "speaker_label", json!(label));
            put(
                &mut message,
                "speaker_confidence",
                confidence(self.below(1000)),
            );
        }
        put(&mut message, "words", Value::Array(words));
        put(&mut message, "type", json!("Turn"));
        message.to_string()
    }
}

impl Iterator for Messages {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        if self.turn == self.shape.turns {
            return None;
        }
        if self.partial == 0 {
            self.speak();
        }
        let message = self.message();
        self.partial += 1;
        if self.partial > self.shape.partials_per_turn {
            self.partial = 0;
            self.turn += 1;
        }
        Some(message)
    }
}

fn put(message: &mut Value, key: &str, value: Value) {
    if let Some(fields) = message.as_object_mut() {
        fields.insert(key.to_owned(), value);
    }
}

/// Three digits, as the service writes them.
fn confidence(thousandths: u64) -> Value {
    let value = u16::try_from(thousandths).map_or(1.0, |value| f64::from(value) / 1000.0);
    json!(value)
}
