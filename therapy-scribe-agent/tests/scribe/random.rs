//! Random talks: at most one commit for each confirmation, of exactly what was shown.

use std::sync::atomic::Ordering;

use proptest::prelude::*;
use serde_json::json;
use therapy_scribe_agent::{Accept, ContentHash, Heard, HeardAs, PendingSave, SaveOutcome};
use therapy_scribe_notes::{Clinician, Later, WallTime};

use crate::talk::{QUESTION, Talk, wait};

#[derive(Debug, Clone)]
enum Step {
    Call(u8, u8),
    Interrupt,
    Agent(u8, bool),
    Says(u8, u16, u8),
    /// The model asks for it to be saved, and the agent asks the clinician.
    Asked,
    Edit,
    Confirm(u8, bool),
    Decline(u8),
    Down(bool),
    Slow(u16),
    Retry,
    Wait(u32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0u8..9, 0u8..6).prop_map(|(what, id)| Step::Call(what, id)),
        1 => Just(Step::Interrupt),
        4 => (0u8..4, proptest::bool::weighted(0.8)).prop_map(|(what, whole)| Step::Agent(what, whole)),
        4 => (0u8..6, 0u16..3000, 0u8..3).prop_map(|(what, after, sure)| Step::Says(what, after, sure)),
        4 => Just(Step::Asked),
        1 => Just(Step::Edit),
        2 => (0u8..3, proptest::bool::weighted(0.8)).prop_map(|(which, same)| Step::Confirm(which, same)),
        1 => (0u8..3).prop_map(Step::Decline),
        1 => any::<bool>().prop_map(Step::Down),
        1 => (0u16..40_000).prop_map(Step::Slow),
        1 => Just(Step::Retry),
        2 => (0u32..100_000).prop_map(Step::Wait),
    ]
}

/// What was seen from outside.
#[derive(Default)]
struct Seen {
    pending: Vec<PendingSave>,
    /// Confirmations that counted, with what was shown.
    confirmed: Vec<String>,
    retries: u64,
}

async fn run(steps: Vec<Step>) {
    let mut talk = Talk::with_note(Accept::HostOrVoice).await;
    let mut seen = Seen::default();
    for next in steps {
        if let Some(pending) = talk.desk.pending()
            && !seen.pending.contains(&pending)
        {
            seen.pending.push(pending);
        }
        take(&mut talk, &mut seen, next).await;
        check(&talk, &seen);
    }
    talk.record.is_down.store(false, Ordering::Relaxed);
    talk.record.takes.store(0, Ordering::Relaxed);
    talk.desk.finish().await;
    seen.retries += u64::from(talk.desk.retry().await.is_some());
    check(&talk, &seen);
    assert_eq!(
        talk.record.count(),
        seen.confirmed.len(),
        "what was confirmed is saved at last"
    );
    let notes = talk.record.notes.lock().unwrap();
    let later = talk.record.later.lock().unwrap();
    let plans = notes
        .iter()
        .map(|note| note.section("plan").unwrap().to_owned());
    let texts = later.iter().map(Later::to_markdown);
    for (saved, shown) in plans.chain(texts).zip(&seen.confirmed) {
        let saved = saved.split("\n\nSigned by").next().unwrap();
        assert!(shown.contains(saved.trim()), "{shown} / {saved}");
    }
}

/// I21: each confirmation commits once at most, whatever is called.
fn check(talk: &Talk, seen: &Seen) {
    let confirmed = u64::try_from(seen.confirmed.len()).unwrap();
    assert!(talk.record.count() <= seen.confirmed.len());
    // What is confirmed later waits behind what the record has not taken yet, and has it tried again.
    let tries = talk.record.tries.load(Ordering::Relaxed);
    assert!(tries <= confirmed * (confirmed + 1) / 2 + seen.retries * confirmed);
    assert!(talk.desk.signed().is_none() || confirmed > 0);
}

