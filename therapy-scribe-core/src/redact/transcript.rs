//! Redacting the words of a transcript, so that their times stay.

use std::{fmt, ops::Range};

use super::{Kind, Redactor, redactor::Span};
use crate::{SpeakerId, Transcript, Turn, Word};

/// A transcript without its identifiers.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct RedactedTranscript {
    /// The transcript. What was replaced is one word in each turn that it stood in, from where its first word began to where
    /// its last one ended.
    pub transcript: Transcript,
    /// How many things of each kind were replaced, in the order of [`Kind`].
    pub counts: Vec<(Kind, usize)>,
}

impl fmt::Debug for RedactedTranscript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedactedTranscript")
            .field("transcript", &self.transcript)
            .field("counts", &self.counts)
            .finish()
    }
}

impl Redactor {
    /// Redacts the final words of a transcript. An identifier is found across turns and speakers: "five five five", "mhm",
    /// "oh one four two" is one number. In each of its turns one word stands for it; what another speaker said in between stays
    /// where it is only a sound.
    ///
    /// Open turns are left out: redact what is final. The map of roles is kept as it is.
    ///
    /// ```
    /// use therapy_scribe_core::{*, redact::*};
    ///
    /// let word = |text, start| Word::new(text, MediaTime::from_millis(start), MediaTime::from_millis(start + 200));
    /// let words = vec![word("Call", 0), word("555", 300), word("0142,", 600), word("Anna.", 900)];
    /// let turn = Turn::new(TurnId::new(ConnectionId::default(), 0), Finality::Final, None, words);
    /// let transcript = Transcript::from_turns([turn], RoleMap::default());
    ///
    /// let mut redactor = Redactor::new(KnownNames::new().client("Anna"), Kinds::identifiers());
    /// let redacted = redactor.transcript(&transcript).transcript;
    /// assert_eq!(redacted.to_text(), "[0:00] Speaker ?: Call [PHONE_1], [PERSON_1].\n");
    /// assert_eq!(redacted.turns().next().map(|turn| turn.words()[1].end().as_millis()), Some(800));
    /// ```
    pub fn transcript(&mut self, transcript: &Transcript) -> RedactedTranscript {
        let turns: Vec<&Turn> = transcript.turns().collect();
        let document = Document::of(&turns);
        let redacted = self.within("", &document.text);
        let mut replaced = redacted.spans.as_slice();
        let mut places = document.places.iter();
        let told = turns.iter().map(|turn| {
            let places = places.by_ref().take(turn.words().len());
            let words: Vec<_> = turn.words().iter().zip(places).collect();
            let new = retold(&words, &mut replaced, &document.text);
            (*turn).clone().with_words(new)
        });
        let transcript = transcript.retold(told.collect::<Vec<_>>());
        let count = |kind: Kind| {
            redacted
                .spans
                .iter()
                .filter(|span| span.kind == kind)
                .count()
        };
        let counts = Kind::all()
            .map(|kind| (kind, count(kind)))
            .filter(|(_, count)| *count > 0);
        RedactedTranscript {
            counts: counts.collect(),
            transcript,
        }
    }
}

/// The words of a turn. Spans that end before it are left behind.
fn retold(words: &[(&Word, &Range<usize>)], spans: &mut &[Span], text: &str) -> Vec<Word> {
    let mut new = Vec::with_capacity(words.len());
    let mut rest = words;
    while let [(word, place), ..] = rest {
        while let [first, after @ ..] = spans
            && first.range.end <= place.start
        {
            *spans = after;
        }
        let (whole, open) = together(rest, spans);
        rest = rest.get(whole.len().max(1)..).unwrap_or_default();
        match open.last() {
            None => new.push((*word).clone()),
            Some(last) if is_sound(whole, last, text) => {
                new.extend(whole.iter().map(|(word, _)| (*word).clone()));
            }
            Some(_) => new.extend(one_word(whole, open, text)),
        }
    }
    new
}

/// The first word, all spans that touch it, all words that those touch, and so on.
fn together<'a, 'b>(
    words: &'b [(&'a Word, &'a Range<usize>)],
    spans: &'b [Span],
) -> (&'b [(&'a Word, &'a Range<usize>)], &'b [Span]) {
    let mut count = 1;
    loop {
        let whole = words.get(..count).unwrap_or(words);
        let end = whole.last().map_or(0, |(_, place)| place.end);
        let touching = spans
            .iter()
            .take_while(|span| span.range.start < end)
            .count();
        let open = spans.get(..touching).unwrap_or_default();
        let reach = open.last().map_or(0, |span| span.range.end);
        let reached = words
            .iter()
            .take_while(|(_, place)| place.start < reach)
            .count();
        if reached <= count {
            return (whole, open);
        }
        count = reached;
    }
}

/// Words with what stands for the identifiers in them.
fn one_word(words: &[(&Word, &Range<usize>)], spans: &[Span], text: &str) -> Option<Word> {
    let ((first, from), (last, to)) = (words.first()?, words.last()?);
    let (mut told, mut at) = (String::new(), from.start);
    for span in spans {
        told += text.get(at..span.range.start.max(at)).unwrap_or_default();
        told += &span.replacement;
        at = span.range.end.min(to.end).max(at);
    }
    told += text.get(at..to.end).unwrap_or_default();
    Some((*first).clone().retold(&told, last.end()))
}

/// "mhm", inside a number that somebody else says: nothing of the number stands in these words.
fn is_sound(words: &[(&Word, &Range<usize>)], span: &Span, text: &str) -> bool {
    const SOUNDS: [&str; 16] = [
        "mhm", "mm", "hm", "hmm", "uh", "huh", "um", "yes", "yeah", "yep", "okay", "ok", "right",
        "sure", "go", "on",
    ];
    let is_inside = words
        .iter()
        .all(|(_, place)| span.range.start < place.start && place.end < span.range.end);
    let of = |place: &Range<usize>| text.get(place.clone()).unwrap_or_default().to_lowercase();
    is_inside
        && words.iter().all(|(_, place)| {
            let word = of(place);
            word.split(|c: char| !c.is_alphanumeric())
                .all(|part| part.is_empty() || SOUNDS.contains(&part))
        })
}

/// All words as one text, and where each stands in it.
struct Document {
    text: String,
    places: Vec<Range<usize>>,
}

impl Document {
    fn of(turns: &[&Turn]) -> Self {
        let mut document = Self {
            text: String::new(),
            places: Vec::new(),
        };
        let mut speaker: Option<Option<SpeakerId>> = None;
        for turn in turns {
            for (index, word) in turn.words().iter().enumerate() {
                let is_other =
                    speaker != Some(word.speaker()) || (index == 0 && word.speaker().is_none());
                if !document.text.is_empty() {
                    document.text.push(if is_other { '\n' } else { ' ' });
                }
                speaker = Some(word.speaker());
                let start = document.text.len();
                document.text.push_str(word.text());
                document.places.push(start..document.text.len());
            }
        }
        document
    }
}
