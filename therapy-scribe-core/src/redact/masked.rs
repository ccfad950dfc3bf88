//! A text with replacements in place, and the way back.

use super::{Style, find::Found};

impl Found {
    /// The ending that stays behind what stands for the rest.
    pub(super) fn ending_in<'a>(&self, text: &'a str, style: Style) -> &'a str {
        let start = self.range.end.saturating_sub(self.ending);
        match style {
            Style::Hash => "",
            _ => text.get(start..self.range.end).unwrap_or_default(),
        }
    }
}

/// Those that overlap become one, of the kind of the longest.
pub(super) fn merged(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by_key(|one| (one.range.start, std::cmp::Reverse(one.range.end)));
    let mut apart: Vec<(Found, usize)> = Vec::with_capacity(found.len());
    for one in found {
        let length = one.range.len();
        match apart.last_mut() {
            Some((last, longest)) if one.range.start < last.range.end => {
                if last.range.end < one.range.end || one.range != last.range {
                    last.ending = if one.range.end < last.range.end {
                        last.ending
                    } else {
                        one.ending
                    };
                }
                last.range.end = last.range.end.max(one.range.end);
                if length > *longest {
                    *longest = length;
                    last.kind = one.kind;
                }
            }
            _ => apart.push((one, length)),
        }
    }
    apart.into_iter().map(|(found, _)| found).collect()
}

/// A text with replacements in place, and the way back to the places of the original.
pub(super) struct Masked {
    pub(super) text: String,
    /// Where a piece begins here and there, and the end there of what was replaced.
    pieces: Vec<(usize, usize, Option<usize>)>,
}

impl Masked {
    pub(super) fn new(text: &str, spans: &[Found], style: Style) -> Self {
        let mut masked = Self {
            text: String::with_capacity(text.len()),
            pieces: Vec::with_capacity(spans.len() * 2 + 1),
        };
        let mut at = 0;
        for span in spans {
            masked.pieces.push((masked.text.len(), at, None));
            masked.text += text.get(at..span.range.start).unwrap_or_default();
            masked
                .pieces
                .push((masked.text.len(), span.range.start, Some(span.range.end)));
            let original = text.get(span.range.clone()).unwrap_or_default();
            masked.text += &style.stands_for(span.kind, 1, original);
            masked.text += span.ending_in(text, style);
            at = span.range.end;
        }
        masked.pieces.push((masked.text.len(), at, None));
        masked.text += text.get(at..).unwrap_or_default();
        masked
    }

    /// Something found here, where it is in the original, and nothing before `offset`.
    pub(super) fn back(&self, found: &Found, offset: usize) -> Option<Found> {
        let piece = |at: usize| {
            let after = self.pieces.partition_point(|piece| piece.0 <= at);
            self.pieces.get(after.checked_sub(1)?)
        };
        let start = match piece(found.range.start)? {
            (_, there, Some(_)) => *there,
            (here, there, None) => there + (found.range.start - here),
        };
        let end = match piece(found.range.end.checked_sub(1)?)? {
            (_, _, Some(end)) => *end,
            (here, there, None) => there + (found.range.end - here),
        };
        let start = start.max(offset);
        let ending = if end.checked_sub(start) == Some(found.range.len()) {
            found.ending
        } else {
            0
        };
        (start < end).then_some(Found {
            range: start..end,
            kind: found.kind,
            ending,
        })
    }
}
