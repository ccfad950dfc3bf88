//! What is said and done, for people or as JSON.

use serde_json::{Value, json};
use therapy_scribe::agent::{AgentText, Spoken, ToolCall, ToolOutcome, UserText};

/// Where it goes.
pub(crate) struct Show {
    json: bool,
}

impl Show {
    pub(crate) const fn new(json: bool) -> Self {
        Self { json }
    }

    pub(crate) fn user(&self, text: &UserText) {
        let text = text.text.expose();
        self.line(
            &json!({"type": "user", "text": text}),
            &format!("You:   {text}"),
        );
    }

    pub(crate) fn agent(&self, said: &AgentText) {
        let (text, spoken) = (said.text.expose(), said.spoken == Spoken::Aloud);
        let note = match (spoken, said.interrupted) {
            (false, _) => " (not spoken)",
            (true, true) => " (interrupted)",
            (true, false) => "",
        };
        self.line(
            &json!({"type": "agent", "text": text, "spoken": spoken, "interrupted": said.interrupted}),
            &format!("Agent: {text}{note}"),
        );
    }

    pub(crate) fn call(&self, call: &ToolCall) {
        let args = call.args.expose();
        self.line(
            &json!({"type": "tool_call", "name": call.name, "arguments": args}),
            &format!("       [{}]", call.name),
        );
    }

    pub(crate) fn outcome(&self, name: &str, outcome: &ToolOutcome) {
        if self.json {
            self.line(
                &json!({"type": "tool_result", "name": name, "is_error": outcome.is_error, "result": outcome.result.expose()}),
                "",
            );
        }
    }

    /// Something for people; programs have it in other lines.
    pub(crate) fn remark(&self, text: &str) {
        if !self.json {
            println!("{text}");
        }
    }

    pub(crate) fn event(&self, event: &Value, text: &str) {
        self.line(event, text);
    }

    fn line(&self, event: &Value, text: &str) {
        if self.json {
            println!("{event}");
        } else {
            println!("{text}");
        }
    }
}
