//! Pre-recorded transcription (`pre-recorded.md` section 14).

#[path = "recorded/mishaps.rs"]
mod mishaps;

use serde_json::{Value, json};
use therapy_scribe_emulator::{Builder, Emulator, TranscriptQuirk};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

use crate::clients::{LIMIT, Reply, Speech, audio, connect, get, http, quick, script};

const TALK: Speech = &[
    (
        "therapist",
        "How is Mara? Did you call 555-0142?",
        500,
        3000,
    ),
    ("client", "Um, I took sertraline, 14 days.", 3500, 6000),
    ("client", "It helps.", 7000, 8000),
    ("therapist", "Good.", 8500, 9000),
];

fn recorded() -> Builder {
    quick().script(script(TALK)).redacted_names(["Mara"])
}

/// A WAV file of everything that is said.
fn wav() -> Vec<u8> {
    let samples = audio(TALK, 0, 9500);
    let mut file =
        b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data"
            .to_vec();
    file.extend(u32::try_from(samples.len()).unwrap().to_le_bytes());
    file.extend(samples);
    file
}

async fn raw(emulator: &Emulator, head: &str, body: &[u8]) -> Vec<u8> {
    let mut stream = connect(emulator).await;
    let length = body.len();
    let head = format!(
        "{head}host: {}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n",
        &emulator.api_url()[7..]
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut answer = Vec::new();
    timeout(LIMIT, stream.read_to_end(&mut answer))
        .await
        .unwrap()
        .unwrap();
    answer
}

async fn upload_as(emulator: &Emulator, key: &str, kind: &str, body: &[u8]) -> Value {
    let head =
        format!("POST /v2/upload HTTP/1.1\r\nauthorization: {key}\r\ncontent-type: {kind}\r\n");
    let answer = String::from_utf8(raw(emulator, &head, body).await).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    serde_json::from_str::<Value>(body).unwrap()["upload_url"].clone()
}

async fn upload(emulator: &Emulator) -> Value {
    upload_as(emulator, "key", "application/octet-stream", &wav()).await
}

async fn submit(emulator: &Emulator, request: Value) -> Reply {
    http(
        emulator,
        "POST",
        "/v2/transcript",
        Some("key"),
        &request.to_string(),
    )
    .await
}

/// The id of a job with these fields beside its audio.
async fn job(emulator: &Emulator, fields: Value) -> String {
    let mut request = json!({"audio_url": upload(emulator).await});
    request
        .as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    let answer = submit(emulator, request).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["id"].as_str().unwrap().to_owned()
}

async fn poll(emulator: &Emulator, id: &str) -> Value {
    get(emulator, &format!("/v2/transcript/{id}"), Some("key"))
        .await
        .json()
}

/// The result of a job with these fields.
async fn done(emulator: &Emulator, fields: Value) -> Value {
    let id = job(emulator, fields).await;
    finish(emulator, &id).await
}

async fn finish(emulator: &Emulator, id: &str) -> Value {
    for _ in 0..5 {
        let job = poll(emulator, id).await;
        if job["status"] == "completed" || job["status"] == "error" {
            return job;
        }
    }
    panic!("the job does not end");
}

#[tokio::test]
async fn a_job_is_queued_then_processed_then_done_with_every_word_that_has_a_voice() {
    let emulator = recorded().start().await.unwrap();
    let id = job(
        &emulator,
        json!({"speaker_labels": true, "language_code": "en"}),
    )
    .await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let job = poll(&emulator, &id).await;
        let is_known = job["status"] == "completed";
        assert_eq!(job["text"].is_string(), is_known);
        assert_eq!(job["language_code"], "en_us");
        seen.push(job["status"].as_str().unwrap().to_owned());
    }
    assert_eq!(seen, ["queued", "processing", "completed"]);
    let job = poll(&emulator, &id).await;
    let text = "How is Mara? Did you call 555-0142? I took sertraline, 14 days. It helps. Good.";
    assert_eq!(job["text"], text);
    let turns: Vec<_> = job["utterances"]
        .as_array()
        .unwrap()
        .iter()
        .map(|turn| turn["speaker"].as_str().unwrap())
        .collect();
    assert_eq!(turns, ["A", "B", "A"], "one turn has two pauses");
    assert_eq!(job["audio_duration"], 10, "9.5 s, rounded up");
    assert_eq!(emulator.transcripts().uploads, 1);
    emulator.stop().await;
}

