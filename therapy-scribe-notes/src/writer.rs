//! Drafting: transcript in, draft out.

use std::{fmt, sync::Arc};

use serde_json::Value;
use sha2::{Digest, Sha256};
use therapy_scribe_core::Transcript;

use crate::{
    ChatModel, Clinician, Draft, Error, NoteFormat, NoteRequest, Progress, Pseudonymised,
    Pseudonyms, Result, Source, WallTime,
    drafting::Answer,
    part::Part,
    prompt,
    sign::hex,
    writing::{FollowUp, Progressed, Room, Writing, overhead},
};

/// Has a language model draft notes. Cheap to clone.
///
/// A session that is longer than its model reads is drafted in parts of whole utterances, whose edges are told twice; then
/// one note is asked for of the parts' notes. It has every risk flag of every part, whatever the model makes of them. More
/// than 32 parts are refused. How long a text is in tokens is estimated from above: three Latin letters are one, and any
/// other letter is one by itself.
#[derive(Clone)]
pub struct NoteWriter {
    model: Arc<dyn ChatModel>,
    max_tokens: Option<u32>,
    context_window: Option<u32>,
}

impl NoteWriter {
    /// A writer on a model.
    #[must_use]
    pub fn new(model: Arc<dyn ChatModel>) -> Self {
        Self {
            model,
            max_tokens: None,
            context_window: None,
        }
    }

    /// The same with another budget for the answer, in tokens. Default 6000. It is never more than a fifth of the context
    /// window.
    #[must_use]
    pub const fn max_tokens(mut self, max_tokens: u32) -> Self {
        self.max_tokens = Some(max_tokens);
        self
    }

    /// The same for a model that reads and writes so many tokens in one call. Default: what
    /// [`ChatModel::context_window`] says, and 100 000 where it says nothing.
    #[must_use]
    pub const fn context_window(mut self, tokens: u32) -> Self {
        self.context_window = Some(tokens);
        self
    }

    /// Whether the model can be used today and in the weeks to come: to be asked when a host starts.
    ///
    /// # Errors
    /// As [`ChatModel::check`].
    pub async fn check(&self, now: WallTime) -> Result<()> {
        self.model.check(now).await
    }

    /// Drafts a note, with three calls of a model at most; for a long session, with three for each part and each merge. A
    /// reply that was cut is asked for
    /// once more with twice the budget, one that breaks the format once more with what is wrong; then, and where a model
    /// declines, it is the next model's turn, and at last an error that keeps the reply. What still stops in the middle of
    /// a sentence is a finding.
    ///
    /// Dropping the future abandons the draft and leaves nothing half made.
    ///
    /// # Errors
    /// [`Error::EmptyTranscript`] and [`Error::TooLong`] before anything is sent, else what the model or the way to it did.
    pub async fn draft(
        &self,
        transcript: &Transcript,
        format: Arc<dyn NoteFormat>,
    ) -> Result<Draft> {
        let request = NoteRequest::new(format);
        self.draft_with(transcript, request, &mut |_| {}).await
    }

    /// The same as a request says in detail, and telling how far it is. `progress` is called between calls of the model,
    /// on the task that drafts: it should only take note.
    ///
    /// Dropping the future cancels: a call under way is abandoned, no further one is made, and `progress` is called no more.
    ///
    /// # Errors
    /// As [`draft`](Self::draft).
    pub async fn draft_with(
        &self,
        transcript: &Transcript,
        request: NoteRequest,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Draft> {
        let NoteRequest {
            format,
            at,
            pseudonyms,
        } = request;
        let answer = self
            .under(pseudonyms.as_ref())
            .write(transcript, Arc::clone(&format), None, progress)
            .await?;
        let Answer { value, provenance } = answer;
        let draft = Draft::new(format, value, Source::Model, provenance, at);
        Ok(draft.keeping(pseudonyms))
    }

    /// Has one section of a draft written anew, as the clinician says. The draft changes only once the new text is there;
    /// dropping the future leaves it as it is. Names that the draft was asked for without are kept from this model too.
    ///
    /// # Errors
    /// [`Error::UnknownSection`] when there is no such section, else as [`draft`](Self::draft).
    pub async fn regenerate(
        &self,
        draft: &mut Draft,
        transcript: &Transcript,
        section: &str,
        instruction: &str,
        (by, at): (&Clinician, WallTime),
    ) -> Result<()> {
        let part = Part::new(Arc::clone(draft.note_format()), draft.value(), section)?;
        let follow_up = FollowUp {
            note: draft.value().to_string(),
            asked: prompt::again(section, instruction),
        };
        let mut answer = self
            .under(draft.pseudonyms())
            .write(transcript, Arc::new(part), Some(follow_up), &mut |_| {})
            .await?;
        let content = answer.value.get_mut(section).map(Value::take);
        let content = content.unwrap_or_default();
        draft.regenerated(section, content, answer.provenance, by, at)
    }

    /// The same with a model that does not read these names.
    fn under(&self, pseudonyms: Option<&Pseudonyms>) -> Self {
        let mut writer = self.clone();
        if let Some(names) = pseudonyms {
            writer.model = Arc::new(Pseudonymised::new(writer.model, names.clone()));
        }
        writer
    }

    async fn write(
        &self,
        transcript: &Transcript,
        format: Arc<dyn NoteFormat>,
        follow_up: Option<FollowUp>,
        progress: Progressed<'_>,
    ) -> Result<Answer> {
        if transcript.is_empty() {
            return Err(Error::EmptyTranscript);
        }
        let window = self.context_window.or(self.model.context_window());
        let mut writing = Writing {
            model: &*self.model,
            room: Room::new(
                self.max_tokens,
                window,
                overhead(&*format, follow_up.as_ref()),
            ),
            format,
            follow_up,
            transcript_sha256: hex(&Sha256::digest(transcript.to_json())),
            progress,
        };
        writing.write(transcript).await
    }
}

impl fmt::Debug for NoteWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NoteWriter")
            .field("model", &self.model.name())
            .finish_non_exhaustive()
    }
}
