//! What holds for any text.

use proptest::prelude::*;
use therapy_scribe_core::redact::{Kinds, KnownNames, Pseudonyms, Redactor, Style, leak_check};

fn names() -> KnownNames {
    KnownNames::new()
        .client("Oksana Zeller")
        .family("Will Zeller")
        .family("Hope")
        .clinician("Dr. Anne-Marie Roe")
        .place("New Ulm")
        .organization("Saint Brendan's Academy")
}

/// Pieces of which identifiers, near misses and ordinary sentences are made.
const PIECES: &[&str] = &[
    "Oksana",
    "oksana",
    "Oksanna",
    "Zellers",
    "Will",
    "will",
    "Hope",
    "Annemarie",
    "New",
    "Ulm",
    "Brendans",
    "five",
    "oh",
    "double",
    "twenty-three",
    "nineteen",
    "hundred",
    "thousand",
    "555",
    "0142",
    "123-45-6789",
    "4111",
    "1111",
    "03/14/1981",
    "March",
    "third",
    "born",
    "birthday",
    "my number is",
    "MRN",
    "policy number",
    "A",
    "B12",
    "at",
    "gmail",
    "dot",
    "com",
    "jane@x.org",
    "www.x.com",
    "slash",
    "Main Street",
    "Elm",
    "Apt",
    "Portland, OR",
    "97201",
    "SW1A 1AA",
    "card",
    "ending in",
    "social",
    "extension",
    "um",
    "mhm",
    "no",
    "sorry",
    "the",
    "I",
    "is",
    "it's",
    "PHQ-9",
    "50 mg",
    "[PERSON_1]",
    "[PHONE_2]",
    "person_3",
    "[PERSON_NAME]",
    "####",
    "#",
    "(",
    ")",
    "-",
    ".",
    ",",
    "?",
    "!",
    ":",
    "/",
    "'s",
    "\"",
    "@",
    "+",
    "\n",
    "\\n",
    "é",
    "ﬁ",
    "𝟗",
    "٣",
    "İ",
];

fn text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(PIECES);
    let gap = prop::sample::select(&[" ", " ", " ", "", "\n", "-"][..]);
    let made = prop::collection::vec((piece, gap), 0..40).prop_map(|pieces| {
        pieces
            .into_iter()
            .fold(String::new(), |text, (piece, gap)| text + piece + gap)
    });
    prop_oneof![4 => made, 1 => any::<String>()]
}

fn style() -> impl Strategy<Value = Style> {
    prop::sample::select(&[Style::Pseudonym, Style::Kind, Style::Hash][..])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn what_is_redacted_has_nothing_left_and_comes_back(text in text(), style in style()) {
        let mut redactor = Redactor::new(names(), Kinds::identifiers()).style(style);
        let redacted = redactor.text(&text);
        prop_assert_eq!(&redacted.original(), &text);
        prop_assert_eq!(redactor.leak_check(&redacted.text), Ok(()), "{} of {}", &redacted.text, &text);
        prop_assert_eq!(leak_check(&redacted.text, &names()), Ok(()));
        let again = redactor.text(&redacted.text);
        prop_assert_eq!(&again.text, &redacted.text, "of {}", &text);
        let mut at = 0;
        for span in &redacted.spans {
            prop_assert!(at <= span.range.start && span.range.start < span.range.end);
            prop_assert_eq!(&text[span.range.clone()], span.original.expose());
            prop_assert_eq!(&redacted.text[span.redacted.clone()], &span.replacement);
            at = span.range.end;
        }
    }

    #[test]
    fn everything_and_single_kinds_hold_it_too(text in text(), list in prop::sample::select(&["everything", "name", "phone,email", "record_number"][..])) {
        let mut redactor = Redactor::new(names(), Kinds::parse(list).unwrap());
        let redacted = redactor.text(&text);
        prop_assert_eq!(&redacted.original(), &text);
        prop_assert_eq!(redactor.leak_check(&redacted.text), Ok(()), "{} of {}", &redacted.text, &text);
        prop_assert_eq!(redactor.text(&redacted.text).text, redacted.text);
    }

    #[test]
    fn a_kept_map_gives_the_same_names_again(text in text()) {
        let mut redactor = Redactor::new(names(), Kinds::identifiers());
        redactor.text(&text);
        let json = redactor.into_pseudonyms().to_json();
        let map = Pseudonyms::from_json(&json).unwrap();
        prop_assert_eq!(map.to_json(), json);
        let mut again = Redactor::new(names(), Kinds::identifiers()).continuing(map);
        let told = again.text(&text);
        prop_assert_eq!(told.original(), text);
        prop_assert_eq!(again.leak_check(&told.text), Ok(()));
    }

    #[test]
    fn lines_are_never_lost(lines in prop::collection::vec(text(), 0..6)) {
        let mut redactor = Redactor::new(names(), Kinds::identifiers());
        for line in &lines {
            let redacted = redactor.line(line);
            prop_assert_eq!(&redacted.original(), line);
        }
    }
}

