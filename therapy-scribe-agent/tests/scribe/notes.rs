//! What the tools say and do to the note.

use serde_json::{Value, json};
use therapy_scribe_agent::{Accept, Effect};
use therapy_scribe_notes::{Clinician, Source, WallTime};

use crate::talk::{SESSION, Talk};

#[tokio::test(start_paused = true)]
async fn the_tools_have_the_names_that_hosts_know() {
    let tools = Talk::new(Accept::Host).desk.tools().unwrap();
    let args = |name: &str| {
        let schema = tools.parameters(name).unwrap();
        let names: Vec<_> = schema["properties"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        names.join(" ")
    };
    let known: Vec<_> = tools
        .specs()
        .map(|spec| (spec.name.clone(), args(&spec.name), spec.effect))
        .collect();
    let expected = [
        ("generate_dap_note", "", Effect::Draft),
        ("generate_note", "format", Effect::Draft),
        ("search_session", "topic", Effect::Read),
        ("read_note", "section", Effect::Read),
        ("list_risk_flags", "", Effect::Read),
        ("list_themes", "", Effect::Read),
        ("suggest_follow_ups", "", Effect::Read),
        ("add_addendum", "text", Effect::Draft),
        ("revise_note", "section instruction", Effect::Draft),
        ("resolve_risk_flag", "flag reason", Effect::Draft),
        ("save_to_ehr", "confirmation", Effect::Commit),
    ];
    assert_eq!(
        known,
        expected.map(|(name, args, effect)| (name.to_owned(), args.to_owned(), effect))
    );
    for id in ["id", "client", "patient", "note_id", "session_id"] {
        assert!(
            !known
                .iter()
                .any(|(_, args, _)| args.split(' ').any(|arg| arg == id))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_can_not_run_yet_says_why() {
    let mut talk = Talk::new(Accept::Host);
    for (name, args) in [
        ("read_note", json!({"section": "plan"})),
        ("add_addendum", json!({"text": "x"})),
        (
            "revise_note",
            json!({"section": "plan", "instruction": "x"}),
        ),
        ("resolve_risk_flag", json!({"flag": "1", "reason": "x"})),
        ("list_risk_flags", json!({})),
        ("list_themes", json!({})),
        ("save_to_ehr", json!({})),
    ] {
        let told = talk.call(name, args).await;
        assert_eq!(
            told,
            json!({"status": "not_yet", "why": "there is no note yet; offer to generate one"}),
            "{name}"
        );
    }
    talk.call("generate_dap_note", json!({})).await;
    for (name, args) in [
        ("save_to_ehr", json!({})),
        ("read_note", json!({"section": "plan"})),
    ] {
        let told = talk.call(name, args).await;
        assert_eq!(
            told["why"], "the note is being written; wait until it is announced",
            "{name}"
        );
    }
    assert_eq!(
        talk.call("generate_note", json!({"format": "soap"})).await["status"],
        "in_progress"
    );
}

#[tokio::test(start_paused = true)]
async fn a_note_is_written_while_people_talk_and_read_section_by_section() {
    let mut talk = Talk::new(Accept::Host);
    talk.call("generate_dap_note", Value::Null).await;
    let said = talk.announced().await;
    assert!(said.contains("DAP note draft is ready") && said.contains("2 risk flag(s)"));
    for section in ["assessment", "the Assessment section", "ASSESSMENT."] {
        let told = talk.call("read_note", json!({"section": section})).await;
        assert_eq!(
            told["text"],
            "Sleep is disturbed. Passive ideation, no plan."
        );
    }
    let told = talk
        .call("read_note", json!({"section": "everything"}))
        .await;
    assert!(
        told["error"]
            .as_str()
            .unwrap()
            .contains("Data, Assessment, Plan")
    );
    assert_eq!(
        talk.call("list_themes", json!({})).await,
        json!({"themes": ["sleep", "work"]})
    );
    let by = Clinician::new("c", "N", "");
    let long = "A sentence. ".repeat(400);
    talk.desk.edit(|draft| {
        draft
            .edit(
                "data",
                &long,
                &by,
                WallTime::from_unix_millis(1_790_000_000_000),
            )
            .unwrap();
    });
    let told = talk.call("read_note", json!({"section": "data"})).await;
    assert!(told["rest_is_on_screen"] == true && told["text"].as_str().unwrap().len() < 1600);
}

#[tokio::test(start_paused = true)]
async fn a_writer_that_fails_is_announced_and_nothing_is_lost() {
    let mut talk = Talk::with_note(Accept::Host).await;
    *talk.model.0.lock().unwrap() = Value::Null;
    talk.call("generate_note", json!({"format": "DAP note"}))
        .await;
    assert!(talk.announced().await.contains("could not be written"));
    talk.call(
        "revise_note",
        json!({"section": "plan", "instruction": "shorter"}),
    )
    .await;
    assert!(talk.announced().await.contains("could not be written"));
    assert_eq!(
        talk.desk.draft().unwrap().section("plan"),
        Some("Sleep diary.")
    );
    assert!(talk.desk.earlier_drafts().is_empty());
    let told = talk.call("generate_note", json!({"format": "haiku"})).await;
    assert!(told["error"].as_str().unwrap().contains("soap"));
}

#[tokio::test(start_paused = true)]
async fn a_new_draft_keeps_the_old_one_and_a_revision_does_not_overrun_an_edit() {
    let mut talk = Talk::with_note(Accept::Host).await;
    talk.call("add_addendum", json!({"text": "Call on Friday."}))
        .await;
    assert_eq!(
        talk.call("add_addendum", json!({"text": "Call on Friday."}))
            .await["status"],
        "already_added"
    );
    let draft = talk.desk.draft().unwrap();
    assert_eq!(
        draft.section("plan"),
        Some("Sleep diary.\n\nAddendum: Call on Friday.")
    );
    assert_eq!(
        draft.versions().last().unwrap().change().source,
        Source::Dictation
    );
    talk.generate().await;
    assert_eq!(talk.desk.earlier_drafts().len(), 1);

    talk.model.0.lock().unwrap()["plan"] = json!("Diary, and a walk.");
    assert_eq!(
        talk.call(
            "revise_note",
            json!({"section": "Plan", "instruction": "add the walk"})
        )
        .await["status"],
        "started"
    );
    assert_eq!(
        talk.call("add_addendum", json!({"text": "x"})).await["status"],
        "not_yet"
    );
    assert!(talk.announced().await.contains("Plan was rewritten"));
    assert_eq!(
        talk.desk.draft().unwrap().section("plan"),
        Some("Diary, and a walk.")
    );

    talk.call(
        "revise_note",
        json!({"section": "Plan", "instruction": "again"}),
    )
    .await;
    let by = Clinician::new("c-17", "Dr. Jane Roe", "PhD");
    let at = WallTime::from_unix_millis(1_790_000_100_000);
    talk.desk
        .edit(|draft| draft.edit("plan", "Mine.", &by, at).unwrap());
    assert!(talk.announced().await.contains("was changed meanwhile"));
    assert_eq!(talk.desk.draft().unwrap().section("plan"), Some("Mine."));
}

#[tokio::test(start_paused = true)]
async fn a_flag_is_resolved_by_number_or_words_and_stays_in_the_note() {
    let mut talk = Talk::with_note(Accept::Host).await;
    let flags = talk.call("list_risk_flags", json!({})).await;
    assert_eq!(
        (&flags["count"], &flags["flags"][0]["number"]),
        (&json!(2), &json!(1))
    );
    let why = "discussed, no plan";
    let resolve = |flag: &str| json!({"flag": flag, "reason": why});
    for wrong in ["3", "0", "client", "the weather", ""] {
        let told = talk.call("resolve_risk_flag", resolve(wrong)).await;
        assert!(
            told["error"].as_str().unwrap().contains("number"),
            "{wrong}"
        );
    }
    assert!(
        talk.call("resolve_risk_flag", json!({"flag": "1", "reason": " "}))
            .await["error"]
            .is_string()
    );
    assert_eq!(
        talk.call("resolve_risk_flag", resolve("not to wake up"))
            .await["status"],
        "resolved"
    );
    assert_eq!(
        talk.call("resolve_risk_flag", resolve("number 2")).await["status"],
        "resolved"
    );
    let flags = talk.call("list_risk_flags", json!({})).await;
    assert!(
        flags["flags"]
            .as_array()
            .unwrap()
            .iter()
            .all(|flag| flag["resolved"] == true)
    );
    let draft = talk.desk.draft().unwrap();
    assert_eq!(
        draft.findings()[0]
            .dismissed
            .as_ref()
            .unwrap()
            .reason
            .expose(),
        why
    );
}

#[tokio::test(start_paused = true)]
async fn answers_about_the_session_are_quotes() {
    let mut talk = Talk::new(Accept::Host);
    let spoken: Vec<_> = SESSION.iter().map(|(_, text)| *text).collect();
    let spoken = spoken.join(" ");
    for (name, args) in [
        ("search_session", json!({"topic": "her sister"})),
        ("suggest_follow_ups", json!({})),
    ] {
        let told = talk.call(name, args).await;
        let quotes = told["quotes"].as_array().unwrap();
        assert!(!quotes.is_empty());
        for quote in quotes {
            assert!(spoken.contains(quote["said"].as_str().unwrap()), "{quote}");
        }
    }
    let told = talk.call("suggest_follow_ups", json!({})).await;
    assert!(told.to_string().contains("sleep diary"));
    let told = talk
        .call("search_session", json!({"topic": "astronomy"}))
        .await;
    assert_eq!(told["found"], 0);
    let mut silent = Talk::about(
        &[("A", "Hello."), ("B", "Good day.")],
        crate::talk::dap(),
        Accept::Host,
    );
    assert_eq!(
        silent.call("suggest_follow_ups", json!({})).await["found"],
        0
    );
}
