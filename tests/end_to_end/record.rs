//! A second pass over the recording, after the session.

use std::{collections::BTreeSet, sync::Mutex, time::Duration};

use async_trait::async_trait;
use therapy_scribe::{
    BoxError, EditKind, Scribe, Transcript, Turn, Word,
    audio::WavSource,
    reconcile,
    stt::prerecorded::{FileUpload, Job, JobTicket, PollPlan, Stage, TicketStore, Transcription},
    transport::Origin,
};
use therapy_scribe_emulator::{Emulator, Fault, FaultKind};

use crate::demo::{self, AUDIO};

const SPEED: f64 = 25.0;

/// Every stage that was stored.
#[derive(Default)]
struct Stages(Mutex<Vec<Stage>>);

#[async_trait]
impl TicketStore for Stages {
    async fn keep(&self, ticket: &JobTicket) -> Result<(), BoxError> {
        self.0.lock().unwrap().push(ticket.stage);
        Ok(())
    }

    async fn load(&self, _: &str) -> Result<Option<JobTicket>, BoxError> {
        Ok(None)
    }
}

async fn start(faults: impl IntoIterator<Item = Fault>) -> (Emulator, Scribe) {
    let emulator = demo::emulator(SPEED)
        .faults(faults)
        .rewording(false)
        .transcript_polls(0);
    let emulator = emulator.start().await.unwrap();
    let origin = Origin::parse(&emulator.api_url()).unwrap();
    let scribe = demo::scribe(&emulator, "key", SPEED).records_origin(origin);
    (emulator, scribe.build().unwrap())
}

async fn live(scribe: &Scribe) -> Transcript {
    let mut capture = scribe
        .capture(WavSource::open(AUDIO).unwrap())
        .await
        .unwrap();
    while let Some(event) = capture.next().await {
        event.unwrap();
    }
    capture.finish().await.unwrap().transcript
}

/// The record, after which nothing of it is at the service.
async fn record(emulator: &Emulator, scribe: &Scribe) -> Transcript {
    let config = Transcription::individual().build().unwrap();
    let audio = FileUpload::new(AUDIO);
    let wait = Duration::from_millis(50);
    let polls = PollPlan::default().waits(wait, wait).unwrap();
    let job = Job::upload("session", &audio, &config).polls(polls);
    let stages = Stages::default();
    let save = |_record| async { Ok(()) };
    let done = scribe
        .records()
        .process_and_delete(job, &stages, save)
        .await
        .unwrap();
    assert!(done.deletion.is_complete());
    assert_eq!(stages.0.lock().unwrap().last(), Some(&Stage::Erased));
    assert!(emulator.transcripts().jobs.iter().all(|job| job.is_deleted));
    done.record.unwrap().transcript.clone()
}

/// The transcript without the words that stand at every tenth second, and those words.
fn cut(transcript: &Transcript) -> (Transcript, Vec<String>) {
    let words = || transcript.turns().flat_map(Turn::words);
    let at_cut = |second: u64| {
        let distance = |word: &&Word| word.start().as_millis().abs_diff(second * 1000);
        words().min_by_key(distance).map(Word::start)
    };
    let end = transcript.end().as_millis() / 1000;
    let lost: BTreeSet<_> = (10..end).step_by(10).filter_map(at_cut).collect();
    let is_lost = |word: &Word| lost.contains(&word.start());
    let turns = transcript.turns().map(|turn| {
        let left = turn.words().iter().filter(|word| !is_lost(word)).cloned();
        turn.clone().with_words(left.collect())
    });
    let texts = words()
        .filter(|word| is_lost(word))
        .map(|word| word.text().to_owned());
    (
        Transcript::from_turns(turns.collect::<Vec<_>>(), transcript.roles().clone()),
        texts.collect(),
    )
}

#[tokio::test]
async fn words_lost_at_ten_second_cuts_come_back_and_each_is_reported() {
    let (emulator, scribe) = start([]).await;
    let (live, lost) = cut(&live(&scribe).await);
    assert!(lost.len() >= 12, "two minutes have twelve cuts");
    let all = reconcile(&live, &record(&emulator, &scribe).await);
    assert_eq!(
        demo::transcript_words(&all.transcript),
        demo::script_words()
    );
    let added = all
        .report
        .edits
        .iter()
        .map(|edit| (edit.kind, edit.record.expose().clone()));
    let expected = lost.into_iter().map(|word| (EditKind::Added, word));
    assert_eq!(added.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    emulator.stop().await;
}

#[tokio::test]
async fn after_three_drops_everybody_is_one_voice_again_with_the_right_role() {
    let faults = [31_000, 62_500, 94_000].map(|at| Fault::at(at, FaultKind::Drop));
    let (emulator, scribe) = start(faults).await;
    let live = live(&scribe).await;
    let all = reconcile(&live, &record(&emulator, &scribe).await);
    assert_eq!(
        demo::transcript_words(&all.transcript),
        demo::script_words()
    );
    let voices = |transcript: &Transcript| {
        transcript
            .utterances()
            .filter_map(|said| said.speaker())
            .collect::<BTreeSet<_>>()
    };
    assert!(
        voices(&live).len() > 2,
        "the drops had given somebody two names"
    );
    assert_eq!(voices(&all.transcript).len(), 2);
    emulator.stop().await;
}
