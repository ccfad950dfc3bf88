//! Saving, deleting and making sure.

use super::*;

#[test]
fn nothing_is_deleted_before_the_host_has_saved() {
    let mut run = fetched(ERASE);
    assert_eq!(run.step(), Step::Save);
    run.on(Event::Saved(Err("disk full".into())));
    assert!(matches!(run.error(), Error::Save(_)));
    assert_eq!(run.machine.ticket().stage, Stage::Submitted);
}

#[test]
fn a_deletion_is_verified_by_looking() {
    let mut run = fetched(ERASE);
    run.step();
    run.on(Event::Saved(Ok(())));
    assert_eq!(run.call(), Call::Delete(id("t-1")));
    run.on(reply(200, &blanked("t-1")));
    assert_eq!(run.call(), Call::Get(id("t-1")));
    run.on(reply(200, &blanked("t-1")));
    assert_eq!(run.step(), Step::Done);
    let deletion = run.machine.take_end().unwrap().deletion.unwrap();
    assert!(deletion.is_complete() && deletion.confirmed == [id("t-1")]);
    assert_eq!(run.machine.ticket().stage, Stage::Erased);
}

#[test]
fn a_deletion_that_does_not_show_is_reported_and_can_be_resumed() {
    let mut run = fetched(ERASE);
    run.step();
    run.on(Event::Saved(Ok(())));
    let mut deletions = 0;
    while let Step::Call(call) = run.step() {
        deletions += usize::from(matches!(call, Call::Delete(_)));
        // It says yes, and the text stays.
        run.on(reply(200, &transcript("t-1", "completed")));
    }
    assert_eq!(deletions, 3);
    let deletion = run.machine.take_end().unwrap().deletion.unwrap();
    assert!(!deletion.is_complete() && deletion.unconfirmed[0].why.is_none());
    let mut later = Run::of(ERASE, run.machine.ticket().clone());
    assert_eq!(later.call(), Call::Delete(id("t-1")));
}

#[test]
fn what_is_gone_already_is_deleted_and_a_refusal_is_not() {
    let lookup = json!({"error": "Transcript lookup error, transcript id not found"});
    for (status, body) in [(404, json!({"error": "Not found"})), (400, lookup)] {
        let mut run = fetched(ERASE);
        run.step();
        run.on(Event::Saved(Ok(())));
        run.call();
        run.on(reply(status, &body));
        run.call();
        run.on(reply(status, &body));
        assert_eq!(run.step(), Step::Done);
        assert!(
            run.machine
                .take_end()
                .unwrap()
                .deletion
                .unwrap()
                .is_complete()
        );
    }
    let mut run = fetched(ERASE);
    run.step();
    run.on(Event::Saved(Ok(())));
    run.call();
    run.on(reply(401, &json!({"error": "x"})));
    assert_eq!(run.step(), Step::Done);
    let deletion = run.machine.take_end().unwrap().deletion.unwrap();
    assert!(matches!(deletion.unconfirmed[0].why, Some(Error::Auth)));
}

#[test]
fn who_does_not_ask_for_a_deletion_gets_none() {
    let mut ticket = submitted(Plan::default()).machine.ticket().clone();
    ticket.stage = Stage::Saved;
    let mut run = Run::of(Plan::default(), ticket.clone());
    assert_eq!(run.call(), Call::Get(id("t-1")));
    run.on(reply(200, &transcript("t-1", "completed")));
    assert_eq!(run.step(), Step::Done);
    assert!(run.machine.take_end().unwrap().raw.is_some());
    ticket.stage = Stage::Erased;
    assert!(matches!(
        Run::of(Plan::default(), ticket).error(),
        Error::Deleted
    ));
}

