//! Drafting: transcript in, draft out.

use std::{fmt, sync::Arc};

use serde_json::Value;
use sha2::{Digest, Sha256};
use therapy_scribe_core::{Phi, Transcript};

use crate::{
    ChatMessage, ChatModel, ChatReply, ChatRequest, Draft, Error, NoteFormat, PROMPT_VERSION,
    Provenance, ResponseSchema, Result, Speaker, prompt,
    reply::{self, Outcome},
    sign::hex,
    validate,
};

/// Has a language model draft notes. Cheap to clone.
#[derive(Clone)]
pub struct NoteWriter {
    model: Arc<dyn ChatModel>,
    max_tokens: Option<u32>,
}

/// The first request, and then one more for a larger budget or a repair.
const TRIES: usize = 2;

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

    /// Drafts a note. A reply that was cut is asked for once more with twice the budget, one that breaks the format once
    /// more with what is wrong; then it is an error that keeps the reply.
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
        if transcript.is_empty() {
            return Err(Error::EmptyTranscript);
        }
        let schema = ResponseSchema::new(
            &format!("{}_v{}", format.id(), format.version()),
            format.schema().clone(),
        );
        let mut request =
            ChatRequest::new(prompt::system(&*format), prompt::user(transcript)).schema(schema);
        request.max_tokens = self.max_tokens.unwrap_or(request.max_tokens);
        let mut last = Error::Declined;
        for _ in 0..TRIES {
            let reply = self.model.complete(&request).await?;
            match judge(&reply, &*format, request.max_tokens) {
                Ok(value) => {
                    let provenance = self.provenance(transcript, &reply);
                    return Ok(Draft::new(format, value, provenance));
                }
                Err(verdict) => last = verdict.adjust(&mut request, reply)?,
            }
        }
        Err(last)
    }

    fn provenance(&self, transcript: &Transcript, reply: &ChatReply) -> Provenance {
        Provenance {
            provider: self.model.name().to_owned(),
            model: reply.model.clone(),
            request_id: reply.request_id.clone(),
            prompt_version: PROMPT_VERSION,
            transcript_sha256: hex(&Sha256::digest(transcript.to_json())),
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

/// Why a reply is no note.
enum Verdict {
    Cut(u32),
    Declined,
    Prose,
    Broken {
        format: String,
        problems: Vec<String>,
    },
}

fn judge(reply: &ChatReply, format: &dyn NoteFormat, max_tokens: u32) -> Result<Value, Verdict> {
    let value = match reply::read(reply) {
        Outcome::Value(value) => value,
        Outcome::Cut => return Err(Verdict::Cut(max_tokens)),
        Outcome::Declined => return Err(Verdict::Declined),
        Outcome::Prose => return Err(Verdict::Prose),
    };
    let problems = validate::problems(&value, format.schema());
    if problems.is_empty() {
        Ok(value)
    } else {
        Err(Verdict::Broken {
            format: format.id().to_owned(),
            problems,
        })
    }
}

impl Verdict {
    /// Changes the request so that a second try can go better, and gives the error for when it does not. A refusal is
    /// not argued with.
    fn adjust(self, request: &mut ChatRequest, reply: ChatReply) -> Result<Error> {
        let text = reply.content.into_inner();
        match self {
            Self::Declined => Err(Error::Declined),
            Self::Cut(max_tokens) => {
                request.max_tokens = max_tokens.saturating_mul(2);
                Ok(Error::OutOfBudget {
                    max_tokens: request.max_tokens,
                })
            }
            Self::Prose => {
                let problem = ["the answer must be one JSON object".to_owned()];
                ask_again(request, &text, &problem);
                Ok(Error::NotANote {
                    reply: Phi::new(text),
                })
            }
            Self::Broken { format, problems } => {
                ask_again(request, &text, &problems);
                Ok(Error::Malformed {
                    format,
                    problems: problems.len(),
                    reply: Phi::new(text),
                })
            }
        }
    }
}

fn ask_again(request: &mut ChatRequest, reply: &str, problems: &[String]) {
    request
        .messages
        .push(ChatMessage::new(Speaker::Assistant, reply));
    request
        .messages
        .push(ChatMessage::new(Speaker::User, prompt::repair(problems)));
}
