//! Notes for people and for other programs.

use std::sync::Arc;

use serde_json::{Value, json};
use therapy_scribe_core::{Gap, GapReason, MediaTime, SttEvent, TranscriptAssembler};
use therapy_scribe_notes::{
    Clinician, Delivery, Draft, Formats, KeySigner, Later, LocalTime, NoteRecord, NoteWriter,
    Service, SessionFacts, WallTime,
};

use crate::{scripted::Scripted, session, transcript};

const START: u64 = 1_795_627_864_000;
const CANARY: &str = "<script>alert(\"x\")</script> & 'quoted' </style> <img src=x>";

fn at(minutes: u64) -> WallTime {
    WallTime::from_unix_millis(START + minutes * 60_000)
}

fn local(minutes: u64) -> LocalTime {
    LocalTime::new(at(minutes), 60).unwrap()
}

fn facts() -> SessionFacts {
    let lines = [
        (
            "A",
            "Your GAD-7 is fourteen and your PHQ-9 is eleven, <b>see</b>.",
        ),
        ("B", "Hm."),
    ];
    SessionFacts::from_transcript(&session(&lines))
        .with_times(local(0), local(53))
        .unwrap()
        .with_delivery(Delivery::Video)
        .with_service(Service::IndividualPsychotherapy)
}

async fn drafted(format: &str, note: Value) -> Draft {
    let writer = NoteWriter::new(Arc::new(Scripted::new([(1, note.to_string())])));
    let format = Formats::new().get(format).unwrap();
    let draft = writer.draft(&transcript(), format).await.unwrap();
    draft.with_facts(facts())
}

async fn dap(data: &str) -> Draft {
    let note = json!({"data": data, "assessment": "Better.\nStill tired.", "plan": "", "risk_flags": [],
        "themes": ["sleep", "work"]});
    drafted("dap", note).await
}

async fn group() -> Draft {
    let member = |name: &str, plan: &str| json!({"member": name, "participation": "Spoke of sleep.", "response": CANARY, "plan": plan, "risk_flags": ["\"It is no use.\""]});
    let note = json!({"topic": "Sleep.", "process": "Warm.", "intervention": "Psychoeducation.", "plan": "A diary.",
        "members": [member("Speaker C", ""), member("Speaker D", "A call.")], "themes": []});
    drafted("group", note).await
}

fn clinician() -> Clinician {
    Clinician::new("c-17", "Dr. Jane <Roe>", "PhD").licence("PSY 12345")
}

#[tokio::test]
async fn markdown_has_the_facts_first_and_names_what_is_empty() {
    let shown = dap("Slept badly.").await.to_markdown();
    let begins = "# DAP note (DRAFT)\n\n> DRAFT: not reviewed, not signed, not part of the record.\n\n## Session\n\n\
        - **Date:** 2026-11-25\n- **Start:** 18:31:04 (UTC+01:00)\n- **End:** 19:24:04 (UTC+01:00)\n\
        - **Service time:** 53 minutes from start to end\n\
        - **CPT suggestion:** 90837, by time, for individual psychotherapy\n- **Delivery:** Video\n\
        - **Participants:**\n  - Therapist\n  - Client\n- **Scores as said:**\n  - GAD-7: 14, said by Therapist at 0:01: ";
    assert!(shown.starts_with(begins), "{shown}");
    assert!(shown.contains("\\<b\\>see"), "{shown}");
    assert!(shown.contains("- **Recorder pauses:** none\n\n## Data\n\nSlept badly.\n\n"));
    assert!(shown.contains(
        "## Plan\n\n*(empty)*\n\n## Risk flags\n\n*(empty)*\n\n## Themes\n\n- sleep\n- work"
    ));
}

#[tokio::test]
async fn no_html_begins_in_markdown() {
    let shown = dap("SUD < 3. <script>").await.to_markdown();
    assert!(shown.contains("SUD < 3. \\<script>"), "{shown}");
}

