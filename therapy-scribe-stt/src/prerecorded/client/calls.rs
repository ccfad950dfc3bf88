//! Single calls: fetch, list, delete, identify.

use std::fmt::Write as _;

use serde_json::json;
use therapy_scribe_core::Phi;
use therapy_scribe_transport::HttpRequest;

use super::{
    RecordClient,
    run::{Runner, no_save},
};
use crate::{
    config::{ConfigError, require},
    prerecorded::{
        Error, Identified, JobTicket, Record, RoleNames, SpeakerIdentification, Stage,
        TranscriptId,
        error::failure,
        job::{Deletion, Machine, Patience, Plan, Verdict, judge},
        wire::{self, Raw, RawEntry, Status, read::Flaw},
    },
};

pub(super) fn malformed(call: &'static str) -> impl Fn(Flaw) -> Error {
    move |Flaw { line, column }| Error::Malformed { call, line, column }
}

/// An answer about this transcript and no other.
fn transcript(id: &TranscriptId, body: &[u8]) -> Result<Raw, Error> {
    let raw = wire::transcript(body).and_then(|raw| {
        if raw.id == *id {
            Ok(raw)
        } else {
            Err(Flaw::absent())
        }
    });
    raw.map_err(malformed("transcript"))
}

impl RecordClient {
    /// A transcript, once it is done; `None` while it is not. Values of speaker identification are read by `names`.
    ///
    /// Cancel safe: nothing changes at the service.
    ///
    /// # Errors
    /// [`Error::Failed`] for a job that failed, [`Error::Deleted`] and [`Error::NotFound`], or what keeps the answer from
    /// coming.
    pub async fn fetch(
        &self,
        id: &TranscriptId,
        names: &RoleNames,
    ) -> Result<Option<Record>, Error> {
        let reply = self
            .ask_large(&self.get(format!("/v2/transcript/{id}")))
            .await?;
        let raw = transcript(id, &reply.body)?;
        if raw.is_deleted() {
            return Err(Error::Deleted);
        }
        match raw.status {
            Status::Waiting => Ok(None),
            Status::Completed => Ok(Some(Record::of(&raw, names))),
            Status::Error => Err(failure(&raw.id, raw.error())),
        }
    }

    /// The account's transcripts of the last 90 days, newest first. Deleted ones stay in it.
    ///
    /// Cancel safe: nothing changes at the service.
    ///
    /// # Errors
    /// [`Error::Config`] for a query that the service does not take, or what keeps the answer from coming.
    pub async fn list(&self, query: &ListQuery) -> Result<ListPage, Error> {
        let path = format!("/v2/transcript?{}", query.to_query()?);
        let reply = self.ask(&self.get(path)).await?;
        let limit = usize::from(query.limit);
        let page = wire::page(&reply.body, limit).map_err(malformed("list"))?;
        let entries: Vec<_> = page.entries.into_iter().map(ListEntry::from).collect();
        let older = entries.last().filter(|_| page.has_older);
        Ok(ListPage {
            older: older.map(|entry| entry.id.clone()),
            entries,
        })
    }

    /// Deletes a transcript with its audio, and makes sure. For jobs with a ticket use
    /// [`process_and_delete`](Self::process_and_delete), which saves first.
    ///
    /// When the future is dropped, the deletion may have been done or not; it can be repeated.
    ///
    /// # Errors
    /// [`Error::StillRunning`] for a job that is not done: it should be awaited first. What could not be deleted is no error
    /// but in the report.
    pub async fn delete(&self, id: &TranscriptId) -> Result<Deletion, Error> {
        let reply = self
            .ask_large(&self.get(format!("/v2/transcript/{id}")))
            .await;
        let raw = match reply {
            Ok(reply) => Some(transcript(id, &reply.body)?),
            // It may be gone, or never have been this account's; the run looks.
            Err(Error::NotFound) => None,
            Err(error) => return Err(error),
        };
        let is_known = raw.is_some();
        if let Some(raw) = raw.filter(|raw| raw.status == Status::Waiting) {
            return Err(Error::StillRunning {
                id: raw.id.clone(),
                waited: std::time::Duration::ZERO,
                throttled: raw.is_throttled(),
            });
        }
        let mut ticket = JobTicket::new("");
        ticket.stage = Stage::Saved;
        ticket.transcript = Some(id.clone());
        let plan = Plan {
            erase: true,
            seed: self.seed(),
            ..Plan::default()
        };
        let mut machine = Machine::new(plan, ticket.clone(), std::time::Duration::ZERO);
        if is_known {
            machine = machine.has_seen(id.clone());
        }
        let end = Runner::of(self, machine, None).run(no_save).await?;
        let unseen = || Deletion::unseen(&ticket);
        Ok(end.deletion.unwrap_or_else(unseen))
    }

