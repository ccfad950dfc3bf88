//! Review: versions, acceptance, undo, findings, and one section written anew.

use std::sync::Arc;

use serde_json::json;
use therapy_scribe_notes::{
    ChangeKind, Clinician, Draft, Error, FindingKind, Formats, KeySigner, NoteWriter, PieceFate,
    Source, WallTime,
};

use crate::{scripted::Scripted, transcript};

pub(crate) fn at(minute: u64) -> WallTime {
    WallTime::from_unix_millis(1_790_000_000_000 + minute * 60_000)
}

pub(crate) fn roe() -> Clinician {
    Clinician::new("c-17", "Dr. Jane Roe", "PhD").licence("PSY 1234")
}

pub(crate) fn signer(by: Clinician, seed: u8) -> KeySigner {
    KeySigner::from_seed(by, &[seed; 32])
}

/// A draft of this format whose model answers with these values, one after the other.
async fn drafted(
    format: &str,
    replies: &[serde_json::Value],
) -> (Draft, Arc<Scripted>, NoteWriter) {
    let replies = replies.iter().map(|reply| (1, reply.to_string()));
    let model = Arc::new(Scripted::new(replies));
    let writer = NoteWriter::new(Arc::<Scripted>::clone(&model));
    let format = Formats::new().get(format).unwrap();
    let draft = writer.draft(&transcript(), format).await.unwrap();
    (draft, model, writer)
}

pub(crate) async fn dap() -> Draft {
    drafted("dap", &[note("Slept badly.")]).await.0
}

fn note(data: &str) -> serde_json::Value {
    json!({"data": data, "assessment": "Sleep is disturbed.", "plan": "Thought record.",
        "risk_flags": [], "themes": ["sleep", "work"]})
}

#[tokio::test]
async fn every_version_says_who_when_and_from_where() {
    let mut draft = dap().await;
    draft.edit("plan", "Sleep diary.", &roe(), at(1)).unwrap();
    let heard = json!("Client slept badly all week.");
    draft
        .edit_from("data", heard, Source::Dictation, &roe(), at(2))
        .unwrap();
    let told: Vec<_> = draft
        .versions()
        .iter()
        .map(|version| {
            let change = version.change();
            (
                change.kind,
                change.source,
                change.section.as_deref(),
                change.at,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (ChangeKind::Drafted, Source::Model, None, None),
            (
                ChangeKind::Edited,
                Source::Clinician,
                Some("plan"),
                Some(at(1))
            ),
            (
                ChangeKind::Edited,
                Source::Dictation,
                Some("data"),
                Some(at(2))
            ),
        ]
    );
    assert_eq!(draft.versions()[1].value()["data"], "Slept badly.");
    let diff = draft.diff(0, 1).unwrap();
    assert_eq!((diff.len(), &*diff[0].section.key), (1, "plan"));
    let removed = diff[0]
        .pieces
        .iter()
        .find(|piece| piece.fate == PieceFate::Removed);
    assert!(removed.unwrap().text.expose().contains("Thought"));
    assert!(matches!(draft.diff(0, 3), Err(Error::NoVersion)));
}

#[tokio::test]
async fn what_is_accepted_holds_until_it_is_changed_and_again_when_that_is_undone() {
    let mut draft = dap().await;
    assert!(!draft.is_reviewed("plan"));
    draft.accept("plan", &roe(), at(1)).unwrap();
    assert!(draft.is_reviewed("plan") && !draft.is_reviewed("data"));
    draft.edit("plan", "Sleep diary.", &roe(), at(2)).unwrap();
    assert!(draft.is_reviewed("plan"));
    draft.undo(&roe(), at(3)).unwrap();
    assert_eq!(draft.section("plan"), Some("Thought record."));
    assert!(draft.is_reviewed("plan"));
    assert!(matches!(draft.undo(&roe(), at(4)), Err(Error::NoVersion)));
    assert!(matches!(
        draft.accept("homework", &roe(), at(4)),
        Err(Error::UnknownSection { .. })
    ));
}

#[tokio::test]
async fn undoing_again_and_again_goes_back_to_the_first_draft() {
    let mut draft = dap().await;
    for (minute, plan) in [(1, "One."), (2, "Two."), (3, "Three.")] {
        draft.edit("plan", plan, &roe(), at(minute)).unwrap();
    }
    let mut seen = Vec::new();
    while draft.undo(&roe(), at(5)).is_ok() {
        seen.push(draft.section("plan").unwrap().to_owned());
        if seen.len() == 1 {
            draft.edit("plan", "Other.", &roe(), at(6)).unwrap();
        }
    }
    assert_eq!(seen, ["Two.", "Two.", "One.", "Thought record."]);
    assert_eq!(draft.versions().len(), 9);
}

#[tokio::test]
async fn an_edit_that_breaks_the_form_is_refused_and_changes_nothing() {
    let mut draft = dap().await;
    let wrong = draft.edit("themes", "CANARY", &roe(), at(1)).unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "the section can't be changed to this: it must be of type \"array\""
    );
    for place in ["CANARY", "", "/", "/themes/2", "/plan/0"] {
        let unknown = draft.edit(place, "x", &roe(), at(1)).unwrap_err();
        assert!(matches!(unknown, Error::UnknownSection { .. }), "{place}");
        assert!(!format!("{unknown} {unknown:?}").contains("CANARY"));
    }
    assert_eq!(draft.versions().len(), 1);
    draft.edit("/themes/1", "rest", &roe(), at(1)).unwrap();
    assert_eq!(draft.value()["themes"], json!(["sleep", "rest"]));
    assert!(draft.is_reviewed("themes"));
}

