//! Names that no model reads.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};
use therapy_scribe_notes::{
    ChatModel, ChatRequest, Clinician, Error, FindingKind, Formats, NameKind, NoteFormat,
    NoteRequest, NoteWriter, Pseudonymised, Pseudonyms, Result, SchemaFormat, WallTime, WithGoals,
};

use crate::{review::at, session, spy::Spy};

const CANARIES: [&str; 5] = ["konstantin", "zeller", "oksana", "brandauer", "quellental"];

const SESSION: [(&str, &str); 4] = [
    ("A", "I'm Dr. Brandauer. How was your week, Konstantin?"),
    (
        "B",
        "Bad. OKSANA'S mother came from Quellental, and the Zellers too.",
    ),
    ("A", "Konstantim, did you tell oksana?"),
    (
        "B",
        "Oksanna knows. Konstantin Zeller does not give up, I said.",
    ),
];

fn names() -> Pseudonyms {
    Pseudonyms::new([
        (NameKind::Person, "Konstantin Zeller"),
        (NameKind::Person, "Oksana"),
        (NameKind::Person, "Dr. Brandauer"),
        (NameKind::Place, "Quellental"),
    ])
}

fn has_read_no_name(model: &Spy) {
    for text in model.read() {
        for canary in CANARIES {
            assert!(
                !text.to_lowercase().contains(canary),
                "{canary} is in {text}"
            );
        }
    }
}

fn soap(subjective: &str) -> Value {
    json!({"subjective": subjective, "objective": "", "assessment": "", "plan": "", "goal_ids": [], "risk_flags": [], "themes": []})
}

fn format(id: &str) -> Arc<dyn NoteFormat> {
    Formats::new().get(id).unwrap()
}

/// Drafts SOAP notes with these names.
async fn draft(
    model: &Arc<Spy>,
    lines: &[(&str, &str)],
    names: Pseudonyms,
) -> Result<therapy_scribe_notes::Draft> {
    let request = NoteRequest::new(format("soap")).pseudonyms(names);
    let writer = NoteWriter::new(Arc::<Spy>::clone(model));
    writer
        .draft_with(&session(lines), request, &mut |_| {})
        .await
}

#[tokio::test]
async fn no_message_of_any_kind_has_a_name_and_the_draft_has_them_again() {
    let model = Spy::new(|_, before| {
        match before {
        0 => json!({"subjective": "[PERSON_1] and [PERSON_2]"}).to_string(),
        1 => soap("[PERSON_1] [SURNAME_1] told person_2's mother, the SURNAME_1s and [Person_3] of [PLACE 1].").to_string(),
        _ => json!({"plan": "[PERSON_2] will come along."}).to_string(),
    }
    });
    let goals = WithGoals::new(
        format("soap"),
        [("G1", "Konstantin visits Oksana in Quellental")],
    )
    .unwrap();
    let request = NoteRequest::new(Arc::new(goals)).pseudonyms(names());
    let writer = NoteWriter::new(Arc::<Spy>::clone(&model));
    let transcript = session(&SESSION);
    let mut draft = writer
        .draft_with(&transcript, request, &mut |_| {})
        .await
        .unwrap();
    assert_eq!(
        draft.section("subjective"),
        Some("Konstantin Zeller told Oksana's mother, the Zellers and Brandauer of Quellental.")
    );
    let clinician = Clinician::new("c-17", "Dr. Brandauer", "MD");
    draft
        .edit(
            "assessment",
            "Better.\nKonstantin agreed.\n\tZeller too.",
            &clinician,
            at(1),
        )
        .unwrap();
    let by = (&clinician, at(2));
    writer
        .regenerate(
            &mut draft,
            &transcript,
            "plan",
            "Say that Oksana comes from Quellental.",
            by,
        )
        .await
        .unwrap();
    assert_eq!(draft.section("plan"), Some("Oksana will come along."));
    assert_eq!(draft.findings().len(), 0);
    let read = model.read();
    assert_eq!(read.len(), 3);
    has_read_no_name(&model);
    assert!(
        read[0].contains("[PERSON_1] visits [PERSON_2] in [PLACE_1]"),
        "{}",
        read[0]
    );
    assert!(read[0].contains("[PERSON_2]'S mother came from [PLACE_1], and the [SURNAME_1]s too."));
    assert!(read[1].contains("{\"subjective\":\"[PERSON_1] and [PERSON_2]\"}"));
    assert!(read[2].contains("Say that [PERSON_2] comes from [PLACE_1]."));
    assert!(read[2].contains("Better.\\n[PERSON_1] agreed.\\n\\t[SURNAME_1] too."));
}

