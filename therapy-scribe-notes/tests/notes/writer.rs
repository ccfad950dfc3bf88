//! From replies to drafts, with the seam's second implementation.

use std::sync::Arc;

use serde_json::json;
use therapy_scribe_notes::{Draft, Error, FindingKind, Formats, NoteWriter, Result};

use crate::{scripted::Scripted, transcript};

const WHOLE: &str =
    "The client slept badly all week and worried about work at four in the morning.";
const BROKEN_OFF: &str = "The client slept badly all week and worried about work at four in the";

fn dap(data: &str) -> String {
    json!({"data": data, "assessment": "Sleep is disturbed.", "plan": "Thought record.",
        "risk_flags": [], "themes": ["sleep", "work"]})
    .to_string()
}

async fn draft(model: &Arc<Scripted>) -> Result<Draft> {
    let format = Formats::default().get("dap").unwrap();
    NoteWriter::new(Arc::<Scripted>::clone(model))
        .draft(&transcript(), format)
        .await
}

fn unfinished(draft: &Draft) -> usize {
    let findings = draft.findings().iter();
    findings
        .filter(|finding| finding.kind == FindingKind::Unfinished)
        .count()
}

#[tokio::test]
async fn a_section_that_stops_in_mid_sentence_is_asked_for_again() {
    let model = Arc::new(Scripted::new([(1, dap(BROKEN_OFF)), (1, dap(WHOLE))]));
    let draft = draft(&model).await.unwrap();
    assert_eq!(draft.section("data"), Some(WHOLE));
    assert_eq!(unfinished(&draft), 0);
    let asked = model.asked();
    assert!(asked[1].messages.last().unwrap().text.contains("`/data`"));
}

#[tokio::test]
async fn a_section_that_stays_broken_off_is_a_finding_and_not_an_error() {
    for second in [
        Some((1, dap(BROKEN_OFF))),
        Some((1, "prose".to_owned())),
        None,
    ] {
        let replies = [Some((1, dap(BROKEN_OFF))), second];
        let model = Arc::new(Scripted::new(replies.into_iter().flatten()));
        let draft = draft(&model).await.unwrap();
        assert_eq!(draft.section("data"), Some(BROKEN_OFF));
        assert_eq!(unfinished(&draft), 1);
    }
}

#[tokio::test]
async fn a_draft_costs_three_calls_at_most() {
    let broken = || "{}".to_owned();
    for (first, rounds, left) in [(1, 3, 2), (2, 2, 1), (3, 1, 0)] {
        let replies = [first, 1, 1, 1].map(|tries| (tries, broken()));
        let model = Arc::new(Scripted::new(replies));
        let error = draft(&model).await.unwrap_err();
        assert!(matches!(error, Error::Malformed { .. }), "{error:?}");
        let asked = model.asked();
        assert_eq!(asked.len(), rounds, "after {first} calls");
        assert!(asked.get(1).is_none_or(|second| second.tries == left));
    }
}

#[tokio::test]
async fn what_a_model_wrote_is_kept_when_the_next_call_fails() {
    let model = Arc::new(Scripted::new([(1, "Client slept badly.".to_owned())]));
    let error = draft(&model).await.unwrap_err();
    assert!(
        matches!(&error, Error::NotANote { reply, .. } if reply.expose().contains("slept")),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_flag_that_breaks_off_is_noticed_like_a_section() {
    let flag = "Client said that on Sunday night she had taken out all of the tablets and";
    let note = dap(WHOLE).replace("[]", &format!("[\"{flag}\"]"));
    let model = Arc::new(Scripted::new([(1, note)]));
    let draft = draft(&model).await.unwrap();
    let places: Vec<_> = draft
        .findings()
        .iter()
        .map(|finding| &*finding.place)
        .collect();
    assert_eq!(places, ["/risk_flags/0", "/risk_flags/0"]);
}

#[tokio::test]
async fn a_host_whose_model_has_no_catalogue_is_told_that_it_can_be_used() {
    let model = Arc::new(Scripted::new([]));
    let now = therapy_scribe_notes::WallTime::from_unix_millis(0);
    assert!(NoteWriter::new(model).check(now).await.is_ok());
}
