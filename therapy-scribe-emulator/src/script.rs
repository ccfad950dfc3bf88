//! What is said in the audio, and when.

use serde::Deserialize;

/// The words of a recording, by audio time. Unknown fields are skipped.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Script {
    /// What is said, in order of time.
    pub segments: Vec<Segment>,
}

/// A stretch of speech of one person, without a long pause.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Segment {
    /// Who speaks: any name.
    pub speaker: String,
    /// What is said; words are what stands between white space.
    pub text: String,
    /// When the voice begins, in milliseconds of audio.
    pub start_ms: u64,
    /// When it ends.
    pub end_ms: u64,
}

/// A text that is no script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidScript {
    /// It is not of the right shape.
    #[error(
        "this is not a script (line {line}, column {column}): expected {{\"segments\":[{{\"speaker\",\"text\",\"start_ms\",\"end_ms\"}}]}}"
    )]
    #[non_exhaustive]
    Shape {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// A segment ends before it begins, or begins before the one before it.
    #[error(
        "segment {0} of the script is out of order: each must begin no earlier than the one before it, and end after its own begin"
    )]
    Order(usize),
}

impl Script {
    /// Reads `{"segments":[{"speaker","text","start_ms","end_ms"}]}`.
    ///
    /// # Errors
    /// [`InvalidScript`].
    pub fn from_json(json: &str) -> Result<Self, InvalidScript> {
        let script: Self = serde_json::from_str(json).map_err(|error| InvalidScript::Shape {
            line: error.line(),
            column: error.column(),
        })?;
        let mut begun = 0;
        for (index, segment) in script.segments.iter().enumerate() {
            if segment.start_ms < begun || segment.end_ms <= segment.start_ms {
                return Err(InvalidScript::Order(index));
            }
            begun = segment.start_ms;
        }
        Ok(script)
    }

    /// Every word with its time: a segment's time is shared out by the length of its words.
    pub(crate) fn words(&self) -> Vec<ScriptWord> {
        let mut words: Vec<ScriptWord> = self.segments.iter().flat_map(words_of).collect();
        words.sort_by_key(|word| (word.start_ms, word.end_ms));
        words
    }
}

/// A word of the script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScriptWord {
    pub(crate) text: String,
    pub(crate) speaker: String,
    pub(crate) start_ms: u64,
    pub(crate) end_ms: u64,
}

fn words_of(segment: &Segment) -> Vec<ScriptWord> {
    let weight = |word: &str| u64::try_from(word.chars().count()).unwrap_or(1) + 1;
    let total: u64 = segment.text.split_whitespace().map(weight).sum();
    let length = segment.end_ms - segment.start_ms;
    let mut passed = 0;
    let place = |passed: u64| segment.start_ms + (length * passed).checked_div(total).unwrap_or(0);
    let word = |text: &str| {
        let start_ms = place(passed);
        passed += weight(text);
        ScriptWord {
            text: text.to_owned(),
            speaker: segment.speaker.clone(),
            start_ms,
            end_ms: place(passed),
        }
    };
    segment.text.split_whitespace().map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_fill_their_segment_by_length() {
        let script = Script::from_json(r#"{"title":"x","segments":[{"speaker":"a","text":"I slept badly.","start_ms":1000,"end_ms":2500}]}"#).unwrap();
        let words: Vec<_> = script
            .words()
            .into_iter()
            .map(|word| (word.text, word.start_ms, word.end_ms))
            .collect();
        assert_eq!(
            words,
            [
                ("I".to_owned(), 1000, 1200),
                ("slept".to_owned(), 1200, 1800),
                ("badly.".to_owned(), 1800, 2500)
            ]
        );
    }

    #[test]
    fn a_script_out_of_order_is_refused_with_the_place() {
        let json = r#"{"segments":[{"speaker":"a","text":"x","start_ms":5,"end_ms":5}]}"#;
        assert_eq!(Script::from_json(json), Err(InvalidScript::Order(0)));
        assert!(matches!(
            Script::from_json("{"),
            Err(InvalidScript::Shape { line: 1, .. })
        ));
    }
}
