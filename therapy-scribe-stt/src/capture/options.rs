//! What a capture can be told.

use therapy_scribe_core::{RoleMapper, roles::Linguistic};

/// How to capture. The default finds roles by what is said, and sends a file at the speed of speech.
#[derive(Debug)]
#[must_use]
pub struct CaptureOptions {
    pub(super) mapper: Box<dyn RoleMapper>,
    pub(super) speed: f64,
}

impl CaptureOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self {
            mapper: Box::new(Linguistic::default()),
            speed: 1.0,
        }
    }

    /// Finds roles in another way.
    pub fn roles(mut self, mapper: impl RoleMapper + 'static) -> Self {
        self.mapper = Box::new(mapper);
        self
    }

    /// Seconds of audio a second, for emulators that run faster than life. Real services take 1. Default 1.
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
