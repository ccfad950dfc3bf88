//! Drafting: transcript in, draft out.

use std::{fmt, sync::Arc};

use serde_json::Value;
use sha2::{Digest, Sha256};
use therapy_scribe_core::Transcript;

use crate::{
    ChatMessage, ChatModel, ChatReply, ChatRequest, Clinician, Draft, Error, NoteFormat,
    PROMPT_VERSION, Provenance, ResponseSchema, Result, Source, Speaker, WallTime,
    drafting::{Answer, Drafting},
    part::Part,
    prompt,
    sign::hex,
};

/// Has a language model draft notes. Cheap to clone.
#[derive(Clone)]
pub struct NoteWriter {
    model: Arc<dyn ChatModel>,
    max_tokens: Option<u32>,
}

impl NoteWriter {
    /// A writer on a model.
    #[must_use]
    pub fn new(model: Arc<dyn ChatModel>) -> Self {
        Self {
            model,
            max_tokens: None,
        }
    }

    /// The same with another budget for the answer, in tokens. Default 6000.
    #[must_use]
    pub const fn max_tokens(mut self, max_tokens: u32) -> Self {
        self.max_tokens = Some(max_tokens);
        self
    }

    /// Whether the model can be used today and in the weeks to come: to be asked when a host starts.
    ///
    /// # Errors
    /// As [`ChatModel::check`].
    pub async fn check(&self, now: WallTime) -> Result<()> {
        self.model.check(now).await
    }

    /// Drafts a note, with three calls of a model at most. A reply that was cut is asked for once more with twice the
    /// budget, one that breaks the format once more with what is wrong; then, and where a model declines, it is the next
    /// model's turn, and at last an error that keeps the reply. What still stops in the middle of a sentence is a finding.
    ///
    /// Dropping the future abandons the draft and leaves nothing half made.
    ///
    /// # Errors
    /// [`Error::EmptyTranscript`] before anything is sent, else what the model or the way to it did.
    pub async fn draft(
        &self,
        transcript: &Transcript,
        format: Arc<dyn NoteFormat>,
    ) -> Result<Draft> {
        let messages = vec![ChatMessage::new(Speaker::User, prompt::user(transcript))];
        let answer = self
            .write(transcript, Arc::clone(&format), messages)
            .await?;
        Ok(Draft::new(
            format,
            answer.value,
            Source::Model,
            answer.provenance,
            None,
        ))
    }

    /// Has one section of a draft written anew, as the clinician says. The draft changes only once the new text is there;
    /// dropping the future leaves it as it is.
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
        let messages = vec![
            ChatMessage::new(Speaker::User, prompt::user(transcript)),
            ChatMessage::new(Speaker::Assistant, draft.value().to_string()),
            ChatMessage::new(Speaker::User, prompt::again(section, instruction)),
        ];
        let mut answer = self.write(transcript, Arc::new(part), messages).await?;
        let content = answer.value.get_mut(section).map(Value::take);
        let content = content.unwrap_or_default();
        draft.regenerated(section, content, answer.provenance, by, at)
    }

    async fn write(
        &self,
        transcript: &Transcript,
        format: Arc<dyn NoteFormat>,
        messages: Vec<ChatMessage>,
    ) -> Result<Answer> {
        if transcript.is_empty() {
            return Err(Error::EmptyTranscript);
        }
        let name = format!("{}_v{}", format.id(), format.version());
        let schema = ResponseSchema::new(&name, format.schema().clone());
        let mut request = ChatRequest::new(prompt::system(&*format), "").schema(schema);
        request.messages = messages;
        request.max_tokens = self.max_tokens.unwrap_or(request.max_tokens);
        let mut drafting = Drafting::new(format, request);
        while let Some(request) = drafting.next() {
            match self.model.complete(request).await {
                Ok(reply) => {
                    let provenance = self.provenance(transcript, &reply);
                    if let Some(answer) = drafting.on_reply(&reply, provenance) {
                        return Ok(answer);
                    }
                }
                Err(error) => return drafting.finish(Some(error)),
            }
        }
        drafting.finish(None)
    }

    fn provenance(&self, transcript: &Transcript, reply: &ChatReply) -> Provenance {
        Provenance {
            provider: self.model.name().to_owned(),
            model: reply.model.clone(),
            request_id: reply.request_id.clone(),
            prompt_version: PROMPT_VERSION,
            transcript_sha256: hex(&Sha256::digest(transcript.to_json())),
            input_tokens: reply.usage.input_tokens,
            output_tokens: reply.usage.output_tokens,
            duration_ms: u64::try_from(reply.usage.duration.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

impl fmt::Debug for NoteWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NoteWriter")
            .field("model", &self.model.name())
            .finish_non_exhaustive()
    }
}
