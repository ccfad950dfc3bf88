//! What was said as a row of plain words and numbers, in which scores are looked for.

use therapy_scribe_core::{MediaTime, Role, Transcript};

use super::instrument::Points;

/// A row of tokens with the words that they come from.
pub(super) struct Speech {
    tokens: Vec<Token>,
    words: Vec<Said>,
}

/// Letters or digits that stand together, in lower case: `GAD-7.` is two.
pub(super) struct Token {
    pub(super) text: String,
    pub(super) in_capitals: bool,
    pub(super) end: End,
    utterance: usize,
    /// A comma or the like follows.
    is_paused: bool,
    word: usize,
}

/// What follows a token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Open,
    Sentence,
    Question,
}

struct Said {
    text: String,
    start: MediaTime,
    role: Option<Role>,
    utterance: usize,
}

impl Speech {
    pub(super) fn of(transcript: &Transcript) -> Self {
        let mut speech = Self {
            tokens: Vec::new(),
            words: Vec::new(),
        };
        for (number, utterance) in transcript.utterances().enumerate() {
            let role = transcript.role_of(utterance.speaker());
            for word in utterance.words() {
                speech.take(word.text(), number);
                speech.words.push(Said {
                    text: word.text().to_owned(),
                    start: word.start(),
                    role,
                    utterance: number,
                });
            }
        }
        speech
    }

    fn take(&mut self, word: &str, utterance: usize) {
        let mut parts: Vec<String> = Vec::new();
        let mut before = ' ';
        let chars: Vec<char> = word.chars().filter(|c| !"'’".contains(*c)).collect();
        for (index, c) in chars.iter().copied().enumerate() {
            let after = chars.get(index + 1).copied().unwrap_or(' ');
            let is_point = c == '.' && before.is_ascii_digit() && after.is_ascii_digit();
            let goes_on = (c.is_alphabetic() && before.is_alphabetic())
                || ((c.is_ascii_digit() || is_point) && (before.is_ascii_digit() || before == '.'));
            match parts.last_mut() {
                Some(part) if goes_on => part.push(c),
                _ if c.is_alphanumeric() => parts.push(c.to_string()),
                _ if c == '/' || c == '%' => parts.push(c.to_string()),
                // A range, as in `0-10`.
                _ if "-–".contains(c) && before.is_ascii_digit() && after.is_ascii_digit() => {
                    parts.push("to".to_owned());
                }
                _ => {}
            }
            before = c;
        }
        let letters = parts.iter().all(|part| part.chars().count() == 1);
        let count = parts.len();
        for (index, part) in parts.into_iter().enumerate() {
            let is_last = index + 1 == count;
            self.tokens.push(Token {
                in_capitals: part.chars().all(char::is_uppercase),
                text: part.to_lowercase(),
                // The points of `G.A.D.` end no sentence.
                end: if is_last {
                    end(word, letters)
                } else {
                    End::Open
                },
                utterance,
                is_paused: is_last && word.ends_with([',', ':', ';', '–', '—', '-']),
                word: self.words.len(),
            });
        }
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn token(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at)
    }

    /// The text of a token, empty beyond the end.
    pub(super) fn text(&self, at: usize) -> &str {
        self.token(at).map_or("", |token| &token.text)
    }

    /// Whether tokens follow each other in one sentence of one speaker.
    pub(super) fn is_one_sentence(&self, from: usize, to: usize) -> bool {
        let tokens = self.tokens.get(from..to).unwrap_or_default();
        let is_open = tokens.iter().all(|token| token.end == End::Open);
        let of = |at: usize| self.token(at).map(|token| token.utterance);
        is_open && of(from) == of(to)
    }

    /// Where the sentence of a token begins.
    pub(super) fn sentence(&self, at: usize) -> usize {
        let mut first = at;
        while let Some(before) = first.checked_sub(1)
            && self.is_one_sentence(before, first)
        {
            first = before;
        }
        first
    }

    /// Where the next utterance begins.
    pub(super) fn next_utterance(&self, at: usize) -> usize {
        let own = self.token(at).map(|token| token.utterance);
        let mut rest = self.tokens.iter().enumerate().skip(at);
        rest.find(|(_, token)| Some(token.utterance) != own)
            .map_or(self.len(), |(index, _)| index)
    }

