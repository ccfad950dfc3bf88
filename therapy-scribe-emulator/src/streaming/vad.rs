//! Where there is a voice: by energy.

/// Decides frame by frame whether somebody speaks.
///
/// The probability of speech rises with the level of the frame, from 0 at −60 dBFS to 1 at −30 dBFS, and the frame is
/// voiced when it reaches `vad_threshold`: the default of 0.2 stands for −54 dBFS, the 0.5 of diarization for −45 dBFS. A
/// quiet talker is around −35, an empty room below −60. The threshold is fixed, so that the same audio always gives the
/// same turns. A real detector listens for voices; this one would take a vacuum cleaner for one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Vad {
    threshold: f64,
}

const FLOOR_DBFS: f64 = -60.0;
const RANGE_DB: f64 = 30.0;

impl Vad {
    pub(crate) const fn new(vad_threshold: f64) -> Self {
        Self {
            threshold: vad_threshold,
        }
    }

    /// Whether a frame of this level is voiced, and how probable speech is, 0 to 1.
    pub(crate) fn hear(self, level: f64) -> (bool, f64) {
        let dbfs = 20.0 * (level / 32_768.0).log10();
        // Silence has a level of minus infinity, which is a probability of 0.
        let probability = ((dbfs - FLOOR_DBFS) / RANGE_DB).clamp(0.0, 1.0);
        (
            probability > 0.0 && probability >= self.threshold,
            probability,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speech_is_a_voice_at_any_threshold_and_silence_is_none() {
        for threshold in [0.0, 0.2, 0.5, 1.0] {
            let vad = Vad::new(threshold);
            assert_eq!(vad.hear(4000.0), (true, 1.0));
            assert_eq!(vad.hear(0.0), (false, 0.0));
            assert!(!vad.hear(10.0).0);
        }
    }

    #[test]
    fn the_threshold_decides_about_a_whisper() {
        let whisper = 32_768.0 * 10_f64.powf(-50.0 / 20.0);
        assert!(Vad::new(0.2).hear(whisper).0);
        assert!(!Vad::new(0.5).hear(whisper).0);
    }
}
