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
    Weights::new(Cue::QuestionYou, 1.89, 0.00, 0.00),
    Weights::new(Cue::QuestionOpen, 1.21, 0.00, 0.00),
    Weights::new(Cue::QuestionOther, 0.91, 0.00, 0.00),
    Weights::new(Cue::QuestionMark, 0.95, 0.00, 0.00),
    Weights::new(Cue::SecondPerson, 1.49, 0.00, 0.00),
    Weights::new(Cue::Reflection, 0.92, 0.00, 0.00),
    Weights::new(Cue::Empathy, 0.60, 0.00, 0.00),
    Weights::new(Cue::Wondering, 0.59, 0.00, 0.00),
    Weights::new(Cue::Agenda, 1.05, 0.00, 0.00),
    Weights::new(Cue::Frame, 1.34, 0.00, 0.00),
    Weights::new(Cue::Instrument, 0.86, 0.00, 0.00),
    Weights::new(Cue::Homework, 0.94, 0.00, 0.00),
    Weights::new(Cue::Advice, 0.94, 0.00, 0.00),
    Weights::new(Cue::LeadingI, 0.41, 0.00, 0.00),
    Weights::new(Cue::Acknowledges, 0.39, 0.78, 0.00),
    Weights::new(Cue::Backchannel, 0.00, 0.21, 0.28),
    Weights::new(Cue::FirstPerson, -0.72, 0.00, 0.00),
    Weights::new(Cue::Possessive, -1.06, 0.00, 0.00),
    Weights::new(Cue::Disclosure, -0.70, 0.00, 0.00),
    Weights::new(Cue::Narrative, -0.84, 0.00, 0.00),
    Weights::new(Cue::Answers, -1.22, 0.46, 0.00),
    Weights::new(Cue::ThirdPerson, -0.09, 0.00, 0.00),
    Weights::new(Cue::Hedge, -0.25, 0.00, 0.00),
    Weights::new(Cue::AsksForHelp, -0.63, 0.00, 0.00),
    Weights::new(Cue::Long, 0.00, 0.00, 0.00),
    Weights::new(Cue::StartsAnew, 0.00, 1.45, 0.00),
    Weights::new(Cue::StartsOn, 0.00, -0.44, 0.00),
    Weights::new(Cue::StartsLow, 0.00, -0.22, 0.00),
    Weights::new(Cue::EndsOpen, 0.00, 0.00, -0.74),
    Weights::new(Cue::EndsBare, 0.00, 0.00, -0.98),
    Weights::new(Cue::EndsClosed, 0.00, 0.00, 0.16),
    Weights::new(Cue::EndsAsking, 0.00, 0.00, 1.19),
    Weights::new(Cue::Short, 0.00, 0.97, 1.21),
];

static NONE: Weights = Weights::new(Cue::Short, 0.0, 0.0, 0.0);

pub(super) fn of(cue: Cue) -> &'static Weights {
    TABLE.get(slot(cue)).unwrap_or(&NONE)
}

pub(in crate::roles) const CHANGE: f32 = -0.88;
