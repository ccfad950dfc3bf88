//! The rim of the agent: a WebSocket, a clock, and the session that it has or has not.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::{
    sync::watch,
    time::{sleep_until, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        self, Message,
        protocol::{Role, WebSocketConfig},
    },
};

use super::{
    AgentFaultKind, AgentQuirk, AgentRefusal,
    fault::{Coming, millis},
    hub::{Agents, First, Kept, lock},
    messages,
    session::Out,
    webhook,
};
use crate::{
    emulator::State,
    server::Tasks,
    streaming::{Clock, Ending, Line, Upgraded, close, end},
};

/// 1.5, incoming frame size.
const READ_LIMIT: usize = 4 << 20;
/// A client that does not take a message for so long is gone.
const WRITE_LIMIT: Duration = Duration::from_secs(10);
/// A connection that nobody serves is given up after so long in protocol time.
const HALF_OPEN: Duration = Duration::from_secs(3600);
/// A session may be taken over by another connection; so often it is looked.
const LOOK_MS: u64 = 500;
/// 1.4: an agent that is not ready by then never is.
const READY_LIMIT_MS: u64 = 10_000;

/// Serves one connection to its end. `admitted` is whose it is.
pub(crate) async fn serve(
    upgraded: Upgraded,
    admitted: Result<String, AgentRefusal>,
    state: Arc<State>,
    tasks: Tasks,
    mut stop: watch::Receiver<bool>,
) {
    let mut config = WebSocketConfig::default();
    config.max_message_size = Some(READ_LIMIT);
    config.max_frame_size = Some(READ_LIMIT);
    let line = Line::new(upgraded.stream);
    let mut socket =
        WebSocketStream::from_partially_read(line, upgraded.read, Role::Server, Some(config)).await;
    let mut rim = Rim::new(admitted, &state, tasks);
    let ending = tokio::select! {
        ending = rim.run(&mut socket) => ending,
        () = stopped(&mut stop) => close(&mut socket, 1001, "").await,
    };
    rim.leave(ending);
    drop(rim);
    let hold = HALF_OPEN.div_f64(state.settings.speed);
    let _ = timeout(hold, end(socket, ending, stopped(&mut stop))).await;
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

struct Rim<'a> {
    state: &'a Arc<State>,
    tasks: Tasks,
    agents: &'a Agents,
    account: String,
    clock: Clock,
    /// Why the connection is refused, and when that is told.
    refusal: Option<AgentRefusal>,
    refused_ms: Option<u64>,
    /// What happens once it is ready.
    coming: Vec<Coming>,
    session: Option<(Kept, u64)>,
    out: VecDeque<Out>,
    mute_until_ms: Option<u64>,
}

impl<'a> Rim<'a> {
    fn new(admitted: Result<String, AgentRefusal>, state: &'a Arc<State>, tasks: Tasks) -> Self {
        let agents = &state.agents;
        let mut coming = agents.shared.plan.open();
        let refusals = coming.extract_if(.., |(_, kind)| matches!(kind, AgentFaultKind::Refuse(_)));
        let mut refusal = refusals
            .filter_map(|(_, kind)| match kind {
                AgentFaultKind::Refuse(refusal) => Some(refusal),
                _ => None,
            })
            .last();
        let account = admitted.unwrap_or_else(|reason| {
            refusal = Some(reason);
            String::new()
        });
        let at_once = matches!(
            refusal,
            Some(AgentRefusal::Unauthorized | AgentRefusal::Forbidden)
        );
        Self {
            state,
            tasks,
            agents,
            account,
            clock: Clock::since(state.began, state.settings.speed),
            refusal,
            refused_ms: at_once.then_some(0),
            coming,
            session: None,
            out: VecDeque::new(),
            mute_until_ms: None,
        }
    }

    async fn run(&mut self, socket: &mut WebSocketStream<Line>) -> Ending {
        loop {
            let now = self.clock.now_ms();
            if let Some(ending) = self.work(now) {
                return ending;
            }
            if let Some(ending) = self.send(socket, now).await {
                return ending;
            }
            let wake = self.clock.at(self.next_ms(now));
            tokio::select! {
                message = socket.next() => {
                    if let Some(ending) = self.take(message) {
                        return ending;
                    }
                }
                () = sleep_until(wake) => {}
            }
        }
    }

    fn next_ms(&self, now: u64) -> u64 {
        let session = self.session.as_ref();
        let next = session.map_or(u64::MAX, |(session, _)| lock(session).next_ms());
        let mute = self.mute_until_ms.unwrap_or(u64::MAX);
        let refused = self.refused_ms.unwrap_or(u64::MAX);
        next.min(mute).min(refused).min(now + LOOK_MS)
    }

