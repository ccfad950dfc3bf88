//! Drafting: transcript in, draft out.

use std::{fmt, sync::Arc};

use serde_json::Value;
use sha2::{Digest, Sha256};
use therapy_scribe_core::{Phi, Transcript};

use crate::{
    ChatMessage, ChatModel, ChatReply, ChatRequest, Draft, Error, NoteFormat, PROMPT_VERSION,
    Provenance, ResponseSchema, Result, Speaker, WallTime, prompt,
    reply::{self, Outcome},
    sign::hex,
    unfinished, validate,
};

/// Has a language model draft notes. Cheap to clone.
#[derive(Clone)]
pub struct NoteWriter {
    model: Arc<dyn ChatModel>,
    max_tokens: Option<u32>,
}

/// The first request, and then one more for a larger budget or a repair.
const ROUNDS: usize = 2;

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

    /// Drafts a note. A reply that was cut is asked for once more with twice the budget, one that breaks the format once
    /// more with what is wrong; then it is an error that keeps the reply. A section that still stops in the middle of a
    /// sentence is a finding.
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
        let (mut last, mut unfinished) = (Error::Declined, None);
        for _ in 0..ROUNDS {
            match self.attempt(transcript, &format, &mut request).await {
                Ok(Attempt::Whole(draft)) => return Ok(draft),
                Ok(Attempt::Unfinished(draft)) => unfinished = Some(draft),
                Ok(Attempt::Failed(error)) => last = error,
                // What there is, is better than an error.
                Err(error) => return unfinished.ok_or(error),
            }
            if request.tries == 0 {
                break;
            }
        }
        unfinished.ok_or(last)
    }

    /// Asks once, and changes the request so that a second time can go better.
    async fn attempt(
        &self,
        transcript: &Transcript,
        format: &Arc<dyn NoteFormat>,
        request: &mut ChatRequest,
    ) -> Result<Attempt> {
        let reply = self.model.complete(request).await?;
        request.tries = request.tries.saturating_sub(reply.tries);
        let value = match judge(&reply, &**format, request.max_tokens) {
            Ok(value) => value,
            Err(verdict) => return verdict.adjust(request, reply).map(Attempt::Failed),
        };
        let keys = unfinished::sections(&value, &**format);
        let provenance = self.provenance(transcript, &reply);
        let mut draft = Draft::new(Arc::clone(format), value, provenance);
        if keys.is_empty() {
            return Ok(Attempt::Whole(draft));
        }
        let problems: Vec<_> = keys.iter().map(|key| unfinished::problem(key)).collect();
        ask_again(request, reply.content.expose(), &problems);
        draft.add_findings(keys.into_iter().map(unfinished::finding));
        Ok(Attempt::Unfinished(draft))
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

/// What one request came to.
enum Attempt {
    Whole(Draft),
    Unfinished(Draft),
    Failed(Error),
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
