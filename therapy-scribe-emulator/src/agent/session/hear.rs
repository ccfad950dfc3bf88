//! Turns of the clinician, by the energy of the audio (2.3, section 5, appendix A).

use std::{
    collections::{HashSet, VecDeque},
    fmt,
};

use serde_json::{Value, json};

use super::Session;
use crate::{
    agent::{AgentQuirk, Utterance, fault::millis, sound::Encoding},
    streaming::{AudioClock, AudioEncoding, FRAME_MS, Vad},
};

/// What a session hears.
#[derive(Debug)]
pub(super) struct Ear {
    audio: AudioClock,
    /// When the next frame is heard.
    next_ms: u64,
    /// How much audio may come now, and since when.
    credit_ms: u64,
    credited_ms: u64,
    heard_ms: u64,
    turn: Option<Turn>,
    claimed: HashSet<usize>,
    last_text: Text,
    /// Turns that ended while a reply that can't be interrupted went on.
    unheard: VecDeque<(String, Text)>,
}

/// What was said. Its `Debug` shows no words.
#[derive(Clone, Default, PartialEq, Eq)]
struct Text(String);

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.0.len())
    }
}

/// A turn that is not over. Times are of the session's audio.
#[derive(Debug)]
struct Turn {
    onset_ms: u64,
    last_voice_ms: u64,
    voiced_ms: u64,
    /// When it is taken for one.
    decide_ms: u64,
    stage: Stage,
    item_id: String,
    utterance: Utterance,
    shown: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// It may be nothing.
    Heard,
    /// `input.speech.started` was sent.
    Started,
    /// The agent may not be interrupted (2.3).
    Muted,
    /// A back-channel: no events (section 5).
    Ignored,
}

/// Appendix A: after the voice's onset, while the agent is silent.
const STARTED_MS: u64 = 600;
/// While it is heard: 1100 to 2200 ms. The default `interruption_delay` of 500 is in it.
const DECIDED_MS: u64 = 1100;
const DECIDED_RANGE_MS: u64 = 1100;
const DEFAULT_DELAY_MS: u64 = 500;
/// Less voice than this is noise.
const LEAST_VOICE_MS: u64 = 160;
/// A word of the partial transcript for so much audio.
const WORD_MS: u64 = 300;

impl Ear {
    pub(super) fn new(encoding: Encoding) -> Self {
        Self {
            audio: AudioClock::new(AudioEncoding::PcmS16Le, encoding.rate()),
            next_ms: 0,
            credit_ms: 0,
            credited_ms: 0,
            heard_ms: 0,
            turn: None,
            claimed: HashSet::new(),
            last_text: Text::default(),
            unheard: VecDeque::new(),
        }
    }

    pub(super) fn ready(&mut self, now_ms: u64, ahead_ms: u64) {
        (self.credit_ms, self.credited_ms) = (ahead_ms, now_ms);
    }

    pub(super) fn is_busy(&self) -> bool {
        self.audio.waits() || !self.unheard.is_empty()
    }

    /// 1.5, pacing: time earns audio, but no more than the allowance, so that a stall gives no right to a burst.
    fn spend(&mut self, audio_ms: u64, now_ms: u64, ahead_ms: u64) -> bool {
        let earned = now_ms.saturating_sub(self.credited_ms);
        self.credited_ms = now_ms;
        self.credit_ms = (self.credit_ms + earned).min(ahead_ms);
        let left = self.credit_ms.checked_sub(audio_ms);
        self.credit_ms = left.unwrap_or(self.credit_ms);
        left.is_some()
    }

    /// Section 6: what was half said is lost with the connection, and so is audio that was not heard yet.
    pub(super) fn forget(&mut self, encoding: Encoding) {
        self.turn = None;
        self.audio = AudioClock::new(AudioEncoding::PcmS16Le, encoding.rate());
    }
}

