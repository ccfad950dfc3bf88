//! An invented session, and what is asked of it.

use therapy_scribe_core::{ConnectionId, Finality, RoleMap, Turn, TurnId, Word};

use super::*;

const SAID: [(&str, &str); 12] = [
    ("A", "How have you been sleeping since we met?"),
    ("B", "Badly. I keep thinking of the exam."),
    ("A", "You said that your sister was coming to visit."),
    (
        "B",
        "My sister came on Friday. She brought her kids. We argued about our mother again.",
    ),
    ("A", "And the tablets?"),
    (
        "B",
        "I take fifty milligrams now. They make me feel sick in the morning.",
    ),
    ("A", "Have you had thoughts of ending your life?"),
    (
        "B",
        "Sometimes I think it would be easier if I didn't wake up. I would never do it.",
    ),
    (
        "A",
        "Let us keep the thought record going, once a day, until next Tuesday.",
    ),
    ("B", "I can try that. I walked to the lake twice this week."),
    ("A", "Is there anybody you drink with?"),
    ("B", "Only at weekends, a beer or two with my brother."),
];

fn index(said: &[(&str, &str)]) -> SessionIndex {
    let connection = ConnectionId::default();
    let speaker = |letter| SpeakerId::from_letters(connection, letter);
    let mut at = 0;
    let turns = (0..).zip(said).map(|(order, (letter, text))| {
        let words = text.split(' ').map(|word| {
            at += 400;
            Word::new(
                word,
                MediaTime::from_millis(at),
                MediaTime::from_millis(at + 300),
            )
            .spoken_by(speaker(letter), None)
        });
        let words = words.collect();
        Turn::new(
            TurnId::new(connection, order),
            Finality::Final,
            speaker(letter),
            words,
        )
    });
    let roles = [("A", Role::Therapist), ("B", Role::Client)];
    let roles = roles
        .into_iter()
        .filter_map(|(letter, role)| Some((speaker(letter)?, role)));
    let roles: RoleMap = roles.collect();
    SessionIndex::new(&Transcript::from_turns(turns.collect::<Vec<_>>(), roles))
}

fn best(topic: &str) -> Quote {
    let quotes = index(&SAID).ask(topic);
    quotes
        .into_iter()
        .next()
        .unwrap_or_else(|| panic!("nothing about {topic}"))
}

#[test]
fn a_question_in_plain_words_finds_what_was_said() {
    for (topic, said) in [
        (
            "what did she say about her sister",
            "My sister came on Friday. She brought her kids.",
        ),
        ("sister", "sister"),
        ("family", "sister"),
        ("medication", "fifty milligrams"),
        ("her meds dose", "fifty milligrams"),
        ("suicidal thoughts", "didn't wake up"),
        ("alcohol", "beer"),
        ("activity", "walked to the lake"),
        ("homework", "thought record"),
        ("What did I suggest for next week?", "thought record"),
        ("drinking with brother", "a beer or two with my brother"),
        ("argue with mother", "We argued about our mother again."),
    ] {
        let quote = best(topic);
        assert!(
            quote.text.expose().contains(said),
            "{topic}: {:?}",
            quote.text.expose()
        );
    }
}

#[test]
fn an_answer_comes_with_its_question() {
    let quote = best("what did he say about sleep");
    assert_eq!(quote.name, "Client");
    assert!(
        quote.text.expose().starts_with("Badly."),
        "{}",
        quote.text.expose()
    );
    let question = quote.question.unwrap();
    assert_eq!(
        question.expose(),
        "How have you been sleeping since we met?"
    );
}

#[test]
fn a_quote_has_its_speaker_its_time_and_its_place() {
    let quote = best("tablets sick morning");
    assert_eq!((quote.name.as_str(), quote.utterance), ("Client", 5));
    assert!(quote.start < quote.end && quote.start > MediaTime::ZERO);
}

#[test]
fn nothing_is_found_about_what_was_not_said() {
    for topic in [
        "",
        "what did she say",
        "helicopter",
        "?",
        "religion",
        "the and of",
    ] {
        assert!(index(&SAID).ask(topic).is_empty(), "{topic}");
    }
    assert!(index(&[]).ask("sister").is_empty());
}

#[test]
fn few_are_shown_and_debug_shows_no_words() {
    let many = index(
        &[(
            "B",
            "My sister. My sister. My sister. My sister. My sister.",
        ); 40],
    );
    assert_eq!(many.ask("sister").len(), 5);
    assert_eq!(many.ask_up_to("sister", 2).len(), 2);
    let shown = format!("{many:?} {:?}", many.ask("sister"));
    assert!(!shown.contains("sister"), "{shown}");
}

#[test]
fn without_punctuation_quotes_stay_short() {
    let story = "and then my sister said that we should go and so we went ".repeat(30);
    let quotes = index(&[("B", story.trim())]).ask("sister");
    assert!(quotes[0].text.expose().split(' ').count() <= 120);
}
