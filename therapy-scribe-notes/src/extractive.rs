//! Drafting without any model: quotes.

mod cues;
mod form;
mod kind;
mod names;
mod pick;
mod session;

use std::sync::Arc;

use sha2::{Digest, Sha256};
use therapy_scribe_core::Transcript;

use crate::{
    Draft, Error, NoteFormat, Provenance, Result, SessionIndex, Source, WallTime, sign::hex,
    validate,
};
use form::Form;
use session::Session;

/// Drafts notes without any model and any network, of nothing but quotes: word for word, each with its speaker and its time,
/// such as `Client: "I slept badly." (0:42)`, in the order of the session.
///
/// A section gets what its name, its title or its description says: `subjective` what the client reports, `plan` what was
/// agreed, `risk_flags` every statement with a word of risk in it, denials and answers included; any other section what
/// [`SessionIndex::ask`] finds with the words of its description. No sentence stands in two sections. What nobody says word for
/// word stays empty, or null: themes, ids of goals, numbers. In a group's note, what may name another member is left out,
/// except from risk flags.
///
/// It reads English. It does not understand: it finds what is worth reading again, for somebody who writes the note.
///
/// ```
/// use therapy_scribe_core::*;
/// use therapy_scribe_notes::{ExtractiveWriter, Formats};
///
/// # let connection = ConnectionId::default();
/// # let speaker = SpeakerId::from_letters(connection, "B");
/// # let at = MediaTime::from_millis;
/// # let words = "I slept badly all week.".split(' ').map(|word| Word::new(word, at(42_000), at(42_100)));
/// # let turn = Turn::new(TurnId::new(connection, 0), Finality::Final, speaker, words.collect());
/// # let roles: RoleMap = speaker.into_iter().map(|speaker| (speaker, Role::Client)).collect();
/// # let transcript = Transcript::from_turns([turn], roles);
/// let draft = ExtractiveWriter::new().draft(&transcript, Formats::new().get("soap")?)?;
/// assert_eq!(draft.section("subjective"), Some("Client: \"I slept badly all week.\" (0:42)"));
/// # Ok::<(), therapy_scribe_notes::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct ExtractiveWriter {
    at: Option<WallTime>,
}

impl ExtractiveWriter {
    /// A writer.
    #[must_use]
    pub const fn new() -> Self {
        Self { at: None }
    }

    /// The same, of drafts that are made at this time.
    #[must_use]
    pub const fn at(self, at: WallTime) -> Self {
        Self { at: Some(at) }
    }

    /// Drafts a note. The same transcript gives the same note.
    ///
    /// # Errors
    /// [`Error::EmptyTranscript`]; [`Error::Format`] with the path of a field that must be there and that no quote can fill,
    /// such as a number. Each built-in format can be filled.
    pub fn draft(&self, transcript: &Transcript, format: Arc<dyn NoteFormat>) -> Result<Draft> {
        if transcript.is_empty() {
            return Err(Error::EmptyTranscript);
        }
        let index = SessionIndex::new(transcript);
        let session = Session::new(transcript, &index);
        let form = Form::of(&*format, &session)?;
        let value = pick::filled(&session, form);
        if let Some(problem) = validate::problems(&value, format.schema()).first() {
            return Err(Error::Format {
                path: problem.place().to_owned(),
                reason: "quotes can't fill a field of this form",
            });
        }
        let provenance = Provenance {
            provider: "extractive".to_owned(),
            model: None,
            request_id: None,
            // There is no prompt.
            prompt_version: 0,
            transcript_sha256: hex(&Sha256::digest(transcript.to_json())),
            input_tokens: 0,
            output_tokens: 0,
            duration_ms: 0,
        };
        Ok(Draft::new(
            format,
            value,
            Source::Transcript,
            provenance,
            self.at,
        ))
    }
}
