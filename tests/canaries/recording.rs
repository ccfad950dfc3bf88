//! A recording from upload to deletion, with a secret in everything that is sent and comes back, and one that fails.

use std::time::Duration;

use therapy_scribe::{
    ApiKey, BoxError,
    stt::{
        config::RedactionPolicy,
        prerecorded::{
            FileUpload, Job, JobTicket, ListQuery, PollPlan, RecordClient, RecordRedaction,
            RedactionPolicies, SpeakerIdentification, TicketStore, Transcription,
            config::UnredactedAnalysis,
        },
    },
    transport::{Connector, Origin},
};
use therapy_scribe_emulator::{Emulator, TranscriptCall, TranscriptFault, TranscriptFaultKind};

use super::{AUDIO, CANARY, script, shown, shown_error};

struct Nowhere;

#[async_trait::async_trait]
impl TicketStore for Nowhere {
    async fn keep(&self, _: &JobTicket) -> Result<(), BoxError> {
        Ok(())
    }

    async fn load(&self, _: &str) -> Result<Option<JobTicket>, BoxError> {
        Ok(None)
    }
}

/// Its second job fails.
async fn service() -> Emulator {
    let fails = TranscriptFaultKind::Fail(format!("Audio duration is too short. {CANARY}"));
    Emulator::builder()
        .script(script())
        .speed(1000.0)
        .api_key(format!("{CANARY}-key"))
        .transcript_faults([TranscriptFault::next(TranscriptCall::Submit, fails).after(1)])
        .start()
        .await
        .unwrap()
}

fn config() -> Transcription {
    let policies = RedactionPolicies::new([RedactionPolicy::PhoneNumber]).unwrap();
    let terms = RecordRedaction::new(policies).terms(&RedactionPolicy::PersonName.into(), [CANARY]);
    Transcription::individual()
        .prompt(format!("session of {CANARY}"))
        .keyterms([CANARY])
        .redaction(terms)
        .entity_detection()
        .sentiment_analysis()
        .unredacted_analysis(UnredactedAnalysis::KeptApart)
        .build()
        .unwrap()
}

/// Everything that could be printed on the way.
pub(crate) async fn recording() -> String {
    let emulator = service().await;
    let origin = Origin::parse(&emulator.api_url()).unwrap();
    let key = ApiKey::new(format!("{CANARY}-key")).unwrap();
    let client = RecordClient::at(&Connector::new().unwrap(), &origin, &origin, key).unwrap();
    let (config, millis) = (config(), Duration::from_millis);
    let polls = PollPlan::default().waits(millis(1), millis(2)).unwrap();
    let audio = FileUpload::new(AUDIO);
    let job = Job::upload(CANARY, &audio, &config).polls(polls);
    let mut said = shown(&job) + &shown(&config) + &shown(&client) + &shown(&audio);
    let done = client.transcribe(job, &Nowhere).await.unwrap();
    let record = &done.record;
    assert!(record.unredacted.is_some());
    said += &shown(&done);
    said += &shown(&record.unredacted.as_ref().unwrap().sentiment());
    said += &shown(&record.redacted());
    said += &shown(&client.sentences(&record.id).await.unwrap());
    said += &shown(&client.list(&ListQuery::default()).await.unwrap());
    let names = SpeakerIdentification::names([CANARY, "Dr. Roe"]);
    said += &shown(&names);
    said += &shown(&client.identify_speakers(&record.id, &names).await.unwrap());
    said += &shown(&client.delete(&record.id).await.unwrap());
    let job = Job::from_url(CANARY, format!("https://{CANARY}.example/"), &config).polls(polls);
    said += &shown_error(&client.transcribe(job, &Nowhere).await.unwrap_err());
    emulator.stop().await;
    said
}
