//! Scores of instruments as they are said.

use proptest::prelude::*;
use therapy_scribe_notes::SessionFacts;

use crate::session;

/// `GAD-7 14`, in the order in which they were said.
fn heard(lines: &[(&str, &str)]) -> Vec<String> {
    let facts = SessionFacts::from_transcript(&session(lines));
    let shown = facts.scores().iter().map(|score| {
        let or = score.or.map(|or| format!(" or {or}")).unwrap_or_default();
        let out_of = score
            .out_of
            .map(|most| format!("/{most}"))
            .unwrap_or_default();
        let mark = if score.is_outside_range() { " !" } else { "" };
        format!("{} {}{or}{out_of}{mark}", score.instrument, score.score)
    });
    shown.collect()
}

fn says(text: &str, expected: &[&str]) {
    assert_eq!(heard(&[("A", text)]), expected, "{text}");
}

#[test]
fn numbers_are_words_or_digits_and_names_are_written_in_many_ways() {
    says(
        "Your GAD-7 is fourteen and your PHQ-9 is eleven.",
        &["GAD-7 14", "PHQ-9 11"],
    );
    says("gad seven was 14", &["GAD-7 14"]);
    says("The p h q nine came out at twenty-one.", &["PHQ-9 21"]);
    says("Your G.A.D. 7 score was twenty one.", &["GAD-7 21"]);
    says("PHQ9: 11, GAD7: 14.", &["PHQ-9 11", "GAD-7 14"]);
    says("PHQ two, three.", &["PHQ-2 3"]);
    says("On the PCL five you scored forty eight.", &["PCL-5 48"]);
    says("Your BDI-II total is 31 today.", &["BDI-II 31"]);
    says("C-SSRS is two.", &["C-SSRS 2"]);
    says("The OCI-R is 30, the EPDS is 12.", &["OCI-R 30", "EPDS 12"]);
    says("WHODAS 2.0 is a hundred and four.", &["WHODAS 104"]);
    says(
        "Your ORS was 32.4 and the SRS is thirty eight and a half.",
        &["ORS 32.4", "SRS 38.5"],
    );
    says("The ISI is now 15 and the WSAS 22.", &["ISI 15", "WSAS 22"]);
}

#[test]
fn a_number_may_come_first() {
    says(
        "You had a fourteen on the GAD-7, eleven on the PHQ-9.",
        &["GAD-7 14", "PHQ-9 11"],
    );
    says(
        "You scored 9 points on your PHQ-9 and your GAD-7 is 4.",
        &["PHQ-9 9", "GAD-7 4"],
    );
}

#[test]
fn a_correction_holds() {
    says("Your GAD-7 is fourteen, no, fifteen.", &["GAD-7 15"]);
    says(
        "Your GAD-7 is fourteen. Sorry, I mean fifteen.",
        &["GAD-7 15"],
    );
    says(
        "GAD-7 is 14, no, not 14, 13, no wait, it's 12.",
        &["GAD-7 12"],
    );
    says("Your GAD-7 is fourteen, not thirteen.", &["GAD-7 14"]);
    let lines = [
        ("A", "Your GAD-7 is fourteen."),
        ("B", "Okay."),
        ("A", "No, sorry, fifteen."),
    ];
    assert_eq!(heard(&lines), ["GAD-7 15"]);
    // What another says is theirs, and no correction.
    for answer in ["No, I was twelve.", "No. Two of them I left out."] {
        assert_eq!(
            heard(&[("A", "Your GAD-7 is fourteen."), ("B", answer)]),
            ["GAD-7 14"]
        );
    }
    says(
        "Your GAD-7 is fourteen. No, I was twelve then.",
        &["GAD-7 14"],
    );
}

#[test]
fn a_scale_is_no_score() {
    says("The SUD is six out of ten.", &["SUD 6/10"]);
    says("On a scale of zero to ten your SUD is six.", &["SUD 6"]);
    says(
        "SUD, from zero to ten, is a six or seven.",
        &["SUD 6 or 7/10"],
    );
    says("VOC 1-7 is 4.", &["VOC 4/7"]);
    says("SUDS out of a hundred: eighty.", &["SUD 80/100"]);
    says("Give me the SUD, zero to ten.", &[]);
}

#[test]
fn a_change_ends_at_its_second_number() {
    says("Your PHQ-9 went from fourteen to eleven.", &["PHQ-9 11"]);
    says("PHQ-9 is down from 14 to 11.", &["PHQ-9 11"]);
    says("The PHQ-9 dropped to nine.", &["PHQ-9 9"]);
    says("Your PHQ-9 is down two points.", &[]);
    says("Your PHQ-9 is down from fourteen.", &[]);
    says(
        "Last week your PHQ-9 was fifteen, today it's eleven.",
        &["PHQ-9 15", "PHQ-9 11"],
    );
}

