//! The PIRP note: problem, intervention, response, plan.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::format::uncited;

/// A PIRP note.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Pirp {
    /// The problem that the session addressed: symptoms with frequency, duration and intensity as stated, what sets them
    /// off, their impact on daily life, instrument scores as stated. Quote key statements briefly. No diagnosis that was
    /// not named.
    pub problem: String,
    /// What the clinician did about the problem: each technique by its name, and the skill or topic it was applied to.
    /// Only what was really done.
    pub intervention: String,
    /// How the client took each intervention: engagement, insight, skill shown, difficulty, change of the problem within
    /// the session. In the client's words where there are any.
    pub response: String,
    /// Homework, skills to practise, referrals, safety steps as agreed, and the focus and date of the next session.
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

built_in! { Pirp, "pirp", 1, "PIRP note",
    "Begin with the problem that brought the session about, and let intervention and response speak to it.",
    |note: &Pirp| uncited(&note.goal_ids)
}