impl Session {
    /// Audio comes, in the encoding of the session.
    pub(super) fn take_audio(&mut self, bytes: Vec<u8>) {
        let length = u64::try_from(bytes.len()).unwrap_or(0);
        let samples = length / self.input.sample_bytes();
        let audio_ms = samples * 1000 / self.input.rate();
        let shared = &self.shared;
        if !shared.quirks.has(AgentQuirk::AnyPace)
            && !self.ear.spend(audio_ms, self.now_ms, shared.ahead_ms)
        {
            self.log.surplus_ms += audio_ms;
            self.error(
                "audio_rate_violation",
                "Audio is sent faster than real time",
            );
            return;
        }
        self.log.audio_ms += audio_ms;
        if !self.ear.audio.waits() {
            self.ear.next_ms = self.now_ms;
        }
        self.ear.audio.push(&self.input.decode(bytes));
        self.ear.audio.take_samples();
    }

    /// Hears what is due, at the pace of speech.
    pub(super) fn listen(&mut self) {
        while self.ear.next_ms <= self.now_ms {
            let Some(level) = self.ear.audio.pop() else {
                return;
            };
            self.ear.next_ms += FRAME_MS;
            self.ear.heard_ms += FRAME_MS;
            let (voiced, _) = Vad::new(self.turns.vad_threshold).hear(level);
            let voiced = voiced || self.is_led();
            self.hear(voiced);
            let heard_ms = self.ear.heard_ms;
            for (delay_ms, fault) in self.shared.clone().plan.heard(heard_ms) {
                self.come(delay_ms, fault);
            }
        }
    }

    /// Whether something is said without a voice.
    fn is_led(&self) -> bool {
        let now = self.ear.heard_ms;
        let all = &self.shared.dialogue.utterances;
        all.iter().any(|utterance| {
            let sounds = |(from, to): (u64, u64)| from < now && now <= to;
            utterance.unvoiced && utterance.between_ms.is_some_and(sounds)
        })
    }

    fn hear(&mut self, voiced: bool) {
        let now = self.ear.heard_ms;
        if voiced && self.ear.turn.is_none() {
            let decide_ms = now - FRAME_MS + self.decision_ms();
            let item_id = self.new_id("msg_");
            self.ear.turn = Some(Turn {
                onset_ms: now - FRAME_MS,
                last_voice_ms: now,
                voiced_ms: 0,
                decide_ms,
                stage: Stage::Heard,
                item_id,
                utterance: Utterance::default(),
                shown: 0,
            });
        }
        let Some(turn) = &mut self.ear.turn else {
            return;
        };
        if voiced {
            turn.last_voice_ms = now;
            turn.voiced_ms += FRAME_MS;
        }
        let is_due = turn.stage == Stage::Heard && now >= turn.decide_ms;
        if is_due && turn.voiced_ms < LEAST_VOICE_MS {
            self.ear.turn = None;
        } else if is_due {
            self.decide();
        } else {
            self.show_partial();
            self.end_turn();
        }
    }

    /// How long after the onset a voice is taken for a turn.
    fn decision_ms(&mut self) -> u64 {
        if !self.is_audible() {
            return STARTED_MS;
        }
        let by_chance = DECIDED_MS + self.random.below(DECIDED_RANGE_MS + 1);
        (by_chance + self.turns.interruption_delay_ms).saturating_sub(DEFAULT_DELAY_MS)
    }

    /// The voice is a turn: its words are found, and the agent may be interrupted.
    fn decide(&mut self) {
        let utterance = self.claim();
        let stage = if utterance.back_channel && self.is_audible() {
            Stage::Ignored
        } else if self.reply.is_some() && !self.turns.interrupts {
            Stage::Muted
        } else {
            Stage::Started
        };
        if let Some(turn) = &mut self.ear.turn {
            turn.stage = stage;
            turn.utterance = utterance;
        }
        if stage == Stage::Started {
            self.interrupt();
        }
    }

    /// What is said in the turn: by its time, or the next in order.
    fn claim(&mut self) -> Utterance {
        let (onset, now) = match &self.ear.turn {
            Some(turn) => (turn.onset_ms, self.ear.heard_ms),
            None => return Utterance::default(),
        };
        let all = &self.shared.dialogue.utterances;
        let all = all.iter().enumerate();
        let mut left = all.filter(|(n, _)| !self.ear.claimed.contains(n));
        let timed = |u: &Utterance| {
            u.between_ms
                .is_some_and(|(from, to)| from < now && onset < to)
        };
        let untimed = |u: &Utterance| u.between_ms.is_none();
        let found = left
            .clone()
            .find(|(_, u)| timed(u))
            .or_else(|| left.find(|(_, u)| untimed(u)));
        let Some((index, utterance)) = found else {
            return Utterance::default();
        };
        self.ear.claimed.insert(index);
        utterance.clone()
    }

