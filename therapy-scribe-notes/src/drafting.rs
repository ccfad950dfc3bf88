//! One draft: what is asked next, of whom, and what is left when the tries are used up (`llm-gateway.md` 4.4, 6.3, 11.3).

use std::{fmt, sync::Arc};

use serde_json::Value;
use therapy_scribe_core::Phi;

use crate::{
    ChatMessage, ChatReply, ChatRequest, Error, Finish, NoteFormat, Provenance, Speaker, prompt,
    reply::{self, Outcome},
    unfinished, validate,
};

/// An empty note is right for a session that holds nothing, and wrong for any other: it is asked about once.
const BLANK: &str = "the value says nothing at all; write what the transcript supports, and the same again if that is nothing";

/// More rounds than this have never helped; the budget of tries may end it sooner.
const ROUNDS: usize = 3;

/// A value that has the form of its format, and where it comes from.
pub(crate) struct Answer {
    pub(crate) value: Value,
    pub(crate) provenance: Provenance,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Answer").field(&self.provenance).finish()
    }
}

/// Whether there is no text in it at all.
fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.iter().all(is_blank),
        Value::Object(fields) => fields.values().all(is_blank),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A draft in the making.
#[derive(Debug)]
pub(crate) struct Drafting {
    format: Arc<dyn NoteFormat>,
    /// As it was asked first, for a model that has not been asked yet.
    first: ChatRequest,
    request: ChatRequest,
    rounds: usize,
    /// Models whose answer was of no use once.
    failed: Vec<Option<String>>,
    unfinished: Option<Answer>,
    error: Option<Error>,
}

impl Drafting {
    pub(crate) fn new(format: Arc<dyn NoteFormat>, request: ChatRequest) -> Self {
        Self {
            format,
            first: request.clone(),
            request,
            rounds: 0,
            failed: Vec::new(),
            unfinished: None,
            error: None,
        }
    }

    /// What to ask next; `None` when it is over.
    pub(crate) fn next(&mut self) -> Option<&ChatRequest> {
        let goes_on = self.rounds < ROUNDS && self.request.tries > 0;
        self.rounds += 1;
        goes_on.then_some(&self.request)
    }

    /// Takes an answer. Returns it if nothing is left to wish for.
    pub(crate) fn on_reply(&mut self, reply: &ChatReply, provenance: Provenance) -> Option<Answer> {
        self.request.tries = self.request.tries.saturating_sub(reply.tries);
        let text = reply.content.expose();
        match reply::read(reply) {
            Outcome::Declined => {
                self.keep(Error::Declined);
                self.ask_another(reply);
            }
            Outcome::Prose => {
                self.keep(Error::NotANote {
                    reply: Phi::new(text.clone()),
                });
                // As a rule a refusal in other words; with one model only it is at least told what is wanted.
                self.ask_another(reply);
                self.explain(text, &["the answer must be one JSON object".to_owned()]);
            }
            Outcome::Cut => {
                let max_tokens = self.request.max_tokens;
                self.keep(Error::OutOfBudget { max_tokens });
                if self.has_failed_before(reply) {
                    self.ask_another(reply);
                } else {
                    self.ask_the_same(reply);
                    self.request.max_tokens = max_tokens.saturating_mul(2);
                }
            }
            Outcome::Value(value) => return self.on_value(value, reply, provenance),
        }
        None
    }

    /// What is left: an answer that is worth something, else the error that says most.
    pub(crate) fn finish(self, failure: Option<Error>) -> Result<Answer, Error> {
        let error = self.error.or(failure).unwrap_or(Error::Declined);
        self.unfinished.ok_or(error)
    }

    fn on_value(
        &mut self,
        value: Value,
        reply: &ChatReply,
        provenance: Provenance,
    ) -> Option<Answer> {
        let text = reply.content.expose();
        let problems = validate::problems(&value, self.format.schema());
        if !problems.is_empty() {
            let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
            self.keep(Error::Malformed {
                format: self.format.id().to_owned(),
                problems: problems.len(),
                reply: Phi::new(text.clone()),
            });
            self.repair(reply, &problems);
            return None;
        }
        if reply.finish == Finish::Unknown {
            tracing::warn!(model = reply.model, "an answer ended with an unknown word");
        }
        let broken = self.format.problems(&value);
        let blank = is_blank(&value).then(|| BLANK.to_owned());
        let told = broken.iter().map(ToString::to_string).chain(blank);
        let places = unfinished::places(&value);
        let problems: Vec<_> = told
            .chain(places.iter().map(|at| unfinished::problem(at)))
            .collect();
        let answer = Answer { value, provenance };
        if problems.is_empty() {
            return Some(answer);
        }
        // Not an error: a session may not hold what a rule asks for, and nothing may be invented to please it. The draft
        // shows what is left of it as findings.
        self.unfinished = Some(answer);
        self.repair(reply, &problems);
        None
    }

    /// The model is told what is wrong, once; then it is another one's turn.
    fn repair(&mut self, reply: &ChatReply, problems: &[String]) {
        if self.has_failed_before(reply) {
            self.ask_another(reply);
        } else {
            self.ask_the_same(reply);
            self.explain(reply.content.expose(), problems);
        }
    }

    fn has_failed_before(&self, reply: &ChatReply) -> bool {
        self.failed.contains(&reply.model)
    }

    fn ask_the_same(&mut self, reply: &ChatReply) {
        self.failed.push(reply.model.clone());
        self.request.prefer.clone_from(&reply.model);
    }

    /// From the beginning: what one model did wrong is no concern of the next.
    fn ask_another(&mut self, reply: &ChatReply) {
        self.failed.push(reply.model.clone());
        self.request = ChatRequest {
            tries: self.request.tries,
            avoid: self.request.avoid.clone(),
            ..self.first.clone()
        };
        self.request.avoid.extend(reply.model.clone());
    }

    fn explain(&mut self, answer: &str, problems: &[String]) {
        let messages = [
            ChatMessage::new(Speaker::Assistant, answer),
            ChatMessage::new(Speaker::User, prompt::repair(problems)),
        ];
        self.request.messages.extend(messages);
    }

    /// An error that holds an answer says more than one that does not.
    fn keep(&mut self, error: Error) {
        let holds_reply =
            |error: &Error| matches!(error, Error::NotANote { .. } | Error::Malformed { .. });
        if holds_reply(&error) || !self.error.as_ref().is_some_and(holds_reply) {
            self.error = Some(error);
        }
    }
}
