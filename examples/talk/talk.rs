//! One conversation: events in, tools and confirmations out.

use std::{process::ExitCode, time::Duration};

use futures_util::StreamExt;
use serde_json::json;
use therapy_scribe::{
    AudioFrame,
    agent::{
        AgentEvent, AgentEvents, AgentHandle, AgentText, Delivery, Dispatcher, Heard, PendingSave,
        Said, SaveOutcome, ScribeDesk, Settled, Spoken, ToolSet,
    },
};

use crate::{Confirm, hear, hear::Hearing, person::agrees, services::AnyError, show::Show};

/// Who hung up with Ctrl-C.
const INTERRUPTED: u8 = 130;

/// What a conversation needs.
pub(crate) struct Talk {
    pub(crate) desk: ScribeDesk,
    pub(crate) tools: ToolSet,
    pub(crate) show: Show,
    pub(crate) confirm: Confirm,
    pub(crate) yes: bool,
    pub(crate) longest: Duration,
    /// The clinician is the emulator's, who has nothing to say once the note is saved.
    pub(crate) is_scripted: bool,
}

/// How far it is.
struct State {
    dispatcher: Dispatcher,
    /// When the clinician was noticed to speak.
    began: Option<Duration>,
    is_saved: bool,
    code: ExitCode,
}

impl Talk {
    pub(crate) async fn run(
        mut self,
        (handle, mut events): (AgentHandle, AgentEvents),
        hearing: Hearing,
    ) -> Result<ExitCode, AnyError> {
        let feeder = tokio::spawn(hear::feed(handle.clone(), hearing));
        let outcome = self.follow(&handle, &mut events).await;
        feeder.abort();
        self.desk.finish().await;
        outcome
    }

    async fn follow(
        &mut self,
        handle: &AgentHandle,
        events: &mut AgentEvents,
    ) -> Result<ExitCode, AnyError> {
        let mut state = State {
            dispatcher: Dispatcher::new(self.tools.clone()),
            began: None,
            is_saved: false,
            code: ExitCode::SUCCESS,
        };
        let desk = self.desk.clone();
        let mut stop = std::pin::pin!(tokio::signal::ctrl_c());
        let mut late = std::pin::pin!(tokio::time::sleep(self.longest));
        let mut is_ending = false;
        loop {
            tokio::select! {
                event = events.next() => match event {
                    None | Some(Ok(AgentEvent::Closed(_))) => return Ok(state.code),
                    Some(Err(error)) => return Err(error.into()),
                    Some(Ok(event)) => {
                        let is_over = self.on_event(&mut state, event);
                        if is_over && !std::mem::replace(&mut is_ending, true) {
                            handle.end().await?;
                        }
                    }
                },
                Some(settled) = state.dispatcher.next(), if state.dispatcher.is_busy() => {
                    self.on_settled(&state, settled, handle).await?;
                }
                announcement = desk.announcements().next() => {
                    handle.say(announcement.instructions.expose()).await?;
                }
                pending = desk.next_pending() => self.on_pending(&mut state, pending).await?,
                _ = &mut stop, if !is_ending => {
                    is_ending = true;
                    state.code = ExitCode::from(if state.is_saved { 0 } else { INTERRUPTED });
                    handle.end().await?;
                }
                () = &mut late, if !is_ending => {
                    is_ending = true;
                    handle.end().await?;
                }
            }
        }
    }

    /// Returns whether there is nothing left to say.
    fn on_event(&self, state: &mut State, event: AgentEvent) -> bool {
        match event {
            AgentEvent::UserStarted => state.began = Some(self.desk.now()),
            AgentEvent::UserSaid(text) => {
                self.show.user(&text);
                // What was answered by voice is known before the calls that follow.
                if self.confirm == Confirm::Voice {
                    let said = Said::new(text.text.expose(), state.began.take());
                    let heard = self.desk.clinician_said(said);
                    state.is_saved |= heard == therapy_scribe::agent::HeardAs::Confirmed;
                }
                state.dispatcher.begin_turn(self.tools.clone());
            }
            AgentEvent::Audio { frame, .. } if is_audible(&frame) => self.desk.agent_audible(),
            AgentEvent::AgentSaid(said) => return self.on_said(state, &said),
            AgentEvent::Flush => state.dispatcher.interrupt(),
            AgentEvent::ToolCall(call) => {
                self.show.call(&call);
                let _ = state.dispatcher.start(call);
            }
            AgentEvent::Lost { .. } => self.show.remark("       (the connection is made again)"),
            _ => {}
        }
        false
    }

    fn on_said(&self, state: &State, said: &AgentText) -> bool {
        self.show.agent(said);
        let heard = if said.spoken == Spoken::Aloud && !said.interrupted {
            Heard::Whole
        } else {
            Heard::Cut
        };
        self.desk.agent_said(said.text.expose(), heard);
        self.is_scripted && state.is_saved && said.text.expose().contains("saved")
    }

    async fn on_settled(
        &self,
        state: &State,
        settled: Settled,
        handle: &AgentHandle,
    ) -> Result<(), AnyError> {
        self.show.outcome(&settled.name, &settled.outcome);
        match settled.delivery(state.dispatcher.epoch()) {
            Delivery::Answer => handle.outcome(settled.outcome).await?,
            Delivery::Report => self.desk.announcements().push(settled.report()),
            _ => {}
        }
        Ok(())
    }

    /// A person decides on what is shown to them, and nobody else.
    async fn on_pending(&self, state: &mut State, pending: PendingSave) -> Result<(), AnyError> {
        self.show.remark(&format!("\n{}", pending.shown.expose()));
        if self.confirm == Confirm::Voice {
            return Ok(());
        }
        let confirmed = self.yes || agrees("Sign and save this?").await?;
        if !confirmed {
            let _ = self.desk.decline(pending.request);
            return Ok(());
        }
        match self.desk.confirm(pending.request, &pending.content).await {
            Ok(outcome) => {
                state.is_saved |= outcome == SaveOutcome::Saved;
                let told = format!("{outcome:?}").to_lowercase();
                self.show.event(
                    &json!({"type": "save", "outcome": told}),
                    &format!("       [{told}]"),
                );
            }
            Err(error) => self.show.remark(&format!("       [{error}]")),
        }
        Ok(())
    }
}

/// Louder than the noise of a line.
fn is_audible(frame: &AudioFrame) -> bool {
    frame
        .samples()
        .iter()
        .any(|sample| sample.unsigned_abs() > 100)
}
