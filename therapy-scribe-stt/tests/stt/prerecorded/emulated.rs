//! Recordings against the emulator, which was written from the same document by somebody else.

use std::sync::Arc;

use therapy_scribe_core::{ApiKey, Role, SampleRate, reconcile};
use therapy_scribe_emulator::{
    Builder, Emulator, TranscriptCall, TranscriptFault, TranscriptFaultKind as Kind,
    TranscriptQuirk,
};
use therapy_scribe_stt::{
    Capture, CaptureOptions, StreamingConfig, SttClient,
    config::{RedactionPolicy, Substitute},
    prerecorded::{
        Error, FailureReason, Identification, Job, MedicalMode, ReaderUpload, Record, RecordClient,
        RecordRedaction, RedactionPolicies, RoleNames, SpeakerIdentification, SubtitleFormat,
        Transcription, TranscriptionBuilder,
        config::{RedactedAudio, RedactedFormat, UnredactedAnalysis},
    },
};
use therapy_scribe_transport::{Connector, Origin};

use super::{Tickets, quick};
use crate::speech::{Source, frames, script};

fn emulator() -> Builder {
    Emulator::builder().script(script()).speed(1000.0)
}

fn client(emulator: &Emulator) -> RecordClient {
    let origin = Origin::parse(&emulator.api_url()).unwrap();
    let key = ApiKey::new("key").unwrap();
    RecordClient::at(&Connector::new().unwrap(), &origin, &origin, key).unwrap()
}

