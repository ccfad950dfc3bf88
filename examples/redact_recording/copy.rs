//! The copy: looked through once more on this machine before it is written.

use std::{ops::Range, path::Path, time::Duration};

use serde_json::json;
use therapy_scribe::{
    AudioSource, AudioSourceExt, BoxError, MediaTime, Transcript, Turn,
    audio::{AudioRecorder, WavRecorder, WavSource},
    redact::{Kind, Redactor, placeholders},
    stt::prerecorded::{EntityName, RedactedExport},
};

/// Around a word, whose times are not exact.
const MARGIN: Duration = Duration::from_millis(150);

pub(crate) struct Copy {
    pub(crate) transcript: Transcript,
    policies: Vec<EntityName>,
    by_service: usize,
    by_this_machine: Vec<(Kind, usize)>,
    /// What is still to be heard in the service's audio.
    audible: Vec<Range<MediaTime>>,
}

impl Copy {
    /// Fails where something is left.
    pub(crate) fn of(export: &RedactedExport, redactor: &mut Redactor) -> Result<Self, BoxError> {
        let service = export.transcript();
        let by_service = words(service)
            .filter(|(text, _)| text.contains('['))
            .count();
        let local = redactor.transcript(service);
        let text = local.transcript.to_text();
        redactor.leak_check(&text).map_err(|leak| {
            format!(
                "the copy still has something of the kind `{}`; nothing was written",
                leak.kind.name()
            )
        })?;
        let found = words(&local.transcript).filter(|(text, _)| !placeholders(text).is_empty());
        let audible = found.map(|(_, time)| time.start.minus(MARGIN)..time.end.plus(MARGIN));
        Ok(Self {
            policies: export.policies().to_vec(),
            by_service,
            by_this_machine: local.counts,
            audible: audible.collect(),
            transcript: local.transcript,
        })
    }

    /// The audio is the service's with silence in what only this machine found.
    pub(crate) async fn write(
        &self,
        out: &Path,
        unchecked: &Path,
        deleted: &str,
    ) -> Result<(), BoxError> {
        let mut source = WavSource::open(unchecked)?.silenced(self.audible.iter().cloned());
        let mut recorder = WavRecorder::create(fresh(out.join("redacted.wav"))?)?;
        while let Some(frame) = source.next_frame().await? {
            recorder.record(&frame).await?;
        }
        recorder.finish().await?;
        std::fs::write(out.join("redacted.txt"), self.transcript.to_text())?;
        std::fs::write(out.join("redacted.json"), self.transcript.to_json())?;
        let report = serde_json::to_vec_pretty(&self.report(deleted))?;
        Ok(std::fs::write(out.join("policies.json"), report)?)
    }

    fn report(&self, deleted: &str) -> serde_json::Value {
        let policies: Vec<_> = self.policies.iter().map(EntityName::as_str).collect();
        let counts = self
            .by_this_machine
            .iter()
            .map(|(kind, count)| json!({"kind": kind.name(), "count": count}));
        json!({
            "policies": policies,
            "words_redacted_by_the_service": self.by_service,
            "found_by_the_pass_on_this_machine": counts.collect::<Vec<_>>(),
            "stretches_silenced_on_this_machine": self.audible.len(),
            "left_by_the_last_check": 0,
            "service": deleted,
            "beware": "Redaction finds most and never all, voices are identifiers themselves, and what people tell can identify them: listen before this leaves.",
        })
    }

    /// For a person.
    pub(crate) fn told(&self, out: &Path) -> String {
        let counts: Vec<_> = self
            .by_this_machine
            .iter()
            .map(|(kind, count)| format!("{count} {}", kind.name()))
            .collect();
        let more = if counts.is_empty() {
            "nothing more".to_owned()
        } else {
            counts.join(", ")
        };
        format!(
            "The service redacted {} words; the pass on this machine found {more}. The copy is in {}: redacted.txt, redacted.json, redacted.wav, policies.json. Listen before it leaves: redaction never finds all.",
            self.by_service,
            out.display()
        )
    }
}

fn words(transcript: &Transcript) -> impl Iterator<Item = (&str, Range<MediaTime>)> {
    let words = transcript.turns().flat_map(Turn::words);
    words.map(|word| (word.text(), word.start()..word.end()))
}

/// An earlier copy makes way.
fn fresh(path: std::path::PathBuf) -> std::io::Result<std::path::PathBuf> {
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(path),
    }
}