#[tokio::test]
async fn only_a_raw_key_is_let_in() {
    let emulator = recorded().start().await.unwrap();
    for key in [None, Some("bad"), Some("Bearer key")] {
        for (method, path) in [
            ("GET", "/v2/transcript"),
            ("POST", "/v2/upload"),
            ("POST", "/v2/transcript"),
        ] {
            assert_eq!(
                http(&emulator, method, path, key, "").await.status,
                401,
                "{method} {path}"
            );
        }
    }
    emulator.stop().await;
}

#[tokio::test]
async fn redaction_covers_text_and_parts_and_leaks_where_the_service_leaks() {
    let emulator = recorded().start().await.unwrap();
    let fields = json!({"redact_pii": true, "redact_pii_policies": ["person_name", "phone_number", "person_nane"],
        "redact_pii_sub": "entity_name", "speaker_labels": true, "entity_detection": true, "sentiment_analysis": true});
    let job = done(&emulator, fields).await;
    let text = "How is [PERSON_NAME]? Did you call [PHONE_NUMBER]? I took sertraline, 14 days. It helps. Good.";
    assert_eq!(job["text"], text);
    assert_eq!(
        job["redact_pii_policies"][2], "person_nane",
        "accepted in silence"
    );
    for covered in ["words", "utterances"] {
        assert!(!job[covered].to_string().contains("Mara"));
    }
    let entities = job["entities"].to_string();
    assert!(
        entities.contains("Mara") && entities.contains("555-0142") && entities.contains("drug")
    );
    let sentiment = &job["sentiment_analysis_results"][0];
    assert!(sentiment["text"].as_str().unwrap().contains("Mara"));
    assert!(sentiment["start"].is_null());
    let id = job["id"].as_str().unwrap();
    for part in ["sentences", "paragraphs", "srt", "vtt"] {
        let part = get(
            &emulator,
            &format!("/v2/transcript/{id}/{part}"),
            Some("key"),
        )
        .await;
        assert!(
            part.status == 200
                && part.text.contains("[PERSON_NAME]")
                && !part.text.contains("Mara")
        );
    }
    let found = get(
        &emulator,
        &format!("/v2/transcript/{id}/word-search?words=it%20helps,mara,good"),
        Some("key"),
    )
    .await
    .json();
    assert_eq!(found["total_count"], 2);
    assert_eq!(found["matches"][0]["text"], "it helps");
    let hashed = done(
        &emulator,
        json!({"redact_pii": true, "redact_pii_policies": ["person_name"]}),
    )
    .await;
    assert!(
        hashed["text"]
            .as_str()
            .unwrap()
            .starts_with("How is ####? Did")
    );
    emulator.stop().await;
}

#[tokio::test]
async fn roles_are_given_at_once_or_afterwards() {
    let asked = json!({"speaker_identification": {"speaker_type": "role", "known_values": ["Client", "Therapist"]}});
    let emulator = recorded().start().await.unwrap();
    let job = done(
        &emulator,
        json!({"speaker_labels": true, "speech_understanding": {"request": asked}}),
    )
    .await;
    let answer = &job["speech_understanding"]["response"]["speaker_identification"];
    assert_eq!(answer["mapping"], json!({"A": "Therapist", "B": "Client"}));
    assert_eq!(answer["status"], "success");
    assert_eq!(
        (
            &job["words"][0]["speaker"],
            &job["utterances"][1]["speaker"]
        ),
        (&json!("Therapist"), &json!("Client"))
    );

    let plain = done(&emulator, json!({"speaker_labels": true})).await;
    let request = json!({"transcript_id": plain["id"], "speech_understanding": {"request": asked}})
        .to_string();
    let answer = http(
        &emulator,
        "POST",
        "/v1/understanding",
        Some("Bearer key"),
        &request,
    )
    .await
    .json();
    assert_eq!(answer["utterances"][0]["speaker"], "Therapist");
    let again = poll(&emulator, plain["id"].as_str().unwrap()).await;
    assert_eq!(again["words"][0]["speaker"], "A", "nothing is written back");
    emulator.stop().await;

    let quiet = recorded()
        .transcript_quirks([TranscriptQuirk::NoIdentification])
        .start()
        .await
        .unwrap();
    let job = done(
        &quiet,
        json!({"speaker_labels": true, "speech_understanding": {"request": asked}}),
    )
    .await;
    assert_eq!(job["words"][0]["speaker"], "A");
    quiet.stop().await;
}

