//! What of the hearing and the voice can change in the middle of a session.

use std::{fmt, time::Duration};

/// How the agent hears and how loud it speaks. What is not set keeps its value; each value takes the place of the last.
///
/// `Debug` shows how many key terms there are, not which: they may be names.
#[derive(Clone, PartialEq, Default)]
pub struct Tuning {
    pub(crate) keyterms: Option<Vec<String>>,
    pub(crate) mode: Option<TranscriptionMode>,
    pub(crate) scene: Option<String>,
    pub(crate) languages: Option<Vec<String>>,
    pub(crate) focus: Option<VoiceFocus>,
    pub(crate) focus_threshold: Option<f64>,
    pub(crate) partials: Option<bool>,
    pub(crate) turns: Option<TurnDetection>,
    pub(crate) volume: Option<u8>,
}

impl Tuning {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// `keyterms`: rare words to expect, at most 100 of at most 50 characters.
    #[must_use]
    pub fn keyterms<S: Into<String>>(mut self, terms: impl IntoIterator<Item = S>) -> Self {
        self.keyterms = Some(terms.into_iter().map(Into::into).collect());
        self
    }

    /// `transcription_mode`.
    #[must_use]
    pub const fn transcription_mode(mut self, mode: TranscriptionMode) -> Self {
        self.mode = Some(mode);
        self
    }

    /// `transcription_prompt`: describes the scene, in at most 1750 characters. No instructions.
    #[must_use]
    pub fn transcription_prompt(mut self, scene: impl Into<String>) -> Self {
        self.scene = Some(scene.into());
        self
    }

    /// `language_codes`, such as `en`. Holds from the recogniser's next reconnect on.
    #[must_use]
    pub fn languages<S: Into<String>>(mut self, codes: impl IntoIterator<Item = S>) -> Self {
        self.languages = Some(codes.into_iter().map(Into::into).collect());
        self
    }

    /// `voice_focus`: where the voice is that counts.
    #[must_use]
    pub const fn voice_focus(mut self, focus: VoiceFocus) -> Self {
        self.focus = Some(focus);
        self
    }

    /// `voice_focus_threshold`, 0 to 1.
    #[must_use]
    pub const fn voice_focus_threshold(mut self, threshold: f64) -> Self {
        self.focus_threshold = Some(threshold);
        self
    }

    /// `continuous_partials`: whether partials come steadily in a long turn. The service's schema has it, its documents don't.
    #[must_use]
    pub const fn continuous_partials(mut self, steady: bool) -> Self {
        self.partials = Some(steady);
        self
    }

    /// `turn_detection`. Any object at all ends the service's adaptive pace for the rest of the session.
    #[must_use]
    pub const fn turn_detection(mut self, turns: TurnDetection) -> Self {
        self.turns = Some(turns);
        self
    }

    /// `output.volume`, 0 to 100.
    #[must_use]
    pub const fn volume(mut self, volume: u8) -> Self {
        self.volume = Some(volume);
        self
    }

    pub(crate) fn apply(&mut self, change: &Self) {
        let change = change.clone();
        self.keyterms = change.keyterms.or(self.keyterms.take());
        self.mode = change.mode.or(self.mode);
        self.scene = change.scene.or(self.scene.take());
        self.languages = change.languages.or(self.languages.take());
        self.focus = change.focus.or(self.focus);
        self.focus_threshold = change.focus_threshold.or(self.focus_threshold);
        self.partials = change.partials.or(self.partials);
        self.turns = change.turns.or(self.turns);
        self.volume = change.volume.or(self.volume);
    }
}

impl fmt::Debug for Tuning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tuning")
            .field("keyterms", &self.keyterms.as_ref().map(Vec::len))
            .field("mode", &self.mode)
            .field("turns", &self.turns)
            .field("volume", &self.volume)
            .finish_non_exhaustive()
    }
}

/// How patient and how exact the hearing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TranscriptionMode {
    /// Turns end after about 1.3 s.
    MinLatency,
    /// After about 1.9 s.
    Balanced,
    /// After about 3.2 s.
    MaxAccuracy,
}

impl TranscriptionMode {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::MinLatency => "min_latency",
            Self::Balanced => "balanced",
            Self::MaxAccuracy => "max_accuracy",
        }
    }
}

/// Where the voice is that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VoiceFocus {
    /// Close to the microphone.
    Near,
    /// Across the room.
    Far,
}

impl VoiceFocus {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Near => "near-field",
            Self::Far => "far-field",
        }
    }
}

/// When the clinician's turn ends, and what interrupts the agent.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct TurnDetection {
    pub(crate) vad_threshold: Option<f64>,
    pub(crate) min_silence: Option<Duration>,
    pub(crate) max_silence: Option<Duration>,
    pub(crate) interrupts: Option<bool>,
    pub(crate) interruption_delay: Option<Duration>,
}

impl TurnDetection {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// For somebody who dictates and thinks in between: 1200 and 3600 ms. The best of the measured settings: a turn takes
    /// 2.3 s, and 3 of 30 thinking pauses are cut, where the service's own pace cuts 17 (`voice-agent.md` 2.3).
    #[must_use]
    pub fn dictation() -> Self {
        Self::new()
            .vad_threshold(0.5)
            .min_silence(Duration::from_millis(1200))
            .max_silence(Duration::from_millis(3600))
    }

    /// `vad_threshold`, 0 to 1; lower is more sensitive.
    #[must_use]
    pub const fn vad_threshold(mut self, threshold: f64) -> Self {
        self.vad_threshold = Some(threshold);
        self
    }

    /// `min_silence`, 50 to 10 000 ms and below the longest.
    #[must_use]
    pub const fn min_silence(mut self, silence: Duration) -> Self {
        self.min_silence = Some(silence);
        self
    }

    /// `max_silence`, 50 to 10 000 ms.
    #[must_use]
    pub const fn max_silence(mut self, silence: Duration) -> Self {
        self.max_silence = Some(silence);
        self
    }

    /// `interrupt_response`: whether speech interrupts the agent.
    #[must_use]
    pub const fn interrupts(mut self, interrupts: bool) -> Self {
        self.interrupts = Some(interrupts);
        self
    }

    /// `interruption_delay`, 0 to 1000 ms.
    #[must_use]
    pub const fn interruption_delay(mut self, delay: Duration) -> Self {
        self.interruption_delay = Some(delay);
        self
    }
}
