//! Scores as they were said, in English: `your GAD-7 is fourteen`, `a 12 on the PHQ-9`, `what is your SUD now? Six.`
//!
//! Plain rules, without a model: a name, few words of a short list, a number. What does not fit them is left out rather
//! than guessed: goals and conditions, changes ("down two points"), lists that do not come out even.

use therapy_scribe_core::{MediaTime, Transcript};

use super::{
    instrument::{ALL, Instrument, InstrumentScore, Points},
    words::{End, Speech},
};

/// Between a name and its number there are at most so many words, all of them known.
const REACH: usize = 9;

/// Words that may stand between a name and its number.
const BETWEEN: &str = " a about again an and are around as at back been came comes down dropped er fell for got guess i id im \
    improved in increased is it its just level like maybe measure moved my now of only or out probably questionnaire rate \
    rated rating reads reduced result results right rose said say says scale score scored scores screener severity showed \
    shows so stands stayed still that thats the think this time to today total uh um up was week well went were would yeah \
    yes you your ";
/// Said before a number, they make it a change and no score.
const CHANGES: &str = " another by down dropped fell for from improved increased over reduced rose than under up with ";
/// Verbs of a change from one score to another, whose second one is the score.
const MOVES: &str = " came down dropped fell gone improved increased moved reduced rose up went ";
/// Before the name in its sentence, they make it a wish or a condition.
const WISHES: &str =
    " above aim below cutoff goal hope if target under unless until want wanted wants when ";
/// After a number, they make it something else.
const UNITS: &str = " appointments days day hours items item mg milligrams minutes months month more less higher lower better \
    worse of people percent % questions question sessions session st nd rd th times time weeks week would means years year \
    forms form clients ";
/// In a question, they ask for something else than a score: "Did you fill in the PHQ-9?"
const ASKS: &str =
    " brought complete completed did do does fill filled finish finished had have sent took ";
/// Words that take a number back.
const CORRECTS: &str = " actually correction mean no rather sorry wait ";

/// All of them, in the order in which they were said.
pub(super) fn scores(transcript: &Transcript) -> Vec<InstrumentScore> {
    let speech = Speech::of(transcript);
    let has_times = transcript.end() > MediaTime::ZERO;
    let (mut scores, mut at, mut free) = (Vec::new(), 0, 0);
    while at < speech.len() {
        let mentions = mentions(&speech, at);
        let Some(first) = mentions.first() else {
            at += 1;
            continue;
        };
        let found = if let Some(value) = before(&speech, first, free) {
            at = first.to;
            vec![(first.instrument, value)]
        } else {
            at = mentions.last().map_or(at + 1, |last| last.to);
            after(&speech, &mentions)
        };
        // The number of a name is no score.
        free = free.max(at);
        for (instrument, value) in found {
            free = free.max(value.to);
            let mut score = InstrumentScore::new(instrument, value.score);
            let (from, to) = (first.from.min(value.from), value.from.max(first.from));
            (score.or, score.out_of) = (value.or, value.out_of);
            score.quote = Some(speech.quote(from, to).into());
            score.at = speech.start(value.from).filter(|_| has_times);
            score.said_by = speech.role(value.from);
            scores.push(score);
        }
    }
    scores
}

/// Where an instrument is named.
struct Mention {
    instrument: Instrument,
    from: usize,
    to: usize,
}

/// A number as a score.
#[derive(Clone, Copy)]
struct Value {
    score: Points,
    or: Option<Points>,
    out_of: Option<u32>,
    from: usize,
    to: usize,
}

fn is_in(list: &str, word: &str) -> bool {
    !word.is_empty() && list.split(' ').any(|known| known == word)
}

/// The instruments that are named here one after the other: `your GAD-7 and your PHQ-9`.
fn mentions(speech: &Speech, at: usize) -> Vec<Mention> {
    let mut mentions: Vec<Mention> = named(speech, at).into_iter().collect();
    while let Some(last) = mentions.last().map(|last| last.to) {
        let mut next = last;
        while is_in(" and the your my / ", speech.text(next)) {
            next += 1;
        }
        match named(speech, next).filter(|_| speech.is_one_sentence(last - 1, next)) {
            Some(mention) => mentions.push(mention),
            None => break,
        }
    }
    mentions
}

fn named(speech: &Speech, at: usize) -> Option<Mention> {
    let is_said = |said: &&&str| {
        said.split(' ').enumerate().all(|(index, part)| {
            let spoken = speech.text(at + index);
            spoken == part || (index > 0 && digit(spoken) == Some(part))
        })
    };
    ALL.iter().find_map(|(instrument, .., forms)| {
        let form = forms.iter().find(is_said)?;
        let to = at + form.split(' ').count();
        // An audit can be one of accounts.
        let is_sure = *instrument != Instrument::Audit
            || speech.token(at).is_some_and(|token| token.in_capitals)
            || is_in(" score scores questionnaire ", speech.text(to));
        let is_whole = speech.is_one_sentence(at, to - 1);
        let mention = Mention {
            instrument: *instrument,
            from: at,
            to,
        };
        (is_sure && is_whole).then_some(mention)
    })
}

