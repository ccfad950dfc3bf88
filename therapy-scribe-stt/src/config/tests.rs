//! What configurations send, and what they refuse.

use serde_json::json;

use super::*;

fn query(config: &StreamingConfig) -> String {
    config.path_and_query(&config.models()[0], 16_000)
}

#[test]
fn the_preset_for_one_room_asks_for_what_a_scribe_needs() {
    let config = StreamingConfig::one_room(2).unwrap();
    assert_eq!(
        query(&config),
        "/v3/ws?speech_model=universal-3-6-pro&sample_rate=16000&encoding=pcm_s16le&min_turn_silence=800\
        &max_turn_silence=3600&language_codes=%5B%22en%22%5D&domain=medical-v1&speaker_labels=true&max_speakers=2\
        &speaker_labels_revision_interval_ms=300000&session_heartbeat=true&acknowledge_silence=true\
        &inactivity_timeout=120"
    );
    assert_eq!(config.warnings(), Vec::<String>::new());
}

#[test]
fn a_channel_of_a_call_is_not_diarized() {
    let query = query(&StreamingConfig::telehealth().unwrap());
    assert!(!query.contains("speaker"), "{query}");
    assert!(query.contains("max_turn_silence=3600"), "{query}");
}

#[test]
fn a_preset_becomes_one_for_another_language() {
    let spoken_in = |languages: &[Language]| {
        let preset = StreamingConfig::one_room(2).unwrap().to_builder();
        query(&preset.spoken_in(languages.iter().copied()).build().unwrap())
    };
    let german = spoken_in(&[Language::German]);
    assert!(german.contains("%22de%22") && german.contains("domain=medical-v1"));
    let dutch = spoken_in(&[Language::Dutch]);
    assert!(dutch.contains("%22nl%22") && !dutch.contains("domain"));
}

#[test]
fn the_preset_of_tutorials_uses_the_legacy_model() {
    let query = query(&StreamingConfig::tutorial(Keyterms::cbt()).unwrap());
    assert_eq!(
        query,
        "/v3/ws?speech_model=u3-rt-pro&sample_rate=16000&encoding=pcm_s16le&min_turn_silence=800\
        &max_turn_silence=3600&domain=medical-v1&speaker_labels=true"
    );
}

#[test]
fn the_threshold_of_a_preset_reaches_only_the_models_that_have_it() {
    let config = StreamingConfig::builder()
        .models([SpeechModel::UniversalStreamingEnglish])
        .turns(TurnDetection::therapy())
        .build()
        .unwrap();
    assert!(query(&config).contains("end_of_turn_confidence_threshold=0.7"));
}

#[test]
fn the_address_of_a_webhook_is_not_shown() {
    let secret = Webhook::new("https://clinic.example/done?token=CANARY", None).unwrap();
    assert!(!format!("{secret:?}").contains("CANARY"));
}

