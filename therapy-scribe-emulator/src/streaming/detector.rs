//! Where turns begin and end (`streaming-stt.md` 5.1), and when partials are due (5.4). No message is made here.

use super::{
    audio::FRAME_MS,
    profile::{Family, Profile},
};
use crate::script::ScriptWord;

/// The detector of one session. All times are audio milliseconds.
#[derive(Debug)]
pub(crate) struct Detector {
    family: Family,
    pub(crate) profile: Profile,
    now_ms: u64,
    last_voice_ms: u64,
    turn: Option<OpenTurn>,
    /// How many turns the longest turn length has cut.
    pub(crate) cuts: u64,
}

#[derive(Debug)]
struct OpenTurn {
    words: Vec<ScriptWord>,
    onset_ms: u64,
    next_partial_ms: u64,
    /// One pause makes one partial at most.
    paused: bool,
    fresh: bool,
}

/// What is heard in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame {
    /// There is a voice.
    pub(crate) voiced: bool,
    /// A word goes on beyond it.
    pub(crate) inside_word: bool,
}

/// What the detector found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    /// The turn so far.
    Partial {
        words: Vec<ScriptWord>,
        onset_ms: u64,
    },
    /// The turn is over.
    Final {
        words: Vec<ScriptWord>,
        onset_ms: u64,
    },
}

/// The service adds this to `interruption_delay`.
const FIXED_DELAY_MS: u64 = 256;
/// An early partial without words is tried again.
const RETRY_MS: u64 = 750;

impl Detector {
    pub(crate) const fn new(family: Family, profile: Profile) -> Self {
        Self {
            family,
            profile,
            now_ms: 0,
            last_voice_ms: 0,
            turn: None,
            cuts: 0,
        }
    }

    /// Takes a frame and the words that ended in it.
    pub(crate) fn advance(&mut self, frame: Frame, words: Vec<ScriptWord>) -> Vec<Found> {
        let Frame {
            voiced,
            inside_word,
        } = frame;
        self.now_ms += FRAME_MS;
        if voiced {
            self.last_voice_ms = self.now_ms;
            self.open(self.now_ms - FRAME_MS);
        } else if let Some(first) = words.first() {
            self.open(first.start_ms);
        }
        let mut found = Vec::new();
        let Some(turn) = &mut self.turn else {
            return found;
        };
        if voiced {
            turn.paused = false;
        }
        turn.fresh |= !words.is_empty();
        let each_word = self.family == Family::UniversalStreaming && !words.is_empty();
        turn.words.extend(words);
        found.extend(self.partial(each_word));
        if !inside_word {
            found.extend(self.end());
        }
        found.extend(self.cut());
        found
    }

    /// Words that came after the last frame, at the end of the audio.
    pub(crate) fn append(&mut self, words: Vec<ScriptWord>) {
        if let Some(first) = words.first() {
            self.open(first.start_ms);
        }
        if let Some(turn) = &mut self.turn {
            turn.words.extend(words);
        }
    }

    /// Every word of the open turn, as partials: the last one without its last word (4.3, word by word models).
    pub(crate) fn last_partials(&self) -> Vec<Found> {
        let Some(turn) = self.turn.as_ref().filter(|turn| !turn.words.is_empty()) else {
            return Vec::new();
        };
        let partial = |words: &[ScriptWord]| Found::Partial {
            words: words.to_vec(),
            onset_ms: turn.onset_ms,
        };
        let all_but_last = turn.words.split_last().map_or(&[][..], |(_, rest)| rest);
        vec![partial(all_but_last), partial(&turn.words)]
    }

    /// `ForceEndpoint` and `Terminate`: the open turn is over now.
    pub(crate) fn force(&mut self) -> Option<Found> {
        let turn = self.turn.take()?;
        (!turn.words.is_empty()).then_some(Found::Final {
            words: turn.words,
            onset_ms: turn.onset_ms,
        })
    }

    fn open(&mut self, onset_ms: u64) {
        let first_partial = onset_ms + self.profile.interruption_delay + FIXED_DELAY_MS;
        self.turn.get_or_insert(OpenTurn {
            words: Vec::new(),
            onset_ms,
            next_partial_ms: first_partial,
            paused: false,
            fresh: false,
        });
    }

    fn partial(&mut self, each_word: bool) -> Option<Found> {
        let turn = self.turn.as_mut()?;
        let due = self.now_ms >= turn.next_partial_ms;
        if due && turn.words.is_empty() {
            turn.next_partial_ms = self.now_ms + RETRY_MS;
        }
        let timed = due && self.family != Family::UniversalStreaming;
        if turn.words.is_empty() || !turn.fresh || !(timed || each_word) {
            return None;
        }
        turn.next_partial_ms = self.now_ms + self.profile.partial_every;
        turn.fresh = false;
        Some(Found::Partial {
            words: turn.words.clone(),
            onset_ms: turn.onset_ms,
        })
    }

    /// The turn's end by silence, or the partial that a pause makes.
    fn end(&mut self) -> Option<Found> {
        let silence = self.now_ms.saturating_sub(self.last_voice_ms);
        let turn = self.turn.as_mut()?;
        if silence < self.profile.min_silence {
            return None;
        }
        // A sound without words makes no turn.
        if turn.words.is_empty() {
            self.turn = None;
            return None;
        }
        if silence >= self.profile.max_silence || self.sounds_finished() {
            return self.force();
        }
        let turn = self.turn.as_mut()?;
        if std::mem::replace(&mut turn.paused, true) || self.family == Family::UniversalStreaming {
            return None;
        }
        turn.fresh = false;
        Some(Found::Partial {
            words: turn.words.clone(),
            onset_ms: turn.onset_ms,
        })
    }

