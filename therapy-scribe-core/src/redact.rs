//! Redaction on this machine, which trusts no service's: names that the host knows, and what identifies somebody by its shape,
//! as it is written and as it is said.
//!
//! A [`Redactor`] knows the session's [`KnownNames`] and which [`Kinds`] to look for. It redacts texts, lines of a conversation
//! as they come, and transcripts, whose words keep their times. What is replaced has a pseudonym that is the same in all of
//! them; the host keeps the map ([`Pseudonyms`]) and restores what comes back. [`leak_check`] is the last look at a text that is
//! about to leave, and fails where something is left.
//!
//! ```
//! use therapy_scribe_core::redact::{Kinds, KnownNames, Redactor};
//!
//! let names = KnownNames::new().client("Anna Miller").place("New Ulm");
//! let mut redactor = Redactor::new(names, Kinds::identifiers());
//! let told = redactor.text("Annas mother lives at twelve Elm Street in New Ulm, and the PHQ-9 was 14.").text;
//! assert_eq!(told, "[PERSON_1]s mother lives at [ADDRESS_1], and the PHQ-9 was 14.");
//! assert!(redactor.leak_check(&told).is_ok());
//! ```
//!
//! # How much it finds
//!
//! Three sets of sentences, labelled by three people who had not seen the code, with names, speech recognisers' habits and
//! interruptions (`testdata/redaction`; `cargo test -p therapy-scribe-core --test redaction sets -- --nocapture`). An identifier is
//! found when every word of it is covered, but for sounds of thinking; a false alarm is a clinical term of which any word is
//! covered. *First* is the first run ever on the set: for set b that of a code which had been tuned on set a, for set c on a
//! and b. *Now* is after all were used for tuning, so it says less about other texts than *first* does.
//!
//! | | a, first | a, now | b, first | b, now | c, first | c, now |
//! | --- | --- | --- | --- | --- | --- | --- |
//! | sentences | 640 | | 420 | | 400 | |
//! | identifiers | 366 of 472, 77.5 % | 469, 99.4 % | 243 of 305, 79.7 % | 301, 98.7 % | 284 of 300, 94.7 % | 300, 100 % |
//! | … telephone | 93 of 99 | 99 | 53 of 55 | 55 | 38 of 38 | 38 |
//! | … e-mail | 56 of 85 | 85 | 36 of 42 | 42 | 36 of 38 | 38 |
//! | … social security | 36 of 43 | 43 | 33 of 34 | 34 | 35 of 37 | 37 |
//! | … date of birth | 30 of 48 | 47 | 22 of 39 | 39 | 33 of 37 | 37 |
//! | … address | 36 of 49 | 48 | 20 of 39 | 37 | 36 of 37 | 37 |
//! | … card | 49 of 50 | 50 | 27 of 29 | 29 | 38 of 38 | 38 |
//! | … web address | 21 of 42 | 41 | 24 of 28 | 28 | 31 of 37 | 37 |
//! | … record number | 45 of 56 | 56 | 28 of 39 | 37 | 37 of 38 | 38 |
//! | known names | 255 of 266, 95.9 % | 263, 98.9 % | 185 of 192, 96.4 % | 190, 99.0 % | 155 of 160, 96.9 % | 160, 100 % |
//! | false alarms | 20 of 598, 3.3 % | 0 | 12 of 354, 3.4 % | 0 | 1 of 350, 0.3 % | 0 |
//!
//! An hour of talk takes about 25 ms in an optimised build, and time grows with length.
//!
//! # What it does not find
//!
//! Names that nobody gave, nicknames among them; a name that is an ordinary word too, in small letters where nothing around it
//! says that it is a name; places described in words ("the corner house"); a house number without its street;
//! numbers of fewer than seven digits that nothing says what they are of. It reads English. It is no determination under HIPAA or any
//! other law, and what people tell of their lives can identify them without any of this.
//!
//! It takes words for what they are mostly: where an identifier begins in the middle of a sentence, a word before or after it may
//! go with it.

mod find;
mod kind;
mod leak;
mod masked;
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
