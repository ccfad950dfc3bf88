//! A request becomes a job; what will come of it is known at once, and told later.

use std::sync::Arc;

use serde_json::Value;

use super::{
    Prerecorded, TranscriptFaultKind, TranscriptQuirk, Uploaded,
    check::{check, error},
    job::{Job, Outcome, Presence},
    sound::Sound,
    speakers::Identified,
    words::transcribe,
};
use crate::{gateway::Answer, wall::unix_millis};

/// 3: where uploads are.
pub(super) const CDN: &str = "https://cdn.assemblyai.com/upload/";
/// 3: shorter audio is refused.
const SHORTEST_MS: u64 = 160;

impl Prerecorded {
    /// The id of the new job.
    pub(super) fn submit(
        &self,
        account: &str,
        body: &[u8],
        fault: Option<&TranscriptFaultKind>,
    ) -> Result<String, Answer> {
        let mut request: Value = serde_json::from_slice(body)
            .ok()
            .filter(Value::is_object)
            .ok_or_else(|| error(400, "Invalid request body"))?;
        drop_nulls(&mut request);
        check(&request)?;
        let url = request
            .get("audio_url")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let uploaded = self.store().uploads.get(url).cloned();
        if uploaded
            .as_ref()
            .is_some_and(|uploaded| uploaded.account != account)
        {
            return Err(error(403, "Cannot access uploaded file"));
        }
        let outcome = match fault {
            Some(TranscriptFaultKind::Fail(reason)) => Err(reason.clone()),
            _ => self.outcome(&request, url, uploaded.as_ref()),
        };
        let mut store = self.store();
        let number = store.jobs.len() + 1;
        let id = format!("5551722e-f677-48a6-9287-{number:012x}");
        if request.get("webhook_url").is_some() {
            store.hooks.push(id.clone());
        }
        store.jobs.push(Job {
            id: id.clone(),
            account: account.to_owned(),
            request,
            created_ms: unix_millis(),
            sound: uploaded.map(|uploaded| uploaded.sound),
            outcome,
            left: match fault {
                Some(TranscriptFaultKind::NeverEnds) => None,
                _ => Some(self.polls.saturating_add(2)),
            },
            polls: 0,
            presence: match fault {
                Some(TranscriptFaultKind::Vanish) => Presence::Nothing,
                _ => Presence::All,
            },
            has_wrong_types: matches!(fault, Some(TranscriptFaultKind::WrongTypes)),
            waits_for_account: self.quirks.contains(&TranscriptQuirk::Throttled),
            webhook_status: None,
            ended_ms: None,
            done_ms: None,
            audio_polls: 0,
        });
        Ok(id)
    }

    /// Section 10, "failures in processing", or the words.
    fn outcome(
        &self,
        request: &Value,
        url: &str,
        uploaded: Option<&Uploaded>,
    ) -> Result<Outcome, String> {
        let host = url
            .split("://")
            .nth(1)
            .and_then(|rest| rest.split(['/', ':']).next());
        let is_reachable = host.is_some_and(|host| !host.ends_with(".invalid"));
        if uploaded.is_none() && (url.starts_with(CDN) || !is_reachable) {
            return Err(format!("Download error, unable to download URL {url}"));
        }
        if let Some(uploaded) = uploaded {
            heard(uploaded)?;
        }
        let sound = uploaded.map(|uploaded| &*uploaded.sound);
        let words = transcribe(request, sound, &self.script, &self.names);
        let asked = request.pointer("/speech_understanding/request/speaker_identification");
        let scripted = self.script.iter().map(|segment| segment.end_ms).max();
        Ok(Outcome {
            speakers: Identified::of(asked, &words, &self.quirks),
            duration_ms: sound.and_then(Sound::duration_ms).or(scripted).unwrap_or(0),
            language: self.language(request),
            words,
        })
    }

    fn language(&self, request: &Value) -> String {
        let detects = request.get("language_detection") == Some(&Value::Bool(true));
        let given = request
            .get("language_code")
            .and_then(Value::as_str)
            .filter(|_| !detects);
        match given.unwrap_or(if detects { &self.language } else { "en_us" }) {
            "en" => "en_us".to_owned(),
            other => other.to_owned(),
        }
    }
}

/// What is null was not given.
fn drop_nulls(value: &mut Value) {
    if let Value::Object(fields) = value {
        fields.retain(|_, value| !value.is_null());
        fields.values_mut().for_each(drop_nulls);
    }
}

/// Whether it is audio, and enough of it.
fn heard(uploaded: &Uploaded) -> Result<(), String> {
    let Uploaded {
        content_type,
        sound,
        ..
    } = uploaded;
    let sound: &Arc<_> = sound;
    for form in [
        "application/json",
        "multipart/form-data",
        "application/x-www-form-urlencoded",
    ] {
        if content_type.starts_with(form) {
            return Err(format!(
                "Transcoding failed. File type {form} is not supported."
            ));
        }
    }
    if sound.is_text() {
        return Err("File does not appear to contain audio. File type is text/html".to_owned());
    }
    if sound
        .duration_ms()
        .is_some_and(|length| length < SHORTEST_MS)
    {
        return Err("Audio duration is too short.".to_owned());
    }
    Ok(())
}