async fn take(talk: &mut Talk, seen: &mut Seen, next: Step) {
    match next {
        Step::Call(what, id) => call(talk, what, id).await,
        Step::Interrupt => talk.dispatcher.interrupt(),
        Step::Agent(what, whole) => {
            let text =
                ["The note is ready.", QUESTION, QUESTION, "Yes, save it."][usize::from(what)];
            let spoken = if whole { Heard::Whole } else { Heard::Cut };
            talk.desk.agent_said(text, spoken);
        }
        Step::Says(what, after, sure) => says(talk, seen, what, after, sure).await,
        Step::Asked => {
            talk.save().await;
            talk.desk.agent_said(QUESTION, Heard::Whole);
        }
        Step::Edit => {
            let at = WallTime::from_unix_millis(1_790_000_000_000);
            let by = Clinician::new("c-17", "Dr. Jane Roe", "PhD");
            let text = format!("Plan at {:?}.", talk.desk.now());
            talk.desk
                .edit(|draft| draft.edit("plan", &text, &by, at).unwrap());
        }
        Step::Confirm(which, same) => confirm(talk, seen, which, same).await,
        Step::Decline(which) => {
            let pending = seen.pending.iter().rev().nth(which.into());
            let _ = pending.map(|pending| talk.desk.decline(pending.request));
        }
        Step::Down(is_down) => talk.record.is_down.store(is_down, Ordering::Relaxed),
        Step::Slow(millis) => talk.record.takes.store(millis.into(), Ordering::Relaxed),
        Step::Retry => seen.retries += u64::from(talk.desk.retry().await.is_some()),
        Step::Wait(millis) => wait(millis.into()).await,
    }
}

/// Twice, as a service may send it.
async fn call(talk: &mut Talk, what: u8, id: u8) {
    let (name, args) = match what {
        0 => ("save_to_ehr", json!({"confirmation": "yes"})),
        1 => ("save_to_ehr", json!(null)),
        2 => ("add_addendum", json!({"text": format!("Seen {id}.")})),
        3 => ("generate_dap_note", json!({})),
        4 => (
            "revise_note",
            json!({"section": "plan", "instruction": "x"}),
        ),
        5 => ("resolve_risk_flag", json!({"flag": "1", "reason": "r"})),
        6 => ("read_note", json!({"section": "plan"})),
        7 => ("confirm", json!({})),
        _ => ("save_to_ehr", json!("yes")),
    };
    talk.dispatcher.begin_turn(talk.desk.tools().unwrap());
    for _ in 0..2 {
        talk.call_as(&format!("{what} {id}"), name, args.clone())
            .await;
    }
}

async fn says(talk: &Talk, seen: &mut Seen, what: u8, after: u16, sure: u8) {
    let text = [
        "Yes.",
        "Yes, save it.",
        "Yes, please.",
        "No.",
        "Um.",
        "Yes, but.",
    ][usize::from(what)];
    let shown = talk
        .desk
        .pending()
        .map(|pending| pending.shown.into_inner());
    let sure = [None, Some(0.5), Some(0.95)][usize::from(sure)];
    if talk.says_after(after.into(), text, sure).await == HeardAs::Confirmed {
        assert!(what < 3 && sure != Some(0.5));
        seen.confirmed.push(shown.unwrap());
    }
}

async fn confirm(talk: &Talk, seen: &mut Seen, which: u8, same: bool) {
    let Some(pending) = seen.pending.iter().rev().nth(which.into()).cloned() else {
        return;
    };
    let shown = if same {
        pending.content.clone()
    } else {
        ContentHash::new("other")
    };
    match talk.desk.confirm(pending.request, &shown).await {
        Ok(SaveOutcome::Saved | SaveOutcome::Queued) => {
            assert!(same);
            seen.confirmed.push(pending.shown.into_inner());
        }
        Ok(other) => panic!("{other:?}"),
        Err(_) => {}
    }
}

/// So many talks, unless `PROPTEST_CASES` says another number.
fn cases() -> ProptestConfig {
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => ProptestConfig::default(),
        None => ProptestConfig::with_cases(200),
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn i21_each_confirmation_commits_once_at_most(steps in proptest::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(run(steps));
    }
}
