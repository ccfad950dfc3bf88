//! Files on their way: uploads with their tries, downloads of redacted audio.

use std::{sync::Arc, time::Duration};

use therapy_scribe_transport::{self as transport, HttpRequest, HttpUpload, Origin};

use super::{RecordClient, job::Progress};
use crate::prerecorded::{
    AudioSave, AudioUpload, Error, MOST_BYTES,
    error::refusal,
    job::{LONGEST, Reply, Uploaded, Verdict, judge},
    upload::{Seen, Watched},
    wire,
};

/// How often an upload is tried, and how long it waits in between (`pre-recorded.md` 3). Each try leaves a file at the
/// service that goes by itself.
const UPLOAD_TRIES: u8 = 3;
const UPLOAD_WAIT: Duration = Duration::from_secs(5);

/// What redacted audio may have, in bytes: a `wav` may be larger than what it was made of.
const MOST_DOWNLOAD: u64 = 4 * MOST_BYTES;

impl RecordClient {
    pub(super) async fn upload(
        &self,
        audio: &dyn AudioUpload,
        progress: Option<&Progress>,
    ) -> Result<Uploaded, Error> {
        let mut tries = 1;
        loop {
            let (error, passes) = match self.upload_once(audio, progress).await {
                Ok(uploaded) => return Ok(uploaded),
                Err(failed) => failed,
            };
            if !passes || tries >= UPLOAD_TRIES || !audio.is_repeatable() {
                return Err(error);
            }
            tries += 1;
            let asked = match error {
                Error::RateLimited { retry_after } => retry_after.unwrap_or(UPLOAD_WAIT * 6),
                _ => UPLOAD_WAIT,
            };
            if asked > LONGEST {
                return Err(error);
            }
            tracing::debug!(tries, "the upload broke off and is made again");
            tokio::time::sleep(asked.max(UPLOAD_WAIT)).await;
        }
    }

    /// One try; a failure with whether another may help.
    async fn upload_once(
        &self,
        audio: &dyn AudioUpload,
        progress: Option<&Progress>,
    ) -> Result<Uploaded, (Error, bool)> {
        let stays = |error| (error, false);
        let open = audio.open().await.map_err(Error::Source).map_err(stays)?;
        if open.length.is_some_and(|length| length > MOST_BYTES) {
            return Err(stays(Error::TooLarge { limit: MOST_BYTES }));
        }
        let seen = Seen::default();
        let watched = Watched::new(open.reader, seen.clone());
        let mut upload = HttpUpload::new(watched, open.length)
            .most(MOST_BYTES)
            .idle(self.idle);
        if let Some(progress) = progress {
            upload = upload.progress(Arc::clone(progress));
        }
        let request = self.dress(HttpRequest::post(&self.origin, "/v2/upload"));
        let outcome = self.http.upload(&request, upload).await.map(|reply| Reply {
            status: reply.status(),
            retry_after: reply.retry_after(),
            body: reply.body().clone(),
        });
        if let Some(wrong) = seen.wrong() {
            return Err(stays(wrong));
        }
        let reply = match judge(outcome) {
            Verdict::Good(reply) => reply,
            Verdict::Final(error) => return Err(stays(source(error, open.length))),
            verdict => return Err((verdict.into_error(), true)),
        };
        let url = wire::upload_url(&reply.body).map_err(|flaw| {
            let (line, column) = (flaw.line, flaw.column);
            let call = "upload";
            (Error::Malformed { call, line, column }, true)
        })?;
        let gone = || stays(Error::AudioNeeded);
        seen.uploaded(url).ok_or_else(gone)
    }

    /// The address is signed and is not this service's: no key goes with it.
    pub(super) async fn download(&self, url: &str, into: &mut dyn AudioSave) -> Result<(), Error> {
        let (origin, path) = Origin::split(url, &self.origin).map_err(Error::Transport)?;
        let request = HttpRequest::get(&origin, path)
            .timeout(self.idle)
            .max_body(usize::try_from(MOST_DOWNLOAD).unwrap_or(usize::MAX));
        let mut download = self.http.open(&request).await.map_err(Error::Transport)?;
        match download.status() {
            200 => {}
            // Storage says so of an address that has expired; no key went with it.
            status @ (400 | 401 | 403 | 404 | 410) => {
                return Err(Error::RedactedAudioRefused { status });
            }
            status => return Err(refusal(status, b"", None)),
        }
        into.begin().await.map_err(Error::Sink)?;
        while let Some(piece) = download.piece().await.map_err(Error::Transport)? {
            into.write(&piece).await.map_err(Error::Sink)?;
        }
        into.finish().await.map_err(Error::Sink)
    }
}

/// A failure of the reader, in our words.
fn source(error: Error, length: Option<u64>) -> Error {
    match error {
        Error::Transport(transport::Error::Source(error)) => {
            if error.kind() == std::io::ErrorKind::FileTooLarge && length.is_none() {
                Error::TooLarge { limit: MOST_BYTES }
            } else {
                Error::Source(error)
            }
        }
        other => other,
    }
}
