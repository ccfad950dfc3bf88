//! Labels of the service and the voices of the transcript (`pre-recorded.md` 7 and 8.3).

use std::collections::BTreeMap;

use serde_json::Value;
use therapy_scribe_core::{ConnectionId, Phi, SpeakerId};

use super::{RecordSpeaker, RoleNames};
use crate::prerecorded::wire;

/// Who each label, and each value that took a label's place, is.
pub(super) struct Voices {
    /// By what stands in `speaker`, and the channel it stands on.
    known: BTreeMap<(String, Option<u16>), SpeakerId>,
    /// Each voice, with its labels and its value.
    voices: BTreeMap<SpeakerId, (Vec<String>, Option<String>)>,
}

impl Voices {
    /// All voices of a transcript. After an identification, values stand where labels were; two labels with one value are
    /// one person, under the first of them.
    pub(super) fn of(value: &Value, mapping: &[(String, String)]) -> Self {
        let mut voices = Self {
            known: BTreeMap::new(),
            voices: BTreeMap::new(),
        };
        let mut by_value: BTreeMap<&str, SpeakerId> = BTreeMap::new();
        for (label, value) in mapping {
            if let Some(own) = read(label, None) {
                let speaker = *by_value.entry(value).or_insert(own);
                voices.name(speaker, label, Some(value));
            }
        }
        let seen = labels(value);
        let (plain, odd): (Vec<_>, Vec<_>) = seen.into_iter().partition(|(label, channel)| {
            by_value.contains_key(label.as_str()) || read(label, *channel).is_some()
        });
        for (label, channel) in plain {
            let mapped = by_value.get(label.as_str()).copied();
            let by_label = voices.known.get(&(label.clone(), None)).copied();
            let own = read(&label, channel);
            // A letter on a channel is that channel's voice.
            let on_channel = own.filter(|_| channel.is_some());
            if let Some(speaker) = mapped.or(on_channel).or(by_label).or(own) {
                if mapped.is_none() {
                    voices.name(speaker, &label, None);
                }
                voices.known.insert((label, channel), speaker);
            }
        }
        for (value, channel) in odd {
            let speaker = voices.free(channel);
            voices
                .voices
                .insert(speaker, (Vec::new(), Some(value.clone())));
            voices.known.insert((value, channel), speaker);
        }
        voices
    }

    /// Who speaks where the service wrote this.
    pub(super) fn speaker(&self, label: Option<&str>, channel: Option<&str>) -> Option<SpeakerId> {
        let channel = channel.and_then(number);
        let Some(label) = label else {
            // A channel is one person.
            let only = self.voices.keys().filter(|speaker| {
                channel.is_some_and(|channel| speaker.connection().number() == channel)
            });
            let mut only = only.copied();
            return only.next().filter(|_| only.next().is_none());
        };
        self.known.get(&(label.to_owned(), channel)).copied()
    }

    pub(super) fn speakers(&self, names: &RoleNames) -> Vec<RecordSpeaker> {
        let voice = |(speaker, (labels, value)): (&SpeakerId, &(Vec<String>, Option<String>))| {
            RecordSpeaker {
                speaker: *speaker,
                labels: labels.clone(),
                role: value.as_deref().and_then(|value| names.role(value)),
                value: value.clone().map(Phi::new),
            }
        };
        self.voices.iter().map(voice).collect()
    }

    fn name(&mut self, speaker: SpeakerId, label: &str, value: Option<&str>) {
        let (labels, found) = self.voices.entry(speaker).or_default();
        if !labels.iter().any(|known| known == label) {
            labels.push(label.to_owned());
        }
        if let Some(value) = value {
            *found = Some(value.to_owned());
        }
        self.known.insert((label.to_owned(), None), speaker);
    }

    /// A voice that nobody has.
    fn free(&self, channel: Option<u16>) -> SpeakerId {
        let connection = ConnectionId::new(channel.unwrap_or(0));
        let mut all = (0..u16::MAX).map(|index| SpeakerId::new(connection, index));
        let free = all.find(|speaker| !self.voices.contains_key(speaker));
        free.unwrap_or(SpeakerId::new(connection, u16::MAX))
    }
}

/// All that stands in `speaker`, in the order of the words.
fn labels(value: &Value) -> Vec<(String, Option<u16>)> {
    let words = wire::words(value).into_iter();
    let words = words.map(|word| (word.speaker, word.channel));
    let spans = wire::spans(value, "utterances").into_iter();
    let spans = spans.flat_map(|span| {
        let own = (span.speaker.clone(), span.channel.clone());
        let words = span.words.into_iter();
        std::iter::once(own).chain(words.map(|word| (word.speaker, word.channel)))
    });
    let mut all: Vec<(String, Option<u16>)> = Vec::new();
    for (label, channel) in words.chain(spans) {
        let seen = label.map(|label| (label, channel.as_deref().and_then(number)));
        all.extend(seen.filter(|seen| !all.contains(seen)));
    }
    all
}

/// A channel, counted from zero.
pub(super) fn number(channel: &str) -> Option<u16> {
    channel.parse::<u16>().ok()?.checked_sub(1)
}

/// `A`, `1` or `1A`: a letter is a voice of its channel, a number alone is the only voice of its channel.
fn read(label: &str, channel: Option<u16>) -> Option<SpeakerId> {
    let letters = label
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(label.len());
    let (digits, letters) = label.split_at(letters);
    let connection = match digits {
        "" => channel.unwrap_or(0),
        digits => number(digits)?,
    };
    let connection = ConnectionId::new(connection);
    if letters.is_empty() {
        return (!digits.is_empty()).then(|| SpeakerId::new(connection, 0));
    }
    SpeakerId::from_letters(connection, letters)
}
