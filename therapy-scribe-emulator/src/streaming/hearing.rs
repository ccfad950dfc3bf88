//! Which words of the script are heard, and when: those of a segment are spread over the voices in its time.

use std::{collections::VecDeque, sync::Arc};

use super::audio::FRAME_MS;
use crate::script::{ScriptWord, Segment};

/// Follows the script along the audio.
#[derive(Debug, Clone)]
pub(crate) struct Hearing {
    segments: Arc<[Segment]>,
    next: usize,
    /// Segments whose time has come and whose words are not all said.
    open: Vec<Spoken>,
}

/// What a frame brought.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    /// Words that were said to their end.
    pub(crate) words: Vec<ScriptWord>,
    /// A word has begun and goes on.
    pub(crate) inside_word: bool,
}

impl Hearing {
    pub(crate) const fn new(segments: Arc<[Segment]>) -> Self {
        Self {
            segments,
            next: 0,
            open: Vec::new(),
        }
    }

    /// Takes the frame that ends at `until_ms`.
    pub(crate) fn advance(&mut self, until_ms: u64, voiced: bool) -> Heard {
        while let Some(segment) = self
            .segments
            .get(self.next)
            .filter(|segment| segment.start_ms < until_ms)
        {
            self.open.push(Spoken::new(segment));
            self.next += 1;
        }
        let mut heard = Heard::default();
        for spoken in &mut self.open {
            heard.words.extend(spoken.advance(until_ms, voiced));
            heard.inside_word |= spoken.is_inside_word();
        }
        self.open
            .retain(|spoken| !spoken.words.is_empty() && !spoken.is_over(until_ms));
        heard
    }

    /// Nobody hears what is said from `from_ms` to `to_ms`. Of a segment in which hearing begins again, as much of the words
    /// is taken for said as of the time has passed.
    pub(crate) fn skip(&mut self, from_ms: u64, to_ms: u64) {
        for spoken in &mut self.open {
            spoken.skip(from_ms, to_ms);
        }
        while let Some(segment) = self
            .segments
            .get(self.next)
            .filter(|segment| segment.start_ms < to_ms)
        {
            let mut spoken = Spoken::new(segment);
            spoken.skip(segment.start_ms.max(from_ms), to_ms);
            self.open.push(spoken);
            self.next += 1;
        }
        self.open
            .retain(|spoken| !spoken.words.is_empty() && !spoken.is_over(to_ms));
    }

    /// The audio is over: what its last segment still holds was said, where little of the segment is missing.
    pub(crate) fn finish(&mut self, until_ms: u64) -> Vec<ScriptWord> {
        let almost_over = |spoken: &&mut Spoken| spoken.end_ms <= until_ms + CUT_TAIL_MS;
        let rest = self.open.iter_mut().filter(almost_over);
        rest.flat_map(Spoken::rest).collect()
    }

    /// When the word that goes on began.
    pub(crate) fn word_began_ms(&self) -> Option<u64> {
        let inside = self.open.iter().filter(|spoken| spoken.is_inside_word());
        inside.filter_map(|spoken| spoken.begun_ms).min()
    }

    /// The words that go on are lost (11.9).
    pub(crate) fn lose_word(&mut self) {
        for spoken in self
            .open
            .iter_mut()
            .filter(|spoken| spoken.is_inside_word())
        {
            spoken.take_next();
            spoken.begun_ms = None;
        }
    }
}

/// A pause in which a thought may have been completed.
const PAUSE_MS: u64 = 100;
/// How many words ahead a clause may end at a pause: what is said before the pause of a segment is a guess.
const SNAP_WORDS: usize = 5;
/// The shortest time in which anybody says a word.
const FASTEST_MS: u64 = 60;
/// So much of the last segment may be missing at the end of the audio.
pub(crate) const CUT_TAIL_MS: u64 = 250;

/// A segment that is being said.
#[derive(Debug, Clone)]
struct Spoken {
    speaker: String,
    end_ms: u64,
    /// Words to come, with the share of the time that each takes.
    words: VecDeque<(String, u64)>,
    /// The shares of the words since the last pause.
    said: u64,
    /// The shares of all words after the last pause.
    total: u64,
    /// Voice since the last pause.
    voiced_ms: u64,
    all_voiced_ms: u64,
    count: u64,
    quiet_ms: u64,
    /// When the voice of the word that goes on began, and how much of it there is.
    begun_ms: Option<u64>,
    begun_voiced_ms: u64,
    last_voice_ms: u64,
}

impl Spoken {
    fn new(segment: &Segment) -> Self {
        let share = |word: &str| u64::try_from(word.chars().count()).unwrap_or(1) + 1;
        let words: VecDeque<_> = segment
            .text
            .split_whitespace()
            .map(|word| (word.to_owned(), share(word)))
            .collect();
        Self {
            speaker: segment.speaker.clone(),
            end_ms: segment.end_ms,
            said: 0,
            total: words.iter().map(|(_, share)| share).sum(),
            words,
            voiced_ms: 0,
            all_voiced_ms: 0,
            count: 0,
            quiet_ms: 0,
            begun_ms: None,
            begun_voiced_ms: 0,
            last_voice_ms: segment.start_ms,
        }
    }