/// The digit of a word, as names have it.
fn digit(word: &str) -> Option<&'static str> {
    Some(match word {
        "zero" | "oh" => "0",
        "two" => "2",
        "five" => "5",
        "seven" => "7",
        "nine" => "9",
        _ => return None,
    })
}

/// `a 14 on your GAD-7`. What belongs to an earlier name is not free.
fn before(speech: &Speech, mention: &Mention, free: usize) -> Option<Value> {
    let mut last = mention.from.checked_sub(1)?;
    while is_in(" the your my her his their our this ", speech.text(last)) {
        last = last.checked_sub(1)?;
    }
    if speech.text(last) != "on" {
        return None;
    }
    let earliest = last.saturating_sub(REACH).max(free);
    let numbers = (earliest..last).filter_map(|at| value(speech, at));
    let value = numbers.into_iter().find(|value| {
        let rest = speech.text(value.to);
        value.to == last || (["points", "point"].contains(&rest) && value.to + 1 == last)
    })?;
    let is_change = value
        .from
        .checked_sub(1)
        .is_some_and(|at| is_in(CHANGES, speech.text(at)));
    let is_plain = speech.is_one_sentence(value.from, mention.from) && !is_change;
    (is_plain && !is_wished(speech, value.from)).then_some(value)
}

/// The scores that follow the names.
fn after(speech: &Speech, mentions: &[Mention]) -> Vec<(Instrument, Value)> {
    let (Some(first), Some(last)) = (mentions.first(), mentions.last()) else {
        return Vec::new();
    };
    if is_wished(speech, first.from) {
        return Vec::new();
    }
    let Some(value) = told(speech, last.to).or_else(|| answered(speech, last.to)) else {
        return Vec::new();
    };
    if mentions.len() > 1 {
        return listed(speech, mentions, value);
    }
    let mut values = vec![(first.instrument, corrected(speech, value))];
    values.extend(
        values
            .last()
            .and_then(|(instrument, value)| Some((*instrument, today(speech, value.to)?))),
    );
    values
}

/// As many numbers as names, in the same order; else it is not known which is whose.
fn listed(speech: &Speech, mentions: &[Mention], first: Value) -> Vec<(Instrument, Value)> {
    let mut values = vec![first];
    while let Some(last) = values.last().map(|last| last.to) {
        let at = if speech.text(last) == "and" {
            last + 1
        } else {
            last
        };
        match value(speech, at).filter(|next| speech.is_one_sentence(first.from, next.from)) {
            Some(next) => values.push(next),
            None => break,
        }
    }
    if values.len() != mentions.len() {
        return Vec::new();
    }
    let instruments = mentions.iter().map(|mention| mention.instrument);
    instruments.zip(values).collect()
}

fn is_wished(speech: &Speech, at: usize) -> bool {
    (speech.sentence(at)..at).any(|before| is_in(WISHES, speech.text(before)))
}

/// A number after words of the list, in the same sentence.
fn told(speech: &Speech, from: usize) -> Option<Value> {
    let value = found(speech, from)?;
    // "Is your PHQ-9 eleven?" says nothing yet.
    let is_asked = speech
        .token(value.to.checked_sub(1)?)
        .is_some_and(|token| token.end == End::Question);
    (!is_asked && speech.is_one_sentence(from - 1, value.from)).then_some(value)
}

/// A number that the next speaker begins with, after a question.
fn answered(speech: &Speech, from: usize) -> Option<Value> {
    let begin = from.checked_sub(1)?;
    let next = speech.next_utterance(begin);
    let asked = (begin..next).find(|at| {
        speech
            .token(*at)
            .is_some_and(|token| token.end != End::Open)
    })?;
    let is_question = speech.token(asked)?.end == End::Question;
    // "What do you give it?" asks for one all the same.
    let mut before = speech.sentence(begin)..begin;
    let is_what = before
        .clone()
        .any(|at| is_in(" how what whats where ", speech.text(at)));
    let is_else = !is_what && before.any(|at| is_in(ASKS, speech.text(at)));
    let is_other = is_else || (from..next).any(|at| named(speech, at).is_some());
    if !is_question || is_other || next - asked > REACH {
        return None;
    }
    let mut value = found(speech, next)?;
    value.out_of = value.out_of.or_else(|| {
        let mut scales = (from..next).filter_map(|at| scale(speech, at));
        scales.next_back().map(|(most, _)| most)
    });
    speech.is_one_sentence(next, value.from).then_some(value)
}