#[tokio::test]
async fn values_go_to_whom_they_fit_and_the_last_one_again_where_there_are_too_few() {
    const GROUP: Speech = &[
        ("observer", "Welcome.", 500, 1500),
        ("therapist", "How are you?", 2000, 3000),
        ("client", "Fine.", 3500, 4500),
    ];
    let emulator = quick().script(script(GROUP)).start().await.unwrap();
    let asked = |values: Value| {
        json!({"audio_url": "https://example.org/a.flac", "speaker_labels": true, "punctuate": null,
            "speech_understanding": {"request": {"speaker_identification":
                {"speaker_type": "role", "known_values": values}, "translation": null}}})
    };
    for (values, turns) in [
        (
            json!(["Therapist", "Client"]),
            ["Client", "Therapist", "Client"],
        ),
        (
            json!(["Client", "Observer", "Therapist"]),
            ["Observer", "Therapist", "Client"],
        ),
    ] {
        let job = submit(&emulator, asked(values)).await.json();
        let job = finish(&emulator, job["id"].as_str().unwrap()).await;
        let spoken = job["utterances"].as_array().unwrap().iter();
        let spoken: Vec<_> = spoken
            .map(|turn| turn["speaker"].as_str().unwrap())
            .collect();
        assert_eq!(spoken, turns);
        assert_eq!(
            job["text"], "Welcome. How are you? Fine.",
            "null is not false"
        );
    }
    emulator.stop().await;
}

#[tokio::test]
async fn what_contradicts_itself_is_refused() {
    let emulator = recorded().start().await.unwrap();
    let role = |values: Value| {
        json!({"speech_understanding": {"request": {"speaker_identification":
        {"speaker_type": "role", "known_values": values}}}, "speaker_labels": true})
    };
    for (fields, says) in [
        (
            json!({"speakers_expected": 2, "speaker_options": {}}),
            "Both speaker_options and speakers_expected",
        ),
        (
            json!({"redact_pii_return_unredacted": true}),
            "can only be set to True",
        ),
        (
            json!({"redact_pii": true, "redact_pii_policies": []}),
            "at least one policy",
        ),
        (
            json!({"speech_understanding": {"request": {"speaker_identification": {"speaker_type": "role"}}}}),
            "speaker_labels or multichannel",
        ),
        (role(json!([])), "required for speaker_type role"),
        (role(json!(["x".repeat(36)])), "35 characters"),
        (json!({"speech_model": "universal-3-5-pro"}), "deprecated"),
        (
            json!({"speech_models": ["universal-9"]}),
            "Invalid speech_models",
        ),
        (
            json!({"keyterms_prompt": ["one two three four five six seven"]}),
            "6 words",
        ),
        (json!({"speaker_labels": "yes"}), "should be a boolean"),
    ] {
        let mut request = json!({"audio_url": "https://example.org/a.wav"});
        request
            .as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        let answer = submit(&emulator, request).await;
        assert_eq!(answer.status, 400);
        assert!(
            answer.json()["error"].as_str().unwrap().contains(says),
            "{}",
            answer.text
        );
    }
    assert_eq!(emulator.transcripts().jobs, []);
    emulator.stop().await;
}

