//! The DAP note: data, assessment, plan.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Result, TypedFormat};

/// A DAP note. The descriptions of its fields are what the model is told.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Dap {
    /// Observations: what the client said and how they said it, including reported symptoms, events, medication and
    /// instrument scores as stated. No interpretation.
    pub data: String,
    /// The themes of the session, progress since the last one, risk factors, and how the client responded.
    pub assessment: String,
    /// Interventions used in the session, homework, and the focus of the next session.
    pub plan: String,
    /// One short sentence for each statement of risk: suicidal or homicidal ideation, self-harm, violence, abuse,
    /// neglect. Quote the words that were said. Empty if there was none.
    pub risk_flags: Vec<String>,
    /// Two to four short themes, each of two to five words.
    pub themes: Vec<String>,
}

impl Dap {
    /// The format's id.
    pub const ID: &'static str = "dap";

    /// The format.
    ///
    /// # Errors
    /// None in practice: a test makes it.
    pub fn format() -> Result<TypedFormat<Self>> {
        TypedFormat::new(
            Self::ID,
            1,
            "DAP note",
            "Keep data free of interpretation; what it means belongs into the assessment.",
        )
    }
}

impl std::fmt::Debug for Dap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dap")
            .field("risk_flags", &self.risk_flags.len())
            .field("themes", &self.themes.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NoteFormat;

    #[test]
    fn its_sections_stand_in_the_order_of_the_name() {
        let format = Dap::format().unwrap();
        let keys: Vec<_> = format
            .sections()
            .iter()
            .map(|section| section.key.as_str())
            .collect();
        assert_eq!(keys, ["data", "assessment", "plan", "risk_flags", "themes"]);
        assert_eq!(format.schema()["required"], serde_json::json!(keys));
    }
}
