//! Names in the forms that people and recognisers give them.

use super::*;

/// The names of one person and one place, and what of a text is found of them.
fn found(name: &str, text: &str) -> Vec<String> {
    let mut matcher = Matcher::default();
    matcher.add_person(name);
    matcher.add(Kind::Place, "San Jacinto");
    let found = matcher.find(text).into_iter();
    found
        .map(|hit| text[hit.range.start..hit.range.end - hit.ending].to_owned())
        .collect()
}

#[test]
fn a_name_is_found_in_each_form_that_people_and_recognisers_give_it() {
    for (name, text, hits) in [
        (
            "Sarah Quill",
            "Sarah's sister, sarah, SARAH’S, Sarahs",
            &["Sarah", "sarah", "SARAH", "Sarah"][..],
        ),
        (
            "Sarah Quill",
            "Sara, Sarrah and Zarah; all the Quills",
            &["Sara", "Sarrah", "Zarah", "Quill"],
        ),
        ("Agnes", "the Agneses", &["Agnes"]),
        (
            "José Ibáñez",
            "Jose and IBANEZ, Jose\u{301}",
            &["Jose", "IBANEZ", "Jose\u{301}"],
        ),
        (
            "Anne-Marie O'Neil",
            "Anne Marie, annemarie, Anne-Marie O’Neil",
            &["Anne Marie", "annemarie", "Anne-Marie", "O’Neil"],
        ),
        ("Maria de la Cruz", "Maria de la Cruz", &["Maria", "Cruz"]),
        (
            "Anna",
            "from San Jacinto, SAN\\nJACINTO",
            &["San Jacinto", "SAN\\nJACINTO"],
        ),
        (
            "Anna",
            "{\"plan\":\"Walk.\\nAnna agreed.\\u003cAnna\"}",
            &["Anna", "Anna"],
        ),
        ("Dr. Bo Ek", "Bo and Ek, no bo", &["Bo", "Ek"]),
    ] {
        assert_eq!(found(name, text), hits, "{name}");
    }
}

#[test]
fn what_is_another_word_is_no_name() {
    for (name, text) in [
        ("Maria", "Mania is one word, mania another."),
        ("Heath", "Death and health, Health and death"),
        ("Ethan", "more than that. Than what?"),
        ("Sarah", "sara, sahara and Sah"),
        ("Anna", "Annas' banana Hanna and Nanna"),
        ("Dr. Will May", "I will, if I may."),
        ("Anna", "san francisco, and San"),
    ] {
        let found = found(name, text);
        assert!(found.iter().all(|hit| hit == "Anna"), "{name}: {found:?}");
    }
    assert_eq!(
        found(
            "Will",
            "Will you? Ask WILL's wife, as I will. Will said so."
        ),
        ["WILL", "Will"]
    );
}

#[test]
fn two_people_share_the_name_that_they_have_in_common() {
    let mut matcher = Matcher::default();
    for name in [
        "Anna Quill",
        "Anna Zeller",
        "Ms. Quill",
        "Zeller, Tom",
        "--",
        "",
    ] {
        matcher.add_person(name);
    }
    let names = matcher.names().iter();
    let told: Vec<_> = names
        .map(|name| (&*name.text, name.kind, name.number))
        .collect();
    let expected = [
        ("Anna", Kind::Person, 1),
        ("Quill", Kind::Surname, 1),
        ("Zeller", Kind::Surname, 2),
        ("Tom", Kind::Person, 2),
    ];
    assert_eq!(told, expected);
}
