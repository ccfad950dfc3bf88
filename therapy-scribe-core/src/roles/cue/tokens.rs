//! From words to counts.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasherDefault, Hasher},
    sync::LazyLock,
};

use compact_str::CompactString;

use super::{Cue, Cues, MOST, phrases};

/// Lower-case tokens without punctuation, and what the punctuation said.
pub(super) struct Tokens {
    all: Vec<CompactString>,
    questions: u8,
    marks: usize,
    first_is_low: bool,
    capitals: usize,
    last: Option<char>,
}

impl Tokens {
    pub(super) fn of<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let mut tokens = Self {
            all: Vec::with_capacity(words.size_hint().1.unwrap_or(0)),
            questions: 0,
            marks: 0,
            first_is_low: false,
            capitals: 0,
            last: None,
        };
        for word in words {
            tokens.take(word);
        }
        tokens
    }

    fn take(&mut self, word: &str) {
        let first = word.chars().find(|c| c.is_alphanumeric());
        if self.all.is_empty() {
            self.first_is_low = first.is_some_and(char::is_lowercase);
        }
        self.capitals += usize::from(first.is_some_and(char::is_uppercase));
        self.last = word
            .chars()
            .rev()
            .find(|c| !matches!(c, '"' | '”' | '\'' | ')'));
        if self.last == Some('?') {
            self.questions = MOST.min(self.questions + 1);
        }
        self.marks += usize::from(matches!(self.last, Some('?' | '.' | ',' | '!' | ';')));
        // Some corpora write "do n't": the n belongs to the verb, as in "don't".
        if word.eq_ignore_ascii_case("n't") || word.eq_ignore_ascii_case("n’t") {
            if let Some(verb) = self.all.last_mut() {
                verb.push('n');
            }
            self.all.push("t".into());
            return;
        }
        for piece in word
            .split(|c: char| !c.is_alphanumeric())
            .filter(|piece| !piece.is_empty())
        {
            let lower = lowered(piece);
            match apart(&lower) {
                Some((head, tail)) => {
                    self.all
                        .extend([CompactString::new(head), CompactString::new(tail)]);
                }
                None => self.all.push(lower),
            }
        }
    }
}

fn lowered(piece: &str) -> CompactString {
    if !piece.is_ascii() {
        return CompactString::from_str_to_lowercase(piece);
    }
    let mut lower = CompactString::new(piece);
    lower.make_ascii_lowercase();
    lower
}

/// What recognisers that write no apostrophes make of these, where it is no other word.
fn apart(token: &str) -> Option<(&'static str, &'static str)> {
    Some(match token {
        "im" => ("i", "m"),
        "ive" => ("i", "ve"),
        "youre" => ("you", "re"),
        "youve" => ("you", "ve"),
        "youll" => ("you", "ll"),
        "youd" => ("you", "d"),
        "dont" => ("don", "t"),
        "didnt" => ("didn", "t"),
        "cant" => ("can", "t"),
        "couldnt" => ("couldn", "t"),
        "wouldnt" => ("wouldn", "t"),
        "havent" => ("haven", "t"),
        "wasnt" => ("wasn", "t"),
        "whats" => ("what", "s"),
        "hows" => ("how", "s"),
        "thats" => ("that", "s"),
        "lets" => ("let", "s"),
        "theyre" => ("they", "re"),
        "gonna" => ("gon", "na"),
        _ => return None,
    })
}

type Phrases =
    HashMap<&'static str, Vec<(Vec<&'static str>, Option<Cue>)>, BuildHasherDefault<Fnv>>;
type List = LazyLock<HashSet<&'static str, BuildHasherDefault<Fnv>>>;

/// A quick hash for tables that nobody else fills (FNV-1a).
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Phrases by their first word, the longest first.
static ANYWHERE: LazyLock<Phrases> = LazyLock::new(|| {
    let nothing = listed(phrases::NOTHING).map(|phrase| (phrase, None));
    index(with_cues(phrases::ANYWHERE).chain(nothing))
});
static FIRST: LazyLock<Phrases> = LazyLock::new(|| index(with_cues(phrases::FIRST)));
static LISTENING: List = LazyLock::new(|| listed(phrases::LISTENING).collect());
static FILLERS: List = LazyLock::new(|| listed(phrases::FILLERS).collect());
static GOES_ON: List = LazyLock::new(|| listed(phrases::GOES_ON).collect());
static OPEN: List = LazyLock::new(|| listed(phrases::OPEN).collect());
static ENGLISH: List = LazyLock::new(|| listed(phrases::ENGLISH).collect());