    pub(super) fn start(&self, at: usize) -> Option<MediaTime> {
        Some(self.said(at)?.start)
    }

    pub(super) fn role(&self, at: usize) -> Option<Role> {
        self.said(at)?.role
    }

    fn said(&self, at: usize) -> Option<&Said> {
        self.words.get(self.token(at)?.word)
    }

    /// The words of the sentences that hold these two tokens, with a dash where somebody else goes on, cut where they are very long.
    pub(super) fn quote(&self, from: usize, to: usize) -> String {
        const LONGEST: usize = 30;
        let begin = self.sentence(from).max(from.saturating_sub(LONGEST));
        let mut last = to;
        while last < to + LONGEST && last + 1 < self.len() && self.is_one_sentence(to, last + 1) {
            last += 1;
        }
        let word = |at: usize| self.token(at).map_or(0, |token| token.word);
        let words = self.words.get(word(begin)..=word(last)).unwrap_or_default();
        let is_cut = begin > self.sentence(from);
        let mut quote = if is_cut { "… " } else { "" }.to_owned();
        let mut before: Option<usize> = None;
        for said in words {
            match before {
                Some(utterance) if utterance != said.utterance => quote.push_str(" — "),
                Some(_) => quote.push(' '),
                None => {}
            }
            quote.push_str(&said.text);
            before = Some(said.utterance);
        }
        quote
    }

    /// A number in digits or in words, and what follows it.
    pub(super) fn number(&self, at: usize) -> Option<(Points, usize)> {
        let (whole, mut next) = match self.text(at).parse::<Points>() {
            Ok(points) => (points.as_hundredths(), at + 1),
            Err(_) => self.in_words(at)?,
        };
        let mut hundredths = whole;
        let is_whole = self.is_joined(next - 1);
        if is_whole
            && self.text(next) == "point"
            && let Some(tenths) = small(self.text(next + 1)).filter(|tenths| *tenths < 10)
        {
            hundredths += tenths * 10;
            next += 2;
        } else if is_whole
            && (0..)
                .zip(["and", "a", "half"])
                .all(|(index, half)| self.text(next + index) == half)
        {
            hundredths += 50;
            next += 3;
        }
        Some((Points::hundredths(hundredths), next))
    }

    /// Whether a word and the next can be one number.
    fn is_joined(&self, at: usize) -> bool {
        let is_paused = self.token(at).is_some_and(|token| token.is_paused);
        !is_paused && self.is_one_sentence(at, at + 1)
    }

    fn in_words(&self, at: usize) -> Option<(u32, usize)> {
        let is_hundred = |at: usize| self.text(at) == "hundred" && self.is_joined(at - 1);
        let first = match self.text(at) {
            "a" if is_hundred(at + 1) => 1,
            text => small(text)?,
        };
        if first == 1 && is_hundred(at + 1) {
            let rest = if self.text(at + 2) == "and" {
                at + 3
            } else {
                at + 2
            };
            let more = self.below_hundred(rest).filter(|_| self.is_joined(at + 1));
            let (more, next) = more.unwrap_or((0, at + 2));
            return Some(((100 + more) * 100, next));
        }
        let (number, next) = self.below_hundred(at)?;
        Some((number * 100, next))
    }

    fn below_hundred(&self, at: usize) -> Option<(u32, usize)> {
        let tens = small(self.text(at))?;
        let unit = small(self.text(at + 1)).filter(|unit| tens >= 20 && (1..10).contains(unit));
        Some(match unit.filter(|_| self.is_joined(at)) {
            Some(unit) => (tens + unit, at + 2),
            None => (tens, at + 1),
        })
    }
}

/// A word for a number below a hundred.
fn small(word: &str) -> Option<u32> {
    const UNITS: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 8] = [
        "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
    ];
    let find = |words: &[&str]| {
        let at = words.iter().position(|known| *known == word)?;
        u32::try_from(at).ok()
    };
    find(&UNITS).or_else(|| Some((find(&TENS)? + 2) * 10))
}

fn end(word: &str, letters: bool) -> End {
    let bare = word.trim_end_matches(['"', '\'', ')', '”', '’']);
    if bare.ends_with('?') {
        End::Question
    } else if bare.ends_with(['.', '!', '…'])
        && !(letters && bare.chars().all(|c| !c.is_ascii_digit()))
    {
        End::Sentence
    } else {
        End::Open
    }
}
