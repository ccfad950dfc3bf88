//! What each cue is worth, in log-odds for one occurrence.
//!
//! The table is what `scripts/roles-fit` prints for two public sets of doctor–patient dialogues (ACI-Bench and `PriMock57`):
//! a logistic regression of "the clinician says this turn" on the counts of cues, half of the turns without punctuation and
//! capitals, each set with the same weight. Every weight starts from a round number that the script lists, which is how
//! people in counselling are expected to talk; it is held there as if by 1,200 turns, and keeps its sign. So visits to a
//! doctor move it a little, and vocabulary of illness not at all, since no phrase is about one. Round numbers alone are right
//! in one turn of a hundred less.
//!
//! Two are zero, and only tell where a voice changes: how long somebody speaks and how much they listen depends on the kind
//! of session. In the sets the clinician says two thirds of the words, in counselling it is rather the client.
//!
//! The columns about changes of voice come from a second regression, over turns that are cut in pieces.

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

/// For a cue that is in no table; there is none.
static NONE: Weights = Weights::new(Cue::Short, 0.0, 0.0, 0.0);

pub(super) fn of(cue: Cue) -> &'static Weights {
    TABLE.get(slot(cue)).unwrap_or(&NONE)
}

/// Log-odds that the voice changes between two pieces of which nothing is known.
pub(in crate::roles) const CHANGE: f32 = -1.10;
