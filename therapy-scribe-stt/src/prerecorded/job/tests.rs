//! One rule each.

mod erasing;

use serde_json::json;

use super::*;
use crate::prerecorded::FailureReason;

const URL: &str = "https://cdn.example/upload/1";

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn reply(status: u16, body: &serde_json::Value) -> Event {
    Event::Answered(Ok(Reply {
        status,
        retry_after: None,
        body: body.to_string().into(),
    }))
}

fn lost() -> Event {
    let reset = std::io::ErrorKind::ConnectionReset;
    Event::Answered(Err(transport::Error::Lost(reset.into())))
}

fn transcript(id: &str, status: &str) -> serde_json::Value {
    json!({"id": id, "status": status, "audio_url": URL, "text": "Hello.", "words": [{"text": "Hello."}]})
}

fn blanked(id: &str) -> serde_json::Value {
    json!({"id": id, "status": "completed", "audio_url": "http://deleted_by_user", "text": "Deleted by user."})
}

fn list(entries: &[(&str, &str)]) -> serde_json::Value {
    let entry = |(id, url): &(&str, &str)| json!({"id": id, "status": "queued", "audio_url": url});
    let entries: Vec<_> = entries.iter().map(entry).collect();
    json!({"transcripts": entries, "page_details": {}})
}

/// A machine with a clock that its waits move.
struct Run {
    machine: Machine,
    now: Duration,
}

impl Run {
    fn new(plan: Plan) -> Self {
        let mut ticket = JobTicket::new("s-17");
        ticket.audio_url = Some(URL.to_owned());
        Self::of(plan, ticket)
    }

    fn of(plan: Plan, ticket: JobTicket) -> Self {
        Self {
            machine: Machine::new(plan, ticket, Duration::ZERO),
            now: Duration::ZERO,
        }
    }

    fn on(&mut self, event: Event) -> &mut Self {
        self.machine.on(event, self.now);
        self
    }

    /// The next step that is no wait and no storing.
    fn step(&mut self) -> Step {
        loop {
            match self.machine.step() {
                Step::Wait(until) => {
                    self.now = self.now.max(until);
                    self.on(Event::Woke);
                }
                Step::Keep => {
                    self.on(Event::Kept(Ok(())));
                }
                step => return step,
            }
        }
    }

    fn call(&mut self) -> Call {
        match self.step() {
            Step::Call(call) => call,
            step => panic!("{step:?}"),
        }
    }

    /// Up to the submit.
    fn until_submit(&mut self) -> &mut Self {
        assert!(matches!(self.call(), Call::List { limit: 1, .. }));
        self.on(reply(
            200,
            &list(&[("old", "https://cdn.example/upload/0")]),
        ));
        assert_eq!(self.call(), Call::Submit);
        self
    }

    fn error(&mut self) -> Error {
        assert_eq!(self.step(), Step::Done);
        match self.machine.take_end() {
            Err(error) => error,
            Ok(_) => panic!("the job went well"),
        }
    }
}

fn id(id: &str) -> TranscriptId {
    id.parse().unwrap()
}

#[test]
fn the_ticket_is_stored_before_and_after_the_submit() {
    let mut ticket = JobTicket::new("s-17");
    ticket.audio_url = Some(URL.to_owned());
    let mut machine = Machine::new(Plan::default(), ticket, Duration::ZERO);
    machine.on(reply(200, &list(&[("old", "x")])), Duration::ZERO);
    assert_eq!(machine.step(), Step::Keep);
    let stored = machine.ticket();
    assert_eq!(stored.stage, Stage::Submitting);
    assert_eq!(stored.newest_before, Some(id("old")));
    machine.on(Event::Kept(Ok(())), Duration::ZERO);
    assert_eq!(machine.step(), Step::Call(Call::Submit));
    machine.on(reply(200, &transcript("t-1", "queued")), Duration::ZERO);
    assert_eq!(machine.step(), Step::Keep);
    assert_eq!(machine.ticket().transcript, Some(id("t-1")));
}

#[test]
fn nothing_is_submitted_when_the_ticket_can_not_be_stored() {
    let mut ticket = JobTicket::new("s-17");
    ticket.audio_url = Some(URL.to_owned());
    let mut machine = Machine::new(Plan::default(), ticket, Duration::ZERO);
    machine.on(reply(200, &list(&[])), Duration::ZERO);
    machine.on(Event::Kept(Err("full".into())), Duration::ZERO);
    assert_eq!(machine.step(), Step::Done);
    assert!(matches!(machine.take_end(), Err(Error::Ticket(_))));
}

