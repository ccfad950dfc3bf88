//! Words that are a name but for a letter.

use super::{ordinary, position::Place, words::Word};

/// A word with a known name's letters but for one: one more, one less, another, or two exchanged.
pub(super) fn is_misspelt(own: &str, said: &str, word: &Word, place: Place) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (own.chars().collect(), said.chars().collect());
    if one.len().abs_diff(other.len()) > 1 || one.len() < 3 {
        return false;
    }
    // JSON and PTSD are no names.
    let is_name = word.is_capital && word.has_small;
    let is_allowed = match one.len() {
        3 | 4 => {
            is_name
                && one.first() == other.first()
                && other.len() >= one.len().min(4) - usize::from(one.len() == 4)
        }
        5 => is_name || place == Place::Name,
        _ => is_name || matches!(place, Place::Name | Place::Bare),
    };
    is_allowed
        && !ordinary::is_ordinary(&word.folded)
        && !ordinary::is_ordinary(said)
        && is_one_off(&one, &other)
        // Of three letters another one is mostly another name.
        && (one.len() > 3 || other.len() > 3)
}

/// The same without a look at where it stands.
pub(super) fn is_near(own: &str, said: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (own.chars().collect(), said.chars().collect());
    !ordinary::is_ordinary(said) && is_one_off(&one, &other)
}

fn is_one_off(one: &[char], other: &[char]) -> bool {
    let same = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let rest = |letters: &[char], skip: usize| {
        letters
            .iter()
            .skip(same + skip)
            .copied()
            .collect::<Vec<_>>()
    };
    let exchanged = || {
        let (a, b) = (rest(one, 0), rest(other, 0));
        a.len() > 1
            && b.len() == a.len()
            && a.first() == b.get(1)
            && a.get(1) == b.first()
            && a.get(2..) == b.get(2..)
    };
    rest(one, 1) == rest(other, 0)
        || rest(one, 0) == rest(other, 1)
        || rest(one, 1) == rest(other, 1)
        || exchanged()
}