    /// Has the service say who the voices of a finished transcript are. It does not keep the answer:
    /// [`Record::identified`] puts it into a record. Two calls a minute on free accounts.
    ///
    /// When the future is dropped, the call may have been made and billed. It is not repeated by itself for that reason.
    ///
    /// # Errors
    /// [`Error::Config`] for an identification that can't work; [`Error::NotFound`] for a deleted transcript; or what keeps
    /// the answer from coming.
    pub async fn identify_speakers(
        &self,
        id: &TranscriptId,
        identification: &SpeakerIdentification,
    ) -> Result<Identified, Error> {
        identification.check().map_err(Error::Config)?;
        let body = json!({
            "transcript_id": id.as_str(),
            "speech_understanding": {
                "request": {"speaker_identification": identification.to_json()}
            }
        });
        let request = HttpRequest::post(&self.gateway, "/v1/understanding").json(body.to_string());
        let request = self.dress(request);
        let mut patience = Patience::new(self.seed());
        let reply = loop {
            match judge(self.send_large(&request).await) {
                Verdict::Good(reply) => break reply,
                Verdict::Passing(error) => return Err(error),
                verdict => match patience.next(&verdict) {
                    Some(wait) => tokio::time::sleep(wait).await,
                    None => return Err(verdict.into_error()),
                },
            }
        };
        let value = wire::read::object(&reply.body).map_err(malformed("understanding"))?;
        let names = RoleNames::default().with(identification.roles_by_value());
        Ok(Identified::of(&value, names))
    }
}

/// What is asked of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListQuery {
    /// How many at most, 1 to 200. Default 20.
    pub limit: u8,
    /// Only those of this status.
    pub status: Option<ListedStatus>,
    /// Only those of this day, `2026-11-27`.
    pub created_on: Option<String>,
    /// Only those older than this one.
    pub before: Option<TranscriptId>,
    /// Only those newer than this one.
    pub after: Option<TranscriptId>,
    /// Only those that the account's limit holds back.
    pub throttled_only: bool,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            limit: 20,
            status: None,
            created_on: None,
            before: None,
            after: None,
            throttled_only: false,
        }
    }
}

impl ListQuery {
    fn to_query(&self) -> Result<String, Error> {
        self.check().map_err(Error::Config)?;
        let mut query = format!("limit={}", self.limit);
        let mut add = |name: &str, value: Option<&str>| {
            if let Some(value) = value {
                let _ = write!(query, "&{name}={value}");
            }
        };
        add("status", self.status.map(ListedStatus::as_str));
        add("created_on", self.created_on.as_deref());
        add("before_id", self.before.as_ref().map(TranscriptId::as_str));
        add("after_id", self.after.as_ref().map(TranscriptId::as_str));
        add("throttled_only", self.throttled_only.then_some("true"));
        Ok(query)
    }

    fn check(&self) -> Result<(), ConfigError> {
        require((1..=200).contains(&self.limit), "limit", "1 to 200")?;
        let is_day = |day: &String| {
            let digits = day.bytes().enumerate().all(|(place, byte)| match place {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
            day.len() == 10 && digits
        };
        require(
            self.created_on.as_ref().is_none_or(is_day),
            "created_on",
            "a day such as 2026-11-27",
        )
    }
}

/// A page of the list.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ListPage {
    /// Newest first.
    pub entries: Vec<ListEntry>,
    /// What the next page is [before](ListQuery::before); `None` where this is the last.
    pub older: Option<TranscriptId>,
}

/// A transcript in the list.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ListEntry {
    /// Its id.
    pub id: TranscriptId,
    /// How far it is. Deleted ones are `completed`.
    pub status: ListedStatus,
    /// Where its audio is, or was.
    pub audio_url: Option<Phi<String>>,
    /// When it was submitted, as the service writes it; UTC by what is seen.
    pub created: Option<String>,
    /// When it was done, as the service writes it.
    pub completed: Option<String>,
    /// Why it failed, in the service's words.
    pub error: Option<Phi<String>>,
}

/// How far a transcript in the list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ListedStatus {
    /// Not done: `queued`, `processing`. In a query: `processing`.
    Waiting,
    /// `completed`.
    Completed,
    /// `error`.
    Failed,
}

impl ListedStatus {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "processing",
            Self::Completed => "completed",
            Self::Failed => "error",
        }
    }
}

impl From<RawEntry> for ListEntry {
    fn from(raw: RawEntry) -> Self {
        Self {
            id: raw.id,
            status: match raw.status {
                Status::Waiting => ListedStatus::Waiting,
                Status::Completed => ListedStatus::Completed,
                Status::Error => ListedStatus::Failed,
            },
            audio_url: raw.audio_url.map(Phi::new),
            created: raw.created,
            completed: raw.completed,
            error: raw.error.map(Phi::new),
        }
    }
}
