//! Redaction on this machine, which trusts no service's.
mod find;
mod kind;
mod leak;
mod names;
mod placeholder;
mod pseudonyms;
mod redactor;
mod transcript;
mod words;

pub use kind::{Kind, Kinds, UnknownKind};
pub use leak::{Leak, leak_check};
pub use names::KnownNames;
pub use placeholder::{Placeholder, placeholders};
pub use pseudonyms::{InvalidPseudonyms, Pseudonyms};
pub use redactor::{Redacted, Redactor, Span, Style};
pub use transcript::RedactedTranscript;

use names::fold;
