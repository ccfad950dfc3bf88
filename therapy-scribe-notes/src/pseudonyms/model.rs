//! A model that reads no names.

use std::sync::Arc;

use async_trait::async_trait;
use therapy_scribe_core::{Phi, Privacy};

use super::{Hiding, Pseudonyms};
use crate::{ChatModel, ChatReply, ChatRequest, Error, Result, WallTime};

/// What the model is told where there are placeholders.
const NOTICE: &str = "\n\nNames stand as placeholders in brackets, such as [PERSON_1]. Copy each exactly as it stands, and \
make up none.";

/// A model around which names are exchanged for placeholders, and placeholders for names: it never reads the names that the
/// host has given, and who asks it never sees that. See [`Pseudonyms`] for what is found.
///
/// It looks at everything that goes out: instructions, transcript, notes, schema. What it can't replace, such as a name in a
/// schema, keeps the request from being sent.
///
/// ```
/// use std::sync::Arc;
/// use therapy_scribe_notes::*;
///
/// # fn writer(model: Arc<dyn ChatModel>) -> NoteWriter {
/// let names = Pseudonyms::new([(NameKind::Person, "Anna Miller"), (NameKind::Person, "Dr. Roe")]);
/// NoteWriter::new(Arc::new(Pseudonymised::new(model, names)))
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Pseudonymised {
    inner: Arc<dyn ChatModel>,
    pseudonyms: Pseudonyms,
}

impl Pseudonymised {
    /// A model that reads placeholders for these names.
    #[must_use]
    pub fn new(inner: Arc<dyn ChatModel>, pseudonyms: Pseudonyms) -> Self {
        Self { inner, pseudonyms }
    }

    /// What goes out.
    fn outgoing(&self, request: &ChatRequest) -> Result<(ChatRequest, Hiding)> {
        let texts = || {
            let messages = request.messages.iter().map(|message| message.text.as_str());
            std::iter::once(request.system.as_str()).chain(messages)
        };
        let mut hiding = Hiding::new(&self.pseudonyms, texts());
        let mut out = request.clone();
        out.system = hiding.hide(&request.system);
        for message in &mut out.messages {
            message.text = hiding.hide(&message.text);
        }
        if hiding.has_hidden() {
            out.system += NOTICE;
        }
        let mut messages = out.messages.iter();
        if hiding.has_left(&out.system) || messages.any(|message| hiding.has_left(&message.text)) {
            return Err(Error::NameLeft { place: "the text" });
        }
        let is_in_schema = out.schema.as_ref().is_some_and(|schema| {
            hiding.has_name(&schema.name) || hiding.has_name(&schema.schema.to_string())
        });
        if is_in_schema {
            let place = "the schema of the note's format";
            return Err(Error::NameLeft { place });
        }
        Ok((out, hiding))
    }
}

#[async_trait]
impl ChatModel for Pseudonymised {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn privacy(&self) -> Privacy {
        self.inner.privacy()
    }

    /// Less than the model's own, since a placeholder is longer than a name.
    fn context_window(&self) -> Option<u32> {
        self.inner.context_window().map(|tokens| tokens / 8 * 7)
    }

    async fn complete(&self, request: &ChatRequest) -> Result<ChatReply> {
        let (out, hiding) = self.outgoing(request)?;
        let mut reply = self.inner.complete(&out).await?;
        reply.content = Phi::new(hiding.show(reply.content.expose()));
        Ok(reply)
    }

    async fn check(&self, now: WallTime) -> Result<()> {
        self.inner.check(now).await
    }
}
