//! The note of a session with a couple.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::format::uncited;

/// A note of a session with a couple.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Couple {
    /// What the couple brought: the topic or conflict of the session, in words that take nobody's side.
    pub presenting: String,
    /// One entry for each partner who was there.
    pub partners: Vec<Partner>,
    /// The pattern between them as the session shows it: who pursues and who withdraws, what escalates, what repairs,
    /// strengths of the relationship. Describe what was said and done, not characters.
    pub interaction: String,
    /// What the clinician did with the couple: each technique by its name, and the moment it was applied to.
    pub intervention: String,
    /// How both took it, and what changed between them within the session. Say it where they differ.
    pub response: String,
    /// Agreements between the partners, homework, referrals, safety steps as agreed, and the focus and date of the next
    /// session.
    pub plan: String,
    /// Ids of the goals of the treatment plan that the session worked on, exactly as they were given to you. Empty if
    /// none were given.
    #[schemars(title = "Goals of the treatment plan")]
    pub goal_ids: Vec<String>,
    /// One short sentence for each statement of risk, with who said it about whom: violence, threats, coercion or fear
    /// between the partners, suicidal or homicidal ideation, self-harm, danger to a child. Quote the words that were
    /// said. Empty if there was none.
    pub risk_flags: Vec<String>,
    /// Two to four short themes, each of two to five words.
    pub themes: Vec<String>,
}

/// One client of the couple, and that side of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Partner {
    /// Who it is, as the transcript names the speaker.
    pub partner: String,
    /// What this partner reported and wants, in this partner's words where possible.
    pub perspective: String,
    /// How this partner took part: emotions named, listening, taking responsibility, withdrawing.
    pub participation: String,
}

no_content!(Partner);
built_in! { Couple, "couple", 1, "Couple session note",
    "The couple is the client. Give both partners equal room, name who said what, and take no side; where a speaker \
    is not known, say so.",
    |note: &Couple| uncited(&note.goal_ids)
}