/// A deletion of a transcript that this run has not seen, and that is not found.
fn unfound() -> Run {
    let mut ticket = submitted(Plan::default()).machine.ticket().clone();
    ticket.stage = Stage::Saved;
    let mut run = Run::of(ERASE, ticket);
    for call in [Call::Delete(id("t-1")), Call::Get(id("t-1"))] {
        assert_eq!(run.call(), call);
        run.on(reply(404, &json!({"error": "Not found"})));
    }
    assert!(matches!(run.call(), Call::List { .. }));
    run
}

fn deletion(run: &mut Run) -> Deletion {
    assert_eq!(run.step(), Step::Done);
    run.machine.take_end().unwrap().deletion.unwrap()
}

#[test]
fn what_was_never_seen_is_not_deleted_because_it_is_not_found() {
    let mut run = unfound();
    run.on(reply(200, &list(&[("other", "x")])));
    let left = deletion(&mut run);
    assert!(!left.is_complete() && matches!(left.unconfirmed[0].why, Some(Error::NotFound)));
    assert_eq!(run.machine.ticket().stage, Stage::Saved);
    let mut run = unfound();
    run.on(reply(200, &list(&[("t-1", "http://deleted_by_user")])));
    assert!(deletion(&mut run).is_complete());
    let mut run = unfound();
    run.on(reply(200, &list(&[("t-1", URL)])));
    assert!(!deletion(&mut run).is_complete());
    assert!(!Deletion::default().is_complete(), "nothing proves nothing");
}

#[test]
fn a_deletion_that_was_taken_and_is_not_found_then_is_done() {
    let mut ticket = submitted(Plan::default()).machine.ticket().clone();
    ticket.stage = Stage::Saved;
    let mut run = Run::of(ERASE, ticket);
    run.call();
    run.on(reply(200, &json!({})));
    run.call();
    run.on(reply(404, &json!({"error": "Not found"})));
    assert!(deletion(&mut run).is_complete());
}

#[test]
fn what_a_failed_job_left_is_deleted_before_its_failure_is_told() {
    let failed = |id: &str, words: &str| json!({"id": id, "status": "error", "error": words});
    for gone in [true, false] {
        let mut run = submitted(ERASE);
        run.call();
        run.on(reply(200, &failed("t-1", "Server error")));
        assert_eq!(run.call(), Call::Submit);
        run.on(reply(200, &transcript("t-2", "queued")));
        run.call();
        run.on(reply(200, &failed("t-2", "Server error")));
        let mut asked = Vec::new();
        while let Step::Call(call) = run.step() {
            let (Call::Delete(id) | Call::Get(id)) = &call else {
                panic!("{call:?}")
            };
            let body = if gone {
                blanked(id.as_str())
            } else {
                failed(id.as_str(), "Server error")
            };
            run.on(reply(200, &body));
            asked.push(call);
        }
        if gone {
            let deleted = |name| [Call::Delete(id(name)), Call::Get(id(name))];
            assert_eq!(asked, [deleted("t-1"), deleted("t-2")].concat());
        }
        let error = run.error();
        assert!(error.to_string().contains("t-2") && !error.is_retryable());
        let Error::Failed { deletion, .. } = error else {
            panic!("{error:?}")
        };
        assert_eq!(deletion.unwrap().is_complete(), gone);
        // A ticket that is resumed does not look as if it had been saved.
        assert_eq!(run.machine.ticket().stage, Stage::Submitted);
    }
}

#[test]
fn audio_that_never_comes_does_not_keep_the_transcript_from_being_saved() {
    let mut run = fetched(Plan {
        redacted_audio: true,
        ..ERASE
    });
    run.call();
    run.on(reply(400, &json!({"error": "gone"})));
    assert_eq!(run.step(), Step::Save);
    run.on(Event::Saved(Ok(())));
    for _ in 0..2 {
        run.call();
        run.on(reply(200, &blanked("t-1")));
    }
    assert_eq!(run.step(), Step::Done);
    let end = run.machine.take_end().unwrap();
    assert!(end.deletion.unwrap().is_complete());
    assert!(matches!(end.audio_failure, Some(Error::RedactedAudioGone)));
}
