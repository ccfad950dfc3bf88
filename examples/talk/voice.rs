//! One conversation by voice: events in, tools and confirmations out.

use std::{process::ExitCode, time::Duration};

use futures_util::StreamExt;
use serde_json::json;
use therapy_scribe::{
    AudioFrame,
    agent::{
        AgentEvent, AgentEvents, AgentHandle, AgentText, Delivery, Dispatcher, Heard, Said,
        ScribeDesk, Settled, Spoken, ToolSet, VoiceAgentClient,
    },
};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};

use super::{
    Confirm, GOODBYE,
    ask::Asker,
    clinician::{Clinician, Next, audio},
    ended,
    hear::{Feed, Hearing},
    loudspeaker::Loudspeaker,
    show::Show,
    stop::Stop,
};
use crate::services::AnyError;

/// How often a scripted clinician looks around.
const LOOK: Duration = Duration::from_millis(100);

/// What a conversation needs.
pub(crate) struct Voice {
    pub(crate) desk: ScribeDesk,
    pub(crate) asker: Asker,
    pub(crate) show: Show,
    pub(crate) confirm: Confirm,
    pub(crate) longest: Duration,
    /// With the emulator; else the service leads.
    pub(crate) clinician: Option<Clinician>,
    /// Whether the agent is heard here.
    pub(crate) plays: bool,
    /// The script was followed to its end.
    pub(crate) is_said: bool,
}

/// How far it is.
struct State {
    tools: ToolSet,
    dispatcher: Dispatcher,
    feed: Feed,
    loudspeaker: Option<Loudspeaker>,
    /// When the clinician was noticed to speak.
    began: Option<Duration>,
    /// A reply goes on, or was asked for.
    is_replying: bool,
    /// The clinician has said something that was not heard yet.
    is_unheard: bool,
    /// From when no more is waited for.
    over: Option<Instant>,
    /// The code of whoever was told to stop.
    stopped: Option<u8>,
}

impl Voice {
    pub(crate) async fn run(
        mut self,
        client: &VoiceAgentClient,
        hearing: Hearing,
        stop: &mut Stop,
    ) -> Result<ExitCode, AnyError> {
        let (handle, mut events) = tokio::select! {
            connected = client.connect() => connected?,
            code = stop.next() => return Ok(ExitCode::from(code)),
        };
        match self.talk(&handle, &mut events, hearing, stop).await {
            Ok(stopped) => {
                let _ = timeout(GOODBYE, self.desk.finish()).await;
                if stopped.is_none() {
                    self.check_script()?;
                }
                Ok(ended(&self.desk, stopped))
            }
            // An abandoned session bills until it is noticed.
            Err(error) => {
                let _ = timeout(GOODBYE, goodbye(&handle, &mut events)).await;
                Err(error)
            }
        }
    }

    /// Returns the code of whoever was told to stop.
    async fn talk(
        &mut self,
        handle: &AgentHandle,
        events: &mut AgentEvents,
        hearing: Hearing,
        stop: &mut Stop,
    ) -> Result<Option<u8>, AnyError> {
        let loudspeaker = if self.plays {
            Some(Loudspeaker::open(handle.format()).await?)
        } else {
            None
        };
        let tools = self.desk.tools()?;
        let mut state = State {
            dispatcher: Dispatcher::new(tools.clone()),
            tools,
            feed: Feed::start(handle.clone(), hearing),
            loudspeaker,
            began: None,
            is_replying: false,
            is_unheard: false,
            over: None,
            stopped: None,
        };
        match self.follow(&mut state, handle, events, stop).await {
            // Who was told to stop does so, however the service takes it.
            Err(error) if state.stopped.is_none() => Err(error),
            _ => Ok(state.stopped),
        }
    }

