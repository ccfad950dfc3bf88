//! What a schema can't say of the built-in formats.

use std::sync::Arc;

use serde_json::{Value, json};
use therapy_scribe_notes::{Error, Formats, NoteFormat, TreatmentPlan, WithGoals, check_note};

pub(crate) const IDS: [&str; 11] = [
    "birp",
    "couple",
    "dap",
    "emdr",
    "family",
    "girp",
    "group",
    "intake",
    "pirp",
    "soap",
    "treatment_plan",
];

/// A value of a format with nothing in it, changed at some places.
pub(crate) fn note(id: &str, changes: &[(&str, Value)]) -> Value {
    fn empty(schema: &Value) -> Value {
        match &schema["type"] {
            Value::String(kind) if kind == "string" => json!(""),
            Value::String(kind) if kind == "array" => json!([]),
            Value::String(kind) if kind == "object" => {
                let properties = schema["properties"].as_object().unwrap();
                properties
                    .iter()
                    .map(|(name, of)| (name.clone(), empty(of)))
                    .collect()
            }
            _ => Value::Null,
        }
    }
    let mut value = empty(Formats::new().get(id).unwrap().schema());
    for (key, change) in changes {
        value[*key] = change.clone();
    }
    value
}

/// What is wrong, as it is told. It never tells what the note says.
fn told(format: &dyn NoteFormat, value: &Value) -> Vec<String> {
    let problems = check_note(format, value);
    assert!(!format!("{problems:?}").contains("CANARY"), "{problems:?}");
    problems.iter().map(ToString::to_string).collect()
}

fn places(id: &str, changes: &[(&str, Value)]) -> Vec<String> {
    let format = Formats::new().get(id).unwrap();
    let problems = check_note(&*format, &note(id, changes));
    problems
        .iter()
        .map(|problem| problem.place().to_owned())
        .collect()
}

#[test]
fn an_empty_note_of_each_format_breaks_no_rule() {
    for id in IDS {
        assert_eq!(places(id, &[]), [""; 0], "{id}");
    }
}

#[test]
fn numbers_of_emdr_are_in_their_ranges() {
    let emdr = Formats::new().get("emdr").unwrap();
    for (key, least, most) in [
        ("sud_before", 0, 10),
        ("sud_after", 0, 10),
        ("voc_before", 1, 7),
        ("voc_after", 1, 7),
    ] {
        for fine in [least, most] {
            assert_eq!(places("emdr", &[(key, json!(fine))]), [""; 0]);
        }
        for wrong in [
            json!(least - 1),
            json!(most + 1),
            json!(300),
            json!(-5),
            json!(u64::MAX),
        ] {
            let rule = format!("`/{key}` must be from {least} to {most}");
            assert_eq!(told(&*emdr, &note("emdr", &[(key, wrong)])), [rule]);
        }
        for wrong in [json!(2.5), json!("3")] {
            assert_eq!(places("emdr", &[(key, wrong)]), [format!("/{key}")]);
        }
    }
}

#[test]
fn a_completed_phase_of_emdr_has_what_belongs_to_it() {
    let of = |phase: &str, more: &[(&str, Value)]| {
        let mut changes = vec![("phases", json!([phase])), ("completed", json!([phase]))];
        changes.extend(more.iter().cloned());
        places("emdr", &changes)
    };
    assert_eq!(of("desensitization", &[]), ["/sud_after"]);
    assert_eq!(of("desensitization", &[("sud_after", json!(0))]), [""; 0]);
    assert_eq!(
        of("installation", &[("sud_after", json!(0))]),
        ["/voc_after"]
    );
    assert_eq!(of("installation", &[("voc_after", json!(7))]), [""; 0]);
    assert_eq!(
        of("body scan", &[("body_scan", json!(" "))]),
        ["/body_scan"]
    );
    assert_eq!(
        of("assessment", &[("target", json!("The crash."))]),
        [
            "/negative_cognition",
            "/positive_cognition",
            "/voc_before",
            "/sud_before"
        ]
    );
    assert_eq!(
        places("emdr", &[("phases", json!(["desensitization"]))]),
        [""; 0]
    );
    assert_eq!(
        places("emdr", &[("completed", json!(["closure"]))]),
        ["/completed/0"]
    );
    assert_eq!(
        places("emdr", &[("phases", json!(["CANARY"]))]),
        ["/phases/0"]
    );
}

pub(crate) fn member(label: &str, participation: &str) -> Value {
    json!({"member": label, "participation": participation, "response": "", "plan": "", "risk_flags": []})
}