#[test]
fn an_answer_belongs_to_its_question() {
    let asked = |answer| {
        heard(&[
            ("A", "What is your SUD now, as you bring it up?"),
            ("B", answer),
            ("A", "Go with that."),
        ])
    };
    assert_eq!(asked("Um, it's a four."), ["SUD 4"]);
    assert_eq!(asked("Maybe three, three and a half."), ["SUD 3"]);
    assert_eq!(asked("Two days ago it was worse."), [""; 0]);
    assert_eq!(asked("I can't say."), [""; 0]);
    let lines = [
        ("A", "Did you fill in the GAD-7?"),
        ("B", "I have two. Two, I think."),
    ];
    assert_eq!(heard(&lines), [""; 0]);
    let lines = [
        ("A", "And how true does it feel, the VOC? One to seven."),
        ("B", "Five."),
    ];
    assert_eq!(heard(&lines), ["VOC 5/7"]);
}

#[test]
fn names_in_a_row_take_numbers_in_a_row_or_none() {
    says(
        "Your GAD-7 and PHQ-9 were fourteen and eleven.",
        &["GAD-7 14", "PHQ-9 11"],
    );
    says("Your GAD-7 and your PHQ-9 are at fourteen.", &[]);
}

#[test]
fn what_is_no_score_is_left_out() {
    for text in [
        "We want to get your PHQ-9 to five.",
        "If your PHQ-9 is twenty, call me.",
        "A PHQ-9 of 20 would be severe.",
        "Is your PHQ-9 eleven?",
        "The GAD-7 for two weeks.",
        "The GAD-7 has 7 items.",
        "The PHQ-9 has nine.",
        "The audit is ten days away, and the audit was twenty.",
        "He is in SUD treatment for 3 years.",
        "Your PHQ-9 isn't eleven.",
        "Fill in the PHQ-9. Two forms are left.",
        "Please fill in the PHQ-9 and the GAD-7.",
        "PHQ-9 is 10 or more.",
        "We did the GAD-7 on the PHQ-9 form.",
    ] {
        says(text, &[]);
    }
    says("Your AUDIT is twelve.", &["AUDIT 12"]);
    says(
        "Your audit score is 12 and the AUDIT-C is 5.",
        &["AUDIT 12", "AUDIT-C 5"],
    );
}

#[test]
fn what_can_not_be_is_kept_and_marked() {
    says("Your GAD-7 is twenty-four.", &["GAD-7 24 !"]);
    says("VOC is zero.", &["VOC 0 !"]);
}

#[test]
fn a_score_has_its_sentence_and_its_time() {
    let lines = [
        ("B", "Hm."),
        (
            "A",
            "Let's see. Your GAD-7 is fourteen, no, fifteen. Better than before.",
        ),
    ];
    let facts = SessionFacts::from_transcript(&session(&lines));
    let score = &facts.scores()[0];
    let quote = score.quote.as_ref().unwrap();
    assert_eq!(quote.expose(), "Your GAD-7 is fourteen, no, fifteen.");
    assert_eq!(score.said_by.unwrap().to_string(), "Therapist");
    // The word "fifteen" is the ninth.
    assert_eq!(score.at.unwrap().as_millis(), 9 * 300);
}

#[test]
fn a_quote_shows_where_somebody_else_goes_on() {
    let facts = SessionFacts::from_transcript(&session(&[("A", "And your SUD?"), ("B", "Four.")]));
    let quote = facts.scores()[0].quote.as_ref().unwrap();
    assert_eq!(quote.expose(), "And your SUD? — Four.");
    assert_eq!(facts.scores()[0].said_by.unwrap().to_string(), "Client");
}

proptest! {
    #[test]
    fn whatever_is_said_a_score_is_a_number_of_its_quote(
        said in proptest::collection::vec(0usize..24, 1..40), speakers in proptest::collection::vec(0usize..3, 1..40),
    ) {
        const WORDS: [&str; 24] = [
            "GAD-7", "PHQ", "9", "nine", "SUD", "is", "a", "hundred", "and", "half", "point", "from", "to", "no,", "not",
            "fourteen", "14.", "now?", "out", "of", "on", "the", "/", "3-4",
        ];
        let lines: Vec<_> = said.iter().zip(speakers.iter().cycle()).map(|(word, speaker)| (["A", "B", "C"][*speaker], WORDS[*word])).collect();
        let facts = SessionFacts::from_transcript(&session(&lines));
        for score in facts.scores() {
            let quote = score.quote.as_ref().unwrap().expose();
            prop_assert!(["9", "nine", "hundred", "half", "14", "fourteen", "3", "4"].iter().any(|number| quote.contains(number)));
        }
    }
}
