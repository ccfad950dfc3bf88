//! The note of a session with a family.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::format::uncited;

/// A note of a session with a family.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Family {
    /// What the family brought: the topic or conflict of the session, and whose concern it is.
    pub presenting: String,
    /// One entry for each member of the family who was there.
    pub members: Vec<Relative>,
    /// How the family works as the session shows it: alliances, boundaries, who speaks for whom, rules, roles, strengths.
    /// Describe what was said and done, not characters.
    pub dynamics: String,
    /// What the clinician did with the family: each technique by its name, and the moment it was applied to.
    pub intervention: String,
    /// How the family took it, and what changed between its members within the session. Say it where they differ.
    pub response: String,
    /// Agreements, tasks at home with who does them, referrals, safety steps as agreed, and the focus and date of the next
    /// session with who should come.
    pub plan: String,
    /// Ids of the goals of the treatment plan that the session worked on, exactly as they were given to you. Empty if
    /// none were given.
    #[schemars(title = "Goals of the treatment plan")]
    pub goal_ids: Vec<String>,
    /// One short sentence for each statement of risk, with who said it about whom: abuse or neglect of a child or
    /// another dependent person, violence, suicidal or homicidal ideation, self-harm. Quote the words that were said.
    /// Empty if there was none.
    pub risk_flags: Vec<String>,
    /// Two to four short themes, each of two to five words.
    pub themes: Vec<String>,
}

/// One client of the family, and that side of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Relative {
    /// Who it is, as the transcript names the speaker, with the relation to the others if it was said.
    pub member: String,
    /// What this member reported and wants, in this member's words where possible.
    pub perspective: String,
    /// How this member took part: emotions named, listening, resisting, being spoken for.
    pub participation: String,
}

no_content!(Relative);
built_in! { Family, "family", 1, "Family session note",
    "The family is the client. Name who said what, keep a child's words as the child said them, and take no side; \
    where a speaker is not known, say so.",
    |note: &Family| uncited(&note.goal_ids)
}
