//! One word, with its time and its speaker.

use std::fmt;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::aliases::Aliases;
use crate::{MediaTime, SpeakerId};

/// A recognised word. Its text may hold attached punctuation; a group of digits is one word.
///
/// `Debug` shows the length of the text, never the text.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct Word {
    text: CompactString,
    #[serde(rename = "start_ms")]
    start: MediaTime,
    #[serde(rename = "end_ms")]
    end: MediaTime,
    confidence: Confidence,
    finality: Finality,
    #[serde(skip_serializing_if = "Option::is_none")]
    speaker: Option<SpeakerId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    speaker_confidence: Option<Confidence>,
    attribution: Attribution,
    #[serde(skip_serializing_if = "Overlap::is_none")]
    overlap: Overlap,
    /// Whom it was heard as, where it was put right since.
    #[serde(skip_serializing_if = "Option::is_none")]
    heard_as: Option<SpeakerId>,
    /// The speaker by the connection that heard the word, whoever that turns out to be.
    #[serde(skip)]
    label: Option<SpeakerId>,
}

impl Word {
    /// A final word of nobody's, with full confidence. An end before the start is moved to the start.
    pub fn new(text: impl AsRef<str>, start: MediaTime, end: MediaTime) -> Self {
        Self {
            text: CompactString::new(text),
            start,
            end: end.max(start),
            confidence: Confidence::FULL,
            finality: Finality::Final,
            speaker: None,
            speaker_confidence: None,
            attribution: Attribution::Turn,
            overlap: Overlap::None,
            heard_as: None,
            label: None,
        }
    }

    /// The same word with the recogniser's confidence.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// The same word, final or partial.
    #[must_use]
    pub fn finality(mut self, finality: Finality) -> Self {
        self.finality = finality;
        self
    }

    /// The same word with a speaker of its own, and how sure the diarizer was (uncalibrated).
    #[must_use]
    pub fn spoken_by(mut self, speaker: Option<SpeakerId>, confidence: Option<Confidence>) -> Self {
        self.attribution = if speaker.is_some() {
            Attribution::Word
        } else {
            Attribution::Turn
        };
        self.speaker = speaker;
        self.label = speaker;
        self.speaker_confidence = confidence;
        self
    }

    /// The same word with what is known of it where two connections heard the same audio.
    #[must_use]
    pub const fn overlap(mut self, overlap: Overlap) -> Self {
        self.overlap = overlap;
        self
    }

    /// What was said.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// When it begins. At the edges of a turn a service may add up to a second of silence.
    #[must_use]
    pub const fn start(&self) -> MediaTime {
        self.start
    }

    /// When it ends, never before [`start`](Self::start).
    #[must_use]
    pub const fn end(&self) -> MediaTime {
        self.end
    }

    /// How sure the recogniser is of the text.
    #[must_use]
    pub const fn text_confidence(&self) -> Confidence {
        self.confidence
    }

    /// Whether the text may still change.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(self.finality, Finality::Final)
    }

    /// Who said it: the word's own speaker, else its turn's; `None` while nobody knows.
    #[must_use]
    pub const fn speaker(&self) -> Option<SpeakerId> {
        self.speaker
    }

    /// The speaker that it was heard as, where [`speaker`](Self::speaker) is another since it stands in another's sentence.
    #[must_use]
    pub const fn heard_as(&self) -> Option<SpeakerId> {
        self.heard_as
    }

    /// How sure the diarizer was. For comparing words, not a probability; gone once the speaker was revised.
    #[must_use]
    pub const fn speaker_confidence(&self) -> Option<Confidence> {
        self.speaker_confidence
    }

    /// Whether it may be there twice: see [`Overlap`].
    #[must_use]
    pub const fn may_repeat(&self) -> bool {
        matches!(self.overlap, Overlap::Undecided)
    }

    /// Whether only the live session had it: see [`Overlap::LiveOnly`].
    #[must_use]
    pub const fn is_live_only(&self) -> bool {
        matches!(self.overlap, Overlap::LiveOnly)
    }

    /// The same word with another text, up to where another one ended.
    pub(crate) fn retold(mut self, text: &str, end: MediaTime) -> Self {
        self.text = CompactString::new(text);
        self.end = end.max(self.end);
        self
    }

    /// Follows the turn's label, unless the word has one of its own.
    pub(crate) fn inherit(&mut self, turn: Option<SpeakerId>) {
        if self.attribution == Attribution::Turn && self.label != turn {
            self.label = turn;
            self.speaker = turn;
            self.speaker_confidence = None;
        }
    }

    /// Gives the word a revised label, or back to its turn with `None`.
    pub(crate) fn relabel(&mut self, own: Option<SpeakerId>) {
        if own.is_none() || self.label != own {
            self.speaker_confidence = None;
        }
        if own.is_some() {
            self.label = own;
            self.speaker = own;
        }
        self.attribution = if own.is_some() {
            Attribution::Word
        } else {
            Attribution::Turn
        };
    }

    /// Looks up who the label stands for.
    pub(crate) fn resolve(&mut self, aliases: &Aliases) {
        self.speaker = self.label.map(|label| aliases.of(label));
        self.heard_as = None;
    }

    /// Gives it to whose sentence it stands in.
    pub(crate) fn smooth(&mut self, speaker: SpeakerId) {
        self.heard_as = self.speaker;
        self.speaker = Some(speaker);
    }

    /// Whom it was heard as, whoever it was given to.
    pub(crate) fn heard(&self) -> Option<SpeakerId> {
        self.heard_as.or(self.speaker)
    }

    /// The word as it was heard.
    pub(crate) fn into_heard(mut self) -> Self {
        self.speaker = self.heard();
        self
    }

    /// Another speaker, by hand.
    pub(crate) fn exchange(&mut self, change: impl Fn(SpeakerId) -> SpeakerId) {
        self.speaker = self.speaker.map(change);
    }

    pub(crate) const fn label(&self) -> Option<SpeakerId> {
        self.label
    }
}

