//! What is said and done, for people or as JSON.

use std::io::Write;

use serde_json::{Value, json};
use therapy_scribe::agent::{AgentText, Spoken, ToolCall, ToolOutcome};

/// Where it goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Show {
    json: bool,
}

impl Show {
    pub(crate) const fn new(json: bool) -> Self {
        Self { json }
    }

    pub(crate) const fn is_json(self) -> bool {
        self.json
    }

    pub(crate) fn user(self, text: &str) {
        self.event(
            &json!({"type": "user", "text": text}),
            &format!("You:   {text}"),
        );
    }

    pub(crate) fn agent(self, said: &AgentText) {
        let (text, spoken) = (said.text.expose(), said.spoken == Spoken::Aloud);
        let note = match (spoken, said.interrupted) {
            (false, _) => " (not spoken)",
            (true, true) => " (interrupted)",
            (true, false) => "",
        };
        self.event(
            &json!({"type": "agent", "text": text, "spoken": spoken, "interrupted": said.interrupted}),
            &format!("Agent: {text}{note}"),
        );
    }

    /// What the agent wrote to somebody who reads.
    pub(crate) fn wrote(self, text: &str) {
        self.event(
            &json!({"type": "agent", "text": text}),
            &format!("Agent: {text}"),
        );
    }

    pub(crate) fn call(self, call: &ToolCall) {
        let args = call.args.expose();
        self.event(
            &json!({"type": "tool_call", "name": call.name, "arguments": args}),
            &format!("       [{}]", call.name),
        );
    }

    pub(crate) fn outcome(self, name: &str, outcome: &ToolOutcome) {
        if self.json {
            let result = outcome.result.expose();
            self.event(
                &json!({"type": "tool_result", "name": name, "is_error": outcome.is_error, "result": result}),
                "",
            );
        }
    }

    /// Something for people; programs have it in other lines.
    pub(crate) fn remark(self, text: &str) {
        if !self.json {
            println!("{text}");
        }
    }

    /// Where a person types next.
    pub(crate) fn prompt(self) {
        if !self.json {
            print!("> ");
            let _ = std::io::stdout().flush();
        }
    }

    pub(crate) fn event(self, event: &Value, text: &str) {
        if self.json {
            println!("{event}");
        } else {
            println!("{text}");
        }
    }
}
