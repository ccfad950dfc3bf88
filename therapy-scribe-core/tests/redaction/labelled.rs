//! Sentences in which `{kind|text}` says what is to be found, or kept.

use std::{collections::BTreeMap, ops::Range, path::Path};

use serde_json::Value;
use therapy_scribe_core::redact::{Kinds, KnownNames, Redacted, Redactor};

/// A sentence without its marks.
pub(crate) struct Sentence {
    pub(crate) text: String,
    pub(crate) labels: Vec<(String, Range<usize>)>,
}

impl Sentence {
    fn parse(line: &str) -> Self {
        let (mut text, mut labels, mut rest) = (String::new(), Vec::new(), line);
        while let Some(open) = rest.find('{') {
            text += &rest[..open];
            let close = open + rest[open..].find('}').expect("a closed label");
            let (kind, marked) = rest[open + 1..close].split_once('|').expect("a kind");
            labels.push((kind.to_owned(), text.len()..text.len() + marked.len()));
            text += marked;
            rest = &rest[close + 1..];
        }
        text += rest;
        Self { text, labels }
    }
}

/// A set with its names.
pub(crate) fn read(set: &str) -> (Vec<Sentence>, KnownNames) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata/redaction")
        .join(set);
    let file = |name: &str| std::fs::read_to_string(folder.join(name)).expect("the set is there");
    let sentences = file("sentences.txt");
    let sentences = sentences.lines().filter(|line| !line.trim().is_empty());
    let all: Value = serde_json::from_str(&file("names.json")).expect("names are JSON");
    let mut names = KnownNames::new();
    for (role, list) in all.as_object().expect("roles") {
        for name in list
            .as_array()
            .expect("names")
            .iter()
            .filter_map(Value::as_str)
        {
            names = if role == "places" {
                names.place(name)
            } else {
                names.person(name)
            };
        }
    }
    (sentences.map(Sentence::parse).collect(), names)
}

/// What was found of each kind of label, and of how many.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) kinds: BTreeMap<String, (usize, usize)>,
    /// Labels that were not found, and clinical words that were taken, with their sentences.
    pub(crate) misses: Vec<String>,
    /// Words outside of all labels that were taken.
    pub(crate) others: Vec<String>,
}

impl Figures {
    /// Each sentence for itself: nothing is known of the others.
    pub(crate) fn of(set: &str) -> Self {
        let (sentences, names) = read(set);
        let mut figures = Self::default();
        for sentence in &sentences {
            let redacted = Redactor::new(names.clone(), Kinds::identifiers()).text(&sentence.text);
            figures.count(sentence, &redacted);
        }
        figures
    }

    /// One after another, as lines of one conversation.
    pub(crate) fn of_lines(set: &str) -> Self {
        let (sentences, names) = read(set);
        let mut redactor = Redactor::new(names, Kinds::identifiers());
        let mut figures = Self::default();
        for sentence in &sentences {
            figures.count(sentence, &redactor.line(&sentence.text));
        }
        figures
    }

    fn count(&mut self, sentence: &Sentence, redacted: &Redacted) {
        let found: Vec<_> = redacted
            .spans
            .iter()
            .map(|span| span.range.clone())
            .collect();
        let found = found.as_slice();
        let is_covered = |word: &Range<usize>| {
            found
                .iter()
                .any(|range| range.start <= word.start && word.end <= range.end)
        };
        let touches = |word: &Range<usize>| {
            found
                .iter()
                .any(|range| range.start < word.end && word.start < range.end)
        };
        for (kind, range) in &sentence.labels {
            let words = words(&sentence.text, range);
            let is_hit = match kind.as_str() {
                "keep" => words.iter().any(touches),
                _ => words.iter().all(is_covered),
            };
            let (hits, all) = self.kinds.entry(kind.clone()).or_default();
            *hits += usize::from(is_hit);
            *all += 1;
            if is_hit == (kind == "keep") {
                self.misses.push(format!(
                    "{kind}: {} | {}",
                    &sentence.text[range.clone()],
                    shown(sentence, found)
                ));
            }
        }
        let labelled = |word: &Range<usize>| {
            sentence
                .labels
                .iter()
                .any(|(_, range)| range.start < word.end && word.start < range.end)
        };
        let all = words(&sentence.text, &(0..sentence.text.len()));
        let taken: Vec<_> = all
            .iter()
            .filter(|word| touches(word) && !labelled(word))
            .collect();
        if !taken.is_empty() {
            let taken: Vec<_> = taken
                .iter()
                .map(|word| &sentence.text[(*word).clone()])
                .collect();
            self.others
                .push(format!("{} | {}", taken.join(" "), shown(sentence, found)));
        }
    }

    /// Hits and labels of these kinds together.
    pub(crate) fn sum(&self, is_one: impl Fn(&str) -> bool) -> (usize, usize) {
        let kinds = self.kinds.iter().filter(|(kind, _)| is_one(kind));
        kinds.fold((0, 0), |sum, (_, (hits, all))| (sum.0 + hits, sum.1 + all))
    }
}

fn shown(sentence: &Sentence, found: &[Range<usize>]) -> String {
    let mut text = sentence.text.clone();
    for range in found.iter().rev() {
        text.insert(range.end, '>');
        text.insert(range.start, '<');
    }
    text
}

/// The words and numbers of a stretch: what stands between spaces and marks, but for what people say while they think.
fn words(text: &str, range: &Range<usize>) -> Vec<Range<usize>> {
    const FILLERS: &str = " um uh uhm er erm ah hmm mm mhm sorry wait no okay ok yes yeah right so then and dash hyphen ";
    let mut words: Vec<Range<usize>> = Vec::new();
    for (at, letter) in text[range.clone()].char_indices() {
        let (start, end) = (range.start + at, range.start + at + letter.len_utf8());
        if !letter.is_alphanumeric() {
            continue;
        }
        match words.last_mut() {
            Some(word) if word.end == start => word.end = end,
            _ => words.push(start..end),
        }
    }
    let is_filler =
        |word: &Range<usize>| FILLERS.contains(&format!(" {} ", text[word.clone()].to_lowercase()));
    let without: Vec<_> = words
        .iter()
        .filter(|word| !is_filler(word))
        .cloned()
        .collect();
    if without.is_empty() { words } else { without }
}
