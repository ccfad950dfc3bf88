//! A stand-in for the service that keeps jobs in memory: enough of it to run a job to its end.

use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};
use therapy_scribe_transport::Origin;

use super::{
    server::{self, Answer, Request},
    validator,
};

/// What the service knows, and what it does wrong.
#[derive(Default)]
pub(super) struct State {
    /// Method and path of each request.
    pub(super) seen: Vec<String>,
    pub(super) uploads: Vec<Vec<u8>>,
    pub(super) jobs: Vec<Job>,
    /// A submit is taken, and its answer is lost.
    pub(super) lose_submit: bool,
    /// Deletions are refused.
    pub(super) refuse_delete: bool,
    /// How many addresses of redacted audio have expired.
    pub(super) expired: u32,
    /// Where it is.
    pub(super) here: String,
}

pub(super) struct Job {
    pub(super) id: String,
    pub(super) request: Value,
    pub(super) polls: u32,
    pub(super) deleted: bool,
}

/// The service on loopback.
#[derive(Clone)]
pub(super) struct Service {
    pub(super) origin: Origin,
    state: Arc<Mutex<State>>,
}

impl Service {
    pub(super) async fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let handle = move |request| shared.lock().unwrap().answer(&request);
        let origin = server::serve(handle).await;
        state.lock().unwrap().here = origin.to_string();
        Self { origin, state }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl State {
    fn answer(&mut self, request: &Request) -> Answer {
        self.seen
            .push(format!("{} {}", request.method, request.path()));
        let path: Vec<_> = request.path().trim_matches('/').split('/').collect();
        if let ["storage", _] = path[..] {
            return self.storage(request);
        }
        if request.header("authorization") != Some("CANARY-KEY") {
            return server::json(
                401,
                &json!({"error": "Authentication error, API token missing/invalid"}),
            );
        }
        match (request.method.as_str(), &path[..]) {
            ("POST", ["v2", "upload"]) => self.upload(request),
            ("POST", ["v2", "transcript"]) => self.submit(request),
            ("GET", ["v2", "transcript"]) => self.list(request),
            ("GET", ["v2", "transcript", id]) => self.get(id),
            ("DELETE", ["v2", "transcript", id]) => self.delete(id),
            ("GET", ["v2", "transcript", id, "redacted-audio"]) => {
                let url = format!("{}/storage/{id}?sig=CANARY", self.here);
                server::json(
                    200,
                    &json!({"status": "redacted_audio_ready", "redacted_audio_url": url}),
                )
            }
            _ => server::json(404, &json!({"error": "Not found"})),
        }
    }

    /// Pre-signed: no key, no other method, and an address that may have expired.
    fn storage(&mut self, request: &Request) -> Answer {
        assert_eq!(
            request.header("authorization"),
            None,
            "the key went to a foreign host"
        );
        assert_eq!(request.method, "GET");
        assert_eq!(request.parameter("sig"), Some("CANARY"));
        if self.expired > 0 {
            self.expired -= 1;
            return Answer::Reply(403, b"<Error>CANARY</Error>".to_vec());
        }
        Answer::Reply(200, b"beep".to_vec())
    }

    fn upload(&mut self, request: &Request) -> Answer {
        assert_eq!(
            request.header("content-type"),
            Some("application/octet-stream")
        );
        self.uploads.push(request.body.clone());
        let url = format!("https://cdn.example/upload/{}", self.uploads.len());
        server::json(200, &json!({"upload_url": url}))
    }

    fn submit(&mut self, request: &Request) -> Answer {
        assert_eq!(validator::complaints(&request.body), Vec::<String>::new());
        assert_eq!(request.header("content-type"), Some("application/json"));
        let id = format!("t-{}", self.jobs.len() + 1);
        self.jobs.push(Job {
            id: id.clone(),
            request: serde_json::from_slice(&request.body).unwrap(),
            polls: 0,
            deleted: false,
        });
        if self.lose_submit {
            self.lose_submit = false;
            return Answer::Cut;
        }
        server::json(200, &json!({"id": id, "status": "queued", "words": null}))
    }

    fn list(&self, request: &Request) -> Answer {
        let limit: usize = request.parameter("limit").unwrap().parse().unwrap();
        let before = request.parameter("before_id");
        let older = self
            .jobs
            .iter()
            .rev()
            .skip_while(|job| before.is_some_and(|id| id != job.id));
        let page = older.skip(usize::from(before.is_some())).take(limit);
        let entry = |job: &Job| {
            json!({"id": job.id, "status": "completed", "audio_url": job.request["audio_url"],
                   "created": "2026-11-27T09:14:02.118000", "completed": null, "error": null, "resource_url": "x"})
        };
        let entries: Vec<_> = page.map(entry).collect();
        server::json(
            200,
            &json!({"transcripts": entries, "page_details": {"limit": limit}}),
        )
    }

    fn get(&mut self, id: &str) -> Answer {
        let Some(job) = self.jobs.iter_mut().find(|job| job.id == id) else {
            return unknown();
        };
        if job.deleted {
            return server::json(200, &blanked(id));
        }
        job.polls += 1;
        match job.polls {
            1 => server::json(
                200,
                &json!({"id": id, "status": "queued", "throttled": true}),
            ),
            2 => server::json(200, &json!({"id": id, "status": "processing"})),
            _ => server::json(200, &completed(id, &job.request)),
        }
    }

    fn delete(&mut self, id: &str) -> Answer {
        if self.refuse_delete {
            return server::json(403, &json!({"error": "CANARY"}));
        }
        let Some(job) = self.jobs.iter_mut().find(|job| job.id == id) else {
            return unknown();
        };
        job.deleted = true;
        server::json(200, &blanked(id))
    }
}

fn unknown() -> Answer {
    server::json(
        400,
        &json!({"error": "Transcript lookup error, transcript id not found"}),
    )
}

fn blanked(id: &str) -> Value {
    json!({"id": id, "status": "completed", "audio_url": "http://deleted_by_user", "audio_duration": 15,
           "webhook_url": "http://deleted_by_user", "text": "Deleted by user.", "words": null, "utterances": null})
}

/// A session that is done, with what the request asked for. What it says of people is a canary wherever the service would
/// leak it.
fn completed(id: &str, request: &Value) -> Value {
    let word = |text: &str, start: u64, speaker: &str| json!({"text": text, "start": start, "end": start + 200, "confidence": 0.9, "speaker": speaker});
    let redacted = request.get("redact_pii").is_some();
    let name = if redacted { "[PERSON_NAME]" } else { "Ana" };
    let entities = request.get("entity_detection").map(
        |_| json!([{"entity_type": "person_name", "text": "CANARY", "start": 1700, "end": 1900}]),
    );
    json!({
        "id": id, "status": "completed", "audio_url": request["audio_url"], "audio_duration": 3,
        "text": format!("Slept? Badly, {name}."), "language_code": "en_us",
        "words": [word("Slept?", 100, "Therapist"), word("Badly,", 900, "Client"), word(&format!("{name}."), 1700, "Client")],
        "utterances": [], "entities": entities, "project_id": 7,
        "redact_pii": redacted, "redact_pii_policies": request.get("redact_pii_policies"),
        "domain": request.get("domain"), "metadata": {"domain_used": "medical-v1"},
        "speech_understanding": {
            "request": {"speaker_identification": {"speaker_type": "role"}},
            "response": {"speaker_identification": {"mapping": {"A": "Therapist", "B": "Client"}, "status": "success"}}
        }
    })
}