fn listed(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split(", ")
}

fn with_cues(
    all: &'static [(Cue, &'static str)],
) -> impl Iterator<Item = (&'static str, Option<Cue>)> {
    all.iter()
        .flat_map(|(cue, text)| listed(text).map(|phrase| (phrase, Some(*cue))))
}

fn index(all: impl Iterator<Item = (&'static str, Option<Cue>)>) -> Phrases {
    let mut index = Phrases::default();
    for (phrase, cue) in all {
        let words: Vec<_> = phrase.split(' ').collect();
        if let Some(first) = words.first() {
            index.entry(first).or_default().push((words, cue));
        }
    }
    for row in index.values_mut() {
        row.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
    }
    index
}

/// The longest phrase at the beginning of `tokens`: its cue and its length.
fn longest(phrases: &Phrases, tokens: &[CompactString]) -> Option<(Option<Cue>, usize)> {
    let row = phrases.get(tokens.first()?.as_str())?;
    let found = row.iter().find(|(words, _)| {
        words.len() <= tokens.len() && words.iter().zip(tokens).all(|(word, token)| token == word)
    });
    found.map(|(words, cue)| (*cue, words.len()))
}

/// This many words are a long stretch.
const LONG: usize = 40;
/// A question this close to the end is what the stretch ends with.
const NEAR_THE_END: usize = 8;

pub(super) fn count(tokens: &Tokens) -> Cues {
    let words = u32::try_from(tokens.all.len()).unwrap_or(u32::MAX);
    let mut cues = Cues {
        counts: [0; Cue::ALL.len()],
        words,
        english: 0,
    };
    if tokens.all.is_empty() {
        return cues;
    }
    let known = tokens
        .all
        .iter()
        .filter(|token| ENGLISH.contains(token.as_str()));
    cues.english = u32::try_from(known.count()).unwrap_or(u32::MAX);
    for _ in 0..tokens.questions {
        cues.add(Cue::QuestionMark);
    }
    if tokens.all.len() >= LONG {
        cues.add(Cue::Long);
    }
    let asks_late = count_phrases(&tokens.all, &mut cues);
    count_edges(tokens, asks_late, &mut cues);
    cues
}

/// Returns whether a question stands near the end.
fn count_phrases(all: &[CompactString], cues: &mut Cues) -> bool {
    let (mut rest, mut asks_late) = (all, false);
    while !rest.is_empty() {
        let (cue, length) = longest(&ANYWHERE, rest).unwrap_or((None, 1));
        if let Some(cue) = cue {
            cues.add(cue);
            let asks = matches!(
                cue,
                Cue::QuestionYou | Cue::QuestionOpen | Cue::QuestionOther
            );
            asks_late |= asks && rest.len() <= NEAR_THE_END;
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    asks_late
}

fn count_edges(tokens: &Tokens, asks_late: bool, cues: &mut Cues) {
    let all = &tokens.all;
    if all.iter().all(|token| LISTENING.contains(token.as_str())) {
        cues.add(Cue::Backchannel);
        cues.add(Cue::StartsAnew);
    }
    let begin = all
        .iter()
        .take_while(|token| FILLERS.contains(token.as_str()))
        .count();
    let opening = all.get(begin..).unwrap_or_default();
    if let Some((Some(cue), _)) = longest(&FIRST, opening) {
        cues.add(cue);
        cues.add(Cue::StartsAnew);
    }
    if opening
        .first()
        .is_some_and(|token| GOES_ON.contains(token.as_str()))
    {
        cues.add(Cue::StartsOn);
    }
    let has_case = tokens.capitals > 0 && tokens.first_is_low;
    if has_case {
        cues.add(Cue::StartsLow);
    }
    match tokens.last {
        Some('?') => cues.add(Cue::EndsAsking),
        _ if asks_late => cues.add(Cue::EndsAsking),
        Some('.' | '!') => cues.add(Cue::EndsClosed),
        _ if tokens.marks > 0 => cues.add(Cue::EndsBare),
        _ => {}
    }
    if all
        .last()
        .is_some_and(|token| OPEN.contains(token.as_str()))
    {
        cues.add(Cue::EndsOpen);
    }
    if all.len() <= 3 {
        cues.add(Cue::Short);
    }
}