#[tokio::test]
async fn parts_of_a_long_session_and_their_merge_have_no_name_either() {
    let model = Spy::new(|_, _| soap("Client met [PERSON_1].").to_string());
    let lines: Vec<_> = SESSION.iter().cycle().take(1600).copied().collect();
    let request = NoteRequest::new(format("soap")).pseudonyms(names());
    let writer = NoteWriter::new(Arc::<Spy>::clone(&model)).context_window(12_000);
    let draft = writer
        .draft_with(&session(&lines), request, &mut |_| {})
        .await
        .unwrap();
    assert_eq!(draft.section("subjective"), Some("Client met Konstantin."));
    let read = model.read();
    assert!(
        read.len() > 3
            && read
                .last()
                .unwrap()
                .contains("Part 2:\n{\"subjective\":\"Client met [PERSON_1].\"")
    );
    has_read_no_name(&model);
}

#[tokio::test]
async fn a_placeholder_that_was_not_given_is_a_finding_that_blocks() {
    let model = Spy::new(|_, _| soap("[PERSON_1] met [PERSON_9] in place_1.").to_string());
    let draft = draft(&model, &[("B", "Oksana came.")], names())
        .await
        .unwrap();
    assert_eq!(
        draft.section("subjective"),
        Some("[PERSON_1] met [PERSON_9] in place_1.")
    );
    let found: Vec<_> = draft
        .findings()
        .iter()
        .filter(|finding| finding.kind == FindingKind::Placeholder)
        .collect();
    assert_eq!(found.len(), 3);
    assert!(found[1].is_blocking() && found[1].place == "/subjective");
    assert!(found[1].text.expose().contains("[PERSON_9]"));
}

#[tokio::test]
async fn a_name_in_a_schema_keeps_everything_from_being_sent() {
    let schema = json!({"type": "object", "required": ["visits"], "properties": {
        "visits": {"type": "string", "description": "When oksana came."}}});
    let format = Arc::new(SchemaFormat::from_value("own", 1, &schema).unwrap());
    let model = Spy::new(|_, _| String::new());
    let writer = NoteWriter::new(Arc::<Spy>::clone(&model));
    let request = NoteRequest::new(format).pseudonyms(names());
    let refused = writer
        .draft_with(&session(&SESSION), request, &mut |_| {})
        .await
        .unwrap_err();
    assert!(matches!(refused, Error::NameLeft { .. }), "{refused:?}");
    let shown = format!("{refused} {refused:?}").to_lowercase();
    assert!(CANARIES.iter().all(|canary| !shown.contains(canary)) && model.read().is_empty());
}

#[tokio::test]
async fn a_model_that_is_wrapped_twice_gives_each_name_back_to_the_right_one() {
    let model = Spy::new(|_, _| soap("[PERSON_1] met [PERSON_2].").to_string());
    let inner = Pseudonymised::new(
        Arc::<Spy>::clone(&model),
        Pseudonyms::new([(NameKind::Person, "Ruben")]),
    );
    let writer = NoteWriter::new(Arc::new(inner));
    let request = NoteRequest::new(format("soap"))
        .pseudonyms(Pseudonyms::new([(NameKind::Person, "Oksana")]));
    let transcript = session(&[("B", "Oksana met Ruben.")]);
    let draft = writer
        .draft_with(&transcript, request, &mut |_| {})
        .await
        .unwrap();
    assert_eq!(draft.section("subjective"), Some("Oksana met Ruben."));
    assert!(model.read()[0].contains("[PERSON_1] met [PERSON_2]."));
}

