//! Calls back when a job is done (section 11). Only to `http://127.0.0.1:PORT` and `http://localhost:PORT`: that is all that a
//! stand-in may reach.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

use super::{Prerecorded, job::Job};
use crate::emulator::State;

/// How long a job takes that nobody asks for, in protocol time.
const TOOK: Duration = Duration::from_secs(3);
const TRIES: usize = 10;
const PAUSE: Duration = Duration::from_secs(10);
/// So long may an answer take, in real time.
const PATIENCE: Duration = Duration::from_secs(10);

/// A call to make.
struct Call {
    host: String,
    path: String,
    header: Option<(String, String)>,
}

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
        let answer = tokio::time::timeout(PATIENCE, post(&call, &body)).await;
        let answer = answer.ok().flatten();
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

fn call(job: &Job) -> Option<Call> {
    let text = |name: &str| {
        job.request
            .get(name)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let url = text("webhook_url")?;
    let rest = url.strip_prefix("http://")?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let is_here = host.starts_with("127.0.0.1:") || host.starts_with("localhost:");
    let header = text("webhook_auth_header_name").zip(text("webhook_auth_header_value"));
    let is_clean = |text: &str| !text.contains(['\r', '\n']);
    let all = [Some((host.to_owned(), path.to_owned())), header.clone()];
    let all_clean = all
        .iter()
        .flatten()
        .all(|(a, b)| is_clean(a) && is_clean(b));
    (is_here && all_clean).then(|| Call {
        host: host.to_owned(),
        path: format!("/{path}"),
        header,
    })
}

/// The status that came back.
async fn post(call: &Call, body: &str) -> Option<u16> {
    let mut stream = TcpStream::connect(&call.host).await.ok()?;
    let header = call.header.as_ref().map_or(String::new(), |(name, value)| {
        format!("{name}: {value}\r\n")
    });
    let request = format!(
        "POST {} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\nconnection: close\r\n{header}content-length: {}\r\n\r\n{body}",
        call.path,
        call.host,
        body.len()
    );
    stream.write_all(request.as_bytes()).await.ok()?;
    // The first line is enough; a server may keep the connection.
    let mut head = String::new();
    BufReader::new(stream.take(1 << 10))
        .read_line(&mut head)
        .await
        .ok()?;
    head.split(' ').nth(1)?.parse().ok()
}
