//! One note being written: of the whole session, or of its parts and then of their notes.

use std::sync::Arc;

use serde_json::Value;
use therapy_scribe_core::Transcript;

use crate::{
    ChatMessage, ChatModel, ChatReply, ChatRequest, Error, NoteFormat, PROMPT_VERSION, Progress,
    Provenance, ResponseSchema, Result, Section, Speaker,
    drafting::{Answer, Drafting},
    merge, prompt, split, tokens,
};

/// Who is told how far it is.
pub(crate) type Progressed<'a> = &'a mut (dyn FnMut(Progress) + Send);

/// A session that needs more would cost more calls than anybody expects of one note.
const MOST_PARTS: usize = 32;

/// What is asked after the transcript, where a note is there already.
pub(crate) struct FollowUp {
    pub(crate) note: String,
    pub(crate) asked: String,
}

/// How many tokens there are for what, in one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Room {
    /// For the answer.
    answer: u32,
    /// For the transcript, or for notes of parts; `None` where that would not be worth a call.
    text: Option<u32>,
}

impl Room {
    /// `overhead` is what stands in every call beside the text.
    pub(crate) fn new(max_tokens: Option<u32>, window: Option<u32>, overhead: u32) -> Self {
        /// The models that may be used for patients read twice as much and more; others say how much they read.
        const UNKNOWN_WINDOW: u32 = 100_000;
        /// A note needs one to two thousand tokens, and some models think within it.
        const ANSWER: u32 = 6000;
        /// The rest is for the text, and for asking again with twice the budget or with the answer and what is wrong.
        const ANSWERS_SHARE: u32 = 5;
        /// A minute or two of a session.
        const LEAST_TEXT: u32 = 512;
        let window = window.unwrap_or(UNKNOWN_WINDOW);
        let answer = max_tokens.unwrap_or(ANSWER).min(window / ANSWERS_SHARE);
        let text = window.saturating_sub(overhead).saturating_sub(answer);
        Self {
            answer,
            text: Some(text).filter(|text| *text >= LEAST_TEXT),
        }
    }
}

/// What stands in every call beside the text. The schema counts twice: vendors put it into the prompt by themselves, and
/// local servers get it there.
pub(crate) fn overhead(format: &dyn NoteFormat, follow_up: Option<&FollowUp>) -> u32 {
    /// The frame of the messages.
    const FRAME: u32 = 300;
    let said = follow_up.map_or(0, |after| {
        tokens::estimate(&after.note) + tokens::estimate(&after.asked)
    });
    let schema = tokens::estimate(&format.schema().to_string()) * 2;
    FRAME + tokens::estimate(&prompt::system(format)) + schema + said
}

/// One note being written.
pub(crate) struct Writing<'a> {
    pub(crate) model: &'a dyn ChatModel,
    pub(crate) format: Arc<dyn NoteFormat>,
    pub(crate) follow_up: Option<FollowUp>,
    pub(crate) room: Room,
    pub(crate) transcript_sha256: String,
    pub(crate) progress: Progressed<'a>,
}

