//! What a turn tells, taken apart once when it is heard.

use crate::{
    SpeakerId, Turn, Word,
    roles::cue::{self, Cues},
};

/// Log-odds in thousandths: whole numbers, so that what is taken away again leaves no trace.
pub(super) type Odds = i64;

/// A stretch of one speaker within a turn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    pub(super) speaker: SpeakerId,
    /// For "a therapist says this".
    pub(super) odds: Odds,
    /// For "the voice has changed before this", by its own beginning.
    pub(super) start: Odds,
    /// For "the voice changes after this", by its own end.
    pub(super) end: Odds,
    pub(super) words: u32,
    pub(super) english: u32,
}

/// So often a stretch of speech says the opposite of who said it, or has another's label. It bounds what one stretch can
/// tell, however long it is.
const MISLEADING: f32 = 0.1;

/// Fewer common words than this share are another language, or noise.
const ENGLISH: f32 = 0.2;
/// From this many words on it shows.
const SHOWS_LANGUAGE: u32 = 6;

/// The stretches of a turn, in order.
pub(super) fn stretches(turn: &Turn) -> Vec<Stretch> {
    let is_foreign = turn
        .language_code()
        .is_some_and(|code| !code.to_ascii_lowercase().starts_with("en"));
    let runs = turn
        .words()
        .chunk_by(|one, other| one.speaker() == other.speaker());
    let known = runs.filter_map(|run| Some((run.first().and_then(Word::speaker)?, run)));
    known
        .map(|(speaker, run)| stretch(speaker, &Cues::of_words(run), is_foreign))
        .collect()
}

fn stretch(speaker: SpeakerId, cues: &Cues, is_foreign: bool) -> Stretch {
    let is_foreign = is_foreign
        || cues.words() >= SHOWS_LANGUAGE && share(cues.english(), cues.words()) < ENGLISH;
    let odds = if is_foreign {
        0.0
    } else {
        bounded(cues.role())
    };
    Stretch {
        speaker,
        odds: thousandths(odds),
        start: thousandths(cues.start()),
        end: thousandths(cues.end()),
        words: cues.words(),
        english: if is_foreign { 0 } else { cues.english() },
    }
}

impl Stretch {
    /// Log-odds that the voice changes between this and the next.
    pub(super) fn change(&self, next: &Self) -> Odds {
        thousandths(cue::CHANGE) + self.end + next.start
    }
}

fn bounded(log_odds: f32) -> f32 {
    let yes = 1.0 / (1.0 + (-log_odds).exp());
    let is = (1.0 - MISLEADING) * yes + MISLEADING * (1.0 - yes);
    (is / (1.0 - is)).ln()
}

#[expect(
    clippy::cast_precision_loss,
    clippy::as_conversions,
    reason = "counts of words are small"
)]
pub(super) fn share(part: u32, whole: u32) -> f32 {
    part as f32 / whole.max(1) as f32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::as_conversions,
    reason = "log-odds are small, and this rounds them"
)]
pub(super) fn thousandths(log_odds: f32) -> Odds {
    (log_odds * 1000.0).round() as Odds
}

#[expect(
    clippy::cast_precision_loss,
    clippy::as_conversions,
    reason = "it becomes a probability, which is not exact"
)]
pub(super) fn log_odds(odds: Odds) -> f32 {
    odds as f32 / 1000.0
}
