//! The scribe's own tools: drafts, review, search, confirmed saving.

mod desk;
mod flags;
mod jobs;
mod prompt;
mod save;
mod state;
mod tools;
mod typed;
mod voice;
mod work;

pub use desk::{ScribeDesk, ScribeDeskBuilder};
pub use prompt::PromptBudget;
pub use save::{PendingSave, SaveOutcome};
pub use typed::{StillAnswering, TypedEvent, TypedRefused, TypedTalk};
pub use voice::HeardAs;
