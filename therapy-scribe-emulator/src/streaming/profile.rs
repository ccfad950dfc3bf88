//! Turn-detection defaults (`streaming-stt.md` 5.2). Explicit values win over every profile.

/// The kinds of models that behave differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// Universal-3 Pro: whole-turn partials, punctuation ends turns.
    Universal3,
    /// Universal-Streaming: word by word, confidence ends turns.
    UniversalStreaming,
    /// Whisper: as Universal-3, without its parameters.
    Whisper,
}

/// How turns end, and when partials come. Milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Profile {
    pub(crate) min_silence: u64,
    pub(crate) max_silence: u64,
    pub(crate) interruption_delay: u64,
    pub(crate) vad_threshold: f64,
    pub(crate) max_turn: u64,
    /// How often partials come while somebody speaks on.
    pub(crate) partial_every: u64,
    pub(crate) confidence_threshold: f64,
}

impl Profile {
    pub(crate) fn of(family: Family, mode: Option<&str>, diarized: bool) -> Self {
        let universal_3 = |min_silence, max_silence, interruption_delay| Self {
            min_silence,
            max_silence,
            interruption_delay,
            vad_threshold: 0.2,
            max_turn: 60_000,
            partial_every: 1000,
            confidence_threshold: 0.4,
        };
        let base = match (family, mode) {
            (Family::UniversalStreaming, _) => Self {
                vad_threshold: 0.4,
                ..universal_3(400, 1280, 0)
            },
            (_, Some("min_latency")) => universal_3(128, 640, 0),
            (_, Some("max_accuracy")) => universal_3(512, 2560, 500),
            _ => universal_3(128, 1280, 500),
        };
        match (family, diarized) {
            // 11.9: diarization replaces the mode.
            (Family::Universal3, true) => Self {
                vad_threshold: 0.5,
                max_turn: 10_000,
                partial_every: 3000,
                ..universal_3(640, 768, 500)
            },
            (_, true) => Self {
                max_turn: 10_000,
                ..base
            },
            (_, false) => base,
        }
    }
}
