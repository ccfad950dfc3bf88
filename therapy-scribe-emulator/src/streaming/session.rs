//! One streaming session, without sockets and clocks: bytes, texts and time in, messages out. Time is protocol time in
//! milliseconds since the socket opened; the rim scales it.

mod ear;
mod fault;
mod flow;
mod goodbye;
mod hear;
mod log;
mod pace;
mod setup;
#[cfg(test)]
mod tests;
mod updates;

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::{
    Fatal, audio::AudioClock, detector::Detector, labels::Labels, messages, params::Params,
    profile::Family, recordings::Leaving, reword::Rewording, vad::Vad,
};

pub(crate) use fault::refusal;
pub(crate) use hear::MESSAGE_LIMIT;
pub use log::SessionLog;
pub(crate) use setup::Setup;

/// What to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Out {
    Text(String),
    Binary(Vec<u8>),
    Close(u16, &'static str),
}

/// A message that waits for its time.
#[derive(Debug)]
struct Due {
    at_ms: u64,
    out: Out,
    is_partial: bool,
}

#[derive(Debug)]
pub(crate) struct Session {
    setup: Setup,
    params: Params,
    audio: AudioClock,
    ear: ear::Ear,
    vad: Vad,
    detector: Detector,
    labels: Option<Labels>,
    /// Messages and when they are due, in order.
    due: VecDeque<Due>,
    /// When the last message about a turn is due: those keep their order.
    last_turn_due_ms: u64,
    phase: Phase,
    pace: pace::Pace,
    /// Audio that has been worked off.
    heard_ms: u64,
    order: u64,
    /// The onset of the open turn has been told.
    announced: bool,
    /// The end of the last turn, as it was sent.
    floor_ms: u64,
    last_client_ms: u64,
    next_heartbeat_ms: u64,
    quiet_since_ms: u64,
    next_revision_ms: u64,
    loudest: f64,
    short: pace::ShortFrames,
    twists: fault::Twists,
    rewording: Option<Rewording>,
    /// The open turn has words that an earlier session has heard.
    again: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// `Begin` is not sent; audio is taken, and so is `Terminate`.
    Opening {
        ends: bool,
    },
    Streaming {
        begun_ms: u64,
    },
    /// `Terminate` came; what was received is worked off.
    Draining,
    /// The last messages are on their way.
    Over,
}

pub(crate) const CLOSE_REASON: &str = "See Error message for details";
const HEARTBEAT_MS: u64 = 5000;

impl Session {
    pub(crate) fn new(setup: Setup, params: Params) -> Self {
        let labels = params
            .speaker_labels
            .then(|| Labels::new(params.max_speakers, setup.letters, setup.seed));
        let profile = params.profile();
        Self {
            audio: AudioClock::new(params.encoding, params.rate),
            ear: ear::Ear::new(&setup.recordings, setup.opened_ms, params.rate),
            vad: Vad::new(profile.vad_threshold),
            detector: Detector::new(params.family, profile),
            labels,
            due: VecDeque::new(),
            last_turn_due_ms: 0,
            phase: Phase::Opening { ends: false },
            pace: pace::Pace::new(setup.throttle),
            heard_ms: 0,
            order: 0,
            announced: false,
            floor_ms: 0,
            last_client_ms: 0,
            next_heartbeat_ms: HEARTBEAT_MS,
            quiet_since_ms: 0,
            next_revision_ms: params.revision_interval.unwrap_or(u64::MAX),
            loudest: 0.0,
            short: pace::ShortFrames::default(),
            twists: fault::Twists::default(),
            rewording: setup.rewords.then(|| Rewording::new(setup.seed)),
            again: false,
            setup,
            params,
        }
    }

    /// The next message that is due.
    pub(crate) fn pop(&mut self, now_ms: u64) -> Option<Out> {
        self.due.front().filter(|due| due.at_ms <= now_ms)?;
        self.due.pop_front().map(|due| due.out)
    }

    /// Audio that was received, in bytes and in milliseconds.
    pub(crate) fn received(&self) -> (u64, u64) {
        (self.audio.received_bytes(), self.audio.received_ms())
    }

    const fn is_opening(&self) -> bool {
        matches!(self.phase, Phase::Opening { .. })
    }

    /// Whether the client is still listened to.
    const fn is_open(&self) -> bool {
        matches!(
            self.phase,
            Phase::Opening { ends: false } | Phase::Streaming { .. }
        )
    }

    /// Whether nothing is heard any more.
    pub(crate) fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }

    fn over(&mut self, leaving: Leaving) {
        self.phase = Phase::Over;
        self.ear.leave(leaving);
    }

    /// Recording time of the audio's first sample, once it is known, and which recording it is.
    pub(crate) fn place(&self) -> Option<(u64, u64)> {
        self.ear.place()
    }

    /// How much of the recording has been received, in recording time.
    pub(crate) fn position_ms(&self) -> Option<u64> {
        let (offset_ms, _) = self.place()?;
        Some(offset_ms + self.audio.received_ms())
    }

    /// A message that is due at `due_ms`.
    fn push(&mut self, message: &Value, due_ms: u64) {
        self.put(Out::Text(message.to_string()), due_ms);
    }

    /// A message about a turn: never before an earlier one.
    fn push_turn(&mut self, mut message: Value, due_ms: u64) {
        self.twist(&mut message);
        self.last_turn_due_ms = self.last_turn_due_ms.max(due_ms);
        self.push(&message, self.last_turn_due_ms);
    }

    /// A message about a turn that is not over. Word by word each of them counts, and none is dropped.
    fn push_partial(&mut self, mut message: Value, due_ms: u64) {
        self.twist(&mut message);
        self.last_turn_due_ms = self.last_turn_due_ms.max(due_ms);
        self.insert(Due {
            at_ms: self.last_turn_due_ms,
            out: Out::Text(message.to_string()),
            is_partial: self.params.family != Family::UniversalStreaming,
        });
    }

    fn put(&mut self, out: Out, due_ms: u64) {
        self.insert(Due {
            at_ms: due_ms,
            out,
            is_partial: false,
        });
    }

    fn insert(&mut self, new: Due) {
        let place = self.due.partition_point(|due| due.at_ms <= new.at_ms);
        self.due.insert(place, new);
    }

    /// An `Error`, then a close with its code (4.8). What would have come later does not come, and no `Termination`.
    fn fail(&mut self, fatal: &Fatal, due_ms: u64) {
        if self.is_over() {
            return;
        }
        self.over(Leaving::BrokenOff);
        self.due.retain(|due| due.at_ms <= due_ms);
        self.push(&messages::error(fatal), due_ms);
        self.put(Out::Close(fatal.code, CLOSE_REASON), due_ms);
    }

    /// `Begin`, and the notice that Medical Mode does not know the language (7).
    fn begin(&mut self, now_ms: u64) {
        self.phase = match self.phase {
            Phase::Opening { ends: true } => Phase::Draining,
            _ => Phase::Streaming { begun_ms: now_ms },
        };
        self.next_heartbeat_ms = now_ms + HEARTBEAT_MS;
        let begin = messages::begin(&self.setup, &self.params);
        self.push(&begin, now_ms);
        if self.params.medical_skipped {
            let warning = json!({"type": "Warning", "warning_code": 1,
                "warning": "Skipped medical-v1 domain correction because the language is not supported"});
            self.push(&warning, now_ms);
        }
        for kind in std::mem::take(&mut self.twists.at_begin) {
            self.suffer(&kind, now_ms);
        }
    }
}