/// The invented speech as a WAV file.
fn wav() -> Vec<u8> {
    let samples: Vec<u8> = frames()
        .flat_map(|frame| frame.samples().to_vec())
        .flat_map(i16::to_le_bytes)
        .collect();
    let rate = SampleRate::HZ_16000.hertz();
    let length = u32::try_from(samples.len()).unwrap();
    let mut file = b"RIFF".to_vec();
    file.extend((length + 36).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend(rate.to_le_bytes());
    file.extend((rate * 2).to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend(length.to_le_bytes());
    file.extend(samples);
    file
}

/// Whether an error is the one that is expected.
type Check = fn(&Error) -> bool;

/// Runs a job to its end.
async fn transcribed(emulator: &Emulator, config: TranscriptionBuilder) -> Result<Record, Error> {
    let config = config.build().unwrap();
    let audio = ReaderUpload::new(std::io::Cursor::new(wav()), None);
    let job = Job::upload("s-17", &audio, &config).polls(quick());
    let done = client(emulator)
        .transcribe(job, &Tickets::default())
        .await?;
    Ok(done.record.as_ref().clone())
}

fn faults<const N: usize>(faults: [(TranscriptCall, Kind); N]) -> [TranscriptFault; N] {
    faults.map(|(call, kind)| TranscriptFault::next(call, kind))
}

#[tokio::test]
async fn a_recording_goes_the_whole_way_and_nothing_is_left() {
    let emulator = emulator().start().await.unwrap();
    let config = Transcription::individual()
        .keyterms(["sertraline"])
        .build()
        .unwrap();
    let (bytes, tickets) = (wav(), Tickets::default());
    let length = u64::try_from(bytes.len()).unwrap();
    let audio = ReaderUpload::new(std::io::Cursor::new(bytes), Some(length));
    let job = Job::upload("s-17", &audio, &config).polls(quick());
    let done = client(&emulator)
        .process_and_delete(job, &tickets, |_| async { Ok(()) })
        .await
        .unwrap();
    assert!(done.deletion.is_complete(), "{done:?}");
    let record = done.record.unwrap();
    let said: Vec<_> = record
        .transcript
        .utterances()
        .map(|utterance| {
            (
                record.transcript.role_of(utterance.speaker()),
                utterance.text(),
            )
        })
        .collect();
    let (therapist, client) = (Some(Role::Therapist), Some(Role::Client));
    assert_eq!(
        said,
        [
            (client, "I slept badly.".to_owned()),
            (therapist, "What kept you awake?".to_owned()),
            (client, "Thoughts about work.".to_owned())
        ]
    );
    let start = record
        .transcript
        .turns()
        .next()
        .unwrap()
        .start()
        .as_millis();
    assert!((400..=700).contains(&start), "{start}");
    assert_eq!(record.medical_mode, MedicalMode::Used);
    assert_eq!(record.speaker("Therapist").unwrap().labels, ["B"]);
    let log = emulator.transcripts();
    assert_eq!(
        (log.uploads, log.uploaded_bytes, log.jobs.len()),
        (1, length, 1)
    );
    assert!(log.jobs[0].is_deleted);
    emulator.stop().await;
}

#[tokio::test]
async fn a_lost_or_broken_answer_to_the_submit_is_one_job() {
    for kind in [Kind::DropAfter, Kind::Malformed] {
        let faults = faults([(TranscriptCall::Submit, kind.clone())]);
        let emulator = emulator().transcript_faults(faults).start().await.unwrap();
        let record = transcribed(&emulator, Transcription::individual())
            .await
            .unwrap();
        assert_eq!(record.transcript.turn_count(), 3);
        assert_eq!(emulator.transcripts().jobs.len(), 1, "{kind:?}");
        emulator.stop().await;
    }
}

#[tokio::test]
async fn a_fault_of_the_service_is_tried_once_more_and_other_failures_are_not() {
    let server = || Kind::Fail("Server error, developers have been alerted.".to_owned());
    let submit = TranscriptCall::Submit;
    let once = emulator().transcript_faults(faults([(submit, server())]));
    let once = once.start().await.unwrap();
    assert!(
        transcribed(&once, Transcription::individual())
            .await
            .is_ok()
    );
    assert_eq!(once.transcripts().jobs.len(), 2);
    once.stop().await;
    for (kind, jobs, expected) in [
        (server(), 2, FailureReason::Server),
        (
            Kind::Fail("Audio duration is too short.".to_owned()),
            1,
            FailureReason::TooShort,
        ),
    ] {
        let emulator = emulator().transcript_faults(faults([(submit, kind), (submit, server())]));
        let emulator = emulator.start().await.unwrap();
        let error = transcribed(&emulator, Transcription::individual())
            .await
            .unwrap_err();
        assert!(
            matches!(error, Error::Failed { reason, .. } if reason == expected),
            "{error:?}"
        );
        assert_eq!(emulator.transcripts().jobs.len(), jobs);
        emulator.stop().await;
    }
}

#[tokio::test]
async fn odd_types_are_read_and_a_vanished_or_poor_job_is_told_apart() {
    let odd = emulator().transcript_faults(faults([(TranscriptCall::Submit, Kind::WrongTypes)]));
    let odd = odd.start().await.unwrap();
    let record = transcribed(&odd, Transcription::individual())
        .await
        .unwrap();
    assert_eq!(record.transcript.turn_count(), 3);
    odd.stop().await;
    let rows: [(TranscriptCall, Kind, Check); 5] = [
        (TranscriptCall::Poll, Kind::Vanish, |e| {
            matches!(e, Error::NotFound)
        }),
        (TranscriptCall::Submit, Kind::NegativeBalance, |e| {
            matches!(e, Error::Account { .. })
        }),
        (TranscriptCall::Submit, Kind::Status(402), |e| {
            matches!(e, Error::Account { .. })
        }),
        (TranscriptCall::Upload, Kind::Status(413), |e| {
            matches!(e, Error::TooLarge { .. })
        }),
        (TranscriptCall::List, Kind::Status(401), |e| {
            matches!(e, Error::Auth)
        }),
    ];
    for (call, kind, check) in rows {
        let emulator = emulator().transcript_faults(faults([(call, kind.clone())]));
        let emulator = emulator.start().await.unwrap();
        let error = transcribed(&emulator, Transcription::individual())
            .await
            .unwrap_err();
        assert!(check(&error), "{call:?} {kind:?}: {error:?}");
        emulator.stop().await;
    }
}

#[tokio::test]
async fn identification_that_is_missing_or_gives_everybody_one_value_is_seen() {
    let quirk = |quirk| emulator().transcript_quirks([quirk]);
    let missing = quirk(TranscriptQuirk::NoIdentification)
        .start()
        .await
        .unwrap();
    let record = transcribed(&missing, Transcription::individual())
        .await
        .unwrap();
    assert_eq!(record.identification, Identification::Missing);
    assert_eq!(record.speakers.len(), 2);
    missing.stop().await;
    let one = quirk(TranscriptQuirk::OneValueForAll)
        .start()
        .await
        .unwrap();
    let record = transcribed(&one, Transcription::individual())
        .await
        .unwrap();
    assert_eq!(record.speakers.len(), 1);
    assert_eq!(record.speakers[0].labels, ["A", "B"]);
    one.stop().await;
}

#[tokio::test]
async fn redaction_covers_text_and_audio_and_leaves_entities_to_their_own_value() {
    let emulator = emulator().redacted_names(["work"]).start().await.unwrap();
    for substitute in [Substitute::EntityName, Substitute::Hash] {
        let audio = RedactedAudio::new(RedactedFormat::Wav);
        let policies = RedactionPolicies::new([RedactionPolicy::PersonName]).unwrap();
        let redaction = RecordRedaction::new(policies)
            .substitute(substitute)
            .audio(audio);
        let config = Transcription::individual()
            .redaction(redaction)
            .entity_detection()
            .sentiment_analysis()
            .unredacted_analysis(UnredactedAnalysis::KeptApart)
            .build()
            .unwrap();
        let (mut beeped, tickets) = (Vec::new(), Tickets::default());
        let audio = ReaderUpload::new(std::io::Cursor::new(wav()), None);
        let job = Job::upload("s-17", &audio, &config)
            .polls(quick())
            .redacted_audio(&mut beeped);
        let client = client(&emulator);
        let done = client.process_and_delete(job, &tickets, |_| async { Ok(()) });
        let done = done.await.unwrap();
        let record = done.record.unwrap();
        let export = record.redacted().unwrap();
        let text = export.transcript().to_text();
        let masked = if substitute == Substitute::Hash {
            "####"
        } else {
            "[PERSON_NAME]"
        };
        assert!(text.contains(masked) && !text.contains("work"), "{text}");
        let unredacted = record.unredacted.as_ref().unwrap();
        let mut entities = unredacted.entities().iter();
        assert!(entities.any(|entity| entity.text.expose().contains("work")));
        assert!(!unredacted.sentiment().is_empty());
        assert!(beeped.starts_with(b"RIFF") && done.deletion.is_complete());
    }
    emulator.stop().await;
}

#[tokio::test]
async fn parts_and_a_later_identification_of_a_finished_transcript_are_had() {
    let emulator = emulator().start().await.unwrap();
    let config = Transcription::builder().speaker_labels();
    let record = transcribed(&emulator, config).await.unwrap();
    assert_eq!(record.identification, Identification::NotAsked);
    let (client, id) = (client(&emulator), record.id.clone());
    let sentences = client.sentences(&id).await.unwrap();
    assert_eq!(sentences[1].text.expose(), "What kept you awake?");
    assert_eq!(
        record
            .speaker(sentences[1].label.as_ref().unwrap().expose())
            .unwrap()
            .labels,
        ["B"]
    );
    assert!(!client.paragraphs(&id).await.unwrap().is_empty());
    let found = client
        .word_search(&id, &["slept", "kept you"])
        .await
        .unwrap();
    assert_eq!(found.iter().map(|word| word.count).sum::<u64>(), 2);
    let vtt = client
        .subtitles(&id, SubtitleFormat::Vtt, Some(32))
        .await
        .unwrap();
    assert!(vtt.expose().starts_with("WEBVTT"));
    let page = client
        .list(&therapy_scribe_stt::prerecorded::ListQuery::default())
        .await
        .unwrap();
    assert_eq!((page.entries[0].id.clone(), page.older), (id.clone(), None));
    let roles = SpeakerIdentification::therapist_and_client();
    let found = client.identify_speakers(&id, &roles).await.unwrap();
    let record = record.identified(&found);
    assert_eq!(record.speaker("B").unwrap().role, Some(Role::Therapist));
    assert!(client.delete(&id).await.unwrap().is_complete());
    let gone = client.identify_speakers(&id, &roles).await.unwrap_err();
    assert!(matches!(gone, Error::NotFound), "{gone:?}");
    let gone = client.fetch(&id, &RoleNames::default()).await.unwrap_err();
    assert!(matches!(gone, Error::Deleted));
    emulator.stop().await;
}

#[tokio::test]
async fn a_live_session_and_its_recording_become_one_transcript() {
    let emulator = emulator().speed(50.0).start().await.unwrap();
    let streaming = Origin::parse(&emulator.streaming_url()).unwrap();
    let live = SttClient::at(
        Connector::new().unwrap(),
        &streaming,
        ApiKey::new("key").unwrap(),
        StreamingConfig::one_room(2).unwrap(),
    );
    let options = CaptureOptions::new().speed(50.0);
    let mut capture = Capture::start(Arc::new(live), Source::default(), options)
        .await
        .unwrap();
    while let Some(event) = capture.next().await {
        event.unwrap();
    }
    let live = capture.finish().await.unwrap().transcript;
    let record = transcribed(&emulator, Transcription::individual())
        .await
        .unwrap();
    let all = reconcile(&live, &record.transcript);
    assert_eq!(all.report.edits, [], "both heard the same");
    assert_eq!(all.report.same_words, 10);
    let roles: Vec<_> = all
        .transcript
        .utterances()
        .map(|utterance| all.transcript.role_of(utterance.speaker()))
        .collect();
    assert_eq!(
        roles,
        [
            Some(Role::Client),
            Some(Role::Therapist),
            Some(Role::Client)
        ]
    );
    emulator.stop().await;
}
