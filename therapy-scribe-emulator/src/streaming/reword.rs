//! What is heard again is heard a little differently (11.13): a recogniser writes no passage twice in the same way.

use super::random::Random;
use crate::script::ScriptWord;

/// Rewords what a session hears again, by the session's seed.
#[derive(Debug)]
pub(crate) struct Rewording {
    random: Random,
    slack: Slack,
}

/// How much silence the edges of a turn absorb at most, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slack {
    pub(crate) early_ms: u64,
    pub(crate) late_ms: u64,
}

impl Default for Slack {
    /// The middle of what was measured (4.3).
    fn default() -> Self {
        Self {
            early_ms: 990,
            late_ms: 240,
        }
    }
}

/// The widest of what was measured.
const MOST_EARLY_MS: u64 = 1000;
const MOST_LATE_MS: u64 = 1300;

/// One number in two is written in the other way.
const NUMBER_PERCENT: u64 = 50;
const CASE_PERCENT: u64 = 3;
const PUNCTUATION_PERCENT: u64 = 5;
const SIMILAR_PERCENT: u64 = 3;

const NUMBERS: [(&str, &str); 21] = [
    ("zero", "0"),
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("ten", "10"),
    ("eleven", "11"),
    ("twelve", "12"),
    ("fifteen", "15"),
    ("twenty", "20"),
    ("thirty", "30"),
    ("forty", "40"),
    ("fifty", "50"),
    ("sixty", "60"),
    ("ninety", "90"),
    ("hundred", "100"),
];

/// What is easily taken for each other.
const SIMILAR: [(&str, &str); 14] = [
    ("a", "the"),
    ("and", "then"),
    ("that", "this"),
    ("was", "is"),
    ("were", "where"),
    ("their", "there"),
    ("for", "from"),
    ("in", "on"),
    ("it", "that"),
    ("can", "can't"),
    ("of", "off"),
    ("your", "you're"),
    ("want", "wanted"),
    ("feel", "felt"),
];

impl Rewording {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random(seed ^ 0x5265_776f_7264);
        let slack = draw(&mut random);
        Self { random, slack }
    }

    /// How a word that is heard again comes out this time. One change a word at most.
    pub(crate) fn reword(&mut self, word: ScriptWord) -> ScriptWord {
        let tail = word
            .text
            .trim_start_matches(|c: char| c.is_alphanumeric() || c == '\'');
        let core = word.text.strip_suffix(tail).unwrap_or_default();
        let percent = |random: &mut Random, percent| random.percent(percent);
        let text = if let Some(other) = other_of(&NUMBERS, core) {
            percent(&mut self.random, NUMBER_PERCENT).then(|| format!("{other}{tail}"))
        } else if percent(&mut self.random, SIMILAR_PERCENT) {
            Some(format!("{}{tail}", similar(core)))
        } else if percent(&mut self.random, CASE_PERCENT) {
            Some(format!("{}{tail}", other_case(core)))
        } else if percent(&mut self.random, PUNCTUATION_PERCENT) {
            Some(format!("{core}{}", other_mark(tail)))
        } else {
            None
        };
        match text.filter(|_| !core.is_empty()) {
            Some(text) => ScriptWord { text, ..word },
            None => word,
        }
    }

    /// How much silence the edges of this turn absorb.
    pub(crate) const fn slack(&self) -> Slack {
        self.slack
    }

    /// The next turn begins.
    pub(crate) fn next_turn(&mut self) {
        self.slack = draw(&mut self.random);
    }
}

fn draw(random: &mut Random) -> Slack {
    Slack {
        early_ms: random.below(MOST_EARLY_MS + 1),
        late_ms: random.below(MOST_LATE_MS + 1),
    }
}

/// The other one of a pair, with a capital where the word has one.
fn other_of(pairs: &[(&str, &str)], core: &str) -> Option<String> {
    let lower = core.to_lowercase();
    let other = pairs.iter().find_map(|(one, two)| match lower.as_str() {
        word if word == *one => Some(*two),
        word if word == *two => Some(*one),
        _ => None,
    })?;
    let capital = core.chars().next().is_some_and(char::is_uppercase);
    Some(if capital {
        other_case(other)
    } else {
        other.to_owned()
    })
}

fn similar(core: &str) -> String {
    other_of(&SIMILAR, core).unwrap_or_else(|| {
        core.strip_suffix('s')
            .map_or_else(|| format!("{core}s"), str::to_owned)
    })
}

fn other_case(core: &str) -> String {
    let mut rest = core.chars();
    let Some(first) = rest.next() else {
        return String::new();
    };
    let first: String = if first.is_uppercase() {
        first.to_lowercase().collect()
    } else {
        first.to_uppercase().collect()
    };
    format!("{first}{}", rest.as_str())
}

fn other_mark(tail: &str) -> &str {
    match tail {
        "" | "." => ",",
        "," => "",
        "?" | "!" => ".",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> ScriptWord {
        ScriptWord {
            text: text.to_owned(),
            speaker: "client".to_owned(),
            start_ms: 10,
            end_ms: 20,
        }
    }

    fn all(seed: u64, text: &str) -> Vec<String> {
        let mut rewording = Rewording::new(seed);
        let reworded = (0..2000).map(|_| rewording.reword(word(text)));
        reworded
            .inspect(|word| assert_eq!((word.start_ms, word.end_ms), (10, 20)))
            .map(|word| word.text)
            .collect()
    }

    #[test]
    fn some_words_come_in_other_wording_and_most_as_they_were() {
        let words = all(1, "sleeping.");
        let count = |text: &str| words.iter().filter(|word| *word == text).count();
        for (other, percent) in [("sleepings.", 3), ("Sleeping.", 3), ("sleeping,", 5)] {
            let expected = percent * 20;
            assert!(
                (expected / 2..expected * 2).contains(&count(other)),
                "{other}"
            );
        }
        assert!(count("sleeping.") > 1700);
    }

    #[test]
    fn numbers_change_between_words_and_digits_and_back() {
        for (one, other) in [("two", "2"), ("Twelve,", "12,"), ("20.", "twenty.")] {
            let words = all(1, one);
            assert!(words.iter().all(|word| word == one || word == other));
            assert!(words.iter().any(|word| word == other));
        }
    }

    #[test]
    fn what_is_no_word_stays() {
        assert!(all(1, "—").iter().all(|word| word == "—"));
    }

    #[test]
    fn each_session_has_its_own_wording_and_each_turn_its_own_edges() {
        assert_eq!(all(1, "sleeping"), all(1, "sleeping"));
        assert_ne!(all(1, "sleeping"), all(2, "sleeping"));
        let mut rewording = Rewording::new(1);
        let first = rewording.slack();
        rewording.next_turn();
        assert_ne!(first, rewording.slack());
        for _ in 0..1000 {
            rewording.next_turn();
            let Slack { early_ms, late_ms } = rewording.slack();
            assert!(early_ms <= 1000 && late_ms <= 1300);
        }
    }
}