#[test]
fn a_lost_submit_is_found_in_the_list_and_not_sent_again() {
    for answer in [
        lost(),
        reply(500, &json!({})),
        reply(200, &json!({"no": "id"})),
    ] {
        let mut run = Run::new(Plan::default());
        run.until_submit().on(answer);
        assert!(matches!(run.call(), Call::List { before: None, .. }));
        run.on(reply(
            200,
            &list(&[("other", "y"), ("t-1", URL), ("old", "x")]),
        ));
        assert_eq!(run.call(), Call::Get(id("t-1")));
    }
}

#[test]
fn a_submit_is_sent_again_only_after_half_a_minute_without_it_in_the_list() {
    let mut run = Run::new(Plan::default());
    run.until_submit().on(lost());
    let mut looks = 0;
    while matches!(run.call(), Call::List { .. }) {
        looks += 1;
        // The same address before the anchor is an earlier job.
        run.on(reply(200, &list(&[("old", "x"), ("older", URL)])));
    }
    assert_eq!((looks, run.call()), (4, Call::Submit));
    assert!(run.now >= seconds(30), "{:?}", run.now);
}

#[test]
fn a_list_that_can_not_be_had_proves_nothing() {
    let mut run = Run::new(Plan::default());
    run.until_submit().on(lost());
    while matches!(run.step(), Step::Call(call) if matches!(call, Call::List { .. })) {
        run.on(reply(503, &json!(null)));
    }
    let error = run.error();
    assert!(matches!(error, Error::SubmitUnknown) && error.is_retryable());
    assert_eq!(run.machine.ticket().stage, Stage::Submitting);
    // The ticket goes on with looking.
    let mut later = Run::of(Plan::default(), run.machine.ticket().clone());
    assert!(matches!(later.call(), Call::List { limit: 100, .. }));
}

#[test]
fn the_list_is_read_page_by_page_down_to_what_was_there_before() {
    let mut run = Run::new(Plan::default());
    run.until_submit().on(lost());
    let names: Vec<String> = (0..100).map(|n| format!("n-{n}")).collect();
    let page: Vec<_> = names.iter().map(|name| (name.as_str(), "y")).collect();
    run.call();
    run.on(reply(200, &list(&page)));
    let Call::List { before, .. } = run.call() else {
        panic!()
    };
    assert_eq!(before, Some(id("n-99")));
    run.on(reply(200, &list(&[("t-1", URL), ("old", "x")])));
    assert_eq!(run.call(), Call::Get(id("t-1")));
}

#[test]
fn a_second_job_of_the_same_submit_is_kept_in_mind_for_deletion() {
    for uploaded in [true, false] {
        let mut ticket = JobTicket::new("s-17");
        ticket.audio_url = Some(URL.to_owned());
        ticket.sha256 = uploaded.then(|| "ab".to_owned());
        let mut run = Run::of(Plan::default(), ticket);
        run.until_submit().on(lost());
        run.call();
        run.on(reply(
            200,
            &list(&[("t-2", URL), ("t-1", URL), ("old", "x")]),
        ));
        run.call();
        let ticket = run.machine.ticket();
        assert_eq!(ticket.transcript, Some(id("t-1")));
        // An address that the host gave may be of somebody else's job: that is never deleted.
        assert_eq!(ticket.others.len(), usize::from(uploaded));
    }
}

#[test]
fn a_newer_job_that_does_not_say_what_it_is_of_keeps_the_submit_from_being_repeated() {
    let mut run = Run::new(Plan::default());
    run.until_submit().on(lost());
    while let Step::Call(Call::List { .. }) = run.step() {
        let nameless = json!({"transcripts": [{"id": "t-9"}, {"id": "old", "audio_url": "x"}]});
        run.on(reply(200, &nameless));
    }
    let error = run.error();
    assert!(matches!(error, Error::SubmitUnclear) && !error.is_retryable());
}

#[test]
fn a_list_in_short_pages_is_not_taken_for_whole() {
    let mut run = Run::new(Plan::default());
    run.until_submit().on(lost());
    run.call();
    let mut short = list(&[("n-2", "y"), ("n-1", "y")]);
    short["page_details"] = json!({"prev_url": "https://x"});
    run.on(reply(200, &short));
    let Call::List { before, .. } = run.call() else {
        panic!()
    };
    assert_eq!(before, Some(id("n-1")));
    // An entry that can't be read may be the one.
    while let Step::Call(Call::List { .. }) = run.step() {
        run.on(reply(200, &json!({"transcripts": [{"id": 7}]})));
    }
    let error = run.error();
    assert!(matches!(error, Error::SubmitUnclear) && !error.is_retryable());
}

