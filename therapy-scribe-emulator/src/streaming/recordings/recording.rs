//! One recording: how far it has been heard, and the words in it.

use std::sync::Arc;

use super::Leaving;
use crate::{
    script::{ScriptWord, Segment},
    streaming::{
        audio::FRAME_MS,
        hearing::{CUT_TAIL_MS, Hearing},
    },
};

/// Times are recording time, but where it says otherwise.
pub(super) struct Recording {
    pub(super) id: u64,
    pub(super) hearing: Hearing,
    /// How far anybody has heard it.
    pub(super) heard_ms: u64,
    /// When a word was known, and the word. In order of the former.
    pub(super) words: Vec<(u64, ScriptWord)>,
    /// The sample from which on its sound is not remembered.
    pub(super) printed: u64,
    pub(super) pieces: usize,
    /// When its first audio came, in the emulator's time.
    pub(super) began_ms: u64,
    /// Sessions that listen.
    pub(super) live: usize,
    pub(super) left: Option<Leaving>,
    /// The how manieth leaving of all that was.
    pub(super) left_nth: u64,
}

impl Recording {
    /// A recording that begins with silence of which nobody knew yet whose it was.
    pub(super) fn new(id: u64, segments: Arc<[Segment]>, began_ms: u64, silent_ms: u64) -> Self {
        let mut recording = Self {
            id,
            hearing: Hearing::new(segments),
            heard_ms: 0,
            words: Vec::new(),
            printed: 0,
            pieces: 0,
            began_ms,
            live: 0,
            left: None,
            left_nth: 0,
        };
        while recording.heard_ms + FRAME_MS <= silent_ms {
            recording.advance(recording.heard_ms + FRAME_MS, false);
        }
        recording
    }

    /// Whether its last session broke off, so that somebody may come for the rest.
    pub(super) fn is_waiting(&self) -> bool {
        self.live == 0 && self.left == Some(Leaving::BrokenOff)
    }

    /// Hears what nobody has heard. What was never sent is passed over.
    pub(super) fn advance(&mut self, until_ms: u64, voiced: bool) {
        if until_ms > self.heard_ms + 2 * FRAME_MS {
            self.hearing
                .skip(self.heard_ms, until_ms.saturating_sub(FRAME_MS));
        }
        self.heard_ms = until_ms;
        let words = self.hearing.advance(until_ms, voiced).words;
        self.words
            .extend(words.into_iter().map(|word| (until_ms, word)));
    }

    /// The first word that was not known yet at `at_ms`.
    pub(super) fn first_after(&self, at_ms: u64) -> usize {
        self.words
            .partition_point(|(known_ms, _)| *known_ms <= at_ms)
    }

    /// When the word that goes on at `at_ms` began, for somebody who has heard the words before `next`, and the audio from
    /// `from_ms` on.
    pub(super) fn word_began(&self, next: usize, from_ms: u64, at_ms: u64) -> Option<u64> {
        // People who talk at once have their words next to each other; no more than a few.
        let near = self.words.iter().skip(next).take(16);
        let told = near.map(|(_, word)| word.start_ms);
        told.chain(self.hearing.word_began_ms())
            .filter(|began| (from_ms..at_ms).contains(began))
            .min()
    }

    /// Words that were almost said when the audio ended. The recording may go on all the same.
    pub(super) fn rest(&self, next: usize, until_ms: u64) -> Vec<ScriptWord> {
        let told = self.words.iter().skip(next).map(|(_, word)| word);
        let mut rest: Vec<ScriptWord> = told
            .take_while(|word| word.start_ms < until_ms && word.end_ms <= until_ms + CUT_TAIL_MS)
            .cloned()
            .collect();
        if until_ms >= self.heard_ms {
            rest.extend(self.hearing.clone().finish(until_ms));
        }
        rest
    }
}
