//! Where there is a voice: by energy.

/// Decides frame by frame whether somebody speaks.
///
/// A frame is voiced when its level is above a threshold: `vad_threshold` 0 to 1 maps to −56 to −36 dBFS, so that the
/// default of 0.2 is −52 dBFS. Speech of a quiet talker is around −35, an empty room below −60. A real detector listens
/// for voices; this one would take a vacuum cleaner for one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Vad {
    threshold: f64,
}

impl Vad {
    pub(crate) fn new(vad_threshold: f64) -> Self {
        let decibel = -56.0 + 20.0 * vad_threshold.clamp(0.0, 1.0);
        Self {
            threshold: 10f64.powf(decibel / 20.0) * 32_768.0,
        }
    }

    /// Whether a frame is voiced, and how probable that is, 0 to 1.
    pub(crate) fn hear(self, samples: &[i16]) -> (bool, f64) {
        let energy: f64 = samples
            .iter()
            .map(|sample| f64::from(*sample).powi(2))
            .sum();
        let count = u32::try_from(samples.len().max(1)).map_or(1.0, f64::from);
        let level = (energy / count).sqrt();
        (level > self.threshold, level / (level + self.threshold))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_a_voice_and_silence_is_none() {
        let tone: Vec<i16> = (0..160)
            .map(|i| if i % 20 < 10 { 4000 } else { -4000 })
            .collect();
        for threshold in [0.0, 0.2, 0.5, 1.0] {
            assert!(Vad::new(threshold).hear(&tone).0);
            assert!(!Vad::new(threshold).hear(&[0; 160]).0);
            assert!(!Vad::new(threshold).hear(&[3; 160]).0);
        }
        assert!(!Vad::new(0.2).hear(&[]).0);
    }
}
