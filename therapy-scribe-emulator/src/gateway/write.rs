//! The bodies of answers (`llm-gateway.md` 6, 8; 15.3, 15.5, 15.7).

use serde_json::{Value, json};

use super::{Answer, answer::NO_ID, models::Model};

/// 3.1: far too small for a note.
const DEFAULT_MAX_TOKENS: u64 = 1000;

/// Writes one answer of one model.
#[derive(Debug, Clone, Copy)]
pub(super) struct Writer<'a> {
    pub(super) request: &'a Value,
    pub(super) model: Model,
    pub(super) names_model: bool,
    /// How long the model took.
    pub(super) took_ns: u64,
    pub(super) word: Word<'a>,
}

/// With which word an answer ends that is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word<'a> {
    Vendors,
    Is(&'a str),
    Null,
}

/// Why a model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finish {
    Complete,
    Calls,
    OutOfBudget,
    Refused,
}

/// How a stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StreamEnd {
    Done,
    /// In its middle, without a word.
    Cut,
}

impl Writer<'_> {
    /// 15.3: what is beyond the budget is cut. A token is taken for four characters.
    pub(super) fn limited(&self, content: &str) -> Answer {
        let budget = self.request.get("max_tokens").and_then(Value::as_u64);
        let budget = usize::try_from(budget.unwrap_or(DEFAULT_MAX_TOKENS))
            .unwrap_or(usize::MAX)
            .saturating_mul(4);
        match content.char_indices().nth(budget) {
            Some((end, _)) => {
                self.write(content.get(..end).unwrap_or(content), Finish::OutOfBudget)
            }
            None => self.write(content, Finish::Complete),
        }
    }

    pub(super) fn write(&self, content: &str, finish: Finish) -> Answer {
        if self.is_streamed() {
            self.stream(content, finish, StreamEnd::Done)
        } else {
            Answer::json(200, self.body(content, finish))
        }
    }

    /// 7: the arguments are a text with JSON.
    pub(super) fn calls(&self, calls: &[(String, Value)]) -> Answer {
        let messages = self.request.get("messages").and_then(Value::as_array);
        let turn = messages.map_or(0, Vec::len);
        let entry = |(index, (name, arguments)): (usize, &(String, Value))| {
            let function = json!({"name": name, "arguments": arguments.to_string()});
            json!({"index": index, "id": format!("call_{turn}_{index}"), "type": "function", "function": function})
        };
        let entries: Vec<Value> = calls.iter().enumerate().map(entry).collect();
        if self.is_streamed() {
            return self.stream_of(vec![json!({"role": "assistant", "tool_calls": entries})]);
        }
        let mut body = self.body("", Finish::Calls);
        if let Some(message) = body.pointer_mut("/choices/0/message") {
            *message = json!({"role": "assistant", "content": null, "tool_calls": entries});
        }
        Answer::json(200, body)
    }

    /// 6.2.
    pub(super) fn finish_word(&self, finish: Finish) -> Value {
        match self.word {
            Word::Is(word) if finish == Finish::Complete => word.into(),
            Word::Null if finish == Finish::Complete => Value::Null,
            _ => vendors_word(self.model.id, finish).into(),
        }
    }

    pub(super) fn is_streamed(&self) -> bool {
        self.request.get("stream").and_then(Value::as_bool) == Some(true)
    }

    /// 6.1; `response_time` is in nanoseconds.
    pub(super) fn body(&self, content: &str, finish: Finish) -> Value {
        let mut echo = self.request.clone();
        if let Value::Object(fields) = &mut echo {
            fields.retain(|name, _| {
                !["messages", "prompt", "post_processing_steps"].contains(&name.as_str())
            });
            fields.insert("model".to_owned(), self.model.id.into());
        }
        let word = self.finish_word(finish);
        let (input, output) = self.usage(content);
        let mut body = json!({
            "request_id": NO_ID,
            "model": self.model.id,
            "choices": [{"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": word}],
            "usage": {"input_tokens": input, "prompt_tokens": input, "output_tokens": output, "completion_tokens": output,
                "total_tokens": input + output, "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0}},
            "request": echo, "http_status_code": 200, "llm_status_code": 200, "response_time": self.took_ns,
        });
        if !self.names_model {
            for place in ["", "/request"] {
                if let Some(Value::Object(fields)) = body.pointer_mut(place) {
                    fields.retain(|name, _| name != "model");
                }
            }
        }
        body
    }

    /// 8: chunks, a finish, usage if asked for, `[DONE]`.
    pub(super) fn stream(&self, content: &str, finish: Finish, end: StreamEnd) -> Answer {
        const CHUNK: usize = 40;
        let letters: Vec<char> = content.chars().collect();
        let mut chunks = letters.chunks(CHUNK).enumerate().map(|(index, part)| {
            let text: String = part.iter().collect();
            let delta = if index == 0 {
                json!({"role": "assistant", "content": text})
            } else {
                json!({"content": text})
            };
            self.chunk(&json!([{"index": 0, "delta": delta, "finish_reason": null}]))
        });
        let mut events: Vec<Value> = if end == StreamEnd::Cut {
            let half = letters.len().div_ceil(CHUNK) / 2;
            chunks.by_ref().take(half).collect()
        } else {
            chunks.collect()
        };
        if end == StreamEnd::Done {
            let word = self.finish_word(finish);
            events.push(self.chunk(&json!([{"index": 0, "delta": {}, "finish_reason": word}])));
            let wants_usage = self.request.pointer("/stream_options/include_usage");
            if wants_usage.and_then(Value::as_bool) == Some(true) {
                events.push(self.usage_chunk(content));
            }
        }
        let mut body = events.iter().fold(String::new(), |body, event| {
            body + &format!("data: {event}\n\n")
        });
        if end == StreamEnd::Done {
            body.push_str("data: [DONE]\n\n");
        }
        Answer::text(200, "text/event-stream", body)
    }

    /// 8: these deltas, as a model ends that calls.
    fn stream_of(&self, deltas: Vec<Value>) -> Answer {
        let word = self.finish_word(Finish::Calls);
        let deltas = deltas.into_iter().map(|delta| (delta, Value::Null));
        let all = deltas.chain([(json!({}), word)]);
        let body = all.fold(String::new(), |body, (delta, word)| {
            let choices = json!([{"index": 0, "delta": delta, "finish_reason": word}]);
            body + &format!("data: {}\n\n", self.chunk(&choices))
        });
        Answer::text(200, "text/event-stream", body + "data: [DONE]\n\n")
    }

    fn chunk(&self, choices: &Value) -> Value {
        json!({"id": "c-1", "object": "chat.completion.chunk", "created": 1_790_000_000, "model": self.model.id, "choices": choices})
    }

    fn usage_chunk(&self, content: &str) -> Value {
        let (input, output) = self.usage(content);
        let mut chunk = self.chunk(&json!([]));
        if let Value::Object(fields) = &mut chunk {
            fields.insert("usage".to_owned(), json!({"prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output}));
        }
        chunk
    }

    fn usage(&self, content: &str) -> (usize, usize) {
        (tokens(&self.request.to_string()), tokens(content))
    }
}

/// 15.5, 6.2: the vendor's own word.
fn vendors_word(id: &str, finish: Finish) -> &'static str {
    match (id.split('-').next(), finish) {
        (Some("claude"), Finish::Complete) => "end_turn",
        (Some("claude"), Finish::Calls) => "tool_use",
        (Some("claude"), Finish::OutOfBudget) => "max_tokens",
        (Some("claude"), Finish::Refused) => "refusal",
        (Some("gemini"), Finish::Complete | Finish::Calls) => "STOP",
        (Some("gemini"), Finish::OutOfBudget) => "MAX_TOKENS",
        (Some("gemini"), Finish::Refused) => "SAFETY",
        (_, Finish::Complete) => "stop",
        (_, Finish::Calls) => "tool_calls",
        (_, Finish::OutOfBudget) => "length",
        (_, Finish::Refused) => "content_filter",
    }
}

pub(super) fn tokens(text: &str) -> usize {
    text.chars().count().div_ceil(4)
}