#[tokio::test]
async fn a_name_that_is_a_word_too_is_one_with_a_capital_letter_only() {
    let model = Spy::new(|_, _| soap("[PERSON_1] and [PERSON_2] came.").to_string());
    let names = Pseudonyms::new(["Will", "Hope", "May"].map(|name| (NameKind::Person, name)));
    let lines = [("B", "I hope that Will and Hope may come. I will ask May.")];
    let draft = draft(&model, &lines, names).await.unwrap();
    assert!(
        model.read()[0]
            .contains("I hope that [PERSON_1] and [PERSON_2] may come. I will ask [PERSON_3].")
    );
    assert_eq!(draft.section("subjective"), Some("Will and Hope came."));
}

#[tokio::test]
async fn two_people_with_one_first_name_keep_it() {
    let model = Spy::new(|_, _| {
        soap("[PERSON_1] [SURNAME_1] likes [PERSON_1] [SURNAME_2]; [PERSON_1] came.").to_string()
    });
    let names = Pseudonyms::new([
        (NameKind::Person, "Annika Quill"),
        (NameKind::Person, "Annika Zeller"),
    ]);
    let draft = draft(
        &model,
        &[("B", "Annika Quill and Annika Zeller. Annika came.")],
        names,
    )
    .await
    .unwrap();
    assert!(
        model.read()[0]
            .contains("[PERSON_1] [SURNAME_1] and [PERSON_1] [SURNAME_2]. [PERSON_1] came.")
    );
    assert_eq!(
        draft.section("subjective"),
        Some("Annika Quill likes Annika Zeller; Annika came.")
    );
}

#[tokio::test]
async fn what_holds_no_name_goes_out_as_it_is() {
    let read = |names: Option<Pseudonyms>| async {
        let model = Spy::new(|_, _| soap("Client slept.").to_string());
        let mut request = NoteRequest::new(format("soap"));
        request.pseudonyms = names;
        let writer = NoteWriter::new(Arc::<Spy>::clone(&model));
        writer
            .draft_with(
                &session(&[("B", "I slept badly. Then it was over.")]),
                request,
                &mut |_| {},
            )
            .await
            .unwrap();
        model.read()
    };
    // Names that are near to words of the prompt.
    let common = "James Robert John Michael David William Richard Joseph Thomas Christopher Charles Daniel Matthew Anthony Mark Donald \
        Steven Andrew Paul Joshua Kenneth Kevin Brian Timothy Ronald George Jason Edward Jeffrey Ryan Jacob Nicholas Gary Eric Jonathan \
        Stephen Larry Justin Scott Brandon Benjamin Samuel Gregory Alexander Patrick Frank Raymond Jack Dennis Jerry Tyler Aaron Jose \
        Nathan Henry Douglas Zachary Peter Kyle Noah Ethan Jeremy Walter Christian Keith Mary Patricia Jennifer Linda Elizabeth Barbara \
        Susan Jessica Sarah Karen Lisa Nancy Betty Sandra Margaret Ashley Kimberly Emily Donna Michelle Carol Amanda Melissa Deborah \
        Stephanie Rebecca Sharon Laura Cynthia Dorothy Amy Kathleen Angela Shirley Emma Brenda Pamela Nicole Anna Samantha Katherine \
        Smith Johnson Brown Jones Garcia Miller Davis White Clark Lewis Young Allen King Wright Scott Hill Green Adams Baker Nelson";
    let names = Pseudonyms::new(
        common
            .split_whitespace()
            .map(|name| (NameKind::Person, name)),
    );
    assert_eq!(read(Some(names)).await, read(None).await);
}

