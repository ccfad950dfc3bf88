//! Which call is which, and how each is answered (section 2).

use std::{sync::atomic::Ordering, time::Duration};

use hyper::Method;
use serde_json::{Value, json};

use super::{
    Prerecorded, TranscriptCall, TranscriptFaultKind, TranscriptQuirk, beep,
    check::{error, identification},
    job::{Job, Presence},
    list::list,
    mishap::{faulty, negative_balance},
    parts::part,
    speakers::Identified,
    words::{passage, turns},
};
use crate::{gateway::Answer, streaming::Query};

/// 9.4: how long redacted audio is there, and an address of it.
const AUDIO_MS: u64 = 86_400_000;
const ADDRESS_MS: u64 = 1_800_000;

/// A request.
pub(crate) struct Asked<'a> {
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
    pub(crate) query: &'a Query,
    /// `http://HOST` as the client calls this server.
    pub(crate) origin: &'a str,
    /// Whose key it has; nobody's where it is not good.
    pub(crate) account: Option<&'a str>,
    pub(crate) body: &'a [u8],
    pub(crate) now_ms: u64,
}

/// The connection is to be gone instead of an answer.
#[derive(Debug)]
pub(crate) struct Gone;

/// Whether a path is of this service.
pub(crate) fn concerns(path: &str) -> bool {
    path.starts_with("/v2/") || path.starts_with("/redacted-audio/") || path == "/v1/understanding"
}

pub(super) fn unauthorized() -> Answer {
    error(401, "Authentication error, API token missing/invalid")
}

fn not_found() -> Answer {
    error(400, "Transcript lookup error, transcript id not found")
}

/// The answer to anything but an upload.
pub(crate) fn answer(service: &Prerecorded, asked: &Asked<'_>) -> Result<Answer, Gone> {
    let path: Vec<&str> = asked.path.trim_matches('/').split('/').collect();
    if let ["redacted-audio", name] = path.as_slice() {
        return Ok(service.audio(asked, name));
    }
    let Some(account) = asked.account else {
        return Ok(unauthorized());
    };
    let (is_get, is_post) = (asked.method == Method::GET, asked.method == Method::POST);
    match path.as_slice() {
        ["v2", "transcript"] if is_post => service.submitted(asked, account),
        ["v2", "transcript"] if is_get => {
            faulty(service.fault(TranscriptCall::List).as_ref(), || {
                let store = service.store();
                let own = store
                    .jobs
                    .iter()
                    .filter(|job| job.account == account && !job.is_gone());
                list(&own.collect::<Vec<_>>(), asked.query, asked.origin)
            })
        }
        ["v2", "transcript", id] if is_get => {
            service.with(TranscriptCall::Poll, account, id, |job| {
                job.poll(asked.now_ms);
                Answer::json(200, job.view())
            })
        }
        ["v2", "transcript", id] if asked.method == Method::DELETE => {
            service.delete(asked, account, id)
        }
        ["v2", "transcript", id, "redacted-audio"] if is_get => {
            service.with(TranscriptCall::RedactedAudio, account, id, |job| {
                redacted_audio(job, asked)
            })
        }
        ["v2", "transcript", id, name] if is_get => {
            service.with(TranscriptCall::Part, account, id, |job| {
                let Some(outcome) = job.result() else {
                    return error(
                        400,
                        "This transcript has a status other than completed, or was deleted",
                    );
                };
                part(job, outcome, name, asked.query).unwrap_or_else(|| error(404, "Not found"))
            })
        }
        ["v1", "understanding"] if is_post => service.understand(asked, account),
        _ => Ok(error(404, "Not found")),
    }
}

impl Prerecorded {
    fn submitted(&self, asked: &Asked<'_>, account: &str) -> Result<Answer, Gone> {
        if self.quirks.contains(&TranscriptQuirk::NegativeBalance) {
            return Ok(negative_balance());
        }
        let fault = self.fault(TranscriptCall::Submit);
        faulty(fault.as_ref(), || {
            match self.submit(account, asked.body, fault.as_ref()) {
                Err(refusal) => refusal,
                Ok(id) => {
                    let store = self.store();
                    let job = store.jobs.iter().find(|job| job.id == id);
                    job.map_or_else(not_found, |job| Answer::json(200, job.view()))
                }
            }
        })
    }