#[tokio::test]
async fn a_blocking_finding_stops_signing_until_it_is_resolved_or_dismissed_with_a_reason() {
    let mut draft = emdr().await;
    let key = signer(roe(), 1);
    assert!(draft.sign(&key, at(0)).is_ok());
    let impossible = json!(12);
    draft
        .edit_from("sud_after", impossible, Source::Clinician, &roe(), at(1))
        .unwrap();
    let blocked = draft.sign(&key, at(2)).unwrap_err();
    assert!(matches!(blocked, Error::Blocked { count: 1, .. }));
    let open = draft.findings()[0].clone();
    assert_eq!((open.kind, &*open.place), (FindingKind::Rule, "/sud_after"));
    let nobody = Clinician::new("c-0", " ", "");
    for (reason, by) in [(" ", roe()), ("of twenty", nobody)] {
        let dismissed = draft.dismiss(open.id(), reason, &by, at(2));
        assert!(matches!(dismissed, Err(Error::Needed(_))));
    }
    draft
        .dismiss(open.id(), "of twenty", &roe(), at(2))
        .unwrap();
    let signed = draft.sign(&key, at(3)).unwrap();
    let text = String::from_utf8(signed.to_bytes()).unwrap();
    assert!(text.contains("\"reason\":\"of twenty\""));
    // What is put right is found no more, and nothing of it can be dismissed.
    let possible = json!(3);
    draft
        .edit_from("sud_after", possible, Source::Clinician, &roe(), at(4))
        .unwrap();
    assert!(draft.findings().is_empty());
    let gone = draft.dismiss(open.id(), "of twenty", &roe(), at(5));
    assert!(matches!(gone, Err(Error::NoFinding)));
}

async fn emdr() -> Draft {
    let note = json!({"phases": ["desensitization"], "target": "The stairs.", "negative_cognition": "",
        "positive_cognition": "", "emotions_and_body": "", "voc_before": null, "sud_before": 7,
        "processing": "Three sets.", "sud_after": 4, "voc_after": null, "body_scan": "", "completed": [],
        "closure": "Calm place.", "plan": "Go on.", "goal_ids": [], "risk_flags": [], "themes": []});
    drafted("emdr", &[note]).await.0
}

#[tokio::test]
async fn one_section_is_written_anew_as_the_clinician_says() {
    let shorter = json!({"plan": "Sleep diary each morning."});
    let (mut draft, model, writer) = drafted("dap", &[note("Slept badly."), shorter]).await;
    draft.accept("plan", &roe(), at(1)).unwrap();
    writer
        .regenerate(
            &mut draft,
            &transcript(),
            "plan",
            "Only the diary.",
            (&roe(), at(2)),
        )
        .await
        .unwrap();
    assert_eq!(draft.section("plan"), Some("Sleep diary each morning."));
    assert_eq!(draft.section("data"), Some("Slept badly."));
    assert!(!draft.is_reviewed("plan"));
    let change = draft.versions()[1].change();
    assert_eq!(
        (change.kind, change.source),
        (ChangeKind::Regenerated, Source::Model)
    );
    assert_eq!(change.by.as_deref(), Some("c-17"));
    let asked = model.asked().remove(1);
    let schema = asked.schema.unwrap().schema;
    assert_eq!(schema["required"], json!(["plan"]));
    assert!(asked.messages[2].text.contains("Only the diary."));
}

#[tokio::test]
async fn a_section_that_can_not_be_written_anew_stays_as_it_is() {
    let (mut draft, _, writer) = drafted("dap", &[note("Slept badly.")]).await;
    let before = draft.value().clone();
    for section in ["plan", "homework"] {
        let by = (&roe(), at(2));
        let failed = writer
            .regenerate(&mut draft, &transcript(), section, "Shorter.", by)
            .await;
        assert!(failed.is_err());
    }
    assert_eq!((draft.value(), draft.versions().len()), (&before, 1));
}
