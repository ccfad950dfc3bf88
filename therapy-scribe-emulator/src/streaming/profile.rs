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

/// How turns end, and when partials come. Milliseconds of audio.
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
        let (min_silence, max_silence, interruption_delay) = match (family, mode) {
            (Family::UniversalStreaming, _) => (400, 1280, 0),
            // 11.9: diarization replaces the mode.
            (Family::Universal3, _) if diarized => (640, 768, 500),
            (_, Some("min_latency")) => (128, 640, 0),
            (_, Some("max_accuracy")) => (512, 2560, 500),
            _ => (128, 1280, 500),
        };
        let (vad_threshold, max_turn) = match family {
            Family::UniversalStreaming => (0.4, u64::MAX),
            _ if diarized => (0.5, 10_000),
            _ => (0.2, 60_000),
        };
        Self {
            min_silence,
            max_silence,
            interruption_delay,
            vad_threshold,
            max_turn,
            partial_every: if diarized { 3000 } else { 1000 },
            confidence_threshold: 0.4,
        }
    }

    /// `u3-rt-pro` as it was documented in spring 2026. Modes and diarization keep what they set.
    pub(crate) fn legacy(self, mode: Option<&str>, diarized: bool) -> Self {
        let vad_threshold = if diarized { self.vad_threshold } else { 0.3 };
        let (min_silence, max_silence) = match mode {
            None | Some("balanced") if !diarized => (100, 1000),
            _ => (self.min_silence, self.max_silence),
        };
        Self {
            min_silence,
            max_silence,
            vad_threshold,
            ..self
        }
    }
}

/// What a client set by itself, in its query or later.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Overrides {
    pub(crate) min_silence: Option<u64>,
    pub(crate) max_silence: Option<u64>,
    pub(crate) interruption_delay: Option<u64>,
    pub(crate) vad_threshold: Option<f64>,
    pub(crate) partial_every: Option<u64>,
    pub(crate) confidence_threshold: Option<f64>,
}

impl Overrides {
    /// Explicit values win, also over the profile of diarization.
    pub(crate) fn over(self, profile: Profile) -> Profile {
        Profile {
            // 11.3: clamped without a word.
            min_silence: self
                .min_silence
                .map_or(profile.min_silence, |min| min.clamp(50, 10_000)),
            max_silence: self.max_silence.unwrap_or(profile.max_silence),
            interruption_delay: self
                .interruption_delay
                .unwrap_or(profile.interruption_delay),
            vad_threshold: self.vad_threshold.unwrap_or(profile.vad_threshold),
            max_turn: profile.max_turn,
            partial_every: self.partial_every.unwrap_or(profile.partial_every),
            confidence_threshold: self
                .confidence_threshold
                .unwrap_or(profile.confidence_threshold),
        }
    }

    /// A later message changes what it names.
    pub(crate) fn then(self, later: Self) -> Self {
        Self {
            min_silence: later.min_silence.or(self.min_silence),
            max_silence: later.max_silence.or(self.max_silence),
            interruption_delay: later.interruption_delay.or(self.interruption_delay),
            vad_threshold: later.vad_threshold.or(self.vad_threshold),
            partial_every: later.partial_every.or(self.partial_every),
            confidence_threshold: later.confidence_threshold.or(self.confidence_threshold),
        }
    }
}

/// `continuous_partials`.
pub(crate) const fn partial_every(continuous: bool) -> u64 {
    if continuous { 1000 } else { 3000 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_the_documents() {
        let of = |mode, diarized| {
            let p = Profile::of(Family::Universal3, mode, diarized);
            (
                p.min_silence,
                p.max_silence,
                p.interruption_delay,
                p.max_turn,
            )
        };
        assert_eq!(of(Some("min_latency"), false), (128, 640, 0, 60_000));
        assert_eq!(of(None, false), (128, 1280, 500, 60_000));
        assert_eq!(of(Some("max_accuracy"), false), (512, 2560, 500, 60_000));
        assert_eq!(of(Some("max_accuracy"), true), (640, 768, 500, 10_000));
    }

    #[test]
    fn explicit_values_survive_diarization_and_a_later_mode() {
        let set = Overrides {
            min_silence: Some(800),
            max_silence: Some(3600),
            ..Overrides::default()
        };
        for (mode, diarized) in [(None, true), (Some("min_latency"), false)] {
            let profile = set.over(Profile::of(Family::Universal3, mode, diarized));
            assert_eq!((profile.min_silence, profile.max_silence), (800, 3600));
        }
    }
}
