//! A model that reads no names.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use therapy_scribe_core::{Phi, Privacy};

use super::{Hiding, Pseudonyms};
use crate::{ChatMessage, ChatModel, ChatReply, ChatRequest, ChatTool, Error, Result, WallTime};

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
        let messages = request.messages.iter();
        let calls = messages.clone().flat_map(|message| &message.calls);
        let arguments: Vec<_> = calls
            .map(|call| call.arguments.expose().to_string())
            .collect();
        let texts = messages
            .map(|message| message.text.as_str())
            .chain(arguments.iter().map(String::as_str));
        let texts = std::iter::once(request.system.as_str()).chain(texts);
        let mut hiding = Hiding::new(&self.pseudonyms, texts);
        let mut out = request.clone();
        out.system = hiding.hide(&request.system);
        for message in &mut out.messages {
            message.text = hiding.hide(&message.text);
            for call in &mut message.calls {
                call.arguments = in_texts(&call.arguments, &mut |text| hiding.hide(text));
            }
        }
        if hiding.has_hidden() {
            out.system += NOTICE;
        }
        let is_left = |message: &ChatMessage| {
            let mut calls = message.calls.iter();
            hiding.has_left(&message.text)
                || calls.any(|call| hiding.has_left(&call.arguments.expose().to_string()))
        };
        if hiding.has_left(&out.system) || out.messages.iter().any(is_left) {
            return Err(Error::NameLeft { place: "the text" });
        }
        let is_in_schema = out.schema.as_ref().is_some_and(|schema| {
            hiding.has_name(&schema.name) || hiding.has_name(&schema.schema.to_string())
        });
        if is_in_schema {
            let place = "the schema of the note's format";
            return Err(Error::NameLeft { place });
        }
        let mut tools = out.tools.iter();
        let is_in_tool = |tool: &ChatTool| {
            let texts = [&tool.name, &tool.description, &tool.parameters.to_string()];
            texts.into_iter().any(|text| hiding.has_left(text))
        };
        if tools.any(is_in_tool) {
            let place = "a tool's description";
            return Err(Error::NameLeft { place });
        }
        Ok((out, hiding))
    }
}

/// The same value with every text in it exchanged. Names of fields are the tool's.
fn in_texts(value: &Phi<Value>, change: &mut dyn FnMut(&str) -> String) -> Phi<Value> {
    fn walk(value: &mut Value, change: &mut dyn FnMut(&str) -> String) {
        match value {
            Value::String(text) => *text = change(text),
            Value::Array(items) => items.iter_mut().for_each(|item| walk(item, change)),
            Value::Object(fields) => fields.values_mut().for_each(|field| walk(field, change)),
            _ => {}
        }
    }
    let mut changed = value.clone().into_inner();
    walk(&mut changed, change);
    Phi::new(changed)
}

#[async_trait]
impl ChatModel for Pseudonymised {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn privacy(&self) -> Privacy {
        self.inner.privacy()
    }

    fn takes_tools(&self) -> bool {
        self.inner.takes_tools()
    }

    /// Less than the model's own, since a placeholder is longer than a name.
    fn context_window(&self) -> Option<u32> {
        self.inner.context_window().map(|tokens| tokens / 8 * 7)
    }

    async fn complete(&self, request: &ChatRequest) -> Result<ChatReply> {
        let (out, hiding) = self.outgoing(request)?;
        let mut reply = self.inner.complete(&out).await?;
        reply.content = Phi::new(hiding.show(reply.content.expose()));
        for call in &mut reply.calls {
            call.arguments = in_texts(&call.arguments, &mut |text| hiding.show(text));
        }
        Ok(reply)
    }

    async fn check(&self, now: WallTime) -> Result<()> {
        self.inner.check(now).await
    }
}
