//! What the service sends and takes, in its own words (`voice-agent.md` 2 and 3).
//!
//! Reading is lenient: every field but `type` may be absent or null, numbers may be texts, unknown fields are skipped.
//! That a session began or ended, or that a reply is over, is never missed for the sake of a field.

mod encode;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};
use therapy_scribe_core::Malformed;

pub(crate) use encode::{
    audio, conversation_message, end, first_update, reply_cancel, reply_create, resume,
    stored_agent, tool_result, tuning, update,
};

/// A message, taken apart. Ids of replies are `None` where they are missing.
#[derive(Debug, PartialEq)]
pub(crate) enum Message {
    Updated(Echo),
    Ready(Ready),
    Ended {
        seconds: Option<f64>,
    },
    Error(ServiceError),
    SpeechStarted,
    SpeechStopped,
    UserDelta(UserWords),
    UserFinal(UserWords),
    ReplyStarted(Option<String>),
    ReplyAudio {
        reply: Option<String>,
        data: String,
    },
    AgentDelta(AgentDelta),
    AgentText(AgentWords),
    ReplyDone {
        reply: Option<String>,
        status: Status,
    },
    ReplyError {
        retryable: bool,
    },
    ToolCall {
        id: String,
        name: String,
        args: Value,
    },
    Unknown(String),
    Malformed(Malformed),
}

