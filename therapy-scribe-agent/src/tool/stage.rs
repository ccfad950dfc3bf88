//! Tools and prompt that change together.

use super::{ToolRefused, ToolSet, set::refused};

/// What a model is offered at a point of the work, and what it is told then. A service is given both in one message: a
/// prompt that names a tool which is not offered makes a model call it.
///
/// ```
/// use therapy_scribe_agent::{Stage, ToolSet};
///
/// # fn stages(all: ToolSet) -> Result<(), therapy_scribe_agent::ToolRefused> {
/// let before = Stage::new("Answer questions about the session.", all.only(["search_session"])?, &all)?;
/// let after = Stage::new("The note can be signed now with `save_to_ehr`.", all.clone(), &all)?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Stage {
    prompt: therapy_scribe_core::Phi<String>,
    tools: ToolSet,
}

impl Stage {
    /// A prompt with the tools that are offered beside it, out of all there are.
    ///
    /// # Errors
    /// [`ToolRefused`] when the prompt names a tool that is not offered.
    pub fn new(
        prompt: impl Into<String>,
        tools: ToolSet,
        all: &ToolSet,
    ) -> Result<Self, ToolRefused> {
        let prompt = prompt.into();
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let names = |name: &str| prompt.split(|c| !is_word(c)).any(|word| word == name);
        // A name without `_`, such as `search`, is a word like others.
        let hidden = all
            .specs()
            .filter(|spec| spec.name.contains('_') && tools.spec(&spec.name).is_none());
        for spec in hidden {
            if names(&spec.name) {
                return Err(refused(
                    &spec.name,
                    "prompt",
                    "the prompt names it, and it is not offered",
                ));
            }
        }
        Ok(Self {
            prompt: prompt.into(),
            tools,
        })
    }

    /// What the model is told.
    #[must_use]
    pub fn prompt(&self) -> &str {
        self.prompt.expose()
    }

    /// What it may call.
    #[must_use]
    pub const fn tools(&self) -> &ToolSet {
        &self.tools
    }
}
