//! What a capture can be told.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    time::Duration,
};

use therapy_scribe_core::{
    RoleMapper, Smoothing, TranscriptAssembler, audio::AudioRecorder, roles::Combined,
};

/// How to capture. The default finds roles by what is said, and sends a file at the speed of speech.
#[derive(Debug)]
#[must_use]
pub struct CaptureOptions {
    mapper: Option<Box<dyn RoleMapper>>,
    smoothing: Smoothing,
    pub(super) speed: f64,
    pub(super) keep: Duration,
    pub(super) opens_a_minute: usize,
    pub(super) seed: u64,
    pub(super) session: Duration,
    pub(super) recorder: Option<Box<dyn AudioRecorder>>,
}

/// What fits a free account with one open to spare; paid ones may open 100 and more.
const OPENS_A_MINUTE: usize = 4;

impl CaptureOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self {
            mapper: None,
            smoothing: Smoothing::On,
            speed: 1.0,
            keep: Duration::from_secs(10 * 60),
            opens_a_minute: OPENS_A_MINUTE,
            session: Duration::from_secs(3 * 60 * 60),
            recorder: None,
            // Something that differs between processes, so that clients do not come back in step.
            seed: RandomState::new().build_hasher().finish(),
        }
    }

    /// How much audio is kept in memory for a connection that is lost, 32 kB a second at 16 kHz, and a minute more while one
    /// opens or catches up. What is older than that
    /// when the service is back is a gap in the transcript. Default ten minutes.
    pub const fn keep(mut self, audio: Duration) -> Self {
        self.keep = audio;
        self
    }

    /// How many connections may be opened within a minute, by all channels of a call together; at least 1. Default 4: a free
    /// account may open 5.
    pub const fn opens_a_minute(mut self, opens: usize) -> Self {
        self.opens_a_minute = opens;
        self
    }

    /// How long the service lets one session last; two minutes before that another connection takes over. Default three
    /// hours, as AssemblyAI has it; less where temporary tokens are made with a shorter one.
    pub const fn longest_connection(mut self, session: Duration) -> Self {
        self.session = session;
        self
    }

    /// Keeps the audio as it is captured. Default: nothing is kept. A recorder that fails does not stop the capture; a
    /// notice tells of it.
    pub fn record(mut self, recorder: impl AudioRecorder + 'static) -> Self {
        self.recorder = Some(Box::new(recorder));
        self
    }

    /// What the random part of waits between tries depends on. Default: another in each process.
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// What the transcript is assembled with.
    pub(super) fn take_assembler(&mut self) -> TranscriptAssembler {
        let mapper = self.mapper.take();
        let mapper = mapper.unwrap_or_else(|| Box::new(Combined::default()));
        TranscriptAssembler::new(mapper).smoothing(self.smoothing)
    }

    /// Whether single words that stand in another's sentence are given to that other. Default: on.
    pub const fn smoothing(mut self, smoothing: Smoothing) -> Self {
        self.smoothing = smoothing;
        self
    }

    /// Finds roles in another way.
    pub fn roles(mut self, mapper: impl RoleMapper + 'static) -> Self {
        self.mapper = Some(Box::new(mapper));
        self
    }

    /// Seconds of audio a second, for emulators that run faster than life: 0.001 to 1000, anything else counts as 1. Real
    /// services take 1. Default 1.
    pub const fn speed(mut self, speed: f64) -> Self {
        self.speed = speed;
        self
    }
}

impl Default for CaptureOptions {
    fn default() -> Self {
        Self::new()
    }
}
