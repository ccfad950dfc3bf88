//! The note of a first session.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A note of an intake.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Intake {
    /// Why the client comes, and why now, in the client's words where possible; what the client hopes for.
    pub presenting_problem: String,
    /// The course of it: onset, triggers, frequency, duration, intensity, impact on work, relationships and self-care.
    pub history_of_problem: String,
    /// Earlier treatment, hospital stays, diagnoses as the client names them, past suicide attempts or self-harm.
    pub psychiatric_history: String,
    /// Illnesses, medication with doses exactly as said, allergies, sleep, appetite, pain.
    pub medical_history: String,
    /// Alcohol, nicotine, drugs: kind, amount, last use, earlier treatment. Say what was asked and denied.
    pub substance_use: String,
    /// Family, development, education, work, housing, relationships, culture and faith, legal matters, trauma as far as
    /// it was told.
    pub social_history: String,
    /// Strengths, supports, and what has helped before.
    pub strengths: String,
    /// Mental status as far as the session shows or names it: mood, affect, speech, thought, orientation, insight. A
    /// transcript shows no appearance: leave out what nobody said. Instrument scores as stated.
    pub mental_status: String,
    /// Risk and protective factors: what was asked, reported and denied, means, plans, earlier attempts, safety steps.
    pub risk_assessment: String,
    /// The clinician's impression as it was said. No diagnosis that was not named.
    pub impression: String,
    /// Recommended treatment and frequency, referrals, information still missing, consent as discussed, next date.
    pub plan: String,
    /// One short sentence for each statement of risk: suicidal or homicidal ideation, self-harm, violence, abuse,
    /// neglect. Quote the words that were said. Empty if there was none.
    pub risk_flags: Vec<String>,
    /// Two to four short themes, each of two to five words.
    pub themes: Vec<String>,
}

built_in! { Intake, "intake", 1, "Intake note",
    "What was asked and denied is as important as what was reported. A topic that did not come up stays empty; never \
    write that something is absent because it was not mentioned."
}
