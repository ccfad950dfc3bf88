//! What is different between two versions of a note, word by word.

use std::{fmt, time::Duration};

use serde_json::Value;
use similar::{ChangeTag, TextDiff};
use therapy_scribe_core::Phi;

use crate::{Section, render};

/// What became of one section.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SectionDiff {
    /// The section.
    pub section: Section,
    /// Its text in pieces, in order: without those that were added it is the older one, without those that were removed
    /// the newer one. Lists and entries are shown as Markdown.
    pub pieces: Vec<Piece>,
}

/// A stretch of text. `Debug` shows no content.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Piece {
    /// What became of it.
    pub fate: PieceFate,
    /// The text, spaces included.
    pub text: Phi<String>,
}

impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Piece({:?}, {} bytes)",
            self.fate,
            self.text.expose().len()
        )
    }
}

/// What became of a stretch of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PieceFate {
    /// It is in both.
    Kept,
    /// It is only in the older one.
    Removed,
    /// It is only in the newer one.
    Added,
}

/// Two long texts that have nothing in common are not compared to the end: all of one is removed, all of the other added.
const LONGEST: Duration = Duration::from_millis(200);

/// The sections that differ.
pub(super) fn between(sections: &[Section], old: &Value, new: &Value) -> Vec<SectionDiff> {
    let differs = |section: &&Section| old.get(&section.key) != new.get(&section.key);
    let diff = |section: &Section| SectionDiff {
        section: section.clone(),
        pieces: pieces(&text(old, section), &text(new, section)),
    };
    sections.iter().filter(differs).map(diff).collect()
}

fn text(note: &Value, section: &Section) -> String {
    note.get(&section.key).map(render::body).unwrap_or_default()
}

fn pieces(old: &str, new: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let diff = TextDiff::configure().timeout(LONGEST).diff_words(old, new);
    for change in diff.iter_all_changes() {
        let fate = match change.tag() {
            ChangeTag::Equal => PieceFate::Kept,
            ChangeTag::Delete => PieceFate::Removed,
            ChangeTag::Insert => PieceFate::Added,
        };
        let text = change.value();
        match pieces.last_mut() {
            Some(last) if last.fate == fate => {
                last.text = Phi::new(format!("{}{text}", last.text.expose()));
            }
            _ => pieces.push(Piece {
                fate,
                text: Phi::new(text.to_owned()),
            }),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn without(pieces: &[Piece], fate: PieceFate) -> String {
        let kept = pieces.iter().filter(|piece| piece.fate != fate);
        kept.map(|piece| piece.text.expose().as_str()).collect()
    }

    #[test]
    fn a_changed_word_is_removed_and_added_and_the_rest_is_kept() {
        let shown = pieces("Sleeps badly. Walks.", "Sleeps better. Walks.");
        let fates: Vec<_> = shown.iter().map(|piece| piece.fate).collect();
        let [kept, removed, added] = [PieceFate::Kept, PieceFate::Removed, PieceFate::Added];
        assert_eq!(fates, [kept, removed, added, kept]);
        assert!(!format!("{shown:?}").contains("Sleeps"));
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_from_the_pieces(old in "[a-c \n]{0,30}", new in "[a-c \n]{0,30}") {
            let shown = pieces(&old, &new);
            prop_assert_eq!(without(&shown, PieceFate::Added), old);
            prop_assert_eq!(without(&shown, PieceFate::Removed), new);
        }
    }
}
