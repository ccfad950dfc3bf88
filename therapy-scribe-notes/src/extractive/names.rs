//! Whether a sentence may name somebody, for parts of a group's note that must not.

use super::session::Session;
use crate::retrieval::Sentence;

/// Words with a capital letter that name nobody.
const OTHERS: &str = "i i'm i've i'd i'll monday tuesday wednesday thursday friday saturday sunday january february march april may june \
    july august september october november december god english christmas easter";
/// What is said of somebody: "Anna said".
const DOES: &str =
    "said says told tells thinks asked was is has had did does can could will would and or";
/// Words with which sentences begin, before these verbs or a comma too.
const BEGINNINGS: &str = "i it that this there what who he she they we you which how why when where everything everybody nothing nobody \
    somebody something everyone one here yes no well so okay ok good right now sometimes maybe today yesterday but and then also \
    my your his her our their the a an if thanks thank first last not";

/// Rather too often than too seldom: a member's name in another member's record is worse than a quote that is missing.
pub(super) fn may_name(session: &Session<'_>, sentence: &Sentence) -> bool {
    let words: Vec<&str> = sentence.text.split_whitespace().collect();
    let inside = words.iter().skip(1).any(|word| is_name(word));
    inside
        || words
            .first()
            .is_some_and(|first| begins_with_name(session, first, words.get(1).copied()))
}

/// Each sentence begins with a capital letter.
fn begins_with_name(session: &Session<'_>, first: &str, second: Option<&str>) -> bool {
    let word = bare(first).to_lowercase();
    if !is_name(first) || BEGINNINGS.split_whitespace().any(|other| other == word) {
        return false;
    }
    let is_called = first.ends_with(',');
    let does =
        second.is_some_and(|second| DOES.split_whitespace().any(|verb| verb == bare(second)));
    is_called
        || does
        || first.contains("'s")
        || first.contains("’s")
        || is_said_inside(session, &word)
}

/// Whether it has its capital letter in the middle of a sentence too.
fn is_said_inside(session: &Session<'_>, word: &str) -> bool {
    let said = session
        .sentences()
        .iter()
        .flat_map(|sentence| sentence.text.split_whitespace().skip(1));
    said.filter(|said| is_name(said))
        .any(|said| bare(said).to_lowercase() == word)
}

fn is_name(word: &str) -> bool {
    let bare = bare(word);
    let is_capital = bare.chars().next().is_some_and(char::is_uppercase);
    // GAD-7 is none.
    let is_plain = !bare.chars().any(|c| c.is_ascii_digit());
    let lower = bare.to_lowercase().replace('’', "'");
    is_capital && is_plain && !OTHERS.split_whitespace().any(|other| other == lower)
}

fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}
