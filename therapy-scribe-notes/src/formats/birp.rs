//! The BIRP note: behavior, intervention, response, plan.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::format::uncited;

/// A BIRP note.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Birp {
    /// What the client presented: the concern of the session, symptoms and their impact on daily life as stated, mood and
    /// affect as far as the session shows or names them, instrument scores as stated. Quote key statements briefly.
    pub behavior: String,
    /// What the clinician did: each technique by its name, the skill or topic it was applied to, and why if that was
    /// said. Only what was really done, not what it might be called.
    pub intervention: String,
    /// How the client took each intervention: engagement, insight, skill shown, difficulty, change of mood or intensity
    /// within the session, progress toward goals. In the client's words where there are any.
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

built_in! { Birp, "birp", 1, "BIRP note",
    "Each intervention should find its response: say what was done, then how the client took it.",
    |note: &Birp| uncited(&note.goal_ids)
}
