//! How turns end (`streaming-stt.md` section 5, read 2026-10).

use std::time::Duration;

/// When silence ends a turn.
///
/// On the Universal-3 family a turn ends after `min_turn_silence` when the words so far close a sentence, and after
/// `max_turn_silence` in any case. On Universal-Streaming a confidence above the threshold takes the place of the closed
/// sentence. Explicit silences win over every profile of the service, the diarization profile included.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TurnDetection {
    pub(crate) mode: Option<Mode>,
    pub(crate) min_silence: Option<Duration>,
    pub(crate) max_silence: Option<Duration>,
    /// Universal-Streaming only; not sent to other models.
    pub(crate) threshold: Option<f32>,
}

impl TurnDetection {
    /// For therapy: 800 ms and 3600 ms. A pause of two or three seconds inside a thought stays inside its turn. The
    /// vendor's published preset for mental-health support.
    #[must_use]
    pub const fn therapy() -> Self {
        Self::published(800, 3600, 0.7)
    }

    /// Whatever the service does by itself.
    #[must_use]
    pub const fn server_default() -> Self {
        Self {
            mode: None,
            min_silence: None,
            max_silence: None,
            threshold: None,
        }
    }

    /// A mode of the Universal-3 family. It has no effect together with diarization.
    #[must_use]
    pub const fn mode(mode: Mode) -> Self {
        Self {
            mode: Some(mode),
            ..Self::server_default()
        }
    }

    /// 128 ms and 1280 ms: the `balanced` numbers, as voice agents use them. It cuts a thinking person off.
    #[must_use]
    pub const fn voice_agent() -> Self {
        Self {
            mode: None,
            min_silence: Some(Duration::from_millis(128)),
            max_silence: Some(Duration::from_millis(1280)),
            threshold: None,
        }
    }

    /// The vendor's preset for phone menus: 160 ms and 400 ms.
    #[must_use]
    pub const fn aggressive() -> Self {
        Self::published(160, 400, 0.4)
    }

    /// The vendor's preset for support calls: 400 ms and 1280 ms.
    #[must_use]
    pub const fn balanced() -> Self {
        Self::published(400, 1280, 0.4)
    }

    /// The vendor's preset for health care, mental-health support and legal work; the same as
    /// [`therapy`](Self::therapy).
    #[must_use]
    pub const fn conservative() -> Self {
        Self::therapy()
    }

    /// The vendor's sample for live medical visits: 800 ms and 2000 ms.
    #[must_use]
    pub const fn medical_visit() -> Self {
        Self {
            mode: None,
            min_silence: Some(Duration::from_millis(800)),
            max_silence: Some(Duration::from_secs(2)),
            threshold: None,
        }
    }

    /// Silences of one's own; checked when the configuration is built.
    #[must_use]
    pub const fn silences(min: Duration, max: Duration) -> Self {
        Self {
            mode: None,
            min_silence: Some(min),
            max_silence: Some(max),
            threshold: None,
        }
    }

    /// The same, with a confidence threshold for Universal-Streaming models, 0 to 1.
    #[must_use]
    pub const fn threshold(mut self, threshold: f32) -> Self {
        self.threshold = Some(threshold);
        self
    }

    /// The shortest silence that may end a turn; `None`: the service's default.
    #[must_use]
    pub const fn min_silence(&self) -> Option<Duration> {
        self.min_silence
    }

    /// The silence that ends a turn in any case; `None`: the service's default.
    #[must_use]
    pub const fn max_silence(&self) -> Option<Duration> {
        self.max_silence
    }

    const fn published(min: u64, max: u64, threshold: f32) -> Self {
        Self {
            mode: None,
            min_silence: Some(Duration::from_millis(min)),
            max_silence: Some(Duration::from_millis(max)),
            threshold: Some(threshold),
        }
    }
}

/// A preset of the Universal-3 family, applied by the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// 128 ms and 640 ms.
    MinLatency,
    /// 128 ms and 1280 ms; the service's default.
    Balanced,
    /// 512 ms and 2560 ms.
    MaxAccuracy,
}

impl Mode {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::MinLatency => "min_latency",
            Self::Balanced => "balanced",
            Self::MaxAccuracy => "max_accuracy",
        }
    }
}