    /// Universal-3: the words close a sentence. Universal-Streaming: they sound finished with more confidence than the
    /// threshold; a closed sentence is taken for 0.9, an open one for 0.3.
    fn sounds_finished(&self) -> bool {
        let closed = self
            .turn
            .as_ref()
            .and_then(|turn| turn.words.last())
            .is_some_and(|word| closes(&word.text));
        match self.family {
            Family::UniversalStreaming => confidence(closed) > self.profile.confidence_threshold,
            Family::Universal3 | Family::Whisper => closed,
        }
    }

    /// 11.9: the longest turn. The word that is being said belongs to the next one.
    fn cut(&mut self) -> Option<Found> {
        let long = self
            .turn
            .as_ref()
            .is_some_and(|turn| self.now_ms - turn.onset_ms >= self.profile.max_turn);
        if !long {
            return None;
        }
        let voiced = self.last_voice_ms == self.now_ms;
        self.cuts += 1;
        let found = self.force();
        if voiced {
            self.open(self.now_ms);
        }
        found
    }
}

fn closes(word: &str) -> bool {
    let word = word.trim_end_matches(['"', '\'', ')', '”', '’']);
    // Three points are a thought that trails off.
    word.ends_with(['.', '?', '!']) && !word.ends_with("..")
}

const fn confidence(closed: bool) -> f64 {
    if closed { 0.9 } else { 0.3 }
}

/// How much these words sound like the end of a turn.
pub(crate) fn confidence_of(words: &[ScriptWord]) -> f64 {
    let last = words.last();
    last.map_or(0.0, |last| confidence(closes(&last.text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Speech as `(text, start, end)`; the rest is silence.
    fn finals(speech: &[(&str, u64, u64)], profile: Profile, until: u64) -> Vec<String> {
        let mut detector = Detector::new(Family::Universal3, profile);
        let mut all = Vec::new();
        for end in (FRAME_MS..=until).step_by(20) {
            let inside =
                |(_, from, to): &&(&str, u64, u64)| (*from..*to).contains(&(end - FRAME_MS));
            let voiced = speech.iter().find(inside).is_some();
            let ended = speech
                .iter()
                .filter(|(_, _, to)| (end - FRAME_MS + 1..=end).contains(to));
            let words = ended.map(|(text, start_ms, end_ms)| ScriptWord {
                text: (*text).to_owned(),
                speaker: "a".to_owned(),
                start_ms: *start_ms,
                end_ms: *end_ms,
            });
            all.extend(detector.advance(
                Frame {
                    voiced,
                    inside_word: voiced,
                },
                words.collect(),
            ));
        }
        all.extend(detector.force());
        let text = |words: Vec<ScriptWord>| {
            words
                .into_iter()
                .map(|word| word.text)
                .collect::<Vec<_>>()
                .join(" ")
        };
        all.into_iter()
            .filter_map(|found| match found {
                Found::Final { words, .. } => Some(text(words)),
                Found::Partial { .. } => None,
            })
            .collect()
    }

    fn therapy(diarized: bool) -> Profile {
        Profile {
            min_silence: 800,
            max_silence: 3600,
            ..Profile::of(Family::Universal3, None, diarized)
        }
    }

    /// A thought with 2.5 s in its middle, an answer, then a thought with 6 s in its middle.
    const SPEECH: [(&str, u64, u64); 5] = [
        ("I just", 0, 1500),
        ("stopped.", 4000, 5000),
        ("Why?", 6500, 7000),
        ("Because", 8500, 9200),
        ("shame.", 15_200, 16_000),
    ];

    #[test]
    fn a_pause_in_a_thought_splits_no_turn_at_therapy_settings() {
        for diarized in [false, true] {
            let got = finals(&SPEECH, therapy(diarized), 20_000);
            assert_eq!(
                got,
                ["I just stopped.", "Why?", "Because", "shame."],
                "diarized: {diarized}"
            );
        }
    }

    #[test]
    fn voice_agent_settings_split_it() {
        for diarized in [false, true] {
            let profile = Profile {
                min_silence: 128,
                max_silence: 1280,
                ..therapy(diarized)
            };
            let got = finals(&SPEECH, profile, 20_000);
            assert_eq!(
                got,
                ["I just", "stopped.", "Why?", "Because", "shame."],
                "diarized: {diarized}"
            );
        }
    }

    #[test]
    fn diarization_cuts_at_ten_seconds_and_loses_no_word() {
        let words: Vec<String> = (0..40).map(|n| format!("w{n}")).collect();
        let speech: Vec<_> = words
            .iter()
            .zip(0..)
            .map(|(word, n)| (word.as_str(), n * 500, n * 500 + 500))
            .collect();
        let got = finals(&speech, therapy(true), 25_000);
        assert_eq!(got.len(), 2, "{got:?}");
        assert_eq!(got.join(" "), words.join(" "));
    }

    #[test]
    fn sound_without_words_makes_no_turn() {
        assert_eq!(
            finals(&[("", 0, 0)], therapy(false), 3000),
            Vec::<String>::new()
        );
    }
}
