//! Facts as JSON: texts and whole numbers only, since they are signed. What follows from others is written for readers,
//! and worked out anew when it is read.

use serde::{Deserialize, Serialize};

use super::{
    Delivery, InstrumentScore, Participant, Pause, Service, ServiceTime, SessionFacts,
    instrument::Instrument,
};
use crate::{Error, LocalTime, Result};

#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    #[serde(skip_deserializing)]
    date: Option<String>,
    #[serde(default)]
    start: Option<LocalTime>,
    #[serde(default)]
    end: Option<LocalTime>,
    #[serde(skip_deserializing)]
    minutes: Option<u32>,
    #[serde(skip_deserializing)]
    elapsed_minutes: Option<u32>,
    #[serde(default)]
    service_time: ServiceTime,
    #[serde(default)]
    service: Service,
    #[serde(skip_deserializing)]
    cpt_suggestion: Option<&'static str>,
    #[serde(default)]
    delivery: Option<Delivery>,
    #[serde(default)]
    participants: Vec<Participant>,
    #[serde(default)]
    scores: Vec<Score>,
    #[serde(default)]
    pauses: Vec<Pause>,
}

/// A score that stands outside its range is marked, with the range.
#[derive(Serialize, Deserialize)]
struct Score {
    #[serde(flatten)]
    score: InstrumentScore,
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    outside_range: Option<String>,
}

impl From<InstrumentScore> for Score {
    fn from(score: InstrumentScore) -> Self {
        let range = |instrument: Instrument| {
            let (least, most) = instrument.range();
            format!("{least} to {most}")
        };
        let outside_range = score.is_outside_range().then(|| range(score.instrument));
        Self {
            score,
            outside_range,
        }
    }
}

impl From<SessionFacts> for Stored {
    fn from(facts: SessionFacts) -> Self {
        Self {
            date: facts.date(),
            start: facts.start(),
            end: facts.end(),
            minutes: facts.minutes(),
            elapsed_minutes: facts.elapsed_minutes(),
            service: facts.service,
            cpt_suggestion: facts.cpt_suggestion(),
            service_time: facts.service_time,
            delivery: facts.delivery,
            participants: facts.participants,
            scores: facts.scores.into_iter().map(Score::from).collect(),
            pauses: facts.pauses,
        }
    }
}

impl TryFrom<Stored> for SessionFacts {
    type Error = Error;

    fn try_from(stored: Stored) -> Result<Self> {
        let facts = Self {
            times: None,
            service_time: stored.service_time,
            service: stored.service,
            delivery: stored.delivery,
            participants: stored.participants,
            scores: stored.scores.into_iter().map(|of| of.score).collect(),
            pauses: stored.pauses,
        };
        match (stored.start, stored.end) {
            (Some(start), Some(end)) => facts.with_times(start, end),
            (None, None) => Ok(facts),
            _ => Err(Error::Facts("a session has a start and an end, or neither")),
        }
    }
}