    /// What time brings.
    fn work(&mut self, now: u64) -> Option<Ending> {
        if let Some(refusal) = self
            .refusal
            .filter(|_| self.refused_ms.is_some_and(|at| at <= now))
        {
            self.refused_ms = None;
            if refusal == AgentRefusal::Unauthorized
                && self.agents.shared.quirks.has(AgentQuirk::RefusesSilently)
            {
                return Some(Ending::Dropped);
            }
            self.refuse(messages::plain_error(refusal.code(), refusal.text()), now);
        }
        if let Some((session, line)) = &self.session {
            let mut session = lock(session);
            if !session.is_on(*line) {
                return Some(Ending::Dropped);
            }
            session.on_time(now);
            self.out.extend(std::iter::from_fn(|| session.pop()));
        }
        None
    }

    async fn send(&mut self, socket: &mut WebSocketStream<Line>, now: u64) -> Option<Ending> {
        if self.mute_until_ms.is_some_and(|until| until <= now) {
            self.mute_until_ms = None;
            socket.get_mut().release();
        }
        let mut sent = false;
        while let Some(out) = self.out.pop_front() {
            match out {
                Out::Text(text) => {
                    let fed = timeout(WRITE_LIMIT, socket.feed(Message::Text(text.into()))).await;
                    if !matches!(fed, Ok(Ok(()))) {
                        return Some(Ending::Closed(1006));
                    }
                    sent = true;
                }
                Out::Close(code) => return Some(close(socket, code, "").await),
                Out::Line(kind) => {
                    let _ = timeout(WRITE_LIMIT, SinkExt::flush(socket)).await;
                    if let Some(ending) = self.strike(kind, socket, now) {
                        return Some(ending);
                    }
                }
            }
        }
        if sent || self.mute_until_ms.is_none() {
            let flushed = timeout(WRITE_LIMIT, SinkExt::flush(socket)).await;
            if !matches!(flushed, Ok(Ok(()))) {
                return Some(Ending::Closed(1006));
            }
        }
        None
    }

    fn strike(
        &mut self,
        kind: AgentFaultKind,
        socket: &mut WebSocketStream<Line>,
        now: u64,
    ) -> Option<Ending> {
        match kind {
            AgentFaultKind::Reset => Some(Ending::Reset),
            AgentFaultKind::HalfOpen => Some(Ending::HalfOpen),
            AgentFaultKind::RefuseConnect(length) => {
                self.state.cut(millis(length));
                Some(Ending::Dropped)
            }
            AgentFaultKind::Stall(length) => {
                socket.get_mut().hold();
                let until_ms = now.saturating_add(millis(length));
                self.mute_until_ms = self.mute_until_ms.max(Some(until_ms));
                None
            }
            _ => Some(Ending::Dropped),
        }
    }

    fn take(&mut self, message: Option<tungstenite::Result<Message>>) -> Option<Ending> {
        let now = self.clock.now_ms();
        match message {
            Some(Ok(Message::Text(text))) => match &self.session {
                Some((session, line)) => {
                    let mut session = lock(session);
                    if session.is_on(*line) {
                        session.on_text(&text, now);
                    }
                }
                None => self.first(&text, now),
            },
            // Section 0: there are no binary frames.
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return Some(Ending::Closed(1006)),
        }
        None
    }

    fn first(&mut self, text: &str, now: u64) {
        if let Some(refusal) = self.refusal {
            let after_ms = match refusal {
                AgentRefusal::Timeout => READY_LIMIT_MS,
                _ => 0,
            };
            self.refused_ms.get_or_insert(now + after_ms);
            return;
        }
        match self.agents.first(text, &self.account, now) {
            First::Session(session, line) => {
                let mut open = lock(&session);
                for (delay_ms, kind) in self.coming.drain(..) {
                    open.come(delay_ms, kind);
                }
                let hook = open.hook().filter(|_| line == 1);
                drop(open);
                if let Some(hook) = hook {
                    let following =
                        webhook::follow(Arc::clone(self.state), Arc::clone(&session), hook);
                    lock(&self.tasks).spawn(following);
                }
                self.session = Some((session, line));
            }
            First::Answer(answer) => {
                let written = answer.map(|event| self.written(event, now));
                self.out.extend(written.map(Out::Text));
            }
            First::Refusal(error) => self.refuse(error, now),
        }
    }

    fn refuse(&mut self, error: Value, now: u64) {
        let text = self.written(error, now);
        self.out.push_back(Out::Text(text));
        self.out.push_back(Out::Close(1008));
    }

    fn written(&self, event: Value, now: u64) -> String {
        let shared = &self.agents.shared;
        messages::written(event, &shared.quirks, shared.wall_ms + now)
    }

    fn leave(&self, ending: Ending) {
        if let Some((session, line)) = &self.session {
            lock(session).leave_line(*line, ending.code(), self.clock.now_ms());
        }
    }
}
