//! Every setting, as it is sent: the service's stand-in refuses what is not in the document.

use std::time::Duration;

use serde_json::{Value, json};
use therapy_scribe_core::{ApiKey, Role};
use therapy_scribe_stt::{
    Keyterms,
    config::{Domain, RedactionPolicy, Substitute, Webhook},
    prerecorded::{
        Job, RecordRedaction, RedactionPolicies, SpeakerIdentification, SpeakerOptions,
        Transcription, TranscriptionBuilder,
        config::{
            AudioTags, Cover, Effort, LanguageDetection, Languages, RecordModel, RedactedAudio,
            RedactedFormat, UnredactedAnalysis,
        },
    },
};

use super::{Tickets, client, service::Service, validator};

/// What the service gets.
async fn sent(builder: TranscriptionBuilder) -> Value {
    let service = Service::start().await;
    let config = builder.build().unwrap();
    let job = Job::from_url("s-17", "https://host.example/a.flac", &config);
    client(&service.origin)
        .submit(job, &Tickets::default())
        .await
        .unwrap();
    let state = service.state();
    let request = state.jobs[0].request.clone();
    assert_eq!(request["audio_url"], "https://host.example/a.flac");
    request
}

#[expect(
    clippy::too_many_lines,
    reason = "one table, row by row as in the document"
)]
#[tokio::test]
async fn all_settings_of_a_scribe_are_sent_as_the_document_names_them() {
    let secret = ApiKey::new("s3cret").unwrap();
    let webhook = Webhook::new(
        "https://host.example/hook?job=1",
        Some(("X-S".to_owned(), secret)),
    );
    let audio = {
        let mut audio = RedactedAudio::new(RedactedFormat::Wav);
        (audio.cover, audio.without_speech) = (Cover::Silence, true);
        audio
    };
    let redaction = RecordRedaction::new(RedactionPolicies::everything())
        .substitute(Substitute::Hash)
        .audio(audio)
        .terms(&RedactionPolicy::PersonName.into(), ["Ana", "Dr. Keller"]);
    let request = sent(
        Transcription::builder()
            .models([
                RecordModel::Universal35Pro,
                RecordModel::Other("slam-1".to_owned()),
            ])
            .domain(Domain::MedicalV1)
            .languages(Languages::One("en".to_owned()))
            .disfluencies(true)
            .prompt("Individual psychotherapy session about sleep problems.")
            .keyterms(["sertraline", "exposure hierarchy"])
            .strong_keyterms()
            .spelling(["g a d seven"], "GAD-7")
            .audio_tags(AudioTags::RemoveSpeaker)
            .window(Some(Duration::from_secs(1)), Some(Duration::from_secs(90)))
            .speech_threshold(0.3)
            .speaker_labels()
            .speaker_options(SpeakerOptions::between(2, 3).with_confidence())
            .identify(SpeakerIdentification::therapist_and_client().effort(Effort::Medium))
            .redaction(redaction)
            .entity_detection()
            .sentiment_analysis()
            .unredacted_analysis(UnredactedAnalysis::KeptApart)
            .webhook(webhook.unwrap()),
    )
    .await;
    assert_eq!(
        request["speech_models"],
        json!(["universal-3-5-pro", "slam-1"])
    );
    assert_eq!(request["domain"], "medical-v1");
    assert_eq!(request["speech_threshold"], json!(0.3));
    assert_eq!(request["audio_end_at"], json!(90_000));
    assert_eq!(
        request["speaker_options"],
        json!({"min_speakers_expected": 2, "max_speakers_expected": 3, "include_speaker_confidence": true})
    );
    let identification = &request["speech_understanding"]["request"]["speaker_identification"];
    assert_eq!(identification["speaker_type"], "role");
    assert_eq!(identification["speakers"][1]["role"], "Client");
    let mut policies: Vec<_> = request["redact_pii_policies"]
        .as_array()
        .unwrap()
        .iter()
        .collect();
    policies.sort_by_key(|policy| policy.as_str());
    let mut known = validator::policies();
    known.sort_unstable();
    assert_eq!(policies, known, "all 65, as the document spells them");
    assert_eq!(request["redact_pii_sub"], "hash");
    assert_eq!(request["redact_pii_audio_quality"], "wav");
    assert_eq!(
        request["redact_pii_audio_options"],
        json!({"override_audio_redaction_method": "silence", "return_redacted_no_speech_audio": true})
    );
    assert_eq!(
        request["redact_static_entities"],
        json!({"PERSON_NAME": ["Ana", "Dr. Keller"]})
    );
    assert_eq!(request["webhook_auth_header_value"], "s3cret");
    assert_eq!(request.get("redact_pii_return_unredacted"), None);
}

#[tokio::test]
async fn other_ways_of_saying_who_speaks_what_are_in_the_document_too() {
    let request = sent(Transcription::builder()).await;
    assert_eq!(
        request.as_object().unwrap().len(),
        2,
        "only models and address: {request}"
    );
    let request = sent(
        Transcription::builder()
            .speaker_labels()
            .speakers_expected(2),
    )
    .await;
    assert_eq!(request["speakers_expected"], json!(2));
    let names = SpeakerIdentification::names(["Dr. Keller", "Ana"]);
    let request = sent(Transcription::builder().multichannel().identify(names)).await;
    let identification = &request["speech_understanding"]["request"]["speaker_identification"];
    assert_eq!(
        identification,
        &json!({"speaker_type": "name", "known_values": ["Dr. Keller", "Ana"]})
    );
    let languages = Languages::Switching(vec!["es".to_owned(), "en".to_owned()]);
    let request = sent(Transcription::builder().languages(languages)).await;
    assert_eq!(request["language_codes"], json!(["es", "en"]));
    let request = sent(Transcription::builder().languages(Languages::detected(["de", "en"]))).await;
    assert_eq!(request["language_detection"], json!(true));
    let mut detection = LanguageDetection::default();
    detection.fallback = Some("de".to_owned());
    (detection.threshold, detection.code_switching) = (Some(40), true);
    detection.silence_is_empty = true;
    let request = sent(Transcription::builder().languages(Languages::Detected(detection))).await;
    assert_eq!(request["language_confidence_threshold"], json!(0.4));
    let options = &request["language_detection_options"];
    assert_eq!(options["on_no_speech_detected"], "fallback");
    let people = [(Role::Therapist, ""), (Role::Interpreter, "")];
    let request = sent(
        Transcription::couple()
            .identify(SpeakerIdentification::roles(people))
            .keyterm_lists(&Keyterms::cbt()),
    )
    .await;
    let identification = &request["speech_understanding"]["request"]["speaker_identification"];
    assert_eq!(
        identification["known_values"],
        json!(["Therapist", "Interpreter"])
    );
}

#[tokio::test]
async fn every_preset_of_redaction_is_in_the_document() {
    for policies in [
        RedactionPolicies::identifiers(),
        RedactionPolicies::tutorial(),
        RedactionPolicies::everything(),
    ] {
        let request =
            sent(Transcription::individual().redaction(RecordRedaction::new(policies))).await;
        assert_eq!(request["redact_pii"], json!(true));
        assert_eq!(request["redact_pii_sub"], "entity_name");
        assert_eq!(request.get("redact_pii_audio"), None);
    }
}
