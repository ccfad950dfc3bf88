//! Looser ways to say things: what a number is comes after it, words of an address run on, a service is named without its sign.

use therapy_scribe_core::redact::{Kinds, KnownNames, Redactor};

fn told(text: &str) -> String {
    let names = KnownNames::new()
        .client("Maribel Vega")
        .family("Will Vega")
        .family("Grace");
    Redactor::new(names, Kinds::identifiers()).text(text).text
}

fn check(all: &[(&str, &str)]) {
    for (text, redacted) in all {
        assert_eq!(told(text), *redacted);
    }
}

#[test]
fn what_a_number_is_may_be_said_behind_it() {
    check(&[
        (
            "twelve eleven eighty five, that's my date of birth",
            "[DATE_OF_BIRTH_1], that's my date of birth",
        ),
        (
            "oh three oh nine two thousand one is when she was born",
            "[DATE_OF_BIRTH_1] is when she was born",
        ),
        (
            "1988 03 09 is my birth date",
            "[DATE_OF_BIRTH_1] is my birth date",
        ),
        (
            "4471, that's the last four on the card",
            "[CARD_1], that's the last four on the card",
        ),
        (
            "seven seven one two at the end of my social",
            "[SSN_1] at the end of my social",
        ),
        (
            "expires oh four twenty nine on the visa",
            "expires [CARD_1] on the visa",
        ),
    ]);
}

#[test]
fn letters_that_are_spelled_belong_to_the_number_behind_them() {
    check(&[
        (
            "the plan is B C four four one nine oh two",
            "the plan is [RECORD_1]",
        ),
        (
            "my case manager wrote K T dash four four one nine on it",
            "my case manager wrote [RECORD_1] on it",
        ),
        ("vision's Q R 33062", "vision's [RECORD_1]"),
        (
            "plate number is ABC space one two three four",
            "plate number is [RECORD_1]",
        ),
    ]);
}

#[test]
fn words_of_an_address_run_on_where_it_is_said() {
    check(&[
        (
            "it's on facebook dot com slash maribel bakes cakes and she posts daily",
            "it's on [URL_1] and she posts daily",
        ),
        (
            "my page is facebook dot com slash groups slash sober moms of ohio, you can join",
            "my page is [URL_1], you can join",
        ),
        (
            "look at the quiet room dot co dot uk slash book if you want",
            "look at [URL_1] if you want",
        ),
        (
            "email us, mom and dad at vega dot net",
            "email us, [EMAIL_1]",
        ),
        (
            "i use the night owl at proton dot me for everything",
            "i use [EMAIL_1] for everything",
        ),
        (
            "it's g r a y, then the number 4, at yahoo dot com",
            "it's [EMAIL_1]",
        ),
        ("email is janedoe84, gmail dot com", "email is [EMAIL_1]"),
        (
            "my handle is at slow moon ninety one on instagram",
            "my handle is [USERNAME_1] on instagram",
        ),
        (
            "my insta's at m underscore vega ninety, follow me",
            "my insta's [USERNAME_1], follow me",
        ),
    ]);
}

#[test]
fn births_of_children_and_late_years_are_found() {
    check(&[
        (
            "We had the twins on 11/2/2016 and I was so tired.",
            "We had the twins [DATE_OF_BIRTH_1] and I was so tired.",
        ),
        (
            "I delivered March 4, 2019, and the PHQ-9 was 19.",
            "I delivered [DATE_OF_BIRTH_1], and the PHQ-9 was 19.",
        ),
        (
            "our son arrived the ninth of May, two thousand eleven",
            "our son arrived [DATE_OF_BIRTH_1]",
        ),
        (
            "birthday's June sixth, funny enough, nineteen eighty",
            "birthday's [DATE_OF_BIRTH_1], funny enough, [DATE_OF_BIRTH_2]",
        ),
    ]);
}

#[test]
fn a_house_needs_no_capitals_where_somebody_stays_in_it() {
    check(&[
        (
            "we stayed in forty two maple court and then nothing",
            "we stayed in [ADDRESS_1] and then nothing",
        ),
        ("she's at 1109 foxglove way now", "she's at [ADDRESS_1] now"),
        (
            "moved in at 12 Elm Street Apt 3 in February",
            "moved in at [ADDRESS_1] in February",
        ),
    ]);
}

#[test]
fn names_are_found_where_somebody_introduces_them() {
    check(&[
        (
            "call and ask for grace, she has it",
            "call and ask for [PERSON_3], she has it",
        ),
        (
            "that's Will, this is will, i'm will",
            "that's [PERSON_2], this is [PERSON_2], i'm [PERSON_2]",
        ),
        (
            "it was maribell who said PTSD first",
            "it was [PERSON_1] who said PTSD first",
        ),
        ("MARIBELL VEGA CALLED", "[PERSON_1] [SURNAME_1] CALLED"),
    ]);
}

#[test]
fn what_only_resembles_them_stays() {
    for text in [
        "my son came home on March 3rd, 2019 from the hospital",
        "my daughter came out to me on 10/02/2019",
        "we had her on Zoloft, 50 mg, since March 2020",
        "the last four years, 2020 on the whole",
        "the last four sessions were hard, 1400 calories a day",
        "C P T nine oh eight three four",
        "A C E score four, M M S E two eight, P T S D since nineteen ninety",
        "in sixty one drug court and in fifteen family court, we argued",
        "in twenty five acre farm and in twelve step meetings",
        "in twenty minute drive, in seventy two hour observation",
        "i will, will you? if i may. i may be late",
        "I ask for grace every night",
        "her channel's at least public, the handle is at risk of breaking",
        "I had ECT back in 2016, twelve rounds of it",
    ] {
        assert_eq!(told(text), text);
    }
}