/// What of the configuration's echo matters: the tools that the client does not know of.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Echo {
    pub(crate) tools: Vec<EchoedTool>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct EchoedTool {
    pub(crate) name: String,
    /// The service runs it itself.
    pub(crate) is_http: bool,
    pub(crate) timeout_seconds: Option<u64>,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Ready {
    pub(crate) session_id: String,
    /// Both in epoch seconds.
    pub(crate) expires_at: Option<f64>,
    pub(crate) timestamp: Option<f64>,
    pub(crate) echo: Echo,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ServiceError {
    /// Small letters; `unknown` where there is none or it is no code.
    pub(crate) code: String,
    pub(crate) param: Option<String>,
    pub(crate) message: String,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UserWords {
    pub(crate) item: String,
    pub(crate) text: String,
}

#[derive(Debug, PartialEq)]
pub(crate) struct AgentDelta {
    pub(crate) reply: Option<String>,
    pub(crate) delta: String,
    pub(crate) start_ms: Option<f64>,
    pub(crate) end_ms: Option<f64>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct AgentWords {
    pub(crate) reply: Option<String>,
    pub(crate) text: String,
    pub(crate) interrupted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Completed,
    Interrupted,
    Other,
}

pub(crate) fn decode(text: &str) -> Message {
    let mut fields = match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(fields)) => Fields(fields),
        Ok(_) => return Message::Malformed(Malformed::new("message", 1, 1)),
        Err(error) => {
            return Message::Malformed(Malformed::new("message", error.line(), error.column()));
        }
    };
    let Some(kind) = fields.text("type") else {
        return Message::Malformed(Malformed::new("message without type", 1, 1));
    };
    fields.into_message(kind)
}

/// A message's fields.
struct Fields(Map<String, Value>);

impl Fields {
    fn into_message(mut self, kind: String) -> Message {
        match kind.as_str() {
            "session.updated" => Message::Updated(self.echo()),
            "session.ready" => Message::Ready(self.ready()),
            "session.ended" => Message::Ended {
                seconds: self.number("session_duration_seconds"),
            },
            "session.error" | "error" => Message::Error(self.error()),
            "input.speech.started" => Message::SpeechStarted,
            "input.speech.stopped" => Message::SpeechStopped,
            "transcript.user.delta" => self.user("transcript.user.delta", Message::UserDelta),
            "transcript.user" => self.user("transcript.user", Message::UserFinal),
            "reply.started" => Message::ReplyStarted(self.text("reply_id")),
            "reply.audio" => self.reply_audio(),
            "transcript.agent.delta" => self.agent_delta(),
            "transcript.agent" => self.agent_text(),
            "reply.done" => Message::ReplyDone {
                reply: self.text("reply_id"),
                status: self.status(),
            },
            "reply.error" => Message::ReplyError {
                retryable: self.flag("retryable"),
            },
            "tool.call" => self.tool_call(),
            _ => Message::Unknown(kind),
        }
    }

    fn ready(&mut self) -> Ready {
        Ready {
            session_id: self.text("session_id").unwrap_or_default(),
            expires_at: self.number("expires_at"),
            timestamp: self.number("timestamp"),
            echo: self.echo(),
        }
    }

    fn echo(&mut self) -> Echo {
        let Some(Value::Object(config)) = self.0.remove("config") else {
            return Echo::default();
        };
        let tools = config.get("tools").and_then(Value::as_array);
        let tool = |tool: &Value| {
            Some(EchoedTool {
                name: tool.get("name")?.as_str()?.to_owned(),
                is_http: tool.get("http").is_some_and(|http| !http.is_null()),
                timeout_seconds: tool.get("timeout_seconds").and_then(Value::as_u64),
            })
        };
        Echo {
            tools: tools.into_iter().flatten().filter_map(tool).collect(),
        }
    }

    /// Codes go into errors and logs, so only what looks like one is taken for one.
    fn error(&mut self) -> ServiceError {
        let code = self.text("code").or_else(|| self.text("error_code"));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.[]".contains(&byte);
        let is_plain = |text: &String| (1..=80).contains(&text.len()) && text.bytes().all(plain);
        ServiceError {
            code: code
                .filter(is_plain)
                .map_or_else(|| "unknown".to_owned(), |code| code.to_ascii_lowercase()),
            param: self.text("param").filter(is_plain),
            message: self.text("message").unwrap_or_default(),
        }
    }

    fn user(mut self, name: &'static str, wrap: fn(UserWords) -> Message) -> Message {
        match self.text("text") {
            Some(text) => wrap(UserWords {
                item: self.text("item_id").unwrap_or_default(),
                text,
            }),
            None => Message::Malformed(Malformed::new(name, 1, 1)),
        }
    }

    fn reply_audio(mut self) -> Message {
        match self.text("data") {
            Some(data) => Message::ReplyAudio {
                reply: self.text("reply_id"),
                data,
            },
            None => Message::Malformed(Malformed::new("reply.audio", 1, 1)),
        }
    }

    fn agent_delta(mut self) -> Message {
        match self.text("delta") {
            Some(delta) => Message::AgentDelta(AgentDelta {
                reply: self.text("reply_id"),
                delta,
                start_ms: self.number("start_ms"),
                end_ms: self.number("end_ms"),
            }),
            None => Message::Malformed(Malformed::new("transcript.agent.delta", 1, 1)),
        }
    }

    fn agent_text(mut self) -> Message {
        match self.text("text") {
            Some(text) => Message::AgentText(AgentWords {
                reply: self.text("reply_id"),
                text,
                interrupted: self.flag("interrupted"),
            }),
            None => Message::Malformed(Malformed::new("transcript.agent", 1, 1)),
        }
    }

    /// Early documents have no status.
    fn status(&mut self) -> Status {
        match self.text("status").as_deref() {
            None | Some("completed") => Status::Completed,
            Some("interrupted") => Status::Interrupted,
            Some(_) => Status::Other,
        }
    }

    /// Arguments are an object, a text that holds one, or missing; older samples call them `args`.
    fn tool_call(mut self) -> Message {
        let Some(id) = self.text("call_id") else {
            return Message::Malformed(Malformed::new("tool.call", 1, 1));
        };
        let given = |value: &Value| !value.is_null();
        let args = self.0.remove("arguments").filter(given);
        let args = args.or_else(|| self.0.remove("args").filter(given));
        let args = match args {
            None => Value::Object(Map::new()),
            Some(Value::String(text)) if text.trim().is_empty() => Value::Object(Map::new()),
            Some(Value::String(text)) => match serde_json::from_str(&text) {
                Ok(Value::Null) => Value::Object(Map::new()),
                Ok(value) => value,
                Err(_) => Value::String(text),
            },
            Some(value) => value,
        };
        Message::ToolCall {
            id,
            name: self.text("name").unwrap_or_default(),
            args,
        }
    }

    fn text(&mut self, name: &str) -> Option<String> {
        match self.0.remove(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    fn number(&mut self, name: &str) -> Option<f64> {
        let number = match self.0.remove(name)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number.filter(|number| number.is_finite())
    }

    fn flag(&mut self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or(false)
    }
}
