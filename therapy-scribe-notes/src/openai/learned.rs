//! What a server has been found to take (`other-providers.md` 2.3): asked once, and not with every note again.

use std::sync::{Mutex, PoisonError};

/// What a server does for the form of an answer. Whatever it is, the schema stands in the prompt and the answer is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum JsonMode {
    /// Nothing: the prompt alone asks for it.
    Prompt,
    /// It sees to it that the answer is JSON, of whatever form.
    Object,
    /// It holds the answer to the schema.
    Schema,
}

impl JsonMode {
    const fn lower(self) -> Option<Self> {
        match self {
            Self::Schema => Some(Self::Object),
            Self::Object => Some(Self::Prompt),
            Self::Prompt => None,
        }
    }
}

/// What the budget of an answer is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    MaxTokens,
    /// By OpenAI's models that think; they refuse the other.
    MaxCompletionTokens,
}

/// How a server is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Manner {
    pub(super) json: JsonMode,
    pub(super) limit: Limit,
}

/// What a refusal says of the manner of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Objection {
    /// The form of the answer can't be asked for like this.
    Json,
    /// The budget has another name.
    Limit,
}

/// What is known of one server and model; shared by the clones of a client.
#[derive(Debug)]
pub(super) struct Learned(Mutex<Manner>);

impl Learned {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(Manner {
            json: JsonMode::Schema,
            limit: Limit::MaxTokens,
        }))
    }

    pub(super) fn manner(&self) -> Manner {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How to ask again after a request of this manner was refused. `None`: there is no other, or none that is allowed.
    pub(super) fn after(
        &self,
        asked: Manner,
        objection: Objection,
        least: JsonMode,
    ) -> Option<Manner> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Another call may have found it out in the meantime.
        if *known == asked {
            match objection {
                Objection::Json => {
                    known.json = asked.json.lower().filter(|lower| *lower >= least)?;
                }
                Objection::Limit if asked.limit == Limit::MaxTokens => {
                    known.limit = Limit::MaxCompletionTokens;
                }
                Objection::Limit => return None,
            }
        }
        Some(*known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_leads_down_one_step_at_a_time_and_not_below_what_is_allowed() {
        let learned = Learned::new();
        let first = learned.manner();
        let down = |asked, least| learned.after(asked, Objection::Json, least);
        let second = down(first, JsonMode::Object).unwrap();
        assert_eq!(second.json, JsonMode::Object);
        // Somebody who asked before that was known does not take another step.
        assert_eq!(down(first, JsonMode::Object), Some(second));
        assert_eq!(down(second, JsonMode::Object), None);
        let third = down(second, JsonMode::Prompt).unwrap();
        assert_eq!(third.json, JsonMode::Prompt);
        assert_eq!(down(third, JsonMode::Prompt), None);
        assert_eq!(learned.manner(), third);
    }

    #[test]
    fn the_budget_is_renamed_once() {
        let learned = Learned::new();
        let again = |asked| learned.after(asked, Objection::Limit, JsonMode::Schema);
        let renamed = again(learned.manner()).unwrap();
        assert_eq!(renamed.limit, Limit::MaxCompletionTokens);
        assert_eq!(again(renamed), None);
    }
}