    /// A call about a job of this account.
    fn with(
        &self,
        call: TranscriptCall,
        account: &str,
        id: &str,
        done: impl FnOnce(&mut Job) -> Answer,
    ) -> Result<Answer, Gone> {
        let fault = self.fault(call);
        let vanishes = fault == Some(TranscriptFaultKind::Vanish);
        faulty(fault.as_ref(), || {
            let mut store = self.store();
            let own = |job: &&mut Job| job.id == id && job.account == account && !job.is_gone();
            match store.jobs.iter_mut().find(own) {
                Some(job) if !vanishes => done(job),
                Some(job) => {
                    job.presence = Presence::Nothing;
                    job.sound = None;
                    not_found()
                }
                None => not_found(),
            }
        })
    }

    /// 12: the answer is blank; the upload is gone at once.
    fn delete(&self, asked: &Asked<'_>, account: &str, id: &str) -> Result<Answer, Gone> {
        let keeps = self.quirks.contains(&TranscriptQuirk::KeepsDeleted);
        let mut url = None;
        let answer = self.with(TranscriptCall::Delete, account, id, |job| {
            url = job
                .request
                .get("audio_url")
                .and_then(Value::as_str)
                .map(str::to_owned);
            let left = job.left.replace(0);
            job.presence = Presence::Blank;
            let blank = Answer::json(200, job.view());
            if keeps {
                (job.left, job.presence) = (left, Presence::All);
            } else {
                job.sound = None;
                job.end(asked.now_ms);
            }
            blank
        });
        if let Some(url) = url.filter(|_| !keeps) {
            self.store().uploads.remove(&url);
        }
        answer
    }

    /// 9.4: the address stands for itself, for a while; `HEAD` is refused.
    fn audio(&self, asked: &Asked<'_>, name: &str) -> Answer {
        let refused = || {
            Answer::text(
                403,
                "application/xml",
                "<Error>AccessDenied</Error>".to_owned(),
            )
        };
        let expires = asked
            .query
            .get("expires")
            .and_then(|at| at.parse::<u64>().ok());
        if asked.method != Method::GET || expires.is_none_or(|at| at <= asked.now_ms) {
            return refused();
        }
        let id = name.split('.').next().unwrap_or_default();
        let copy = {
            let store = self.store();
            let job = store.jobs.iter().find(|job| job.id == id);
            job.and_then(beep::Copy::of)
        };
        let audio = copy.and_then(|copy| copy.made());
        audio.map_or_else(refused, |audio| {
            Answer::bytes_of(200, "audio/wav", audio.into())
        })
    }

    /// 8.4: identification afterwards, which is not written back.
    fn understand(&self, asked: &Asked<'_>, account: &str) -> Result<Answer, Gone> {
        let body: Value = serde_json::from_slice(asked.body).unwrap_or_default();
        let id = body
            .get("transcript_id")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let request = body.pointer("/speech_understanding/request");
        let wanted = request.and_then(|request| request.get("speaker_identification"));
        self.with(TranscriptCall::Understanding, account, id, |job| {
            let Some(wanted) = wanted else {
                return error(400, "speaker_identification is required");
            };
            if let Err(refusal) = identification(wanted) {
                return refusal;
            }
            if !job.on("speaker_labels") && !job.on("multichannel") {
                return error(400, "speaker_labels or multichannel required");
            }
            let Some(outcome) = job.result() else {
                return error(404, "Not found");
            };
            let speakers = Identified::of(Some(wanted), &outcome.words, &self.quirks);
            let name = |label: &str| speakers.name(label);
            let utterances: Vec<Value> = turns(&outcome.words)
                .map(|turn| passage(turn, name))
                .collect();
            let answer = json!({"request_id": "", "utterances": utterances,
                "speech_understanding": {"request": request, "response": speakers.response}});
            let number = self.understood.fetch_add(1, Ordering::Relaxed);
            // A model reads the conversation.
            Answer::json(200, answer)
                .identified(number)
                .after(Duration::from_secs(2))
        })
    }
}

/// 9.4: first not ready, then an address, at last no more.
fn redacted_audio(job: &mut Job, asked: &Asked<'_>) -> Answer {
    let is_over = job
        .done_ms
        .is_some_and(|done| asked.now_ms >= done + AUDIO_MS);
    if !job.on("redact_pii_audio") || job.is_deleted() || is_over || job.error().is_some() {
        return error(400, "Redacted audio is not available for this transcript");
    }
    job.audio_polls += 1;
    if !job.is_done() || job.audio_polls == 1 {
        return Answer::json(202, json!({"status": "redacted_audio_pending"}));
    }
    if beep::Copy::of(job).is_none() {
        return error(400, "Redacted audio is not available for this transcript");
    }
    let url = format!(
        "{}/redacted-audio/{}.wav?expires={}",
        asked.origin,
        job.id,
        asked.now_ms + ADDRESS_MS
    );
    Answer::json(
        200,
        json!({"status": "redacted_audio_ready", "redacted_audio_url": url}),
    )
}