#[tokio::test]
async fn what_is_no_audio_fails_later_and_a_file_of_another_account_at_once() {
    let emulator = recorded().start().await.unwrap();
    let short = &wav()[..44 + 16 * 2 * 100];
    for (kind, body, says) in [
        (
            "application/json",
            b"{}".as_slice(),
            "Transcoding failed. File type application/json",
        ),
        (
            "text/html",
            b"<html></html>",
            "does not appear to contain audio",
        ),
        ("audio/wav", short, "Audio duration is too short."),
    ] {
        let url = upload_as(&emulator, "key", kind, body).await;
        let id = submit(&emulator, json!({"audio_url": url})).await.json()["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let job = finish(&emulator, &id).await;
        assert!(
            job["status"] == "error" && job["error"].as_str().unwrap().contains(says),
            "{job}"
        );
    }
    let other = upload_as(&emulator, "other", "audio/wav", &wav()).await;
    assert_eq!(
        submit(&emulator, json!({"audio_url": other})).await.status,
        403
    );
    let request = json!({"audio_url": "https://audio.invalid/a.wav"});
    let id = submit(&emulator, request).await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        finish(&emulator, &id).await["error"]
            .as_str()
            .unwrap()
            .starts_with("Download error")
    );
    let head = "POST /v2/upload HTTP/1.1\r\nauthorization: key\r\ncontent-length: 2200000001\r\n";
    let mut stream = connect(&emulator).await;
    stream
        .write_all(format!("{head}host: x\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let mut status = [0; 12];
    timeout(LIMIT, stream.read_exact(&mut status))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(&status, b"HTTP/1.1 413");
    emulator.stop().await;
}

#[tokio::test]
async fn a_deleted_transcript_is_blank_completed_and_listed() {
    let emulator = recorded().start().await.unwrap();
    let first = job(
        &emulator,
        json!({"webhook_url": "https://example.org/hook"}),
    )
    .await;
    let second = job(&emulator, json!({})).await;
    finish(&emulator, &first).await;
    for _ in 0..2 {
        let path = format!("/v2/transcript/{first}");
        let blank = http(&emulator, "DELETE", &path, Some("key"), "")
            .await
            .json();
        assert_eq!(blank["text"], "Deleted by user.");
    }
    let blank = poll(&emulator, &first).await;
    assert_eq!(
        (&blank["status"], &blank["audio_duration"]),
        (&json!("completed"), &json!(10))
    );
    assert_eq!(blank["audio_url"], "http://deleted_by_user");
    assert_eq!(blank["webhook_url"], "http://deleted_by_user");
    assert!(blank["words"].is_null());
    let page = get(&emulator, "/v2/transcript?limit=1", Some("key"))
        .await
        .json();
    assert_eq!(
        page["transcripts"][0]["id"],
        second.as_str(),
        "newest first"
    );
    let older = page["page_details"]["prev_url"].as_str().unwrap();
    let older = older.strip_prefix("http://x").unwrap();
    let page = get(&emulator, older, Some("key")).await.json();
    assert_eq!(
        page["transcripts"][0]["audio_url"],
        "http://deleted_by_user"
    );
    assert!(page["page_details"]["prev_url"].is_null());
    emulator.stop().await;
}

#[tokio::test]
async fn redacted_audio_comes_late_and_its_address_expires() {
    let emulator = recorded().start().await.unwrap();
    let fields = json!({"redact_pii": true, "redact_pii_audio": true, "redact_pii_policies": ["phone_number"],
        "redact_pii_audio_options": {"override_audio_redaction_method": "silence"}});
    let id = job(&emulator, fields).await;
    finish(&emulator, &id).await;
    let path = format!("/v2/transcript/{id}/redacted-audio");
    assert_eq!(get(&emulator, &path, Some("key")).await.status, 202);
    let ready = get(&emulator, &path, Some("key")).await.json();
    assert_eq!(ready["status"], "redacted_audio_ready");
    let url = ready["redacted_audio_url"]
        .as_str()
        .unwrap()
        .strip_prefix("http://x")
        .unwrap();
    assert_eq!(http(&emulator, "HEAD", url, None, "").await.status, 403);
    let copy = raw(&emulator, &format!("GET {url} HTTP/1.1\r\n"), b"").await;
    let begin = copy.windows(4).position(|four| four == b"RIFF").unwrap();
    let (copy, original) = (&copy[begin..], wav());
    assert_eq!(copy.len(), original.len());
    let changed = copy.iter().zip(&original).filter(|(a, b)| a != b).count();
    assert!(
        (1000..40_000).contains(&changed),
        "{changed} bytes, a word's worth"
    );
    let expired = url.split("expires=").next().unwrap().to_owned() + "expires=0";
    assert_eq!(get(&emulator, &expired, None).await.status, 403);
    let plain = job(&emulator, json!({})).await;
    finish(&emulator, &plain).await;
    let path = format!("/v2/transcript/{plain}/redacted-audio");
    assert_eq!(
        get(&emulator, &path, Some("key")).await.status,
        400,
        "not asked for"
    );
    emulator.stop().await;
}

#[tokio::test]
async fn channels_are_numbered() {
    let emulator = recorded().start().await.unwrap();
    let job = done(
        &emulator,
        json!({"multichannel": true, "speaker_labels": true}),
    )
    .await;
    assert_eq!(job["utterances"][1]["speaker"], "1B");
    assert_eq!(
        (&job["words"][0]["channel"], &job["audio_channels"]),
        (&json!("1"), &json!(1))
    );
    emulator.stop().await;
}
