//! Calls and outcomes as chat models write and read them, after OpenAI's form.

use serde_json::{Value, json};

use crate::{CallId, ToolCall, ToolOutcome};

impl ToolCall {
    /// From an entry of a message's `tool_calls`: `{"id","function":{"name","arguments"}}`, where the arguments are a text
    /// with JSON, or an object. `None` without id or name.
    ///
    /// ```
    /// use therapy_scribe_agent::ToolCall;
    ///
    /// let entry = serde_json::json!({"id": "call_1", "function": {"name": "list_themes", "arguments": "{}"}});
    /// assert_eq!(ToolCall::from_function_json(&entry).unwrap().name, "list_themes");
    /// ```
    #[must_use]
    pub fn from_function_json(entry: &Value) -> Option<Self> {
        let id = entry.get("id")?.as_str()?;
        let function = entry.get("function")?;
        let name = function.get("name")?.as_str()?;
        let args = function.get("arguments").cloned().unwrap_or_default();
        Some(Self::new(CallId::new(id), name, args))
    }
}

impl ToolOutcome {
    /// As the message that answers the call: `{"role":"tool","tool_call_id","content"}`, the content a text with JSON.
    #[must_use]
    pub fn to_function_json(&self) -> Value {
        json!({"role": "tool", "tool_call_id": self.id.as_str(), "content": self.result.expose().to_string()})
    }
}

#[cfg(feature = "scribe")]
mod notes {
    use therapy_scribe_notes::{ChatMessage, ChatTool, ChatToolCall};

    use crate::{CallId, ToolCall, ToolOutcome, ToolSet};

    impl ToolSet {
        /// The tools as a [`ChatModel`](therapy_scribe_notes::ChatModel) is offered them.
        #[must_use]
        pub fn to_chat_tools(&self) -> Vec<ChatTool> {
            let tool = |spec: &crate::ToolSpec| {
                let parameters = self.parameters(&spec.name).cloned().unwrap_or_default();
                ChatTool::new(&spec.name, &spec.description, parameters)
            };
            self.specs().map(tool).collect()
        }
    }

    impl From<&ChatToolCall> for ToolCall {
        fn from(call: &ChatToolCall) -> Self {
            let args = call.arguments.expose().clone();
            Self::new(CallId::new(&call.id), &call.name, args)
        }
    }

    impl ToolOutcome {
        /// As the message that answers the call.
        #[must_use]
        pub fn to_chat_message(&self) -> ChatMessage {
            ChatMessage::outcome(self.id.as_str(), self.result.expose().to_string())
        }
    }
}
