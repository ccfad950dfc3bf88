//! Calls back when a job is done (section 11).

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};

use super::{Prerecorded, job::Job};
use crate::{emulator::State, posting::Posting};

/// How long a job takes that nobody asks for, in protocol time.
const TOOK: Duration = Duration::from_secs(3);
const TRIES: usize = 10;
const PAUSE: Duration = Duration::from_secs(10);
/// A job with a webhook is done after a while, whether or not anybody asks for it. Tells so.
pub(crate) async fn deliver(state: Arc<State>, id: String) {
    let scaled = |time: Duration| time.div_f64(state.settings.speed);
    let call = state
        .prerecorded
        .store()
        .jobs
        .iter()
        .find(|job| job.id == id)
        .and_then(call);
    let Some(call) = call else { return };
    tokio::time::sleep(scaled(TOOK)).await;
    let status = {
        let mut store = state.prerecorded.store();
        let Some(job) = store.jobs.iter_mut().find(|job| job.id == id) else {
            return;
        };
        if job.left.is_none() || job.is_gone() {
            return;
        }
        job.end(state.now_ms());
        job.status()
    };
    let body = json!({"transcript_id": id, "status": status}).to_string();
    for _ in 0..TRIES {
        let answer = call.post(&body).await;
        state.prerecorded.told(&id, answer);
        match answer {
            // 4xx ends the tries.
            Some(200..300 | 400..500) => return,
            _ => tokio::time::sleep(scaled(PAUSE)).await,
        }
    }
}

impl Prerecorded {
    fn told(&self, id: &str, status: Option<u16>) {
        let mut store = self.store();
        if let Some(job) = store.jobs.iter_mut().find(|job| job.id == id) {
            job.webhook_status = status;
        }
    }
}

fn call(job: &Job) -> Option<Posting> {
    let text = |name: &str| {
        job.request
            .get(name)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let header = text("webhook_auth_header_name").zip(text("webhook_auth_header_value"));
    Posting::to(&text("webhook_url")?, header)
}
