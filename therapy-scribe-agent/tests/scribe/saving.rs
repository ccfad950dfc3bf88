//! The way into the record, for those who may go it.

use std::sync::{Arc, atomic::Ordering};

use serde_json::json;
use therapy_scribe_agent::{Accept, HeardAs, NotConfirmed, SaveOutcome};
use therapy_scribe_notes::{DirectorySink, EhrSink, Later};

use crate::talk::{QUESTION, SESSION, Talk, dap, wait};

#[tokio::test(start_paused = true)]
async fn a_spoken_yes_signs_what_was_shown_and_saves_it_once() {
    let mut talk = Talk::with_note(Accept::HostOrVoice).await;
    let text = "client mentioned a possible elevation in symptoms after the meeting on Friday";
    assert_eq!(
        talk.call("add_addendum", json!({"text": text})).await["status"],
        "added"
    );
    let asked = talk.save().await;
    assert_eq!(asked["status"], "needs_confirmation");
    assert!(asked["ask"].as_str().unwrap().contains(QUESTION));
    talk.agent(QUESTION).await;
    assert_eq!(talk.record.count(), 0);
    assert_eq!(talk.says("Yes, save it.").await, HeardAs::Confirmed);
    assert_eq!(talk.save().await["status"], "saved");
    assert_eq!(talk.save().await["status"], "already_saved");
    let notes = talk.record.notes.lock().unwrap();
    assert_eq!(notes.len(), 1);
    assert!(notes[0].section("plan").unwrap().contains(text));
    assert_eq!(notes[0].signer_name(), "Dr. Jane Roe");
}

#[tokio::test(start_paused = true)]
async fn a_yes_on_the_screen_saves_and_is_announced() {
    let mut talk = Talk::with_note(Accept::Host).await;
    let asked = talk.save().await;
    assert!(asked["ask"].as_str().unwrap().contains("on the screen"));
    let pending = talk.desk.next_pending().await;
    assert!(pending.shown.expose().contains("Sleep is disturbed."));
    assert_eq!(
        talk.desk.confirm(pending.request, &pending.content).await,
        Ok(SaveOutcome::Saved)
    );
    assert!(talk.announced().await.contains("signed and saved"));
    assert_eq!(
        talk.desk.confirm(pending.request, &pending.content).await,
        Err(NotConfirmed::NotOpen)
    );
    assert_eq!(talk.record.count(), 1);
    assert!(talk.desk.pending().is_none());
}