#[tokio::test]
async fn plain_text_can_be_taken_section_by_section() {
    let draft = dap("  Slept badly.\n").await;
    assert_eq!(draft.section_text("data").unwrap(), "Slept badly.");
    assert_eq!(draft.section_text("plan").unwrap(), "");
    assert_eq!(draft.section_text("themes").unwrap(), "- sleep\n- work");
    assert_eq!(draft.section_text("no such"), None);
    let text = draft.to_text();
    assert!(
        text.starts_with("DAP note (DRAFT)\nDRAFT: not reviewed"),
        "{text}"
    );
    assert!(
        text.contains("\nASSESSMENT\nBetter.\nStill tired.\n\nPLAN\n(empty)\n"),
        "{text}"
    );
    let group = group().await;
    let members = group.section_text("members").unwrap();
    assert!(
        members.starts_with("- Member: Speaker C\n  - Participation: Spoke of sleep.\n"),
        "{members}"
    );
}

#[tokio::test]
async fn html_holds_no_markup_of_what_was_said() {
    let key = KeySigner::generate(clinician()).unwrap();
    let note = group().await.sign(&key, at(60)).unwrap();
    let mut record = NoteRecord::new(note.clone());
    let addendum = note.addendum(CANARY, &key, at(70)).unwrap();
    record.add(Later::Addendum(addendum)).unwrap();
    for page in [
        dap(CANARY).await.to_html(),
        note.to_html(),
        record.to_html(),
    ] {
        assert!(
            page.contains(
                "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;quoted&#39;"
            )
        );
        for never in [
            "<script", "<img", "<b>", "<Roe", "http:", "https:", "url(", "@import", " src=\"",
            " href=",
        ] {
            assert!(!page.contains(never), "{never}");
        }
        assert_eq!(page.matches("</style>").count(), 1);
        well_formed(&page);
    }
}

/// Every element is closed by its own tag, in order.
fn well_formed(page: &str) {
    const EMPTY: [&str; 3] = ["meta", "br", "!DOCTYPE"];
    let body = page.replace(
        page.split_once("<style>")
            .unwrap()
            .1
            .split_once("</style>")
            .unwrap()
            .0,
        "",
    );
    let mut open = Vec::new();
    for tag in body
        .split('<')
        .skip(1)
        .map(|rest| rest.split_once('>').unwrap().0)
    {
        let name = tag.split(' ').next().unwrap();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{page}"),
            None if EMPTY.contains(&name) => {}
            None => open.push(name),
        }
    }
    assert_eq!(open, [""; 0]);
}

#[tokio::test]
async fn html_of_a_draft_says_so_on_every_page_and_in_its_title() {
    let page = dap("Slept badly.").await.to_html();
    assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
    assert!(page.contains("<title>DAP note (DRAFT), 2026-11-25</title>"));
    assert!(page.contains("<div class=\"mark\" aria-hidden=\"true\">DRAFT</div>"));
    assert!(page.contains("<p class=\"banner\" role=\"note\">DRAFT: not reviewed"));
    assert!(page.contains("<h2>Plan</h2>\n<p class=\"empty\">(empty)</p>"));
    assert!(page.contains("<p>Better.<br>\nStill tired.</p>"));
    assert!(!page.contains("<h2>Signature</h2>"));
}

