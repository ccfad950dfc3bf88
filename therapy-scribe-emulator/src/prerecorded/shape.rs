//! The members of a transcript before anything is known of it (section 6), and wrong ones (14.11).

use serde_json::{Map, Value, json};

/// 5: everything not yet known is null.
pub(super) fn empty() -> Map<String, Value> {
    const NULLS: [&str; 22] = [
        "audio_duration",
        "confidence",
        "text",
        "words",
        "utterances",
        "entities",
        "sentiment_analysis_results",
        "speech_models",
        "speech_model_used",
        "language_confidence",
        "domain",
        "speaker_labels",
        "speakers_expected",
        "speaker_options",
        "redact_pii_policies",
        "redact_pii_sub",
        "redact_pii_audio_quality",
        "webhook_url",
        "webhook_status_code",
        "speech_understanding",
        "prompt",
        "keyterms_prompt",
    ];
    let mut all: Map<String, Value> = NULLS
        .iter()
        .map(|name| ((*name).to_owned(), Value::Null))
        .collect();
    let defaults = json!({"language_code": "en_us", "punctuate": true, "format_text": true, "disfluencies": false,
        "filter_profanity": false, "multichannel": false, "redact_pii": false, "redact_pii_audio": false,
        "entity_detection": false, "sentiment_analysis": false, "language_model": "assemblyai_default",
        "acoustic_model": "assemblyai_default", "webhook_auth": false, "speech_model": null, "speed_boost": false, "custom_topics": false, "topics": [], "auto_highlights": false,
        "summarization": false, "content_safety": false, "iab_categories": false, "temperature": 0,
        "remove_audio_tags": "all", "project_id": 7, "token_id": 11,
        "content_safety_labels": {"status": "unavailable"}, "iab_categories_result": {"status": "unavailable"}});
    all.extend(
        defaults
            .as_object()
            .into_iter()
            .flatten()
            .map(|(n, v)| (n.clone(), v.clone())),
    );
    all
}

/// 14.11.
pub(super) fn spoil(view: &mut Map<String, Value>) {
    view.insert("unknown_member".to_owned(), json!({"a": [1]}));
    if let Some(turn) = view
        .get_mut("utterances")
        .and_then(|turns| turns.get_mut(0))
    {
        turn.as_object_mut().into_iter().for_each(spoil_passage);
        turn.pointer_mut("/words/0")
            .and_then(Value::as_object_mut)
            .into_iter()
            .for_each(spoil_passage);
    }
    if let Some(word) = view.get_mut("words").and_then(|words| words.get_mut(0)) {
        word.as_object_mut().into_iter().for_each(spoil_passage);
    }
}

fn spoil_passage(passage: &mut Map<String, Value>) {
    {
        let word = passage;
        word.insert("start".to_owned(), Value::Null);
        word.insert("confidence".to_owned(), "0.9".into());
        word.insert("unknown_member".to_owned(), true.into());
    }
}