#[tokio::test]
async fn numbers_and_addresses_are_hidden_where_that_is_asked_for() {
    let lines = [(
        "B",
        "Oksana's number is five five five, oh one four two; I take 50 mg.",
    )];
    let note = || Spy::new(|_, _| soap("Call [PHONE_1]: [PERSON_2] takes 50 mg.").to_string());
    let model = note();
    let hiding = names().with_identifiers();
    let hidden = draft(&model, &lines, hiding).await.unwrap();
    assert!(model.read()[0].contains("[PERSON_2]'s number is [PHONE_1]; I take 50 mg."));
    assert_eq!(
        hidden.section("subjective"),
        Some("Call five five five, oh one four two: Oksana takes 50 mg.")
    );
    let model = note();
    draft(&model, &lines, names()).await.unwrap();
    assert!(model.read()[0].contains("number is five five five, oh one four two"));
}

#[test]
fn debug_shows_no_name() {
    let model = Spy::new(|_, _| String::new());
    let request = NoteRequest::new(format("dap"))
        .at(WallTime::from_unix_millis(0))
        .pseudonyms(names());
    let shown = format!(
        "{request:?} {:?} {:?}",
        names(),
        Pseudonymised::new(model, names())
    )
    .to_lowercase();
    assert!(
        CANARIES.iter().all(|canary| !shown.contains(canary)),
        "{shown}"
    );
}

/// As a recogniser or somebody in a hurry may write it.
fn written() -> impl Strategy<Value = String> {
    let as_is = (
        prop::sample::select(&CANARIES[..]),
        prop::collection::vec(prop::bool::ANY, 16),
    )
        .prop_map(|(name, case)| {
            name.chars()
                .zip(case)
                .map(|(c, upper)| if upper { c.to_ascii_uppercase() } else { c })
                .collect::<String>()
        });
    let wrong = (
        prop::sample::select(&CANARIES[..]),
        1_usize..6,
        0..3,
        "[a-z]",
    )
        .prop_map(|(name, place, how, letter)| {
            let mut letters: Vec<char> = name.chars().collect();
            let letter = letter.chars().next().unwrap();
            match how {
                0 => letters.insert(place, letter),
                1 => drop(letters.remove(place)),
                _ => letters[place] = letter,
            }
            letters[0] = letters[0].to_ascii_uppercase();
            letters.into_iter().collect()
        });
    (
        prop_oneof![as_is, wrong],
        prop::sample::select(&["", "'s", "’s", "s", ",", "?", "-", "\""][..]),
    )
        .prop_map(|(name, end)| format!("{name}{end}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_a_name_looks_like_it_does_not_go_out_and_comes_back(
        said in prop::collection::vec(prop_oneof![written(), Just("and".to_owned()), Just("came.".to_owned())], 1..12),
        sign in prop::sample::select(&[" ", "/", " \"", "\n", "\\n"][..]),
    ) {
        let text = said.join(sign);
        // What it reads, it writes.
        let model = Spy::new(|request, _| request.messages[0].text.clone());
        let hidden = Pseudonymised::new(Arc::<Spy>::clone(&model), names());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let reply = runtime.block_on(hidden.complete(&ChatRequest::new("", text.clone()))).unwrap();
        let read = model.asked()[0].messages[0].text.clone();
        let given = said.iter().filter(|word| *word != "and" && *word != "came.").count();
        prop_assert_eq!(read.matches('[').count(), given, "{} of {}", &read, &text);
        let back = reply.content.expose().to_lowercase();
        let found: usize = CANARIES.iter().map(|name| back.matches(name).count()).sum();
        prop_assert_eq!(found, given, "{} of {}", &back, &text);
        prop_assert!(!back.contains('['));
    }
}
