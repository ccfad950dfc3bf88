use super::*;

fn tool(name: &str, description: &str, required: &Value) -> Value {
    let names: Vec<_> = required.as_object().unwrap().keys().collect();
    let parameters = json!({"type": "object", "properties": required, "required": names});
    json!({"type": "function", "function": {"name": name, "description": description, "parameters": parameters}})
}

/// As a scribe may offer them, in words of our own.
fn tools() -> Value {
    let text = |about: &str| json!({"type": "string", "description": about});
    json!([
        tool(
            "generate_dap_note",
            "For the DAP note, or a note of no special kind.",
            &json!({})
        ),
        tool(
            "generate_note",
            "For a note of another kind. One of: dap, soap, birp, treatment_plan.",
            &json!({"format": {"type": "string", "examples": ["dap", "soap"]}})
        ),
        tool(
            "search_session",
            "What was said about something in the session.",
            &json!({"topic": text("A few words.")})
        ),
        tool(
            "read_note",
            "To hear a section of the note.",
            &json!({"section": {"type": "string", "examples": ["assessment"]}})
        ),
        tool("list_risk_flags", "For risk or risk flags.", &json!({})),
        tool(
            "add_addendum",
            "To add something.",
            &json!({"text": text("What was dictated.")})
        ),
        tool(
            "jump",
            "Jumps.",
            &json!({"times": {"type": "integer"}, "way": {"type": "string", "enum": ["up", "far"]}})
        ),
        tool(
            "save_to_ehr",
            "To save the note, or push it to the EHR.",
            &json!({})
        ),
    ])
}

fn said(line: &str) -> Next {
    let request = json!({"tools": tools(), "messages": [{"role": "system", "content": "Save nothing."}, {"role": "user", "content": line}]});
    next(&request).unwrap()
}

fn calls(name: &str, arguments: Value) -> Next {
    Next::Calls(vec![(name.to_owned(), arguments)])
}

#[test]
fn words_choose_the_tool_and_fill_its_arguments() {
    for (line, name, arguments) in [
        (
            "Generate the DAP note for this session.",
            "generate_dap_note",
            json!({}),
        ),
        ("Write a note, please.", "generate_dap_note", json!({})),
        (
            "Generate the SOAP note.",
            "generate_note",
            json!({"format": "soap"}),
        ),
        (
            "Generate the treatment plan note for this session",
            "generate_note",
            json!({"format": "treatment plan"}),
        ),
        (
            "Read me the assessment section.",
            "read_note",
            json!({"section": "assessment"}),
        ),
        (
            "Read the risk flags section of the note",
            "read_note",
            json!({"section": "risk flags"}),
        ),
        (
            "What did she say about sleep?",
            "search_session",
            json!({"topic": "say sleep"}),
        ),
        (
            "Add an addendum: slept well — flag for next session.",
            "add_addendum",
            json!({"text": "slept well — flag for next session."}),
        ),
        ("Push it to the EHR.", "save_to_ehr", json!({})),
        (
            "Jump far, 12 times",
            "jump",
            json!({"times": 12, "way": "far"}),
        ),
    ] {
        assert_eq!(said(line), calls(name, arguments), "{line}");
    }
}

#[test]
fn where_no_tool_fits_it_says_what_it_is() {
    for line in ["", "Hello!", "Jump!", "Jump 3 times"] {
        let Next::Says(text) = said(line) else {
            panic!("{line}");
        };
        assert!(
            text.contains("stand-in") && text.contains("save_to_ehr"),
            "{text}"
        );
    }
    let notice = said("[Notice: The note is saved. Say so in one short sentence.]");
    assert_eq!(notice, Next::Says("The note is saved.".to_owned()));
}

#[test]
fn a_choice_of_the_request_counts_more_than_words() {
    let ask = |choice: Value| {
        next(
            &json!({"tools": tools(), "tool_choice": choice, "messages": [{"role": "user", "content": "Push it to the EHR."}]}),
        )
    };
    assert_eq!(ask(json!("auto")), Some(calls("save_to_ehr", json!({}))));
    assert_eq!(ask(json!("none")), None);
    let forced = json!({"type": "function", "function": {"name": "generate_dap_note"}});
    assert_eq!(ask(forced), Some(calls("generate_dap_note", json!({}))));
    assert_eq!(next(&json!({"messages": []})), None);
}

#[test]
fn what_tools_gave_is_read_out() {
    let given = |contents: &[&str]| {
        let results = contents
            .iter()
            .map(|content| json!({"role": "tool", "tool_call_id": "c", "content": content}));
        let messages: Vec<_> =
            std::iter::once(json!({"role": "user", "content": "Push it to the EHR."}))
                .chain(results)
                .collect();
        match next(&json!({"tools": tools(), "messages": messages})) {
            Some(Next::Says(text)) => text,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        given(&[r#"{"text":"Sleep is worse.","say":"x"}"#]),
        "Sleep is worse."
    );
    assert_eq!(
        given(&[r#"{"status":"not_yet","why":"no note"}"#]),
        "That can't be done yet: no note."
    );
    assert_eq!(
        given(&[r#"{"error":"no such section"}"#]),
        "That did not work: no such section."
    );
    assert_eq!(
        given(&[r#"{"status":"needs_confirmation","ask":"…"}"#]),
        "The tool says: needs confirmation."
    );
    assert_eq!(
        given(&[r#"{"count":1,"flags":[{"number":1,"flag":"Not to wake up."}]}"#]),
        "Not to wake up."
    );
    assert_eq!(
        given(&[r#"{"themes":["sleep","work"]}"#, "prose"]),
        "sleep; work. prose"
    );
    assert_eq!(given(&[r#"{"flags":[]}"#]), "There is nothing.");
}
