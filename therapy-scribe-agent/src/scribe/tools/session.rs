//! What was said in the session, quoted.

use std::collections::HashSet;

use serde_json::{Value, json};
use therapy_scribe_notes::Quote;

use crate::scribe::{desk::ScribeDesk, flags::cut};

/// So much of a quote is told.
const LONGEST: usize = 400;
/// So many quotes.
const MOST: usize = 5;
/// What homework and plans are asked for by.
const FOLLOW_UPS: [&str; 3] = [
    "homework",
    "plan for next session",
    "practice until next week",
];

impl ScribeDesk {
    pub(in crate::scribe) fn search(&self, topic: &str) -> Value {
        told(
            &self.shared.index.ask_up_to(topic, MOST),
            "Nothing about that was found in the session.",
        )
    }

    pub(in crate::scribe) fn follow_ups(&self) -> Value {
        let mut seen = HashSet::new();
        let asked = FOLLOW_UPS
            .iter()
            .flat_map(|topic| self.shared.index.ask_up_to(topic, MOST));
        let mut quotes: Vec<_> = asked
            .filter(|quote| seen.insert(quote.utterance))
            .take(MOST + 1)
            .collect();
        quotes.sort_by_key(|quote| quote.start);
        told(
            &quotes,
            "No homework and no plans were heard in the session.",
        )
    }
}

fn told(quotes: &[Quote], none: &str) -> Value {
    if quotes.is_empty() {
        return json!({"found": 0, "say": none});
    }
    let words = |quote: &Quote| {
        let mut told = json!({"at": quote.start.to_string(), "who": quote.name, "said": cut(quote.text.expose(), LONGEST)});
        if let (Some(question), Some(fields)) = (&quote.question, told.as_object_mut()) {
            fields.insert("asked".to_owned(), cut(question.expose(), LONGEST).into());
        }
        told
    };
    let quotes: Vec<_> = quotes.iter().map(words).collect();
    json!({"found": quotes.len(), "quotes": quotes})
}
