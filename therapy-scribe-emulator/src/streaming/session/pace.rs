//! How fast audio may come and is worked off: the throttle, and the lengths of frames (11.5, 11.6).

use super::Fatal;

/// How fast audio is worked off: as time passes, times a factor (11.5). Time counts for no more than the audio that waited
/// in it, or for one longest frame: a stall gives no credit for what is sent after it.
#[derive(Debug)]
pub(super) struct Pace {
    throttle: f64,
    last_ms: u64,
    credit_ms: f64,
}

impl Pace {
    const MOST_IDLE_CREDIT_MS: f64 = 1000.0;

    pub(super) const fn new(throttle: f64) -> Self {
        Self {
            throttle,
            last_ms: 0,
            credit_ms: 0.0,
        }
    }

    /// Time passes until `now_ms`, in which this much audio waited.
    pub(super) fn pass(&mut self, now_ms: u64, waiting_ms: u64) {
        let float = |ms: u64| f64::from(u32::try_from(ms).unwrap_or(u32::MAX));
        let passed = now_ms.saturating_sub(self.last_ms);
        self.last_ms = self.last_ms.max(now_ms);
        let most = float(waiting_ms).max(Self::MOST_IDLE_CREDIT_MS);
        self.credit_ms = (self.credit_ms + float(passed) * self.throttle).min(most);
    }

    /// Whether the next frame may be heard.
    pub(super) fn take_frame(&mut self) -> bool {
        const FRAME: f64 = 20.0;
        let enough = self.credit_ms >= FRAME;
        if enough {
            self.credit_ms -= FRAME;
        }
        enough
    }
}

/// 11.6: frames of less than 50 ms are borne for about a second.
#[derive(Debug, Default)]
pub(super) struct ShortFrames {
    samples: u64,
}

impl ShortFrames {
    pub(super) fn check(&mut self, samples: u64, rate: u64) -> Result<(), Fatal> {
        if samples > rate {
            return Err(violation(samples, rate));
        }
        if samples * 1000 >= 50 * rate {
            self.samples = 0;
            return Ok(());
        }
        // An empty frame is a frame too.
        self.samples += samples.max(rate / 1000);
        if self.samples * 1000 >= 980 * rate {
            return Err(violation(samples, rate));
        }
        Ok(())
    }
}

fn violation(samples: u64, rate: u64) -> Fatal {
    let tenths = (samples * 10_000).checked_div(rate).unwrap_or(0);
    let text = format!(
        "Input Duration Error: Input Duration Violation: {}.{} ms. Expected between 50 and 1000 ms",
        tenths / 10,
        tenths % 10
    );
    Fatal::new(3007, text)
}
