//! The recording is transcribed once more, and what that changes is told.

use std::path::Path;

use async_trait::async_trait;
use therapy_scribe::{
    BoxError, Concern, Edit, EditKind, Reconciliation, Transcript, reconcile,
    stt::prerecorded::{FileUpload, Job, JobTicket, TicketStore, Transcription},
};

use crate::{
    live::{Show, print_transcript},
    services::{AnyError, Services},
    source::From,
};

/// So many changes are shown to people; the rest is counted.
const SHOWN: usize = 20;

pub(crate) async fn run(
    services: &Services,
    recording: &Path,
    from: &From,
    live: &Transcript,
    show: Show,
) -> Result<Transcript, AnyError> {
    let config = if from.has_channels() {
        Transcription::builder().multichannel().build()?
    } else {
        Transcription::individual().build()?
    };
    eprintln!("The recording is transcribed once more.");
    let audio = FileUpload::new(recording);
    let job = Job::upload("session", &audio, &config);
    // A host writes the record to its encrypted store here. This program has the recording, and holds the rest in memory.
    let save = |_record| async { Ok(()) };
    let records = services.scribe.records();
    let done = records.process_and_delete(job, &Memory, save).await?;
    for leftover in &done.deletion.unconfirmed {
        eprintln!(
            "Note: transcript {} is still at the service; delete it there.",
            leftover.id
        );
    }
    let record = done.record.ok_or("the service returned no transcript")?;
    let all = reconcile(live, &record.transcript);
    match show {
        Show::Json => println!(
            "{}",
            serde_json::json!({"type": "record_pass", "report": all.report})
        ),
        Show::People => tell(&all.report),
    }
    print_transcript(&all.transcript, show);
    Ok(all.transcript)
}

fn tell(report: &Reconciliation) {
    println!("\nWhat the recording changed\n--------------------------");
    println!("{} words are the same.", report.same_words);
    for change in &report.voices {
        println!("The voice {} is {}.", change.live, change.now);
    }
    for edit in report.edits.iter().take(SHOWN) {
        println!("{}", line(edit));
    }
    if let Some(more) = report
        .edits
        .len()
        .checked_sub(SHOWN)
        .filter(|more| *more > 0)
    {
        println!("… and {more} more.");
    }
    if report.edits.is_empty() && report.voices.is_empty() {
        println!("Nothing else: the live transcript had it all.");
    }
    for speaker in &report.roles_in_doubt {
        println!("Look who {speaker} is: the session and the recording differ.");
    }
}

fn line(edit: &Edit) -> String {
    let (at, live, record) = (edit.from, edit.live.expose(), edit.record.expose());
    let what = match edit.kind {
        EditKind::Added => format!("added: {record}"),
        EditKind::Replaced => format!("{record} (was: {live})"),
        EditKind::Dropped => format!("left out: {live}"),
        EditKind::KeptFromLive => format!("only heard live, kept: {live}"),
        EditKind::Speaker => format!("said by somebody else: {record}"),
        _ => record.clone(),
    };
    let look = |concern: &Concern| match concern {
        Concern::Drug => " [drug]",
        Concern::Number => " [number]",
        _ => "",
    };
    let looks: String = edit.concerns.iter().map(look).collect();
    format!("[{at}] {what}{looks}")
}

/// Keeps no ticket: a program that ends forgets its session, and a new run is a new job that is billed by itself. A host keeps
/// them in its database.
struct Memory;

#[async_trait]
impl TicketStore for Memory {
    async fn keep(&self, _ticket: &JobTicket) -> Result<(), BoxError> {
        Ok(())
    }

    async fn load(&self, _key: &str) -> Result<Option<JobTicket>, BoxError> {
        Ok(None)
    }
}
