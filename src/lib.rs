//! An AI scribe for therapy sessions: audio in, signed note out.
//!
//! [`Scribe`] is the short path for hosts; the crates behind it are re-exported for everything else.
//!
//! ```no_run
//! # async fn session() -> Result<(), Box<dyn std::error::Error>> {
//! use therapy_scribe::{ApiKey, Region, Scribe, audio::WavSource};
//! use therapy_scribe::notes::{Clinician, KeySigner, SessionFacts, WallTime};
//! # let (now, clinician) = (WallTime::from_unix_millis(0), Clinician::new("c-17", "Dr. Jane Roe", "PhD"));
//! # let (start, end) = ("2026-11-25T17:31+01:00".parse()?, "2026-11-25T18:24+01:00".parse()?);
//! # let signer = KeySigner::generate(clinician.clone())?;
//!
//! let scribe = Scribe::builder(ApiKey::new("…")?, Region::Us).build()?; // one region sets all hosts
//! let mut capture = scribe.capture(WavSource::open("session.wav")?).await?;
//! while let Some(event) = capture.next().await {
//!     println!("{:?}: {} turns so far", event?, capture.snapshot().turn_count());
//! }
//! let session = capture.finish().await?; // transcript with roles, gaps, facts
//! let mut draft = scribe.draft(&session.transcript, "dap").await?;
//! draft.set_facts(SessionFacts::from_transcript(&session.transcript).with_times(start, end)?); // what no model may invent
//! for finding in draft.findings() {
//!     println!("look at {}", finding.place);
//! }
//! draft.edit("plan", "Continue exposure homework; review GAD-7 next week.", &clinician, now)?;
//! let signed = draft.sign(&signer, now)?; // fails while a blocking finding is open
//! # Ok(()) }
//! ```
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `stt` (default) | [`stt`]: streaming speech-to-text and capture |
//! | `notes` (default) | [`notes`]: formats, drafting, signature |
//! | `agent` (default) | [`agent`]: a voice agent to talk to, and the scribe's tools |
//! | `prerecorded` (default) | `stt::prerecorded`: recordings, from upload to deletion |
//! | `resample` | sources of any sample rate |
//! | `mic` | microphones and loudspeakers of this machine; on Linux it needs ALSA's headers to build |

#[cfg(all(feature = "stt", feature = "notes"))]
mod scribe;

#[cfg(feature = "agent")]
pub use therapy_scribe_agent as agent;
#[cfg(feature = "notes")]
pub use therapy_scribe_notes as notes;
#[cfg(feature = "stt")]
pub use therapy_scribe_stt as stt;

pub use therapy_scribe_core::*;
pub use therapy_scribe_transport as transport;

#[cfg(all(feature = "stt", feature = "notes"))]
pub use scribe::{Error, Scribe, ScribeBuilder};

/// The README's code compiles.
#[cfg(all(doctest, feature = "stt", feature = "notes"))]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(all(test, feature = "stt", feature = "notes"))]
mod tests {
    use super::{Scribe, ScribeBuilder, Transcript, notes, stt, transport};

    /// Hosts hold these across threads.
    #[test]
    fn what_hosts_hold_is_send_and_sync() {
        fn is_shared<T: Send + Sync>() {}
        is_shared::<Scribe>();
        is_shared::<ScribeBuilder>();
        is_shared::<Transcript>();
        is_shared::<stt::Capture>();
        is_shared::<stt::Session>();
        is_shared::<stt::SttClient>();
        is_shared::<stt::SttHandle>();
        is_shared::<stt::CaptureError>();
        #[cfg(feature = "prerecorded")]
        {
            is_shared::<stt::prerecorded::RecordClient>();
            is_shared::<stt::prerecorded::Record>();
            is_shared::<stt::prerecorded::JobTicket>();
            is_shared::<stt::prerecorded::Error>();
        }
        is_shared::<notes::Draft>();
        is_shared::<notes::SignedNote>();
        is_shared::<notes::NoteWriter>();
        is_shared::<notes::Gateway>();
        is_shared::<notes::Error>();
        is_shared::<transport::Connector>();
    }
}