#[test]
fn an_upload_is_stored_before_anything_else_and_not_repeated() {
    let mut machine = Machine::new(Plan::default(), JobTicket::new("s-17"), Duration::ZERO);
    assert_eq!(machine.step(), Step::Upload);
    let uploaded = Uploaded {
        url: URL.to_owned(),
        sha256: "ab".to_owned(),
        bytes: 7,
    };
    machine.on(Event::Uploaded(Ok(uploaded)), Duration::ZERO);
    assert_eq!(machine.step(), Step::Keep);
    let mut later = Run::of(Plan::default(), machine.ticket().clone());
    assert!(matches!(later.call(), Call::List { limit: 1, .. }));
}

#[test]
fn a_refused_submit_is_final_and_a_crowded_one_is_sent_again() {
    let mut run = Run::new(Plan::default());
    run.until_submit()
        .on(reply(400, &json!({"error": "CANARY"})));
    assert!(matches!(run.error(), Error::Refused { status: 400, .. }));
    for (status, words) in [(429, "Too Many Requests"), (403, "Too many requests")] {
        let mut run = Run::new(Plan::default());
        run.until_submit()
            .on(reply(status, &json!({"error": words})));
        assert_eq!(run.call(), Call::Submit);
        assert!(run.now >= seconds(30));
    }
}

fn submitted(plan: Plan) -> Run {
    let mut run = Run::new(plan);
    run.until_submit()
        .on(reply(200, &transcript("t-1", "queued")));
    run
}

#[test]
fn a_job_is_asked_for_after_1_2_3_5_5_seconds_and_left_after_its_limit() {
    let mut run = submitted(Plan::default());
    let mut looks = Vec::new();
    while let Step::Call(Call::Get(_)) = run.step() {
        looks.push(run.now.as_secs());
        run.on(reply(
            200,
            &json!({"id": "t-1", "status": "processing", "throttled": true}),
        ));
    }
    assert_eq!(looks[..6], [1, 3, 6, 11, 16, 21]);
    assert_eq!(looks.last(), Some(&600));
    let error = run.error();
    assert!(matches!(
        error,
        Error::StillRunning {
            throttled: true,
            ..
        }
    ));
    assert_eq!(run.machine.ticket().transcript, Some(id("t-1")));
    // Resumed, it is asked for and not submitted.
    let mut later = Run::of(Plan::default(), run.machine.ticket().clone());
    assert_eq!(later.call(), Call::Get(id("t-1")));
}

#[test]
fn a_long_recording_is_waited_for_as_long_as_it_is() {
    let mut run = submitted(Plan::default());
    while let Step::Call(Call::Get(_)) = run.step() {
        run.on(reply(
            200,
            &json!({"id": "t-1", "status": "processing", "audio_duration": 3600}),
        ));
    }
    assert_eq!(run.now, seconds(3600));
    let plan = Plan {
        poll: PollPlan::default().limit(seconds(7)),
        ..Plan::default()
    };
    let mut run = submitted(plan);
    while let Step::Call(Call::Get(_)) = run.step() {
        run.on(reply(200, &json!({"id": "t-1", "status": "queued"})));
    }
    assert_eq!(run.now, seconds(7));
}

#[test]
fn a_network_that_is_away_for_minutes_does_not_end_the_waiting() {
    let mut run = submitted(Plan::default());
    for _ in 0..20 {
        assert_eq!(run.call(), Call::Get(id("t-1")));
        run.on(lost());
    }
    run.call();
    run.on(reply(200, &transcript("t-1", "completed")));
    assert_eq!(run.step(), Step::Done);
    assert!(run.machine.take_end().unwrap().raw.is_some());
}

#[test]
fn a_transcript_that_was_deleted_meanwhile_says_so() {
    let mut run = submitted(Plan::default());
    run.call();
    run.on(reply(200, &blanked("t-1")));
    assert!(matches!(run.error(), Error::Deleted));
}

#[test]
fn a_fault_of_the_service_is_submitted_again_once_under_a_new_id() {
    let failed = |id: &str| json!({"id": id, "status": "error", "error": "Server error, x"});
    let mut run = submitted(Plan::default());
    run.call();
    run.on(reply(200, &failed("t-1")));
    assert_eq!(run.call(), Call::Submit);
    assert_eq!(run.machine.ticket().others, [id("t-1")]);
    run.on(reply(200, &transcript("t-2", "queued")));
    run.call();
    run.on(reply(200, &failed("t-2")));
    let reason = FailureReason::Server;
    assert!(matches!(run.error(), Error::Failed { reason: said, .. } if said == reason));
    // Any other reason is final at once.
    let mut run = submitted(Plan::default());
    run.call();
    run.on(reply(
        200,
        &json!({"id": "t-1", "status": "error", "error": "Audio duration is too short."}),
    ));
    assert!(matches!(run.error(), Error::Failed { .. }));
}

