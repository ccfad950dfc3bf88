//! What is said in the audio, and when.

use std::fmt;

use serde::Deserialize;

/// The words of a recording, by audio time. Unknown fields are skipped. Its `Debug` shows no words.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Script {
    /// The language that is spoken, as an ISO code: what `language_detection` reports. English where none is given.
    #[serde(default = "english")]
    pub language: String,
    /// What is said, in order of time.
    pub segments: Vec<Segment>,
}

/// A stretch of speech of one person. Its words are spread over the voices in it, so that it may hold a pause. Its `Debug`
/// shows no words.
#[derive(Clone, PartialEq, Eq, Deserialize)]
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
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Script({} segments)", self.segments.len())
    }
}

impl fmt::Debug for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Segment({} to {} ms)", self.start_ms, self.end_ms)
    }
}

fn english() -> String {
    "en".to_owned()
}

/// A word that was heard, by audio time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScriptWord {
    pub(crate) text: String,
    pub(crate) speaker: String,
    pub(crate) start_ms: u64,
    pub(crate) end_ms: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

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
