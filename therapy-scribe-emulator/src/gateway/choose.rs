//! Which quotes a field of a note gets, by its name and description.

use super::transcript::{Line, sentences};

/// No field is longer, in characters.
pub(super) const LONGEST: usize = 600;

/// One sentence that somebody said.
#[derive(Clone, Copy)]
pub(super) struct Quote<'a> {
    pub(super) line: &'a Line,
    pub(super) text: &'a str,
}

impl Quote<'_> {
    /// `Client: "…"`, verbatim; cut at a word where it is too long.
    pub(super) fn attributed(&self, most: usize) -> String {
        let quote = |text: &str| format!("{}: \"{text}\"", self.line.speaker);
        let whole = quote(self.text);
        if whole.chars().count() <= most {
            return whole;
        }
        let frame = quote("").chars().count();
        quote(clip(self.text, most.saturating_sub(frame)))
    }
}

/// What a field is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    Risk,
    Plan,
    Assessment,
    Intervention,
    Client,
}

const RISK: [&str; 24] = [
    "suicid",
    "kill myself",
    "kill him",
    "kill her",
    "kill them",
    "end my life",
    "ending my life",
    "end it all",
    "better off without me",
    "better off dead",
    "not wake up",
    "n't wake up",
    "never wake up",
    "want to die",
    "wish i was dead",
    "wish i were dead",
    "hurt myself",
    "harm myself",
    "self-harm",
    "cut myself",
    "hit me",
    "hits me",
    "overdose",
    "no reason to live",
];
const PLAN: [&str; 12] = [
    "homework",
    "next week",
    "next time",
    "next session",
    "next monday",
    "next tuesday",
    "practise",
    "practice",
    "exercise",
    "thought record",
    "until then",
    "we will",
];
const ASSESSMENT: [&str; 14] = [
    "gad",
    "phq",
    "score",
    "better",
    "worse",
    "lower",
    "higher",
    "mood",
    "anxi",
    "depress",
    "panic",
    "ashamed",
    "progress",
    "sounds like",
];

/// By the name first, then by the description.
pub(super) fn topic(name: &str, description: &str) -> Option<Topic> {
    let by_words = |text: &str| {
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if has(&["risk", "safety"]) {
            Some(Topic::Risk)
        } else if has(&["plan", "homework", "next", "follow"]) {
            Some(Topic::Plan)
        } else if has(&[
            "assess",
            "analysis",
            "score",
            "mood",
            "progress",
            "impression",
        ]) {
            Some(Topic::Assessment)
        } else if has(&["intervention", "technique", "therapist"]) {
            Some(Topic::Intervention)
        } else if has(&[
            "data",
            "subjective",
            "client",
            "patient",
            "complaint",
            "observ",
            "behavio",
        ]) {
            Some(Topic::Client)
        } else {
            None
        }
    };
    by_words(&name.to_lowercase()).or_else(|| by_words(&description.to_lowercase()))
}

/// The sentences for a topic, in the order they were said.
pub(super) fn quotes(lines: &[Line], topic: Option<Topic>) -> Vec<Quote<'_>> {
    let all = lines
        .iter()
        .flat_map(|line| sentences(&line.text).map(move |text| Quote { line, text }));
    let roles = lines.iter().any(is_therapist) && lines.iter().any(|line| !is_therapist(line));
    let holds = |quote: &Quote<'_>, words: &[&str]| {
        let text = quote.text.to_lowercase().replace('’', "'");
        words.iter().any(|word| text.contains(word))
    };
    let from_client = |quote: &Quote<'_>| !roles || !is_therapist(quote.line);
    all.filter(|quote| match topic {
        // Asking about risk is no risk.
        Some(Topic::Risk) => from_client(quote) && holds(quote, &RISK),
        Some(Topic::Plan) => holds(quote, &PLAN),
        Some(Topic::Assessment) => {
            holds(quote, &ASSESSMENT) || (from_client(quote) && holds(quote, &RISK))
        }
        Some(Topic::Intervention) => !from_client(quote) && words_in(quote.text) >= 3,
        Some(Topic::Client) => from_client(quote) && words_in(quote.text) >= 3,
        None => words_in(quote.text) >= 3,
    })
    .collect()
}

/// Two to four phrases of a few words each, from what the client said at most length.
pub(super) fn themes(lines: &[Line]) -> Vec<String> {
    const WORDS: usize = 6;
    let mut spoken = quotes(lines, Some(Topic::Client));
    spoken.sort_by_key(|quote| std::cmp::Reverse(quote.text.len()));
    let phrase = |quote: &Quote<'_>| {
        let end = quote
            .text
            .split_inclusive(' ')
            .take(WORDS)
            .map(str::len)
            .sum::<usize>();
        let phrase = quote.text.get(..end).unwrap_or(quote.text);
        phrase
            .trim_end_matches(|c: char| !c.is_alphanumeric())
            .to_owned()
    };
    spoken.iter().take(4).map(phrase).collect()
}

/// Quotes in a row, as many as fit.
pub(super) fn joined(quotes: &[Quote<'_>], most: usize) -> String {
    const COUNT: usize = 4;
    let mut text = String::new();
    for quote in quotes.iter().take(COUNT) {
        let left = most.saturating_sub(text.chars().count() + 1);
        let quote = quote.attributed(left);
        if !text.is_empty() && quote.chars().count() + 1 > left {
            break;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&quote);
    }
    text
}

/// At most so many characters, ending at a word.
pub(super) fn clip(text: &str, most: usize) -> &str {
    let end = text
        .char_indices()
        .nth(most)
        .map_or(text.len(), |(at, _)| at);
    let cut = text.get(..end).unwrap_or(text);
    if end == text.len() {
        return cut;
    }
    cut.rfind(' ')
        .and_then(|space| cut.get(..space))
        .unwrap_or(cut)
}

pub(super) fn is_therapist(line: &Line) -> bool {
    let speaker = line.speaker.to_lowercase();
    ["therapist", "clinician", "counsel", "provider", "dr."]
        .iter()
        .any(|role| speaker.contains(role))
}

fn words_in(text: &str) -> usize {
    text.split_whitespace().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> Vec<Line> {
        let line = |speaker: &str, text: &str| Line {
            id: None,
            speaker: speaker.to_owned(),
            text: text.to_owned(),
        };
        vec![
            line("Client", "I wake up early. My mood is low."),
            line("Therapist", "Do you think of suicide?"),
            line("Client", "It would be easier if I just didn’t wake up."),
        ]
    }

    #[test]
    fn only_what_the_client_says_about_risk_is_risk() {
        let lines = lines();
        let found: Vec<_> = quotes(&lines, Some(Topic::Risk))
            .iter()
            .map(|quote| quote.attributed(LONGEST))
            .collect();
        assert_eq!(
            found,
            ["Client: \"It would be easier if I just didn’t wake up.\""]
        );
    }

    #[test]
    fn names_decide_before_descriptions() {
        assert_eq!(topic("plan", "what the client will do"), Some(Topic::Plan));
        assert_eq!(topic("x", "Risk factors"), Some(Topic::Risk));
        assert_eq!(topic("x", ""), None);
    }

    #[test]
    fn clips_end_at_a_word_and_respect_characters() {
        assert_eq!(clip("äöü äöü", 5), "äöü");
        assert_eq!(clip("äöü", 9), "äöü");
        let lines = lines();
        assert!(joined(&quotes(&lines, None), 40).chars().count() <= 40);
    }
}
