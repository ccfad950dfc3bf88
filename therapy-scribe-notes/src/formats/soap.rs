//! The SOAP note: subjective, objective, assessment, plan.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::format::uncited;

/// A SOAP note.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Soap {
    /// What the client reported and denied: concerns and their course, symptoms with frequency, duration and intensity
    /// as stated, events, sleep, appetite, substance use, medication as taken. Quote key statements briefly.
    pub subjective: String,
    /// What was observed or measured: speech, affect, thought process and behavior as far as the session shows or names
    /// them, instrument scores as stated. A transcript shows no appearance: leave out what nobody said.
    pub objective: String,
    /// What it means, as the session supports it: change since the last session, progress toward goals, response to
    /// interventions, risk and protective factors, functioning. No diagnosis that was not named.
    pub assessment: String,
    /// Interventions used in the session, homework, referrals, safety steps as agreed, focus and date of the next session.
    pub plan: String,
    /// Ids of the goals of the treatment plan that the session worked on, exactly as they were given to you. Empty if
    /// none were given.
    #[schemars(title = "Goals of the treatment plan")]
    pub goal_ids: Vec<String>,
    /// One short sentence for each statement of risk: suicidal or homicidal ideation, self-harm, violence, abuse,
    /// neglect. Quote the words that were said. Empty if there was none.
    pub risk_flags: Vec<String>,
    /// Two to four short themes, each of two to five words.
    pub themes: Vec<String>,
}

built_in! { Soap, "soap", 1, "SOAP note",
    "Keep what the client reported apart from what the clinician observed, and both free of interpretation; what it \
    means belongs into the assessment.",
    |note: &Soap| uncited(&note.goal_ids)
}
