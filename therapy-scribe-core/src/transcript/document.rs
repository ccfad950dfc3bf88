//! A transcript as JSON, and back.

use serde::{Deserialize, Serialize};

use super::{
    Gap, Transcript, Turn, Utterance,
    turns::{TurnIndex, Turns},
};
use crate::{MediaTime, Role, RoleMap, SpeakerId};

/// One utterance as it stands in a transcript's JSON.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UtteranceRecord {
    /// The speaker's id.
    pub speaker: Option<SpeakerId>,
    /// The speaker's role.
    pub role: Option<Role>,
    /// What was said.
    pub text: String,
    /// When the first word begins.
    #[serde(rename = "start_ms")]
    pub start: MediaTime,
    /// When the last word ends.
    #[serde(rename = "end_ms")]
    pub end: MediaTime,
}

impl std::fmt::Debug for UtteranceRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UtteranceRecord")
            .field("role", &self.role)
            .field("bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}

/// The whole document. Utterances are written for readers; turns are what is read back.
#[derive(Serialize, Deserialize)]
struct Document {
    #[serde(rename = "type", default)]
    kind: Kind,
    #[serde(default, skip_deserializing)]
    utterances: Vec<UtteranceRecord>,
    turns: Vec<Turn>,
    #[serde(default)]
    gaps: Vec<Gap>,
    #[serde(default)]
    roles: RoleMap,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    #[default]
    Transcript,
}

impl Transcript {
    /// One line of JSON: `{"type":"transcript","utterances":[{"speaker","role","text","start_ms","end_ms"}],"turns":[…
    /// with words …],"gaps":[…],"roles":…}`. Open turns are left out.
    #[must_use]
    pub fn to_json(&self) -> String {
        let document = Document {
            kind: Kind::Transcript,
            utterances: self
                .utterances()
                .map(|utterance| self.record(&utterance))
                .collect(),
            turns: self.turns().cloned().collect(),
            gaps: self.gaps().to_vec(),
            roles: self.roles().clone(),
        };
        // Nothing in a document can fail to serialize: its keys are strings and its numbers finite.
        serde_json::to_string(&document).unwrap_or_default()
    }

    /// Reads what [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// [`InvalidTranscript`] with the place, when the text is not such a document.
    pub fn from_json(json: &str) -> Result<Self, InvalidTranscript> {
        let document: Document = serde_json::from_str(json).map_err(|error| InvalidTranscript {
            line: error.line(),
            column: error.column(),
        })?;
        Ok(Self {
            gaps: document.gaps.into(),
            ..Self::from_turns(document.turns, document.roles)
        })
    }

    /// An utterance with its role looked up.
    #[must_use]
    pub fn record(&self, utterance: &Utterance) -> UtteranceRecord {
        UtteranceRecord {
            speaker: utterance.speaker(),
            role: self.role_of(utterance.speaker()),
            text: utterance.text(),
            start: utterance.start(),
            end: utterance.end(),
        }
    }

    /// The same transcript with other words in its final turns; open turns are left out.
    pub(crate) fn retold(&self, turns: impl IntoIterator<Item = Turn>) -> Self {
        Self {
            gaps: self.gaps.clone(),
            roles: self.roles.clone(),
            ..Self::from_turns(turns, RoleMap::default())
        }
    }

    /// A transcript of finished turns, such as a stored or pre-recorded one. Turns without words are left out.
    #[must_use]
    pub fn from_turns(turns: impl IntoIterator<Item = Turn>, roles: RoleMap) -> Self {
        let (mut ordered, mut index) = (Turns::default(), TurnIndex::default());
        for turn in turns
            .into_iter()
            .filter(|turn| turn.is_final() && !turn.words().is_empty())
        {
            ordered.insert(index.place(&turn), turn);
        }
        Self {
            turns: ordered,
            roles: roles.into(),
            ..Self::default()
        }
    }
}

/// A text that is no transcript document. Says where, never what stood there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a transcript document (line {line}, column {column})")]
#[non_exhaustive]
pub struct InvalidTranscript {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
}
