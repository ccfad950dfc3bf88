//! What each cue is worth, in log-odds for one occurrence.

use super::{Cue, slot};

/// What one occurrence of a cue is worth.
pub(super) struct Weights {
    /// For "a therapist says this".
    pub(super) role: f32,
    /// For "the voice has changed before this".
    pub(super) start: f32,
    /// For "the voice changes after this".
    pub(super) end: f32,
}

impl Weights {
    const fn new(_cue: Cue, role: f32, start: f32, end: f32) -> Self {
        Self { role, start, end }
    }
}

static TABLE: [Weights; Cue::ALL.len()] = [
    Weights::new(Cue::QuestionYou, 1.72, 0.00, 0.00),
    Weights::new(Cue::QuestionOpen, 1.20, 0.00, 0.00),
    Weights::new(Cue::QuestionOther, 0.79, 0.00, 0.00),
    Weights::new(Cue::QuestionMark, 0.87, 0.00, 0.00),
    Weights::new(Cue::SecondPerson, 1.17, 0.00, 0.00),
    Weights::new(Cue::Reflection, 0.91, 0.00, 0.00),
    Weights::new(Cue::Empathy, 0.60, 0.00, 0.00),
    Weights::new(Cue::Wondering, 0.59, 0.00, 0.00),
    Weights::new(Cue::Agenda, 0.92, 0.00, 0.00),
    Weights::new(Cue::Frame, 1.25, 0.00, 0.00),
    Weights::new(Cue::Instrument, 0.82, 0.00, 0.00),
    Weights::new(Cue::Homework, 0.92, 0.00, 0.00),
    Weights::new(Cue::Advice, 0.80, 0.00, 0.00),
    Weights::new(Cue::LeadingI, 0.42, 0.00, 0.00),
    Weights::new(Cue::Acknowledges, 0.44, 0.84, 0.00),
    Weights::new(Cue::Backchannel, 0.00, 0.60, 0.65),
    Weights::new(Cue::FirstPerson, -0.59, 0.00, 0.00),
    Weights::new(Cue::Possessive, -0.91, 0.00, 0.00),
    Weights::new(Cue::Disclosure, -0.62, 0.00, 0.00),
    Weights::new(Cue::Narrative, -0.72, 0.00, 0.00),
    Weights::new(Cue::Answers, -1.01, 0.47, 0.00),
    Weights::new(Cue::ThirdPerson, -0.09, 0.00, 0.00),
    Weights::new(Cue::Hedge, -0.21, 0.00, 0.00),
    Weights::new(Cue::AsksForHelp, -0.45, 0.00, 0.00),
    Weights::new(Cue::Long, 0.00, 0.00, 0.00),
    Weights::new(Cue::StartsAnew, 0.00, 1.79, 0.00),
    Weights::new(Cue::StartsOn, 0.00, -0.49, 0.00),
    Weights::new(Cue::StartsLow, 0.00, -0.37, 0.00),
    Weights::new(Cue::EndsOpen, 0.00, 0.00, -0.82),
    Weights::new(Cue::EndsBare, 0.00, 0.00, -1.80),
    Weights::new(Cue::EndsClosed, 0.00, 0.00, 0.19),
    Weights::new(Cue::EndsAsking, 0.00, 0.00, 1.68),
    Weights::new(Cue::Short, 0.00, 1.32, 1.67),
];

static NONE: Weights = Weights::new(Cue::Short, 0.0, 0.0, 0.0);

pub(super) fn of(cue: Cue) -> &'static Weights {
    TABLE.get(slot(cue)).unwrap_or(&NONE)
}

pub(in crate::roles) const CHANGE: f32 = -1.10;