    fn skip(&mut self, from_ms: u64, to_ms: u64) {
        let shares: u64 = self.words.iter().map(|(_, share)| share).sum();
        let passed = (shares * to_ms.saturating_sub(from_ms))
            .checked_div(self.end_ms.saturating_sub(from_ms))
            .unwrap_or(shares);
        let mut said = 0;
        while let Some((_, share)) = self.words.front()
            && said + share / 2 < passed
        {
            said += share;
            self.take_next();
        }
        self.total = shares - said.min(shares);
        (self.said, self.voiced_ms, self.quiet_ms) = (0, 0, 0);
        (self.begun_voiced_ms, self.begun_ms) = (0, None);
        self.last_voice_ms = to_ms;
    }

    const fn is_over(&self, until_ms: u64) -> bool {
        until_ms >= self.end_ms
    }

    const fn is_inside_word(&self) -> bool {
        self.begun_voiced_ms > 0 && self.quiet_ms < PAUSE_MS
    }

    fn advance(&mut self, until_ms: u64, voiced: bool) -> Vec<ScriptWord> {
        let mut words = Vec::new();
        if voiced {
            self.quiet_ms = 0;
            self.last_voice_ms = until_ms;
            self.voiced_ms += FRAME_MS;
            self.all_voiced_ms += FRAME_MS;
            self.begun_voiced_ms += FRAME_MS;
            self.begun_ms
                .get_or_insert(until_ms.saturating_sub(FRAME_MS));
            words.extend(self.voiced_words(until_ms));
        } else {
            self.quiet_ms += FRAME_MS;
            if self.quiet_ms == PAUSE_MS {
                words.extend(self.pause());
            }
        }
        if self.is_over(until_ms) {
            words.extend(self.rest());
        }
        words
    }

    /// The share of the time that has passed decides how many words were said: as if nobody paused from here on.
    fn voiced_words(&mut self, until_ms: u64) -> Vec<ScriptWord> {
        let left_ms = self.end_ms.saturating_sub(until_ms);
        let passed = (self.total * self.voiced_ms)
            .checked_div(self.voiced_ms + left_ms)
            .unwrap_or(0);
        let mut said = self.said;
        let count = self
            .words
            .iter()
            .take_while(|(_, share)| {
                said += share;
                said <= passed
            })
            .count();
        self.say(count, until_ms)
    }

    /// At a pause the word that has begun is finished, and so is a clause that ends nearby: people pause between words.
    fn pause(&mut self) -> Vec<ScriptWord> {
        let half_said = usize::from(self.begun_voiced_ms >= FASTEST_MS);
        let limit = self.total / 5;
        let mut ahead = 0;
        let clause = self
            .words
            .iter()
            .take(SNAP_WORDS)
            .take_while(|(_, share)| {
                ahead += share;
                ahead <= limit
            })
            .position(|(word, _)| ends_clause(word));
        let count = match clause {
            Some(index) if half_said > 0 => index + 1,
            _ => half_said,
        };
        let words = self.say(count, self.last_voice_ms);
        self.total = self.words.iter().map(|(_, share)| share).sum();
        (
            self.said,
            self.voiced_ms,
            self.begun_voiced_ms,
            self.begun_ms,
        ) = (0, 0, 0, None);
        words
    }

    /// The time of the segment is over: the rest was said too, as far as there was voice enough for it.
    fn rest(&mut self) -> Vec<ScriptWord> {
        let possible = (self.all_voiced_ms / FASTEST_MS).saturating_sub(self.count);
        let count = usize::try_from(possible)
            .unwrap_or(usize::MAX)
            .max(usize::from(self.count == 0 && self.all_voiced_ms > 0))
            .min(self.words.len());
        self.say(count, self.last_voice_ms)
    }

    /// The next words are over by `until_ms`; their time is shared out by their length.
    fn say(&mut self, count: usize, until_ms: u64) -> Vec<ScriptWord> {
        let taken: Vec<(String, u64)> = (0..count).filter_map(|_| self.take_next()).collect();
        let shares: u64 = taken.iter().map(|(_, share)| share).sum();
        let from = self.begun_ms.unwrap_or(until_ms).min(until_ms);
        let place = |passed: u64| {
            from + ((until_ms - from) * passed)
                .checked_div(shares)
                .unwrap_or(0)
        };
        let mut passed = 0;
        let words: Vec<ScriptWord> = taken
            .into_iter()
            .map(|(text, share)| {
                let start_ms = place(passed);
                passed += share;
                ScriptWord {
                    text,
                    speaker: self.speaker.clone(),
                    start_ms,
                    end_ms: place(passed),
                }
            })
            .collect();
        if !words.is_empty() {
            self.begun_ms = None;
            self.begun_voiced_ms = 0;
        }
        words
    }

    fn take_next(&mut self) -> Option<(String, u64)> {
        let word = self.words.pop_front()?;
        self.said += word.1;
        self.count += 1;
        Some(word)
    }
}

fn ends_clause(word: &str) -> bool {
    word.ends_with(['.', ',', '?', '!', ';', ':', '—', '…', '-'])
}

#[cfg(test)]
mod tests;