#[test]
fn what_is_said_as_it_is_known_comes_back_to_the_letter() {
    let text = "Oksana Zeller's number is 555-0142, write to oksana@zeller.org. Dr. Roe saw her in New Ulm.";
    let mut redactor = Redactor::new(names(), Kinds::identifiers());
    let redacted = redactor.text(text);
    assert_eq!(
        redacted.text,
        "[PERSON_1] [SURNAME_1]'s number is [PHONE_1], write to [EMAIL_1]. Dr. [SURNAME_2] saw her in [PLACE_1]."
    );
    assert_eq!(redactor.pseudonyms().restore(&redacted.text), text);
    // As a model writes them.
    assert_eq!(
        redactor.pseudonyms().restore("phone_1 is [Person_1]'s"),
        "555-0142 is Oksana's"
    );
}

#[test]
fn nothing_prints_what_was_hidden() {
    let mut redactor = Redactor::new(names(), Kinds::identifiers());
    let redacted = redactor.line("Oksana's number is 555-0142.");
    let leak = redactor.leak_check("Ask Oksana.").unwrap_err();
    let shown = format!(
        "{redactor:?} {redacted:?} {leak:?} {leak} {:?} {:?}",
        redactor.pseudonyms(),
        names()
    );
    for canary in ["Oksana", "oksana", "0142"] {
        assert!(!shown.contains(canary), "{shown}");
    }
    let broken =
        Pseudonyms::from_json("[{\"kind\":\"PHONE\",\"number\":\"555-0142\"}]").unwrap_err();
    assert!(!format!("{broken} {broken:?}").contains("0142"));
}

#[test]
fn no_text_takes_long() {
    let pieces = [
        "five ",
        "a-",
        "pin:",
        "1a:",
        "www.",
        "a.",
        "@a",
        "at ",
        "dot ",
        "(",
        "[",
        "#",
        "5",
        "1 ",
        "[PERSON_",
        "MRN ",
        "Oksana",
        "March ",
        "I think no sorry ",
        "\n",
        "a, ",
        "12 Main ",
        "one hundred ",
        "x",
        "'",
        "\\",
    ];
    for piece in pieces {
        let text = piece.repeat(12_000 / piece.len());
        let start = std::time::Instant::now();
        let mut redactor = Redactor::new(names(), Kinds::identifiers());
        let redacted = redactor.text(&text);
        assert_eq!(redacted.original(), text);
        assert!(redactor.leak_check(&redacted.text).is_ok(), "{piece}");
        let took = start.elapsed();
        assert!(took.as_secs() < 20, "{piece:?} took {took:?}");
    }
}

#[test]
fn time_grows_with_the_length_of_a_text_and_not_faster() {
    let lines = "I took 50 mg and slept seven hours. My number is five five five, oh one four two, and Oksana lives at 12 Main Street. \
        The PHQ-9 was 14, she said, and we talked about March and about school, and how it went, um, with her brother. ";
    let short = lines.repeat(900 / lines.split_whitespace().count());
    let took = |text: &str| {
        let start = std::time::Instant::now();
        let redacted = Redactor::new(names(), Kinds::identifiers()).text(text);
        assert!(redacted.spans.len() > 30);
        start.elapsed()
    };
    let (one, ten) = (took(&short), took(&short.repeat(10)));
    println!("6 minutes {one:?}, an hour {ten:?}");
    assert!(ten < one * 30, "{one:?} and {ten:?}");
}