fn fetched(plan: Plan) -> Run {
    let mut run = submitted(plan);
    run.call();
    run.on(reply(200, &transcript("t-1", "completed")));
    run
}

const ERASE: Plan = Plan {
    submit_only: false,
    redacted_audio: false,
    erase: true,
    poll: PollPlan::DEFAULT,
    audio_length: None,
    seed: 0,
};

fn audio() -> Run {
    fetched(Plan {
        redacted_audio: true,
        ..Plan::default()
    })
}

#[test]
fn redacted_audio_is_waited_for_two_minutes() {
    let mut run = audio();
    let began = run.now;
    while let Step::Call(Call::RedactedAudio(_)) = run.step() {
        run.on(reply(202, &json!(null)));
    }
    assert!(matches!(run.error(), Error::RedactedAudioNotReady));
    assert_eq!(run.now.saturating_sub(began), seconds(120));
    let mut run = audio();
    run.call();
    run.on(reply(400, &json!({"error": "gone"})));
    assert!(matches!(run.error(), Error::RedactedAudioGone));
}

#[test]
fn an_address_that_has_expired_is_asked_for_anew() {
    let ready = |url: &str| {
        reply(
            200,
            &json!({"status": "redacted_audio_ready", "redacted_audio_url": url}),
        )
    };
    let mut run = audio();
    run.call();
    run.on(ready("https://a"));
    assert_eq!(run.step(), Step::Download("https://a".to_owned()));
    run.on(Event::Downloaded(Err(Error::Auth)));
    run.call();
    run.on(ready("https://b"));
    assert_eq!(run.step(), Step::Download("https://b".to_owned()));
    run.on(Event::Downloaded(Ok(())));
    assert_eq!(run.step(), Step::Done);
    assert!(run.machine.take_end().is_ok());
}

#[tokio::test]
async fn a_submit_that_never_left_is_repeated_without_looking() {
    let nobody = transport::Origin::parse("http://127.0.0.1:9").unwrap();
    let http = transport::HttpClient::new(&transport::Connector::new().unwrap()).unwrap();
    let request = transport::HttpRequest::post(&nobody, "/v2/transcript").json("{}");
    let mut run = Run::new(Plan::default());
    run.until_submit();
    for _ in 0..3 {
        let refused = http.send(&request).await.map(|_| unreachable!());
        run.on(Event::Answered(refused));
        assert_eq!(run.call(), Call::Submit);
    }
    let refused = http.send(&request).await.map(|_| unreachable!());
    run.on(Event::Answered(refused));
    assert!(matches!(run.error(), Error::Transport(error) if error.is_retryable()));
}

#[test]
fn half_a_ticket_is_never_billed() {
    for stage in [
        Stage::Submitting,
        Stage::Submitted,
        Stage::Saved,
        Stage::Erased,
    ] {
        let mut ticket = JobTicket::new("s-17");
        ticket.stage = stage;
        let mut run = Run::of(Plan::default(), ticket);
        assert!(matches!(
            run.error(),
            Error::SubmitUnclear | Error::NotFound
        ));
    }
}

#[test]
fn what_can_not_be_found_is_sent_again_only_when_the_host_says_so() {
    let mut run = Run::new(Plan::default());
    run.until_submit().on(lost());
    let ticket = run.machine.ticket().clone().submit_anyway();
    let mut anyway = Run::of(Plan::default(), ticket);
    anyway.until_submit();
    // A job that is known is never sent again.
    let known = submitted(Plan::default()).machine.ticket().clone();
    assert_eq!(known.clone().submit_anyway(), known);
}

#[test]
fn an_answer_about_another_transcript_is_none() {
    let mut run = submitted(Plan::default());
    while let Step::Call(Call::Get(_)) = run.step() {
        run.on(reply(200, &transcript("t-9", "completed")));
    }
    assert!(matches!(run.error(), Error::Malformed { .. }));
}

#[test]
fn what_is_submitted_already_is_not_waited_for_by_a_submit() {
    let plan = Plan {
        submit_only: true,
        ..Plan::default()
    };
    let mut run = submitted(plan);
    assert_eq!(run.step(), Step::Done);
    let mut again = Run::of(plan, run.machine.ticket().clone());
    assert_eq!(again.step(), Step::Done);
    assert!(again.machine.take_end().is_ok());
}

#[test]
fn a_ticket_survives_its_store() {
    let mut run = submitted(Plan::default());
    run.call();
    let ticket = run.machine.ticket();
    let stored = serde_json::to_string(ticket).unwrap();
    assert_eq!(&serde_json::from_str::<JobTicket>(&stored).unwrap(), ticket);
    assert!(!format!("{ticket:?}").contains("cdn.example"));
}
