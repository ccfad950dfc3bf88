//! Finding what was said.

use super::{Transcript, utterance::Utterance};

impl Transcript {
    /// The utterances that hold every word of `query`, in any order, whatever the case and the punctuation.
    ///
    /// A query word matches the beginning of a spoken word: `medic` finds "medication". An empty query finds nothing.
    #[must_use]
    pub fn search(&self, query: &str) -> Vec<Utterance> {
        let wanted: Vec<String> = query
            .split_whitespace()
            .map(fold)
            .filter(|word| !word.is_empty())
            .collect();
        if wanted.is_empty() {
            return Vec::new();
        }
        self.utterances()
            .filter(|utterance| holds_all(utterance, &wanted))
            .collect()
    }
}

fn holds_all(utterance: &Utterance, wanted: &[String]) -> bool {
    let said: Vec<String> = utterance
        .words()
        .iter()
        .map(|word| fold(word.text()))
        .collect();
    wanted
        .iter()
        .all(|query| said.iter().any(|word| word.starts_with(query.as_str())))
}

/// Lower case, letters and digits only: `GAD-7,` and `gad7` are the same word.
fn fold(word: &str) -> String {
    word.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