/// The first number after a few words of the list that is a score.
fn found(speech: &Speech, from: usize) -> Option<Value> {
    let (mut at, mut out_of, mut has_moved) = (from, None, false);
    while at < from + REACH + 4 {
        if !has_moved && let Some((most, next)) = scale(speech, at) {
            (out_of, at) = (Some(most), next);
            continue;
        }
        if let Some((_, next)) = speech.number(at)
            && has_moved
            && speech.text(next) == "to"
        {
            at = next;
        } else if speech.number(at).is_some() {
            let mut value = value(speech, at)?;
            let is_change = at > from && is_in(CHANGES, speech.text(at - 1));
            value.out_of = value.out_of.or(out_of);
            return (!is_change).then_some(value);
        } else if is_in(BETWEEN, speech.text(at)) || (has_moved && speech.text(at) == "from") {
            has_moved |= is_in(MOVES, speech.text(at));
            at += 1;
        } else {
            return None;
        }
    }
    None
}

/// `on a scale of zero to ten`, `out of ten`: no score, but what it is out of.
fn scale(speech: &Speech, at: usize) -> Option<(u32, usize)> {
    let mut from = at;
    while is_in(" on a scale of from out ", speech.text(from)) {
        from += 1;
    }
    if let Some(most) = out_of(speech, at) {
        return Some(most);
    }
    let (_, to) = speech.number(from)?;
    let (most, next) = speech.number(to + 1).filter(|_| speech.text(to) == "to")?;
    Some((most.as_hundredths() / 100, next))
}

fn out_of(speech: &Speech, at: usize) -> Option<(u32, usize)> {
    let from = match (speech.text(at), speech.text(at + 1)) {
        ("/", _) => at + 1,
        ("out", "of") => at + 2,
        _ => return None,
    };
    let (most, next) = speech.number(from)?;
    Some((most.as_hundredths() / 100, next))
}

/// A number that is no count of something else, with what is said of it.
fn value(speech: &Speech, at: usize) -> Option<Value> {
    let (score, mut to) = speech.number(at)?;
    let mut or = None;
    if speech.text(to) == "or" {
        if is_in(UNITS, speech.text(to + 1)) || is_in(WISHES, speech.text(to + 1)) {
            return None;
        }
        if let Some((other, next)) = speech.number(to + 1) {
            (or, to) = (Some(other), next);
        }
    }
    let out_of = out_of(speech, to);
    let to = out_of.map_or(to, |(_, next)| next);
    let is_sentence = speech.is_one_sentence(at, to);
    if is_sentence && is_in(UNITS, speech.text(to)) {
        return None;
    }
    Some(Value {
        score,
        or,
        out_of: out_of.map(|(most, _)| most),
        from: at,
        to,
    })
}

/// `fourteen, no, fifteen`: the correction holds, also where the other one has said a word in between.
fn corrected(speech: &Speech, mut value: Value) -> Value {
    let here = |value: &Value| {
        let other = correction(speech, value.to)?;
        (other.from < speech.next_utterance(value.from)).then_some(other)
    };
    while let Some(other) = here(&value).or_else(|| {
        let own = speech.role(value.from)?;
        let next = speech.next_utterance(value.from);
        let after = speech.next_utterance(next);
        let is_own = speech.role(after) == Some(own) && after - next <= 4;
        correction(speech, after).filter(|_| is_own)
    }) {
        let out_of = other.out_of.or(value.out_of);
        value = Value { out_of, ..other };
    }
    value
}

fn correction(speech: &Speech, from: usize) -> Option<Value> {
    let is_meant = |at: usize| speech.text(at) == "i" && speech.text(at + 1) == "mean";
    let (mut at, mut is_taken_back) = (from, false);
    while at < from + REACH {
        let word = speech.text(at);
        if is_in(CORRECTS, word) {
            is_taken_back = true;
        } else if word == "not" && is_taken_back && speech.number(at + 1).is_some() {
            // "No, not fourteen, fifteen."
            at = speech.number(at + 1)?.1;
            continue;
        } else if speech.number(at).is_some() {
            return value(speech, at).filter(|_| is_taken_back);
        } else if !is_in(" a an er is it its or scratch that uh um was ", word) && !is_meant(at) {
            return None;
        }
        at += 1;
    }
    None
}

/// `Last week your PHQ-9 was fifteen, today it's eleven.`
fn today(speech: &Speech, from: usize) -> Option<Value> {
    let is_now = |word: &str| word == "today" || word == "now";
    let mut is_today = false;
    for at in from..from + REACH {
        let word = speech.text(at);
        if speech.number(at).is_some() {
            let value = value(speech, at)?;
            let fits = is_today && speech.is_one_sentence(from - 1, at);
            let is_change = is_in(CHANGES, speech.text(at - 1));
            return (fits && !is_change).then_some(value);
        }
        is_today |= is_now(word);
        if !is_now(word)
            && !is_in(
                " a and at but came down is it its so this to up was week were you youre your ",
                word,
            )
        {
            return None;
        }
    }
    None
}
