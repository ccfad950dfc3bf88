//! Who took part, and how the client was seen.

use std::fmt;

use serde::{Deserialize, Serialize};
use therapy_scribe_core::{Phi, Role, SpeakerId, Transcript, Turn, Word};

/// Somebody who took part. `Debug` shows no name.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Participant {
    /// What they are in the session; `None`: a voice of which nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Their voice in the transcript.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speaker: Option<SpeakerId>,
    /// Their name, where the host gives it. It goes into the signed note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Phi<String>>,
}

impl Participant {
    /// Somebody with a role.
    #[must_use]
    pub fn new(role: Role) -> Self {
        Self {
            role: Some(role),
            ..Self::default()
        }
    }

    /// The same with a name.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(Phi::new(name.into()));
        self
    }
}

impl fmt::Debug for Participant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Participant({:?}, {:?})", self.role, self.speaker)
    }
}

/// Every voice that is known, in the order in which they were first heard.
pub(super) fn of(transcript: &Transcript) -> Vec<Participant> {
    let mut participants: Vec<Participant> = Vec::new();
    for speaker in transcript
        .turns()
        .flat_map(Turn::words)
        .filter_map(Word::speaker)
    {
        if participants
            .iter()
            .all(|known| known.speaker != Some(speaker))
        {
            participants.push(Participant {
                role: transcript.role_of(Some(speaker)),
                speaker: Some(speaker),
                name: None,
            });
        }
    }
    participants
}

/// How the client was seen.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Delivery {
    /// In one room.
    InPerson,
    /// By video.
    Video,
    /// By telephone.
    Phone,
    /// Another way, in the host's words.
    Other(String),
}

/// The words for another way are the host's own and may say where somebody lives.
impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InPerson => "InPerson",
            Self::Video => "Video",
            Self::Phone => "Phone",
            Self::Other(_) => "Other",
        })
    }
}