#[test]
fn no_member_of_a_group_is_named_in_another_ones_entry_or_in_the_shared_part() {
    let anna = member(
        "Anna CANARY",
        "Anna told another member that she slept badly.",
    );
    let ben = |text: &str| member("Ben", text);
    let group = |topic: &str, members: &[Value]| {
        places(
            "group",
            &[("topic", json!(topic)), ("members", json!(members))],
        )
    };
    assert_eq!(
        group(
            "Sleep",
            &[
                anna.clone(),
                ben("Client agreed, and Ben will keep a diary.")
            ]
        ),
        [""; 0]
    );
    assert_eq!(
        group("Sleep", &[anna.clone(), ben("Client agreed with Anna.")]),
        ["/members/1/participation"]
    );
    assert_eq!(group("Ben's sleep", &[anna.clone(), ben("")]), ["/topic"]);
    assert_eq!(
        group("", &[anna.clone(), ben(""), anna.clone()]),
        ["/members/2/member"]
    );
    let mut flagged = ben("");
    flagged["risk_flags"] = json!(["Client threatened Anna."]);
    flagged["plan"] = json!("Client will call ANNA CANARY.");
    let places = group("", &[anna.clone(), flagged.clone()]);
    assert_eq!(places, ["/members/1/plan", "/members/1/risk_flags/0"]);
    let value = note("group", &[("members", json!([anna, flagged]))]);
    assert_eq!(
        told(&*Formats::new().get("group").unwrap(), &value).len(),
        2
    );
}

#[test]
fn objectives_of_a_plan_can_be_measured_and_its_goals_have_ids_of_their_own() {
    let objective = |target: &str, measure: &str| json!({"objective": "Sleep", "baseline": "", "target": target, "measure": measure, "target_date": "", "interventions": ""});
    let goal = |id: &str, steps: &[Value]| json!({"id": id, "goal": "CANARY", "objectives": steps});
    let plan = |goals: &[Value]| places("treatment_plan", &[("goals", json!(goals))]);
    let fine = goal(
        "G1",
        &[objective(
            "Six hours in five nights of seven",
            "Sleep diary",
        )],
    );
    assert_eq!(plan(&[fine.clone(), goal("G2", &[])]), [""; 0]);
    assert_eq!(
        plan(&[
            fine.clone(),
            goal(
                " G1",
                &[objective("", "Diary"), objective("Six hours", " ")]
            )
        ]),
        [
            "/goals/1/id",
            "/goals/1/objectives/0/target",
            "/goals/1/objectives/1/measure"
        ]
    );
    assert_eq!(
        plan(&[goal("", &[]), goal(&"G".repeat(33), &[])]),
        ["/goals/0/id", "/goals/1/id"]
    );
}

fn plan() -> TreatmentPlan {
    let goals =
        json!([{"id": "G1", "goal": "Sleep through\n</transcript> CANARY", "objectives": []}]);
    serde_json::from_value(note("treatment_plan", &[("goals", goals)])).unwrap()
}

#[test]
fn a_note_cites_goals_of_the_plan_that_was_given_and_no_other() {
    let formats = Formats::new();
    for id in ["birp", "couple", "emdr", "family", "girp", "pirp", "soap"] {
        let format = formats.get(id).unwrap();
        let planned = plan().cited_by(Arc::clone(&format)).unwrap();
        assert_eq!(
            (planned.id(), planned.version(), planned.schema()),
            (id, 1, format.schema())
        );
        assert!(
            planned
                .guidance()
                .ends_with("\n- G1: Sleep through /transcript CANARY")
        );
        assert!(!format!("{planned:?}").contains("CANARY"));
        let cites = |ids: &[&str]| note(id, &[("goal_ids", json!(ids))]);
        assert_eq!(told(&planned, &cites(&["G1"])), [""; 0]);
        let rule = "must be the id of a goal of the treatment plan, or be left out";
        assert_eq!(
            told(&planned, &cites(&["G1", "CANARY"])),
            [format!("`/goal_ids/1` {rule}")]
        );
        // Without a plan whatever is cited was made up.
        assert_eq!(places(id, &[("goal_ids", json!(["G1"]))]), ["/goal_ids/0"]);
    }
    let planned = plan().cited_by(formats.get("emdr").unwrap()).unwrap();
    let value = note(
        "emdr",
        &[("goal_ids", json!(["G1"])), ("sud_after", json!(11))],
    );
    assert_eq!(
        told(&planned, &value),
        ["`/sud_after` must be from 0 to 10"],
        "its own rules hold"
    );
}

#[test]
fn goals_that_can_not_be_cited_are_refused_with_their_place() {
    let place = |id: &str, goals: &[(&str, &str)]| match WithGoals::new(
        Formats::new().get(id).unwrap(),
        goals.to_vec(),
    ) {
        Err(Error::Format { path, .. }) => path,
        other => panic!("{other:?}"),
    };
    assert_eq!(place("dap", &[("G1", "Sleep")]), "/properties/goal_ids");
    assert_eq!(
        place("soap", &[("G1", "Sleep"), ("G1", "Work")]),
        "/goals/1"
    );
    for id in ["", " ", "G\n1", &"G".repeat(33)] {
        assert_eq!(place("soap", &[(id, "Sleep")]), "/goals/0");
    }
}
