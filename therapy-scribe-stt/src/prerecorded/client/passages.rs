//! Parts of a finished transcript: sentences, paragraphs, words that are looked for, subtitles (`pre-recorded.md` 6.5).

use std::fmt;

use serde_json::Value;
use therapy_scribe_core::{Confidence, MediaTime, Phi};

use super::{RecordClient, calls::malformed};
use crate::{
    config::{ConfigError, require},
    prerecorded::{
        Error, TranscriptId,
        wire::{self, RawSpan, read},
    },
};

/// A sentence or paragraph.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Passage {
    /// What was said.
    pub text: Phi<String>,
    /// When it begins.
    pub start: MediaTime,
    /// When it ends.
    pub end: MediaTime,
    /// How sure the recogniser is.
    pub confidence: Option<Confidence>,
    /// Who spoke, as the service labels them: [`Record::speaker`](crate::prerecorded::Record::speaker) knows the voice. None
    /// for paragraphs, which may be of two people.
    pub label: Option<Phi<String>>,
    /// How many words it has.
    pub words: usize,
}

/// Where a word or phrase was said.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct WordMatch {
    /// The word or phrase.
    pub text: Phi<String>,
    /// How often it was said.
    pub count: u64,
    /// When: begin and end of each.
    pub times: Vec<(MediaTime, MediaTime)>,
    /// Which words of the transcript they are, counted from zero.
    pub indexes: Vec<u64>,
}

/// A format of subtitles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SubtitleFormat {
    /// `SubRip`.
    Srt,
    /// WebVTT.
    Vtt,
}

impl fmt::Display for SubtitleFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Srt => "srt",
            Self::Vtt => "vtt",
        })
    }
}

impl RecordClient {
    /// The sentences of a finished transcript: short enough to be evidence.
    ///
    /// Cancel safe: nothing changes at the service.
    ///
    /// # Errors
    /// [`Error::NotFound`], or what keeps the answer from coming.
    pub async fn sentences(&self, id: &TranscriptId) -> Result<Vec<Passage>, Error> {
        self.passages(id, "sentences").await
    }

    /// The paragraphs of a finished transcript.
    ///
    /// Cancel safe: nothing changes at the service.
    ///
    /// # Errors
    /// As [`sentences`](Self::sentences).
    pub async fn paragraphs(&self, id: &TranscriptId) -> Result<Vec<Passage>, Error> {
        self.passages(id, "paragraphs").await
    }

    /// Where these words or phrases of up to five words were said. They stand in the address of the call, which proxies may
    /// log: a transcript that was fetched can be searched without that.
    ///
    /// Cancel safe: nothing changes at the service.
    ///
    /// # Errors
    /// [`Error::Config`] for no phrase, or one with a comma or more than five words; else as
    /// [`sentences`](Self::sentences).
    pub async fn word_search<S: AsRef<str> + Sync>(
        &self,
        id: &TranscriptId,
        phrases: &[S],
    ) -> Result<Vec<WordMatch>, Error> {
        let phrases: Vec<_> = phrases.iter().map(AsRef::as_ref).collect();
        check_phrases(&phrases).map_err(Error::Config)?;
        let encoded: Vec<_> = phrases.iter().map(|phrase| encode(phrase)).collect();
        let words = encoded.join(",");
        let path = format!("/v2/transcript/{id}/word-search?words={words}");
        let reply = self.ask(&self.get(path)).await?;
        let value = read::object(&reply.body).map_err(malformed("word-search"))?;
        let matches = read::list(&value, "matches").iter();
        Ok(matches.filter_map(word_match).collect())
    }

    /// Subtitles, with at most so many characters each where that is given.
    ///
    /// Cancel safe: nothing changes at the service.
    ///
    /// # Errors
    /// As [`sentences`](Self::sentences).
    pub async fn subtitles(
        &self,
        id: &TranscriptId,
        format: SubtitleFormat,
        characters: Option<u16>,
    ) -> Result<Phi<String>, Error> {
        let query =
            characters.map_or_else(String::new, |most| format!("?chars_per_caption={most}"));
        let path = format!("/v2/transcript/{id}/{format}{query}");
        let reply = self.ask_large(&self.get(path)).await?;
        Ok(Phi::new(String::from_utf8_lossy(&reply.body).into_owned()))
    }

    async fn passages(&self, id: &TranscriptId, name: &'static str) -> Result<Vec<Passage>, Error> {
        let reply = self
            .ask_large(&self.get(format!("/v2/transcript/{id}/{name}")))
            .await?;
        let value = read::object(&reply.body).map_err(malformed(name))?;
        let mut until = MediaTime::ZERO;
        let passage = |span: RawSpan| {
            let start = span.start.map_or(until, MediaTime::from_millis);
            until = span.end.map_or(start, MediaTime::from_millis).max(start);
            Passage {
                text: Phi::new(span.text),
                start,
                end: until,
                confidence: span.confidence.map(Confidence::new),
                label: span.speaker.map(Phi::new),
                words: span.words.len(),
            }
        };
        Ok(wire::spans(&value, name).into_iter().map(passage).collect())
    }
}

fn word_match(value: &Value) -> Option<WordMatch> {
    let pair = |value: &Value| {
        let time = |index: usize| {
            let millis = value.get(index).and_then(read::whole)?;
            Some(MediaTime::from_millis(millis))
        };
        Some((time(0)?, time(1)?))
    };
    let times = read::list(value, "timestamps").iter().filter_map(pair);
    let indexes = read::list(value, "indexes").iter().filter_map(read::whole);
    Some(WordMatch {
        text: Phi::new(read::text(value, "text")?.to_owned()),
        count: read::number(value, "count").unwrap_or(0),
        times: times.collect(),
        indexes: indexes.collect(),
    })
}

fn check_phrases(phrases: &[&str]) -> Result<(), ConfigError> {
    let fits = |phrase: &&str| {
        !phrase.contains(',') && (1..=5).contains(&phrase.split_whitespace().count())
    };
    let all = !phrases.is_empty() && phrases.iter().all(fits);
    require(all, "words", "phrases of 1 to 5 words without commas")
}

/// Percent-encoded, for a query.
fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.trim().bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            let digits = [byte >> 4, byte & 15];
            let digits = digits.map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0'));
            encoded.extend(digits.map(|digit| digit.to_ascii_uppercase()));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_encoded_and_checked() {
        assert_eq!(encode(" sleep hygiene&x=ä"), "sleep%20hygiene%26x%3D%C3%A4");
        assert!(check_phrases(&["panic", "one two three four five"]).is_ok());
        for bad in [&[][..], &[""], &["a,b"], &["one two three four five six"]] {
            assert!(check_phrases(bad).is_err(), "{bad:?}");
        }
    }
}