#[test]
fn what_the_service_would_ignore_or_die_of_is_refused_with_its_name() {
    type Set = fn(StreamingConfigBuilder) -> StreamingConfigBuilder;
    let long = || "x".repeat(1751);
    let ranges: [(Set, &str); 12] = [
        (|b| b.models([]), "speech_model"),
        (|b| b.models([SpeechModel::named("u3-pro")]), "speech_model"),
        (|b| b.models([SpeechModel::named("")]), "speech_model"),
        (|b| b.sample_rate(4_000), "sample_rate"),
        (|b| b.vad_threshold(f32::NAN), "vad_threshold"),
        (
            |b| b.interruption_delay(Duration::from_secs(2)),
            "interruption_delay",
        ),
        (
            |b| b.inactivity_timeout(Duration::from_secs(1)),
            "inactivity_timeout",
        ),
        (
            |b| b.previous_context_turns(101),
            "previous_context_n_turns",
        ),
        (
            |b| {
                b.turns(TurnDetection::silences(
                    Duration::from_secs(2),
                    Duration::from_secs(1),
                ))
            },
            "max_turn_silence",
        ),
        (
            |b| b.languages(Language::ALL.iter().copied()),
            "language_codes",
        ),
        (|b| b.llm_gateway(json!("a text")), "llm_gateway"),
        (
            |b| b.voice_focus(VoiceFocus::NearField(Some(2.0))),
            "voice_focus_threshold",
        ),
    ];
    for (set, name) in ranges {
        let refused = set(StreamingConfig::builder()).build();
        assert!(
            matches!(&refused, Err(ConfigError::Range { parameter, .. }) if *parameter == name),
            "{name}: {refused:?}"
        );
    }
    for refused in [
        StreamingConfig::builder().prompt(long()).build(),
        StreamingConfig::builder().agent_context(long()).build(),
    ] {
        assert!(matches!(refused, Err(ConfigError::Range { .. })));
    }
    assert!(Webhook::new("http://clinic.example", None).is_err());
    assert!(Webhook::new("https://", None).is_err());
    assert!(Diarization::up_to(0).is_err() && Diarization::up_to(11).is_err());
    assert!(
        Diarization::on()
            .revised_every(Duration::from_secs(60))
            .is_err()
    );
}

#[test]
fn what_a_model_does_not_have_is_refused_for_that_model() {
    type Set = fn(StreamingConfigBuilder) -> StreamingConfigBuilder;
    let only_u3: [Set; 6] = [
        |b| b.prompt("CBT"),
        |b| b.turns(TurnDetection::mode(Mode::Balanced)),
        |b| b.languages([Language::English]),
        |b| b.acknowledge_silence(true),
        |b| b.voice_focus(VoiceFocus::FarField(None)),
        |b| b.continuous_partials(true),
    ];
    for set in only_u3 {
        assert!(set(StreamingConfig::builder()).build().is_ok());
        // The exact name makes it the model, however it was given.
        for name in ["universal-streaming-english", "whisper-rt"] {
            let other = SpeechModel::Other(name.to_owned());
            let refused = set(StreamingConfig::builder().models([other])).build();
            assert!(matches!(refused, Err(ConfigError::Model { .. })), "{name}");
        }
    }
    let formatted = StreamingConfig::builder().format_turns(true).build();
    assert!(matches!(formatted, Err(ConfigError::Model { .. })));
}

#[test]
fn settings_that_switch_each_other_off_are_refused() {
    let mode = StreamingConfig::builder()
        .turns(TurnDetection::mode(Mode::MaxAccuracy))
        .diarization(Diarization::on());
    let partials = StreamingConfig::builder()
        .redaction(Redaction::identifiers())
        .include_partial_turns(true);
    let medical = StreamingConfig::builder()
        .domain(Domain::MedicalV1)
        .languages([Language::Dutch]);
    for builder in [mode, partials, medical] {
        assert!(matches!(builder.build(), Err(ConfigError::Conflict(_))));
    }
}

#[test]
fn languages_beyond_a_models_documents_are_warned_of() {
    let with = |model, language| {
        let builder = StreamingConfig::builder()
            .models([model])
            .inactivity_timeout(Duration::from_secs(60));
        builder
            .languages([language])
            .build()
            .unwrap()
            .warnings()
            .len()
    };
    assert_eq!(with(SpeechModel::Universal36Pro, Language::Korean), 0);
    assert_eq!(with(SpeechModel::Universal35Pro, Language::Korean), 1);
    assert_eq!(with(SpeechModel::U3RtPro, Language::Dutch), 1);
    let documented = |model: &SpeechModel| {
        let all = Language::ALL.iter();
        all.filter(|language| model.documents(**language)).count()
    };
    assert_eq!(documented(&SpeechModel::Universal36Pro), 32);
    assert_eq!(documented(&SpeechModel::Universal35Pro), 19);
    assert_eq!(documented(&SpeechModel::U3RtPro), 6);
}