    async fn follow(
        &mut self,
        state: &mut State,
        handle: &AgentHandle,
        events: &mut AgentEvents,
        stop: &mut Stop,
    ) -> Result<(), AnyError> {
        let desk = self.desk.clone();
        let mut late = std::pin::pin!(tokio::time::sleep(self.longest));
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let over = state.over;
            tokio::select! {
                event = events.next() => match event {
                    None | Some(Ok(AgentEvent::Closed(_))) => return Ok(()),
                    Some(Err(error)) => return Err(error.into()),
                    Some(Ok(event)) => self.on_event(state, event),
                },
                Some(settled) = state.dispatcher.next(), if state.dispatcher.is_busy() => {
                    self.on_settled(state, settled, handle).await?;
                }
                announcement = desk.announcements().next(), if over.is_none() => {
                    state.is_replying = true;
                    handle.say(announcement.instructions.expose()).await?;
                }
                pending = desk.next_pending(), if over.is_none() => self.asker.show(pending),
                done = self.asker.next(), if self.asker.is_busy() => done?,
                error = state.feed.failure(), if state.feed.is_running() => return Err(error),
                _ = looks.tick(), if self.clinician.is_some() && over.is_none() => {
                    self.look(state, handle).await?;
                }
                code = stop.next() => {
                    // Who is told twice does not even say goodbye.
                    if state.stopped.replace(code).is_some() {
                        return Ok(());
                    }
                    state.end(handle).await;
                }
                () = &mut late, if over.is_none() => state.end(handle).await,
                () = sleep_until(over.unwrap_or_else(Instant::now)), if over.is_some() => return Ok(()),
            }
            self.asker.look();
        }
    }

    fn on_event(&self, state: &mut State, event: AgentEvent) {
        match event {
            AgentEvent::UserStarted => state.began = Some(self.desk.now()),
            AgentEvent::UserSaid(text) => {
                let text = text.text.expose();
                self.show.user(text);
                state.is_unheard = false;
                // What was answered by voice is known before the calls that follow.
                if self.confirm == Confirm::Voice {
                    self.desk
                        .clinician_said(Said::new(text, state.began.take()));
                }
                state.dispatcher.begin_turn(state.tools.clone());
            }
            AgentEvent::ReplyStarted(_) => state.is_replying = true,
            AgentEvent::ReplyEnded { .. } => state.is_replying = false,
            AgentEvent::Audio { frame, .. } => {
                if is_audible(&frame) {
                    self.desk.agent_audible();
                }
                if let Some(loudspeaker) = &state.loudspeaker {
                    loudspeaker.play(frame);
                }
            }
            AgentEvent::AgentSaid(said) => self.on_said(&said),
            AgentEvent::Flush => {
                state.dispatcher.interrupt();
                if let Some(loudspeaker) = &state.loudspeaker {
                    loudspeaker.flush();
                }
            }
            AgentEvent::ToolCall(call) => {
                self.show.call(&call);
                let _ = state.dispatcher.start(call);
            }
            AgentEvent::Lost { .. } => self.show.event(
                &json!({"type": "lost"}),
                "       (the connection is made again)",
            ),
            _ => {}
        }
    }

    fn on_said(&self, said: &AgentText) {
        self.show.agent(said);
        let heard = if said.spoken == Spoken::Aloud && !said.interrupted {
            Heard::Whole
        } else {
            Heard::Cut
        };
        self.desk.agent_said(said.text.expose(), heard);
    }

    async fn on_settled(
        &self,
        state: &mut State,
        settled: Settled,
        handle: &AgentHandle,
    ) -> Result<(), AnyError> {
        self.show.outcome(&settled.name, &settled.outcome);
        match settled.delivery(state.dispatcher.epoch()) {
            Delivery::Answer => {
                state.is_replying = true;
                handle.outcome(settled.outcome).await?;
            }
            Delivery::Report => self.desk.announcements().push(settled.report()),
            _ => {}
        }
        Ok(())
    }

    /// Has the scripted clinician say the next line, once everything before it has come to rest.
    async fn look(&mut self, state: &mut State, handle: &AgentHandle) -> Result<(), AnyError> {
        let is_calm = !state.is_replying
            && !state.is_unheard
            && !state.feed.is_heard()
            && !state.dispatcher.is_busy()
            && !self.asker.is_busy()
            && !self.desk.is_working()
            && self.desk.announcements().is_empty();
        let next = self
            .clinician
            .as_mut()
            .and_then(|clinician| clinician.look(is_calm));
        match next {
            None => {}
            Some(Next::Line(line)) => {
                state.is_unheard = true;
                state.feed.hear(audio(line)?);
            }
            Some(Next::Over) => {
                self.is_said = true;
                state.end(handle).await;
            }
        }
        Ok(())
    }

    /// A script that was followed to its end has its note saved, unless a person did not want that.
    fn check_script(&self) -> Result<(), AnyError> {
        let is_done = self.desk.is_saved() || self.asker.declined;
        if self.is_said && !is_done {
            return Err("the talk is over, and no note was saved".into());
        }
        Ok(())
    }
}

impl State {
    /// Says goodbye, and waits for the answer for so long.
    async fn end(&mut self, handle: &AgentHandle) {
        let at = self.over.get_or_insert_with(|| Instant::now() + GOODBYE);
        // A conversation that is over already has nobody to tell.
        let _ = tokio::time::timeout_at(*at, handle.end()).await;
    }
}

async fn goodbye(handle: &AgentHandle, events: &mut AgentEvents) {
    if handle.end().await.is_ok() {
        while let Some(Ok(event)) = events.next().await {
            if matches!(event, AgentEvent::Closed(_)) {
                return;
            }
        }
    }
}

/// Louder than the noise of a line.
fn is_audible(frame: &AudioFrame) -> bool {
    frame
        .samples()
        .iter()
        .any(|sample| sample.unsigned_abs() > 100)
}
