//! What is known of a session without any model: when it was, how long, with whom, and what was scored.

mod heard;
mod instrument;
mod people;
mod service;
mod stored;
mod words;

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use therapy_scribe_core::{GapReason, MediaTime, Transcript};

pub use instrument::{Instrument, InstrumentScore, NoPoints, Points};
pub use people::{Delivery, Participant};
pub use service::{Service, ServiceTime};

use crate::{Clinician, Error, LocalTime, Result};

/// What no model may invent of a session. It comes from the capture and from the host, travels with the
/// [`Draft`](crate::Draft), is signed with it, and is shown with it. `Debug` shows no content.
///
/// As JSON, and so in a signed note, it has `date`, `start` and `end` (`date`, `time`, `utc_offset_minutes`, `unix_ms`),
/// `minutes`, `elapsed_minutes`, `service_time` (`rule`, and who has set it), `service`, `cpt_suggestion`, `delivery`,
/// `participants`, `scores` (points are texts) and `pauses`. What follows from the rest, such as `minutes`, is written for
/// readers, and worked out anew when it is read.
///
/// ```
/// use therapy_scribe_notes::{Delivery, LocalTime, Service, SessionFacts, WallTime};
/// # let transcript = therapy_scribe_core::Transcript::default();
///
/// // A clock change lies between the two: the duration comes from UTC, dates and times by the clock that hung there.
/// let start = LocalTime::new(WallTime::from_unix_millis(1_792_884_600_000), 120)?;
/// let end = LocalTime::new(WallTime::from_unix_millis(1_792_887_780_000), 60)?;
/// let facts = SessionFacts::from_transcript(&transcript) // participants, pauses, scores
///     .with_times(start, end)?
///     .with_delivery(Delivery::Video)
///     .with_service(Service::IndividualPsychotherapy);
/// assert_eq!(facts.date().as_deref(), Some("2026-10-25"));
/// assert_eq!(facts.minutes(), Some(53));
/// assert_eq!(facts.cpt_suggestion(), Some("90837"));
/// # Ok::<(), therapy_scribe_notes::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "stored::Stored", into = "stored::Stored")]
pub struct SessionFacts {
    /// Start and end, in this order.
    times: Option<(LocalTime, LocalTime)>,
    service_time: ServiceTime,
    service: Service,
    delivery: Option<Delivery>,
    participants: Vec<Participant>,
    scores: Vec<InstrumentScore>,
    pauses: Vec<Pause>,
}

/// A stretch during which the host had paused the recorder, in the recording's time, which goes on meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Pause {
    /// Where it begins.
    #[serde(rename = "from_ms")]
    pub from: MediaTime,
    /// Where it ends.
    #[serde(rename = "to_ms")]
    pub to: MediaTime,
}

impl Pause {
    /// How long it was.
    #[must_use]
    pub const fn length(self) -> Duration {
        self.to.since(self.from)
    }
}

impl SessionFacts {
    /// What a transcript tells: who took part by role, the recorder's pauses, and scores of instruments as they were
    /// said, in English. What is told is said with its sentence and its time; a score that a correction follows is the
    /// correction. A score that could be a wish, a condition or a change is left out.
    ///
    /// In a group a score is one member's, while these facts are shown with the part that all share: there a host leaves
    /// them out, by [`with_scores([])`](Self::with_scores).
    #[must_use]
    pub fn from_transcript(transcript: &Transcript) -> Self {
        Self {
            participants: people::of(transcript),
            scores: heard::scores(transcript),
            pauses: pauses(transcript),
            ..Self::default()
        }
    }

    /// The same with start and end of the service.
    ///
    /// # Errors
    /// [`Error::Facts`] when it ends before it starts.
    pub fn with_times(mut self, start: LocalTime, end: LocalTime) -> Result<Self> {
        if end.at() < start.at() {
            return Err(Error::Facts("the session ends before it starts"));
        }
        self.times = Some((start, end));
        Ok(self)
    }