    /// 3: each holds the whole text so far.
    fn show_partial(&mut self) {
        let now = self.ear.heard_ms;
        let Some(turn) = &mut self.ear.turn else {
            return;
        };
        if turn.stage != Stage::Started || turn.last_voice_ms != now {
            return;
        }
        let since = usize::try_from((now - turn.onset_ms) / WORD_MS).unwrap_or(0);
        let words: Vec<&str> = turn.utterance.text.split_whitespace().collect();
        let count = since.min(words.len());
        if count <= turn.shown {
            return;
        }
        turn.shown = count;
        let text = words.get(..count).unwrap_or_default().join(" ");
        let item_id = turn.item_id.clone();
        self.push_transcript(
            json!({"type": "transcript.user.delta", "item_id": item_id, "text": text}),
        );
    }

    fn end_turn(&mut self) {
        let now = self.ear.heard_ms;
        let Some(turn) = &self.ear.turn else {
            return;
        };
        let text = &turn.utterance.text;
        let is_closed = text.trim_end().ends_with(['.', '?', '!']);
        let patience = turn.utterance.silence_ms.unwrap_or(if is_closed {
            self.turns.least_ms
        } else {
            self.turns.most_ms
        });
        if turn.stage == Stage::Heard || now < turn.last_voice_ms + patience {
            return;
        }
        let Some(turn) = self.ear.turn.take() else {
            return;
        };
        let text = if turn.utterance.continues {
            format!("{} {}", self.ear.last_text.0, turn.utterance.text)
        } else {
            turn.utterance.text
        };
        self.ear.last_text = Text(text.clone());
        let since_ms = self.since_ms();
        let at_ms = |heard_ms: u64| since_ms.saturating_sub(now.saturating_sub(heard_ms));
        let spoke = (at_ms(turn.onset_ms), at_ms(turn.last_voice_ms));
        self.timeline.said(&text, spoke.0, spoke.1);
        match turn.stage {
            Stage::Started => self.commit(&turn.item_id, &text),
            Stage::Muted => self.ear.unheard.push_back((turn.item_id, Text(text))),
            Stage::Heard | Stage::Ignored => {}
        }
    }

    /// Turns under a reply that could not be interrupted, once it is over.
    pub(super) fn say_unheard(&mut self) {
        while self.reply.is_none() && self.is_live() {
            let Some((item_id, Text(text))) = self.ear.unheard.pop_front() else {
                return;
            };
            self.push(json!({"type": "input.speech.started"}));
            self.commit(&item_id, &text);
            self.begin_queued();
        }
    }

    /// O4: what belongs to the end of a turn comes at once.
    fn commit(&mut self, item_id: &str, text: &str) {
        self.push(json!({"type": "input.speech.stopped"}));
        let last = json!({"type": "transcript.user", "item_id": item_id, "text": text});
        let late = self.shared.quirks.has(AgentQuirk::FinalAfterReply);
        if !late {
            self.push_transcript(last.clone());
        }
        // 4.3: what is said in a hold is not answered.
        if !text.is_empty() && !self.holds() {
            self.answer(text);
            self.begin_queued();
        }
        if late {
            self.push_transcript(last);
        }
    }

    /// O13.
    fn push_transcript(&mut self, event: Value) {
        if self.holds() {
            self.withheld.push(event);
        } else {
            self.push(event);
        }
    }

    /// Whether the clinician is in the middle of something.
    pub(super) fn is_spoken_to(&self) -> bool {
        let turn = self.ear.turn.as_ref();
        turn.is_some_and(|turn| turn.stage == Stage::Started)
    }

    /// A length of silence before replies.
    pub(super) fn leading_ms(&self) -> Option<u64> {
        self.shared.quirks.find(|quirk| match quirk {
            AgentQuirk::LeadingSilence(length) => Some(millis(length)),
            _ => None,
        })
    }
}