impl Writing<'_> {
    pub(crate) async fn write(&mut self, transcript: &Transcript) -> Result<Answer> {
        let too_long = || Error::TooLong {
            model: self.model.name().to_owned(),
        };
        let room = self.room.text.ok_or_else(too_long)?;
        let parts = split::parts(&prompt::lines(transcript), room);
        if parts.len() > MOST_PARTS {
            return Err(too_long());
        }
        let answer = match parts.as_slice() {
            [whole] => {
                self.tell_of_part(1, 1);
                let messages = self.asked(prompt::user(whole));
                self.ask(Arc::clone(&self.format), messages).await?
            }
            parts => self.in_parts(parts, room).await?,
        };
        (self.progress)(Progress::Checking);
        Ok(answer)
    }

    async fn in_parts(&mut self, parts: &[String], room: u32) -> Result<Answer> {
        let mut notes = Vec::new();
        for (number, part) in (1..).zip(parts) {
            self.tell_of_part(number, parts.len());
            let messages = self.asked(prompt::part(part, number, parts.len()));
            notes.push(self.ask(self.unruled(), messages).await?);
        }
        while notes.len() > 1 {
            (self.progress)(Progress::Merging { notes: notes.len() });
            let groups = grouped(notes, room);
            let format = match groups.as_slice() {
                [_last] => Arc::clone(&self.format),
                _ => self.unruled(),
            };
            notes = Vec::new();
            for group in groups {
                notes.push(self.merge(group, &format).await?);
            }
        }
        notes.pop().ok_or(Error::EmptyTranscript)
    }

    async fn merge(&mut self, notes: Vec<Answer>, format: &Arc<dyn NoteFormat>) -> Result<Answer> {
        let notes = match <[Answer; 1]>::try_from(notes) {
            Ok([only]) => return Ok(only),
            Err(several) => several,
        };
        let (values, sources): (Vec<_>, Vec<_>) = notes
            .into_iter()
            .map(|note| (note.value, note.provenance))
            .unzip();
        let mut text = prompt::merge(&values);
        if let Some(after) = &self.follow_up {
            text = format!("{text}\n\n{}", after.asked);
        }
        let messages = vec![ChatMessage::new(Speaker::User, text)];
        let merged = self.ask(Arc::clone(format), messages).await?;
        Ok(Answer {
            value: merge::united(merged.value, &values),
            provenance: summed(sources, merged.provenance),
        })
    }

    async fn ask(
        &mut self,
        format: Arc<dyn NoteFormat>,
        messages: Vec<ChatMessage>,
    ) -> Result<Answer> {
        let name = format!("{}_v{}", format.id(), format.version());
        let schema = ResponseSchema::new(&name, format.schema().clone());
        let mut request = ChatRequest::new(prompt::system(&*format), "").schema(schema);
        request.messages = messages;
        request.max_tokens = self.room.answer;
        let mut drafting = Drafting::new(format, request);
        let mut rounds = 0;
        while let Some(request) = drafting.next() {
            if rounds > 0 {
                (self.progress)(Progress::Repairing);
            }
            rounds += 1;
            match self.model.complete(request).await {
                Ok(reply) => {
                    let provenance = self.provenance(&reply);
                    if let Some(answer) = drafting.on_reply(&reply, provenance) {
                        return Ok(answer);
                    }
                }
                Err(error) => return drafting.finish(Some(error)),
            }
        }
        drafting.finish(None)
    }

    fn tell_of_part(&mut self, part: usize, of: usize) {
        let provider = self.model.name().to_owned();
        (self.progress)(Progress::Asking { provider, part, of });
    }

    fn asked(&self, text: String) -> Vec<ChatMessage> {
        let mut messages = vec![ChatMessage::new(Speaker::User, text)];
        if let Some(FollowUp { note, asked }) = &self.follow_up {
            messages.push(ChatMessage::new(Speaker::Assistant, note));
            messages.push(ChatMessage::new(Speaker::User, asked));
        }
        messages
    }

    fn unruled(&self) -> Arc<dyn NoteFormat> {
        Arc::new(Unruled(Arc::clone(&self.format)))
    }

    fn provenance(&self, reply: &ChatReply) -> Provenance {
        Provenance {
            provider: self.model.name().to_owned(),
            model: reply.model.clone(),
            request_id: reply.request_id.clone(),
            prompt_version: PROMPT_VERSION,
            transcript_sha256: self.transcript_sha256.clone(),
            input_tokens: reply.usage.input_tokens,
            output_tokens: reply.usage.output_tokens,
            duration_ms: u64::try_from(reply.usage.duration.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

/// Neighbours that are read together: as many as there is room for, and two at least.
fn grouped(notes: Vec<Answer>, room: u32) -> Vec<Vec<Answer>> {
    let mut groups: Vec<Vec<Answer>> = Vec::new();
    let mut size = 0_u32;
    for note in notes {
        let cost = tokens::estimate(&note.value.to_string());
        size = size.saturating_add(cost);
        match groups.last_mut() {
            Some(group) if size <= room || group.len() < 2 => group.push(note),
            _ => {
                groups.push(vec![note]);
                size = cost;
            }
        }
    }
    groups
}

/// The source of a merged note: what all of it cost, and every model that wrote in it.
fn summed(parts: Vec<Provenance>, merged: Provenance) -> Provenance {
    let mut models: Vec<String> = Vec::new();
    let mut sum = Provenance {
        input_tokens: 0,
        output_tokens: 0,
        duration_ms: 0,
        model: None,
        ..merged.clone()
    };
    let mut are_known = true;
    for source in parts.into_iter().chain([merged]) {
        sum.input_tokens = sum.input_tokens.saturating_add(source.input_tokens);
        sum.output_tokens = sum.output_tokens.saturating_add(source.output_tokens);
        sum.duration_ms = sum.duration_ms.saturating_add(source.duration_ms);
        are_known &= source.model.is_some();
        // A part may be merged of others, and name several.
        let names = source.model.as_deref().unwrap_or_default().split(", ");
        for name in names.filter(|name| !name.is_empty()) {
            if !models.iter().any(|known| known == name) {
                models.push(name.to_owned());
            }
        }
    }
    // One that nobody knows may have written the rest.
    sum.model = are_known.then(|| models.join(", "));
    sum
}

/// A format without its rules: what a rule asks for may stand in another part of the session.
#[derive(Debug)]
struct Unruled(Arc<dyn NoteFormat>);

impl NoteFormat for Unruled {
    fn id(&self) -> &str {
        self.0.id()
    }

    fn version(&self) -> u32 {
        self.0.version()
    }

    fn title(&self) -> &str {
        self.0.title()
    }

    fn guidance(&self) -> &str {
        self.0.guidance()
    }

    fn sections(&self) -> &[Section] {
        self.0.sections()
    }

    fn schema(&self) -> &Value {
        self.0.schema()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_the_text_beside_everything_else() {
        let room = |max_tokens, window, overhead| {
            let room = Room::new(max_tokens, window, overhead);
            (room.answer, room.text)
        };
        assert_eq!(room(None, None, 2000), (6000, Some(92_000)));
        assert_eq!(room(Some(9000), Some(200_000), 2000), (9000, Some(189_000)));
        assert_eq!(room(None, Some(8192), 2000), (1638, Some(4554)));
        assert_eq!(room(None, Some(4096), 3000), (819, None));
        assert_eq!(room(None, Some(0), 3000), (0, None));
    }

    fn source(model: Option<&str>, input_tokens: u64) -> Provenance {
        Provenance {
            provider: "p".to_owned(),
            model: model.map(str::to_owned),
            request_id: None,
            prompt_version: 1,
            transcript_sha256: String::new(),
            input_tokens,
            output_tokens: 1,
            duration_ms: 2,
        }
    }

    #[test]
    fn a_merged_note_names_every_model_once_or_says_that_one_is_unknown() {
        let parts = vec![source(Some("a, b"), 1), source(Some("b"), 2)];
        let sum = summed(parts, source(Some("c"), 3));
        assert_eq!(sum.model.as_deref(), Some("a, b, c"));
        assert_eq!(
            (sum.input_tokens, sum.output_tokens, sum.duration_ms),
            (6, 3, 6)
        );
        let sum = summed(vec![source(None, 1)], source(Some("a"), 1));
        assert_eq!(sum.model, None);
    }

    #[test]
    fn notes_are_merged_by_two_at_least_and_by_as_many_as_fit() {
        let notes = |count: usize| {
            let note = |_| Answer {
                value: "x".repeat(298).into(),
                provenance: source(None, 0),
            };
            (0..count).map(note).collect::<Vec<_>>()
        };
        let sizes = |count, room| {
            grouped(notes(count), room)
                .iter()
                .map(Vec::len)
                .collect::<Vec<_>>()
        };
        assert_eq!(sizes(5, 1000), [5]);
        assert_eq!(sizes(5, 300), [3, 2]);
        assert_eq!(sizes(5, 1), [2, 2, 1]);
        assert_eq!(sizes(1, 1), [1]);
    }
}
