//! What is said and done, for people or as JSON.

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::{Value, json};
use therapy_scribe::agent::{AgentText, Spoken, ToolCall, ToolOutcome};

/// Where it goes.
#[derive(Debug, Clone)]
pub(crate) struct Show {
    json: bool,
    /// A question or a prompt stands on the last line.
    is_prompted: Arc<AtomicBool>,
}

impl Show {
    pub(crate) fn new(json: bool) -> Self {
        Self {
            json,
            is_prompted: Arc::default(),
        }
    }

    pub(crate) const fn is_json(&self) -> bool {
        self.json
    }

    pub(crate) fn user(&self, text: &str) {
        self.event(
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
        self.event(
            &json!({"type": "agent", "text": text, "spoken": spoken, "interrupted": said.interrupted}),
            &format!("Agent: {text}{note}"),
        );
    }

    /// What the agent wrote to somebody who reads.
    pub(crate) fn wrote(&self, text: &str) {
        self.event(
            &json!({"type": "agent", "text": text}),
            &format!("Agent: {text}"),
        );
    }

    pub(crate) fn call(&self, call: &ToolCall) {
        let args = call.args.expose();
        self.event(
            &json!({"type": "tool_call", "name": call.name, "arguments": args}),
            &format!("       [{}]", call.name),
        );
    }

    pub(crate) fn outcome(&self, name: &str, outcome: &ToolOutcome) {
        if self.json {
            let result = outcome.result.expose();
            self.event(
                &json!({"type": "tool_result", "name": name, "is_error": outcome.is_error, "result": result}),
                "",
            );
        }
    }

    /// Something for people; programs have it in other lines.
    pub(crate) fn remark(&self, text: &str) {
        if !self.json {
            self.end_line();
            println!("{text}");
        }
    }

    /// Has a person type. Where programs read standard output, it has nothing but events.
    pub(crate) fn prompt(&self, prompt: &str) {
        let _ = if self.json {
            eprint!("{prompt} ");
            std::io::stderr().flush()
        } else {
            print!("{prompt} ");
            std::io::stdout().flush()
        };
        self.is_prompted.store(true, Ordering::Relaxed);
    }

    /// Whether a person is asked to type, and sees it.
    pub(crate) fn is_prompted(&self) -> bool {
        self.is_prompted.load(Ordering::Relaxed)
    }

    /// A line was typed.
    pub(crate) fn typed(&self) {
        self.is_prompted.store(false, Ordering::Relaxed);
    }

    pub(crate) fn event(&self, event: &Value, text: &str) {
        self.end_line();
        if self.json {
            println!("{event}");
        } else {
            println!("{text}");
        }
    }

    fn end_line(&self) {
        if self.is_prompted.swap(false, Ordering::Relaxed) {
            if self.json {
                eprintln!();
            } else {
                println!();
            }
        }
    }
}
