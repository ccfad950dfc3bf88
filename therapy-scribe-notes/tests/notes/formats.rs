//! From formats to drafts: through the emulator, and with models that break rules.

use std::sync::Arc;

use serde_json::json;
use therapy_scribe_notes::{
    Draft, Finding, FindingKind, Formats, Group, NoteFormat, NoteWriter, SchemaFormat, Severity,
    check_note,
};

use crate::{
    emulator, gateway,
    rules::{IDS, member, note},
    scripted::Scripted,
    session, transcript,
};

/// Three clients, with names in what they say, sentences that share a line, and a statement of risk.
const GROUP: [(&str, &str); 7] = [
    ("A", "Welcome back. What does each of you bring today?"),
    (
        "B",
        "I slept badly again. Yes, that one week was hard for me.",
    ),
    (
        "C",
        "Yes, that one is me too. Sometimes I wish I did not wake up.",
    ),
    (
        "A",
        "Thank you both. For homework, please keep a thought record until next week.",
    ),
    ("D", "Anna said it well. My mood is better than last week."),
    ("A", "What is your disturbance now, from zero to ten?"),
    ("D", "It is a three."),
];

async fn draft(model: &Arc<Scripted>, format: Arc<dyn NoteFormat>) -> Draft {
    let writer = NoteWriter::new(Arc::<Scripted>::clone(model));
    writer.draft(&transcript(), format).await.unwrap()
}

#[tokio::test]
async fn each_built_in_format_makes_the_whole_way_with_one_id_changed() {
    let formats = Formats::new();
    assert_eq!(formats.ids().collect::<Vec<_>>(), IDS);
    let emulator = emulator([]).await;
    let writer = NoteWriter::new(Arc::new(gateway(&emulator, &["claude-sonnet-4-6"])));
    let mut asked = 0;
    for (lines, id) in [&GROUP[..], &GROUP[..2]]
        .into_iter()
        .flat_map(|lines| IDS.map(|id| (lines, id)))
    {
        let format = formats.get(id).unwrap();
        let draft = writer
            .draft(&session(lines), Arc::clone(&format))
            .await
            .unwrap();
        assert_eq!(check_note(&*format, draft.value()), [], "{id}");
        asked += 1;
        assert_eq!(
            emulator.chat_requests().len(),
            asked,
            "{id} needed a repair"
        );
        let is_risk = |finding: &Finding| finding.kind == FindingKind::Risk;
        assert!(
            draft.findings().iter().all(is_risk),
            "{id}: {:?}",
            draft.findings()
        );
        let quotes = draft.value().to_string().contains("that one");
        assert!(quotes, "{id}: {}", draft.value());
    }
    emulator.stop().await;
}

#[tokio::test]
async fn a_practices_own_file_goes_the_same_way() {
    let file = json!({"title": "Check-in", "type": "object", "required": ["client", "sleep_hours"], "properties": {
        "client": {"type": "string"}, "sleep_hours": {"type": ["integer", "null"], "minimum": 0, "maximum": 24}}});
    let mut formats = Formats::new();
    formats.add(Arc::new(
        SchemaFormat::from_json("check_in", 1, file.to_string()).unwrap(),
    ));
    let emulator = emulator([]).await;
    let writer = NoteWriter::new(Arc::new(gateway(&emulator, &["gemini-2.5-pro"])));
    let draft = writer
        .draft(&transcript(), formats.get("check_in").unwrap())
        .await
        .unwrap();
    assert!(
        draft
            .section("client")
            .unwrap()
            .contains("worried about work")
    );
    assert!(draft.to_markdown().starts_with("# Check-in (DRAFT)"));
    emulator.stop().await;
}

#[tokio::test]
async fn a_model_is_told_of_a_broken_rule_and_asked_again() {
    let wrong = note("emdr", &[("sud_after", json!(11))]).to_string();
    let right = note("emdr", &[("sud_after", json!(1))]).to_string();
    let model = Arc::new(Scripted::new([(1, wrong), (1, right)]));
    let draft = draft(&model, Formats::new().get("emdr").unwrap()).await;
    assert_eq!(
        (draft.value()["sud_after"].as_u64(), draft.findings().len()),
        (Some(1), 0)
    );
    let asked = model.asked();
    assert!(
        asked[1]
            .messages
            .last()
            .unwrap()
            .text
            .contains("\n- `/sud_after` must be from 0 to 10\n")
    );
}

#[tokio::test]
async fn a_rule_that_stays_broken_is_a_finding_that_blocks_and_not_a_lost_note() {
    let completed = [
        ("phases", json!(["desensitization"])),
        ("completed", json!(["desensitization"])),
    ];
    let unsaid = note("emdr", &completed).to_string();
    let model = Arc::new(Scripted::new([
        (1, unsaid.clone()),
        (1, unsaid.clone()),
        (1, unsaid),
    ]));
    let draft = draft(&model, Formats::new().get("emdr").unwrap()).await;
    let found = draft.findings().first().unwrap();
    assert_eq!(
        (found.kind, found.severity, &*found.place),
        (FindingKind::Rule, Severity::Blocking, "/sud_after")
    );
    assert!(
        found
            .text
            .expose()
            .starts_with("must be given where this phase")
    );
}

#[tokio::test]
async fn a_members_risk_is_shown_by_itself_and_entries_read_well() {
    let mut anna = member("Anna", "She spoke of her sister.");
    anna["risk_flags"] = json!(["\"I do not want to wake up.\""]);
    let value = note(
        "group",
        &[("topic", json!("Grief")), ("members", json!([anna]))],
    )
    .to_string();
    let model = Arc::new(Scripted::new([(1, value)]));
    let draft = draft(&model, Formats::new().get("group").unwrap()).await;
    let found = draft.findings().first().unwrap();
    assert_eq!(
        (found.kind, &*found.place),
        (FindingKind::Risk, "/members/0/risk_flags/0")
    );
    let shown = "## Members\n\n- **Member:** Anna\n  - **Participation:** She spoke of her sister.\n  - **Response:** *(empty)*\n  - **Plan:** *(empty)*\n  - **Risk flags:**\n    - \"I do not want to wake up.\"\n";
    assert!(
        draft.to_markdown().contains(shown),
        "{}",
        draft.to_markdown()
    );
    let group: Group = draft.view().unwrap();
    assert!(!format!("{group:?} {:?}", group.members).contains("Anna"));
}