#[tokio::test(start_paused = true)]
async fn what_the_record_did_not_take_is_queued_and_never_called_saved() {
    let mut talk = Talk::with_note(Accept::Host).await;
    talk.record.is_down.store(true, Ordering::Relaxed);
    talk.save().await;
    let pending = talk.desk.next_pending().await;
    assert_eq!(
        talk.desk.confirm(pending.request, &pending.content).await,
        Ok(SaveOutcome::Queued)
    );
    let said = talk.announced().await;
    assert!(said.contains("queued") && said.contains("not saved yet"));
    for _ in 0..3 {
        assert_eq!(talk.save().await["status"], "queued");
    }
    assert_eq!(
        talk.record.tries.load(Ordering::Relaxed),
        1,
        "no call of a model tries again"
    );
    talk.record.is_down.store(false, Ordering::Relaxed);
    assert_eq!(talk.desk.retry().await, Some(SaveOutcome::Saved));
    assert_eq!(talk.desk.retry().await, None);
    assert_eq!(talk.save().await["status"], "saved");
    assert_eq!(talk.record.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_record_that_hangs_is_waited_for_half_a_minute() {
    let mut talk = Talk::with_note(Accept::Host).await;
    talk.record.takes.store(60_000, Ordering::Relaxed);
    talk.save().await;
    let pending = talk.desk.next_pending().await;
    let desk = talk.desk.clone();
    let confirmed =
        tokio::spawn(async move { desk.confirm(pending.request, &pending.content).await });
    wait(10).await;
    assert_eq!(talk.save().await["status"], "saving");
    assert_eq!(confirmed.await.unwrap(), Ok(SaveOutcome::Queued));
}

#[tokio::test(start_paused = true)]
async fn giving_up_the_wait_does_not_stop_what_was_confirmed() {
    let mut talk = Talk::with_note(Accept::Host).await;
    talk.record.takes.store(5000, Ordering::Relaxed);
    talk.save().await;
    let pending = talk.desk.next_pending().await;
    let confirm = talk.desk.confirm(pending.request, &pending.content);
    assert!(
        tokio::time::timeout(std::time::Duration::from_millis(10), confirm)
            .await
            .is_err()
    );
    assert_eq!(talk.record.count(), 0);
    talk.desk.finish().await;
    assert_eq!(talk.record.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_addendum_to_a_signed_note_needs_a_confirmation_of_its_own() {
    let mut talk = Talk::with_note(Accept::HostOrVoice).await;
    talk.save().await;
    talk.agent(QUESTION).await;
    talk.says("Yes.").await;
    let added = talk
        .call("add_addendum", json!({"text": "Flag for next session."}))
        .await;
    assert_eq!(added["status"], "needs_confirmation");
    assert_eq!(talk.record.count(), 1);
    talk.agent("Shall I sign this addendum as Dr. Jane Roe and add it to the record?")
        .await;
    assert_eq!(talk.says("Yes, please.").await, HeardAs::Confirmed);
    assert_eq!(talk.save().await["status"], "saved");
    let again = talk
        .call("add_addendum", json!({"text": "Flag for next session."}))
        .await;
    assert_eq!(again["status"], "already_added");
    let later = talk.record.later.lock().unwrap().clone();
    let [Later::Addendum(addendum)] = later.as_slice() else {
        panic!("one addendum");
    };
    assert_eq!(addendum.text(), "Flag for next session.");
    assert_eq!(
        talk.call("read_note", json!({"section": "addendum"})).await["text"],
        "Flag for next session."
    );
}

#[tokio::test(start_paused = true)]
async fn what_became_of_a_request_is_told_once_and_then_it_can_be_asked_again() {
    let mut talk = Talk::with_note(Accept::HostOrVoice).await;
    talk.save().await;
    talk.agent(QUESTION).await;
    assert_eq!(talk.says("No, not yet.").await, HeardAs::Declined);
    assert_eq!(talk.save().await["status"], "declined");
    assert_eq!(talk.save().await["status"], "needs_confirmation");
    talk.agent(QUESTION).await;
    wait(120_500).await;
    assert!(talk.announced().await.contains("in time"));
    assert_eq!(talk.save().await["status"], "expired");
    assert_eq!(talk.save().await["status"], "needs_confirmation");
    talk.agent(QUESTION).await;
    assert_eq!(talk.says("Hm, let me think.").await, HeardAs::Unclear);
    assert_eq!(talk.save().await["status"], "needs_confirmation");
    assert_eq!(talk.record.count(), 0);
    let claims = talk.desk.claimed_confirmations();
    assert!(claims.len() == 6 && claims.iter().all(|claim| claim.expose() == "yes"));
}

#[tokio::test(start_paused = true)]
async fn a_folder_is_empty_before_the_yes_and_holds_note_and_addendum_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("ehr");
    let sink: Arc<dyn EhrSink> = Arc::new(DirectorySink::new(&root));
    let sink = (Arc::default(), sink);
    let mut talk = Talk::into_sink(&SESSION, dap(), Accept::HostOrVoice, sink);
    talk.generate().await;
    talk.save().await;
    talk.agent(QUESTION).await;
    assert!(!root.exists());
    talk.says("Yes, save it.").await;
    let note = root.join(talk.desk.signed().unwrap().id());
    assert_eq!(std::fs::read_dir(&note).unwrap().count(), 3);
    talk.call("add_addendum", json!({"text": "Flag for next session."}))
        .await;
    assert_eq!(std::fs::read_dir(&note).unwrap().count(), 3);
    talk.agent("Shall I sign this addendum and add it to the record?")
        .await;
    talk.says("Yes.").await;
    assert_eq!(std::fs::read_dir(&note).unwrap().count(), 6);
}

#[tokio::test(start_paused = true)]
async fn nothing_that_was_said_is_shown() {
    let talk = Talk::with_note(Accept::Host).await;
    let shown = format!(
        "{:?} {:?} {:?}",
        talk.desk,
        talk.desk.announcements(),
        talk.dispatcher
    );
    for said in ["sleep", "Roe", "Badly"] {
        assert!(!shown.contains(said), "{shown}");
    }
}

/// A note of a circle, in which each has an entry, and there is no text for all.
fn circle() -> serde_json::Value {
    json!({
        "members": [{"member": "Client", "said": "Slept badly."}],
        "risk_flags": ["Client said \"easier not to wake up\".", "Client denied a plan."],
    })
}

#[tokio::test(start_paused = true)]
async fn an_addendum_that_fits_into_no_section_is_kept_and_signed_beside_the_note() {
    let mut talk = Talk::about(&SESSION, circle(), Accept::HostOrVoice);
    talk.call("generate_note", json!({"format": "circle"}))
        .await;
    assert!(talk.announced().await.contains("ready"));
    let text = "Bring the diaries on Friday.";
    for _ in 0..2 {
        let kept = talk.call("add_addendum", json!({"text": text})).await;
        assert_eq!(kept["status"], "kept", "{kept}");
    }
    let read = talk.call("read_note", json!({"section": "addendum"})).await;
    assert_eq!(
        (&read["note"], &read["text"]),
        (&json!("draft"), &json!(text))
    );

    talk.save().await;
    talk.agent(QUESTION).await;
    talk.says("Yes.").await;
    let said = [talk.announced().await, talk.announced().await];
    let told = said
        .iter()
        .any(|said| said.contains("addendum that was dictated"));
    assert!(told && talk.record.count() == 1, "{said:?}");
    // What became of the note is told first.
    assert_eq!(talk.save().await["status"], "saved");
    assert_eq!(talk.save().await["status"], "needs_confirmation");
    talk.agent("Shall I sign this addendum as Dr. Jane Roe and add it to the record?")
        .await;
    assert_eq!(talk.says("Yes, please.").await, HeardAs::Confirmed);
    let later = talk.record.later.lock().unwrap().clone();
    assert!(matches!(later.as_slice(), [Later::Addendum(addendum)] if addendum.text() == text));
}