#[tokio::test]
async fn a_record_shows_how_it_stands_and_what_came_later() {
    let trainee = KeySigner::generate(clinician().supervised()).unwrap();
    let supervisor = KeySigner::generate(Clinician::new("c-1", "Dr. Max Moe", "PhD")).unwrap();
    let note = dap("Slept badly.").await.sign(&trainee, at(60)).unwrap();
    let mut record = NoteRecord::new(note.clone());
    assert!(
        record
            .to_html()
            .contains("Awaiting a supervisor&#39;s signature.")
            || record
                .to_html()
                .contains("Awaiting a supervisor's signature.")
    );
    let cosignature = note.cosign(&supervisor, at(70)).unwrap();
    record.add(Later::Cosignature(cosignature)).unwrap();
    let page = record.to_html();
    assert!(!page.contains("class=\"banner\"") && page.contains("Cosigned by Dr. Max Moe, PhD"));
    let addendum = note.addendum("He called.", &trainee, at(80)).unwrap();
    record.add(Later::Addendum(addendum)).unwrap();
    record
        .add(Later::Retraction(
            note.retract("Wrong client.", &trainee, at(90)).unwrap(),
        ))
        .unwrap();
    let (page, text, markdown) = (record.to_html(), record.to_text(), record.to_markdown());
    assert!(page.contains("<div class=\"mark\" aria-hidden=\"true\">RETRACTED</div>"));
    for shown in [&page, &text, &markdown] {
        assert!(
            shown.contains("RETRACTED: this note does not hold."),
            "{shown}"
        );
        assert!(
            shown.contains("He called.") && shown.contains("Wrong client."),
            "{shown}"
        );
    }
    assert_eq!(record.to_json()["status"], "retracted");
    assert_eq!(record.to_json()["later"][1]["text"], "He called.");
}

#[tokio::test]
async fn a_note_in_place_of_another_names_it_and_why() {
    let key = KeySigner::generate(clinician()).unwrap();
    let first = dap("Slept badly.").await.sign(&key, at(60)).unwrap();
    let second = dap("Slept well.").await;
    let second = second
        .sign_superseding(&first, "Wrong week.", &key, at(70))
        .unwrap();
    for shown in [second.to_html(), second.to_text(), second.to_markdown()] {
        assert!(
            shown.contains(first.id()) && shown.contains("Wrong week."),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn json_names_its_schema_and_its_status() {
    let draft = dap("Slept badly.").await;
    let json = draft.to_json();
    assert_eq!(
        (&json["schema_id"], &json["status"]),
        (&json!("dap_v1"), &json!("draft"))
    );
    assert_eq!(json["note"], *draft.value());
    assert_eq!(json["facts"]["cpt_suggestion"], "90837");
    assert_eq!(json["signature"], Value::Null);
    let key = KeySigner::generate(clinician()).unwrap();
    let note = draft.sign(&key, at(60)).unwrap();
    let json = note.to_json();
    assert_eq!(
        (&json["schema_id"], &json["status"]),
        (&json!("dap_v1"), &json!("signed"))
    );
    assert_eq!(json["signature"]["note_sha256"], note.id());
}

#[tokio::test]
async fn pauses_and_a_time_that_was_set_are_shown_to_whoever_reads() {
    let mut assembler = TranscriptAssembler::default();
    let ms = MediaTime::from_millis;
    let gap = Gap::new(ms(600_000), ms(930_000), GapReason::Paused);
    assembler.apply(&SttEvent::Gap(gap));
    let facts = SessionFacts::from_transcript(&assembler.snapshot());
    let facts = facts.with_times(local(0), local(55)).unwrap();
    let shown = |facts: SessionFacts| {
        let draft = dap("Slept badly.");
        async { draft.await.with_facts(facts).to_text() }
    };
    let text = shown(facts.clone()).await;
    assert!(
        text.contains(
            "Service time: 55 minutes from start to end; recorder pauses of 5:30 are counted\n"
        ),
        "{text}"
    );
    assert!(
        text.contains("Recorder pauses: 10:00 to 15:30 of the recording (5:30)\n"),
        "{text}"
    );
    let text = shown(facts.clone().without_pauses()).await;
    assert!(
        text.contains(
            "Service time: 49 minutes without recorder pauses of 5:30; 55 from start to end\n"
        ),
        "{text}"
    );
    let text = shown(facts.with_minutes(50, &clinician()).unwrap()).await;
    assert!(
        text.contains("Service time: 50 minutes, set by Dr. Jane <Roe>; 55 from start to end\n"),
        "{text}"
    );
}

#[tokio::test]
async fn what_is_not_known_of_a_session_is_said_to_be_so() {
    let draft = dap("Slept badly.")
        .await
        .with_facts(SessionFacts::default());
    let text = draft.to_text();
    assert!(
        text.contains("- Date: not stated\n- Start: not stated"),
        "{text}"
    );
    assert!(!text.contains("CPT"));
}
