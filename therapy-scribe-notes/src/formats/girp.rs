//! The GIRP note: goal, intervention, response, plan.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::format::uncited;

/// A GIRP note.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Girp {
    /// Ids of the goals of the treatment plan that the session worked on, exactly as they were given to you. Empty if
    /// none were given.
    #[schemars(title = "Goals of the treatment plan")]
    pub goal_ids: Vec<String>,
    /// The goal or objective that the session worked on, as it was stated, and where the client stands with it now:
    /// what was reported or measured, against what it was before if that was said.
    pub goal: String,
    /// What the clinician did toward the goal: each technique by its name, and the skill or topic it was applied to. Only
    /// what was really done.
    pub intervention: String,
    /// How the client took each intervention: engagement, insight, skill shown, difficulty, and what moved toward the
    /// goal or away from it. In the client's words where there are any.
    pub response: String,
    /// Homework, the next step toward the goal, referrals, safety steps as agreed, and the focus and date of the next
    /// session.
    pub plan: String,
    /// One short sentence for each statement of risk: suicidal or homicidal ideation, self-harm, violence, abuse,
    /// neglect. Quote the words that were said. Empty if there was none.
    pub risk_flags: Vec<String>,
    /// Two to four short themes, each of two to five words.
    pub themes: Vec<String>,
}

built_in! { Girp, "girp", 1, "GIRP note",
    "Everything in the note is about the goal that the session worked on; what has nothing to do with it is brief.",
    |note: &Girp| uncited(&note.goal_ids)
}
