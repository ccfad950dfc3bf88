//! Transcripts and lines, where what belongs together is said by turns.

use therapy_scribe_core::redact::{Kind, Kinds, KnownNames, Redactor};
use therapy_scribe_core::{
    ConnectionId, Finality, MediaTime, RoleMap, SpeakerId, Transcript, Turn, TurnId, Word,
};

/// A turn for each line, words 300 ms apart.
fn transcript(lines: &[(&str, &str)]) -> Transcript {
    let connection = ConnectionId::default();
    let mut time = 0;
    let turns = lines.iter().zip(0..).map(|((speaker, text), order)| {
        let words = text.split(' ').map(|word| {
            time += 300;
            Word::new(
                word,
                MediaTime::from_millis(time),
                MediaTime::from_millis(time + 250),
            )
        });
        let speaker = SpeakerId::from_letters(connection, speaker);
        Turn::new(
            TurnId::new(connection, order),
            Finality::Final,
            speaker,
            words.collect(),
        )
    });
    Transcript::from_turns(turns.collect::<Vec<_>>(), RoleMap::default())
}

fn redactor() -> Redactor {
    Redactor::new(
        KnownNames::new().client("Oksana Zeller"),
        Kinds::identifiers(),
    )
}

fn texts(transcript: &Transcript) -> Vec<String> {
    transcript.turns().map(Turn::text).collect()
}

#[test]
fn a_number_is_found_across_turns_and_keeps_its_times() {
    let said = transcript(&[
        ("A", "What's your number, Oksana?"),
        ("B", "It's five five five,"),
        ("A", "Mhm."),
        ("B", "oh one four two, and I slept."),
    ]);
    let redacted = redactor().transcript(&said);
    assert_eq!(
        texts(&redacted.transcript),
        [
            "What's your number, [PERSON_1]?",
            "It's [PHONE_1]",
            "Mhm.",
            "[PHONE_1], and I slept."
        ]
    );
    assert_eq!(redacted.counts, [(Kind::Person, 1), (Kind::Phone, 1)]);
    let turn = redacted.transcript.turns().nth(3).unwrap();
    let first = said.turns().nth(3).unwrap().words();
    assert_eq!(turn.words()[0].start(), first[0].start());
    assert_eq!(turn.words()[0].end(), first[3].end());
    assert_eq!(turn.words()[1].start(), first[4].start());
    assert_eq!(turn.words()[0].speaker(), first[0].speaker());
}

#[test]
fn what_somebody_asks_for_is_looked_for_in_the_answer() {
    for (question, answer, told) in [
        (
            "And your date of birth?",
            "March third, eighty one.",
            "[DATE_OF_BIRTH_1].",
        ),
        ("Can you confirm the last four?", "6789.", "[SSN_1]."),
        (
            "What's the zip code there?",
            "nine seven two oh one",
            "[ADDRESS_1]",
        ),
        ("Which month was that?", "March third.", "March third."),
    ] {
        let redacted = redactor().transcript(&transcript(&[("A", question), ("B", answer)]));
        assert_eq!(texts(&redacted.transcript)[1], told);
        let mut redactor = redactor();
        redactor.line(question);
        assert_eq!(redactor.line(answer).text, told);
    }
}

#[test]
fn the_rest_of_a_number_is_found_in_a_later_line() {
    let mut redactor = redactor();
    let lines = [
        "You can call me at five five five",
        "mhm",
        "oh one four two",
        "I took two of them.",
    ];
    let told = lines.map(|line| redactor.line(line).text);
    assert_eq!(told[0], "You can call me at [PHONE_1]");
    assert_eq!(told[1], "mhm");
    assert!(told[2].starts_with("[PHONE_"), "{}", told[2]);
    assert_eq!(told[3], lines[3]);
}

#[test]
fn what_is_redacted_is_a_transcript_like_any_other() {
    let said = transcript(&[
        ("A", "Hello, Oksana's here."),
        ("B", "I'm at 12 Main Street, Apt 4, yes."),
    ]);
    let mut redactor = redactor();
    let once = redactor.transcript(&said).transcript;
    assert_eq!(
        texts(&once),
        ["Hello, [PERSON_1]'s here.", "I'm at [ADDRESS_1], yes."]
    );
    assert_eq!(redactor.transcript(&once).transcript, once);
    assert!(redactor.leak_check(&once.to_text()).is_ok());
    assert_eq!(Transcript::from_json(&once.to_json()), Ok(once));
    let nothing = redactor.transcript(&Transcript::default());
    assert!(nothing.transcript.is_empty() && nothing.counts.is_empty());
}