    /// The same with how the client was seen.
    #[must_use]
    pub fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = Some(delivery);
        self
    }

    /// The same with what kind of service it was.
    #[must_use]
    pub const fn with_service(mut self, service: Service) -> Self {
        self.service = service;
        self
    }

    /// The same with the recorder's pauses taken off the service time. Without this they count, since a session goes on
    /// while its recorder pauses.
    #[must_use]
    pub fn without_pauses(mut self) -> Self {
        self.service_time = ServiceTime::WithoutPauses;
        self
    }

    /// The same with a service time that somebody has set. It is shown with who did, beside what start and end give.
    ///
    /// # Errors
    /// [`Error::Needed`] when who did has no name.
    pub fn with_minutes(mut self, minutes: u32, by: &Clinician) -> Result<Self> {
        by.named()?;
        self.service_time = ServiceTime::Set {
            minutes,
            by: by.id().to_owned(),
            name: by.name().to_owned().into(),
        };
        Ok(self)
    }

    /// The same with other participants, as the host knows them.
    #[must_use]
    pub fn with_participants(
        mut self,
        participants: impl IntoIterator<Item = Participant>,
    ) -> Self {
        self.participants = participants.into_iter().collect();
        self
    }

    /// The same with other scores: what the host knows from forms, or what is left when somebody has looked at them.
    #[must_use]
    pub fn with_scores(mut self, scores: impl IntoIterator<Item = InstrumentScore>) -> Self {
        self.scores = scores.into_iter().collect();
        self
    }

    /// When it started.
    #[must_use]
    pub fn start(&self) -> Option<LocalTime> {
        self.times.map(|(start, _)| start)
    }

    /// When it ended.
    #[must_use]
    pub fn end(&self) -> Option<LocalTime> {
        self.times.map(|(_, end)| end)
    }

    /// The date on which it started, by the clock there: `2026-11-25`.
    #[must_use]
    pub fn date(&self) -> Option<String> {
        self.start().map(LocalTime::date)
    }

    /// The service time in whole minutes, by [`service_time`](Self::service_time). Unknown without start and end, unless
    /// it was set.
    #[must_use]
    pub fn minutes(&self) -> Option<u32> {
        match &self.service_time {
            ServiceTime::Elapsed => self.elapsed_minutes(),
            ServiceTime::WithoutPauses => {
                let paused = self.pauses.iter().map(|pause| pause.length()).sum();
                Some(whole_minutes(self.elapsed()?.saturating_sub(paused)))
            }
            ServiceTime::Set { minutes, .. } => Some(*minutes),
        }
    }

    /// Whole minutes from start to end, pauses included.
    #[must_use]
    pub fn elapsed_minutes(&self) -> Option<u32> {
        self.elapsed().map(whole_minutes)
    }

    /// How the service time is counted.
    #[must_use]
    pub const fn service_time(&self) -> &ServiceTime {
        &self.service_time
    }

    /// What kind of service it was.
    #[must_use]
    pub const fn service(&self) -> Service {
        self.service
    }

    /// The CPT code that the service time points at: see [`Service`]. A suggestion for whoever codes, never a bill.
    #[must_use]
    pub fn cpt_suggestion(&self) -> Option<&'static str> {
        self.service.cpt(self.minutes()?)
    }

    /// How the client was seen.
    #[must_use]
    pub const fn delivery(&self) -> Option<&Delivery> {
        self.delivery.as_ref()
    }

    /// Who took part.
    #[must_use]
    pub fn participants(&self) -> &[Participant] {
        &self.participants
    }

    /// What was scored, in the order in which it was said.
    #[must_use]
    pub fn scores(&self) -> &[InstrumentScore] {
        &self.scores
    }

    /// The recorder's pauses, in order of time.
    #[must_use]
    pub fn pauses(&self) -> &[Pause] {
        &self.pauses
    }

    fn elapsed(&self) -> Option<Duration> {
        let (start, end) = self.times?;
        let millis = |time: LocalTime| time.at().as_unix_millis();
        Some(Duration::from_millis(
            millis(end).saturating_sub(millis(start)),
        ))
    }

    /// As it is signed and shown.
    pub(crate) fn to_json(&self) -> Value {
        // Texts, whole numbers and lists of them: nothing that could fail.
        serde_json::to_value(self).unwrap_or_default()
    }
}

impl fmt::Debug for SessionFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionFacts")
            .field("participants", &self.participants.len())
            .field("scores", &self.scores.len())
            .field("pauses", &self.pauses.len())
            .finish_non_exhaustive()
    }
}

fn whole_minutes(time: Duration) -> u32 {
    u32::try_from(time.as_secs() / 60).unwrap_or(u32::MAX)
}

/// In a call with a channel for each participant the recorder pauses on each of them: what overlaps is one pause.
fn pauses(transcript: &Transcript) -> Vec<Pause> {
    let mut pauses: Vec<Pause> = Vec::new();
    let gaps = transcript.gaps().iter();
    for gap in gaps.filter(|gap| gap.reason == GapReason::Paused) {
        match pauses.last_mut().filter(|last| gap.from <= last.to) {
            Some(last) => last.to = last.to.max(gap.to),
            None => pauses.push(Pause {
                from: gap.from,
                to: gap.to,
            }),
        }
    }
    pauses
}