/// A word as it is stored: the label of its connection is not, since nothing revises a stored transcript.
#[derive(Deserialize)]
struct Stored {
    text: CompactString,
    #[serde(rename = "start_ms")]
    start: MediaTime,
    #[serde(rename = "end_ms")]
    end: MediaTime,
    confidence: Confidence,
    finality: Finality,
    #[serde(default)]
    speaker: Option<SpeakerId>,
    #[serde(default)]
    speaker_confidence: Option<Confidence>,
    #[serde(default)]
    attribution: Attribution,
    #[serde(default)]
    overlap: Overlap,
    #[serde(default)]
    heard_as: Option<SpeakerId>,
}

impl From<Stored> for Word {
    fn from(stored: Stored) -> Self {
        Self {
            text: stored.text,
            start: stored.start,
            end: stored.end,
            confidence: stored.confidence,
            finality: stored.finality,
            speaker: stored.speaker,
            speaker_confidence: stored.speaker_confidence,
            attribution: stored.attribution,
            overlap: stored.overlap,
            heard_as: stored.heard_as,
            label: stored.speaker,
        }
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Word")
            .field("bytes", &self.text.len())
            .field("start", &self.start)
            .field("end", &self.end)
            .field("finality", &self.finality)
            .field("speaker", &self.speaker)
            .finish_non_exhaustive()
    }
}

/// Where a word's speaker comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Attribution {
    /// From its turn's label.
    #[default]
    Turn,
    /// From a label of its own.
    Word,
}

/// What is known of a word where the same audio was heard twice: by two connections, as after a reconnect, or live and from
/// the recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Overlap {
    /// It stands here once.
    #[default]
    None,
    /// The connections differ, and nothing decides whether it was said once or twice. It is kept, so that nothing is
    /// lost; a clinician should look.
    Undecided,
    /// It was heard while the session went on, and is missing in the transcript of the recording: see
    /// [`reconcile`](crate::reconcile).
    LiveOnly,
}

impl Overlap {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde calls it with a reference"
    )]
    const fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

/// Whether a text may still change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Finality {
    /// It may be replaced.
    Partial,
    /// Its text stays; only its speaker may be revised.
    Final,
}

/// A number from 0 to 1. Anything below, above or not a number is moved inside.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(from = "f32", into = "f32")]
pub struct Confidence(f32);

impl Confidence {
    /// Certain.
    pub const FULL: Self = Self(1.0);

    /// From a number, moved into 0 to 1; not-a-number is 0.
    #[must_use]
    pub const fn new(value: f32) -> Self {
        if value >= 0.0 {
            Self(value.min(1.0))
        } else {
            Self(0.0)
        }
    }

    /// The number, 0 to 1.
    #[must_use]
    pub const fn get(self) -> f32 {
        self.0
    }
}

impl From<f32> for Confidence {
    fn from(value: f32) -> Self {
        Self::new(value)
    }
}

impl From<Confidence> for f32 {
    fn from(value: Confidence) -> Self {
        value.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_text() {
        let word = Word::new("CANARY", MediaTime::ZERO, MediaTime::ZERO);
        assert!(!format!("{word:?}").contains("CANARY"));
    }

    #[test]
    fn a_confidence_is_between_zero_and_one() {
        for (given, kept) in [
            (f32::NAN, 0.0),
            (-1.0, 0.0),
            (0.5, 0.5),
            (7.0, 1.0),
            (f32::INFINITY, 1.0),
        ] {
            assert!(
                (Confidence::new(given).get() - kept).abs() < f32::EPSILON,
                "{given}"
            );
        }
    }
}
