//! What the host knows of the session, as flags.

use std::time::Duration;

use clap::Args;
use therapy_scribe::{
    Transcript,
    notes::{Delivery, LocalTime, Service, SessionFacts, WallTime},
};

use crate::services::AnyError;

/// What no model may invent.
#[derive(Debug, Args)]
pub(crate) struct Flags {
    /// When the session started, such as 2026-11-25T17:31+01:00.
    #[arg(long, value_name = "TIME", requires = "minutes")]
    start: Option<LocalTime>,
    /// How many minutes it took.
    #[arg(long, value_name = "N", requires = "start")]
    minutes: Option<u32>,
    /// How the client was seen: `in_person`, `video`, `phone`, or in your own words.
    #[arg(long, value_name = "HOW")]
    delivery: Option<String>,
    /// It was individual psychotherapy: suggests a CPT code by the minutes.
    #[arg(long)]
    individual: bool,
}

impl Flags {
    pub(crate) fn of(&self, transcript: &Transcript) -> Result<SessionFacts, AnyError> {
        let mut facts = SessionFacts::from_transcript(transcript);
        if let (Some(start), Some(minutes)) = (self.start, self.minutes) {
            facts = facts.with_times(start, later(start, minutes)?)?;
        }
        if let Some(delivery) = &self.delivery {
            facts = facts.with_delivery(match delivery.as_str() {
                "in_person" => Delivery::InPerson,
                "video" => Delivery::Video,
                "phone" => Delivery::Phone,
                other => Delivery::Other(other.to_owned()),
            });
        }
        if self.individual {
            facts = facts.with_service(Service::IndividualPsychotherapy);
        }
        Ok(facts)
    }
}

/// By the same clock. A host that knows when the session ended says so, clock changes included.
fn later(start: LocalTime, minutes: u32) -> Result<LocalTime, AnyError> {
    let length = Duration::from_secs(u64::from(minutes) * 60);
    let end = start.at().as_unix_millis() + u64::try_from(length.as_millis())?;
    Ok(LocalTime::new(
        WallTime::from_unix_millis(end),
        start.offset_minutes(),
    )?)
}
