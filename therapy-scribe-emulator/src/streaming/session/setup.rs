//! What a session is started with, drawn from the emulator's settings and seed.

use std::{ops::RangeInclusive, sync::Arc};

use crate::{
    emulator::{SpeakerLetters, State},
    faults::FaultKind,
    streaming::{labels::LetterOrder, random::Random, recordings::Recordings},
    wall::unix_seconds,
};

/// What a session is started with.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    /// What the emulator has heard so far.
    pub(crate) recordings: Arc<Recordings>,
    /// When the socket opened, in the emulator's time.
    pub(crate) opened_ms: u64,
    /// What is spoken.
    pub(crate) language: String,
    /// What redaction takes for names.
    pub(crate) names: Arc<[String]>,
    pub(crate) seed: u64,
    pub(crate) id: String,
    /// What the client pinned, else the current one (1.4).
    pub(crate) api_version: String,
    /// Until `Begin`.
    pub(crate) begin_delay_ms: u64,
    /// From `Terminate` to `Termination`, where it is not the service's own.
    pub(crate) termination_delay_ms: Option<u64>,
    pub(crate) longest_ms: u64,
    /// Unix time in seconds at which the session ends.
    pub(crate) expires_at: u64,
    /// Audio is worked off at most this much faster than time passes.
    pub(crate) throttle: f64,
    /// 11.9: the word at a forced cut is lost, as it sometimes is in reality.
    pub(crate) lose_word_at_cut: bool,
    pub(crate) letters: LetterOrder,
    /// 11.13: what an earlier session has heard comes in other wording.
    pub(crate) rewords: bool,
    /// 11.12: fails 5 s after `Begin`.
    pub(crate) doomed: bool,
}

const API_VERSION: &str = "2025-05-12";

impl Setup {
    /// What goes wrong as the session opens.
    pub(crate) fn with(mut self, faults: &[FaultKind]) -> Self {
        self.doomed |= faults.contains(&FaultKind::BeginThenError);
        if faults.contains(&FaultKind::NeverBegin) {
            self.begin_delay_ms = u64::MAX;
        }
        self
    }

    /// The `number`-th session of an emulator, from 0.
    pub(crate) fn drawn(state: &State, number: u64, longest_ms: u64) -> Self {
        let settings = &state.settings;
        let mut random = Random(settings.seed.wrapping_add(number));
        let mut draw = |range: &RangeInclusive<u64>| {
            let width = range.end().saturating_sub(*range.start()).saturating_add(1);
            range.start() + random.below(width)
        };
        let begin_delay_ms = draw(&settings.begin_delay_ms);
        let termination_delay_ms = settings.termination_delay_ms.as_ref().map(&mut draw);
        let (high, low) = (random.below(u64::MAX), random.below(1 << 48));
        Self {
            recordings: Arc::clone(&state.recordings),
            opened_ms: state.now_ms(),
            language: state.language.clone(),
            names: Arc::clone(&settings.redacted_names),
            seed: settings.seed.wrapping_add(number),
            id: format!(
                "{:08x}-{:04x}-4{:03x}-8{:03x}-{low:012x}",
                high >> 32,
                (high >> 16) & 0xffff,
                (high >> 4) & 0xfff,
                number & 0xfff,
            ),
            api_version: API_VERSION.to_owned(),
            begin_delay_ms,
            termination_delay_ms,
            longest_ms,
            expires_at: unix_seconds() + longest_ms / 1000,
            throttle: settings.throttle,
            lose_word_at_cut: settings.lose_word_at_cut,
            letters: match settings.letters {
                SpeakerLetters::SwappedEverySecondSession if number % 2 == 1 => {
                    LetterOrder::Swapped
                }
                _ => LetterOrder::Discovery,
            },
            rewords: settings.rewords,
            doomed: false,
        }
    }
}
