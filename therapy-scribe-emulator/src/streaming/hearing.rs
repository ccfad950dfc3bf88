//! Which words of the script are heard: those in whose time there is a voice.

use std::{collections::VecDeque, sync::Arc};

use super::audio::FRAME_MS;
use crate::script::ScriptWord;

/// Follows the script along the audio.
#[derive(Debug)]
pub(crate) struct Hearing {
    words: Arc<[ScriptWord]>,
    next: usize,
    /// Ends of the voiced frames of the last seconds.
    voiced: VecDeque<u64>,
}

/// A word counts as heard when there is a voice this near to it.
const TOLERANCE_MS: u64 = 60;
/// How far back voices are remembered: longer than any word.
const MEMORY_MS: u64 = 10_000;

impl Hearing {
    pub(crate) const fn new(words: Arc<[ScriptWord]>) -> Self {
        Self {
            words,
            next: 0,
            voiced: VecDeque::new(),
        }
    }

    /// Takes the frame that ends at `until_ms`; returns the words that have been heard to their end.
    pub(crate) fn advance(&mut self, until_ms: u64, voiced: bool) -> Vec<ScriptWord> {
        if voiced {
            self.voiced.push_back(until_ms);
        }
        while self
            .voiced
            .front()
            .is_some_and(|end| end + MEMORY_MS < until_ms)
        {
            self.voiced.pop_front();
        }
        let mut heard = Vec::new();
        while let Some(word) = self
            .words
            .get(self.next)
            .filter(|word| word.end_ms <= until_ms)
        {
            if self.is_voiced(word) {
                heard.push(word.clone());
            }
            self.next += 1;
        }
        heard
    }

    /// The word that goes on is lost (11.9).
    pub(crate) fn lose_next(&mut self) {
        self.next = (self.next + 1).min(self.words.len());
    }

    /// Whether a word has begun and not ended: no turn ends inside it.
    pub(crate) fn is_inside_word(&self, at_ms: u64) -> bool {
        self.words
            .get(self.next)
            .is_some_and(|word| word.start_ms <= at_ms && self.is_voiced(word))
    }

    fn is_voiced(&self, word: &ScriptWord) -> bool {
        let (from, to) = (
            word.start_ms.saturating_sub(TOLERANCE_MS),
            word.end_ms + TOLERANCE_MS + FRAME_MS,
        );
        self.voiced
            .iter()
            .rev()
            .any(|end| (from..=to).contains(end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, start_ms: u64, end_ms: u64) -> ScriptWord {
        ScriptWord {
            text: text.to_owned(),
            speaker: "a".to_owned(),
            start_ms,
            end_ms,
        }
    }

    #[test]
    fn what_the_script_says_over_silence_is_not_heard() {
        let mut hearing = Hearing::new(vec![word("one", 0, 400), word("two", 1000, 1400)].into());
        let mut heard = Vec::new();
        for end in (20..=2000).step_by(20) {
            heard.extend(hearing.advance(end, end <= 400));
        }
        assert_eq!(heard, [word("one", 0, 400)]);
    }
}
