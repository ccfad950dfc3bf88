//! Diarization, Medical Mode, encodings, noise suppression, webhooks.

use std::{fmt, time::Duration};

use therapy_scribe_core::ApiKey;

use super::checks::{ConfigError, require};

/// Labels for voices (`streaming-stt.md` section 6). With it turns are cut at about ten seconds; labels are provisional
/// until the service revises them at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diarization {
    pub(crate) max_speakers: Option<u8>,
    pub(crate) revision_interval: Option<Duration>,
}

impl Diarization {
    /// For any number of voices.
    #[must_use]
    pub const fn on() -> Self {
        Self {
            max_speakers: None,
            revision_interval: None,
        }
    }

    /// For at most this many voices. The newest documents call it a hard cap: a further voice is merged into the
    /// nearest, so leave room for whoever may join.
    ///
    /// # Errors
    /// [`ConfigError::Range`] outside 1 to 10.
    pub fn up_to(people: u8) -> Result<Self, ConfigError> {
        require((1..=10).contains(&people), "max_speakers", "1 to 10 people")?;
        Ok(Self {
            max_speakers: Some(people),
            revision_interval: None,
        })
    }

    /// Also revises labels during the session, each time after this much audio.
    ///
    /// # Errors
    /// [`ConfigError::Range`] outside 120 to 300 s: the service would silently use the nearest of these.
    pub fn revised_every(mut self, interval: Duration) -> Result<Self, ConfigError> {
        let range = Duration::from_secs(120)..=Duration::from_secs(300);
        require(
            range.contains(&interval),
            "speaker_labels_revision_interval_ms",
            "120 to 300 seconds",
        )?;
        self.revision_interval = Some(interval);
        Ok(self)
    }
}

/// A field of language that the service corrects for (`streaming-stt.md` section 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Domain {
    /// Medical Mode, `medical-v1`: drugs, doses, procedures, conditions; English, Spanish, German, French.
    MedicalV1,
}

impl Domain {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::MedicalV1 => "medical-v1",
        }
    }
}

/// How audio is written on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Encoding {
    /// 16-bit PCM; what [`SttHandle::send`](crate::SttHandle::send) makes of frames.
    #[default]
    PcmS16Le,
    /// 8-bit µ-law; what [`SttHandle::send`](crate::SttHandle::send) makes of frames.
    PcmMulaw,
    /// Opus packets of the host's own encoder, one a message.
    Opus,
    /// An Ogg Opus stream of the host's own encoder, cut anywhere.
    OggOpus,
    /// AAC in ADTS frames of the host's own encoder, cut anywhere.
    Aac,
}

impl Encoding {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::PcmS16Le => "pcm_s16le",
            Self::PcmMulaw => "pcm_mulaw",
            Self::Opus => "opus",
            Self::OggOpus => "ogg_opus",
            Self::Aac => "aac",
        }
    }

    /// Bytes of one sample; `None` where bytes say nothing about time.
    pub(crate) const fn sample_bytes(self) -> Option<usize> {
        match self {
            Self::PcmS16Le => Some(2),
            Self::PcmMulaw => Some(1),
            Self::Opus | Self::OggOpus | Self::Aac => None,
        }
    }
}

/// Noise suppression by the service, a paid add-on of the Universal-3 family.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum VoiceFocus {
    /// A headset or a microphone on the desk; with a threshold of 0 to 1, or the service's own.
    NearField(Option<f32>),
    /// A microphone in the room; with a threshold of 0 to 1, or the service's own.
    FarField(Option<f32>),
}

impl VoiceFocus {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::NearField(_) => "near-field",
            Self::FarField(_) => "far-field",
        }
    }

    pub(crate) const fn threshold(self) -> Option<f32> {
        match self {
            Self::NearField(threshold) | Self::FarField(threshold) => threshold,
        }
    }
}

/// Where the service posts. Of a live session it sends the finished transcript, which is PHI: a scribe does not need that. Of a
/// recording it sends its id and status alone.
///
/// `Debug` shows neither the address, whose parameters may be secret, nor the header's value.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    pub(crate) url: String,
    pub(crate) auth: Option<(String, ApiKey)>,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = self.auth.as_ref().map(|(name, _)| name);
        f.debug_struct("Webhook")
            .field("header", &header)
            .finish_non_exhaustive()
    }
}

impl Webhook {
    /// An `https` address, with a header that proves the sender.
    ///
    /// # Errors
    /// [`ConfigError::Range`] when the address is not `https`, or the header's name is none.
    pub fn new(
        url: impl Into<String>,
        auth: Option<(String, ApiKey)>,
    ) -> Result<Self, ConfigError> {
        let url = url.into();
        let host = url
            .strip_prefix("https://")
            .filter(|rest| !rest.is_empty() && !rest.starts_with('/'));
        require(
            host.is_some() && !url.contains(char::is_whitespace),
            "webhook_url",
            "an https address",
        )?;
        let header = auth.as_ref().map_or("x", |(name, _)| name);
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        require(
            !header.is_empty() && header.bytes().all(letter),
            "webhook_auth_header_name",
            "the name of a header",
        )?;
        Ok(Self { url, auth })
    }
}
