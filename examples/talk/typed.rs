//! A typed talk: lines in, the model's answers out.

use std::{process::ExitCode, sync::Arc, time::Duration};

use serde_json::json;
use therapy_scribe::{
    agent::{PromptBudget, ScribeDesk, TypedEvent, TypedTalk},
    notes::ChatModel,
};
use tokio::time::timeout;

use super::{
    GOODBYE,
    ask::{Asker, Line},
    ended,
    show::Show,
    stop::Stop,
};
use crate::services::AnyError;

pub(crate) struct Typed {
    pub(crate) desk: ScribeDesk,
    pub(crate) asker: Asker,
    pub(crate) show: Show,
    pub(crate) longest: Duration,
}

impl Typed {
    /// The end of standard input ends it, once what was begun is done.
    pub(crate) async fn run(
        mut self,
        model: Arc<dyn ChatModel>,
        stop: &mut Stop,
    ) -> Result<ExitCode, AnyError> {
        let mut talk = TypedTalk::new(self.desk.clone(), model, PromptBudget::default())?;
        let mut late = std::pin::pin!(tokio::time::sleep(self.longest));
        let is_person = self.asker.keyboard.is_terminal();
        let stopped = loop {
            let is_free = !self.asker.is_busy() && !talk.is_answering();
            // Who does not see the answers says the next line when the one before is done with.
            let takes_line = is_free && (is_person || talk.is_idle());
            let is_over = self.asker.keyboard.is_over();
            if is_over && takes_line && talk.is_idle() {
                break None;
            }
            if is_person && takes_line && !self.show.is_prompted() {
                self.show.prompt(">");
            }
            tokio::select! {
                line = self.asker.line(takes_line && !is_over) => {
                    if let Line::Typed(line) = line?
                        && let line = line.trim()
                        && !line.is_empty()
                    {
                        if !is_person || self.show.is_json() {
                            self.show.user(line);
                        }
                        talk.say(line)?;
                    }
                }
                event = talk.next() => self.on_event(event, is_person)?,
                code = stop.next() => break Some(code),
                () = &mut late => break None,
            }
            self.asker.look();
        };
        let _ = timeout(GOODBYE, self.desk.finish()).await;
        Ok(ended(&self.desk, stopped))
    }

    fn on_event(&mut self, event: TypedEvent, is_person: bool) -> Result<(), AnyError> {
        match event {
            TypedEvent::Called(call) => self.show.call(&call),
            TypedEvent::Settled(settled) => self.show.outcome(&settled.name, &settled.outcome),
            TypedEvent::Said(text) => self.show.wrote(text.expose()),
            TypedEvent::Pending(pending) => self.asker.show(pending),
            // A person tries again; whoever sent lines is not there to.
            TypedEvent::Failed(error) if !is_person => return Err(error.into()),
            TypedEvent::Failed(error) => {
                let event = json!({"type": "failed", "error": error.to_string()});
                self.show.event(&event, &format!("       [{error}]"));
            }
            TypedEvent::Stopped => {
                let event = json!({"type": "stopped"});
                self.show.event(
                    &event,
                    "       [The model was stopped: it called too many tools.]",
                );
            }
            _ => {}
        }
        Ok(())
    }
}
