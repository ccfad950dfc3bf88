//! The pass over a text.

use std::{fmt, ops::Range};

use super::{
    Kind, Kinds, KnownNames, Leak, Pseudonyms,
    find::{self, Found, KnownDigits},
    leak,
    placeholder::Placeholder,
};
use crate::Phi;

/// More rounds find nothing more; see [`Pass::find`].
const MOST_ROUNDS: usize = 12;
/// How much of earlier lines says what a line is about, in bytes.
const MOST_BEFORE: usize = 600;

/// What stands in the place of an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Style {
    /// `[PERSON_1]`: the same for the same, so that a text stays readable, and can be [restored](Pseudonyms::restore).
    #[default]
    Pseudonym,
    /// `[PERSON_NAME]`: what it was, as the speech service's own redaction writes it.
    Kind,
    /// `#####`: a sign for each letter and digit, spaces and marks as they were. It shows how long words are.
    Hash,
}

/// Replaces identifiers in texts and transcripts, on this machine.
///
/// One redactor is for one session, or for all of a client: what comes again has the same pseudonym in all of its texts.
///
/// ```
/// use therapy_scribe_core::redact::{Kinds, KnownNames, Redactor};
///
/// let names = KnownNames::new().client("Anna Miller");
/// let mut redactor = Redactor::new(names, Kinds::identifiers());
/// let redacted = redactor.text("Anna takes 50 mg. Her number is five five five, oh one four two.");
/// assert_eq!(redacted.text, "[PERSON_1] takes 50 mg. Her number is [PHONE_1].");
/// assert_eq!(redactor.text("Call 555-0142.").text, "Call [PHONE_1].");
/// redactor.leak_check(&redacted.text)?;
/// assert_eq!(redactor.pseudonyms().restore("[PERSON_1] agreed."), "Anna agreed.");
/// # Ok::<(), therapy_scribe_core::redact::Leak>(())
/// ```
#[derive(Debug, Clone)]
pub struct Redactor {
    pass: Pass,
    pseudonyms: Pseudonyms,
    /// Earlier lines, redacted.
    before: Phi<String>,
}

impl Redactor {
    /// One that knows these names and looks for these kinds.
    #[must_use]
    pub fn new(names: KnownNames, kinds: Kinds) -> Self {
        Self {
            pass: Pass {
                names,
                kinds,
                style: Style::default(),
            },
            pseudonyms: Pseudonyms::default(),
            before: Phi::default(),
        }
    }

    /// With something else in the place of identifiers.
    #[must_use]
    pub const fn style(mut self, style: Style) -> Self {
        self.pass.style = style;
        self
    }

    /// Going on with the pseudonyms of an earlier session.
    #[must_use]
    pub fn continuing(mut self, pseudonyms: Pseudonyms) -> Self {
        self.pseudonyms = pseudonyms;
        self
    }

    /// The pseudonyms that were given so far.
    #[must_use]
    pub const fn pseudonyms(&self) -> &Pseudonyms {
        &self.pseudonyms
    }

    /// The same, for keeping.
    #[must_use]
    pub fn into_pseudonyms(self) -> Pseudonyms {
        self.pseudonyms
    }

    /// Keeps the numbers of placeholders in a text from being given to anything else.
    pub fn avoid(&mut self, text: &str) {
        self.pseudonyms.avoid(text);
    }

    /// Redacts a text that stands for itself. It may have several lines, and an identifier may be spread over them.
    ///
    /// Redacting what comes out changes nothing more.
    pub fn text(&mut self, text: &str) -> Redacted {
        self.within("", text)
    }

    /// Redacts the next line of a conversation: what the lines before asked for is looked for in it, and the rest of a number
    /// that they began. Those lines are not changed any more.
    pub fn line(&mut self, line: &str) -> Redacted {
        let before = std::mem::take(&mut self.before).into_inner();
        let redacted = self.within(&before, line);
        self.before = Phi::new(last_lines(&before, &redacted.text));
        redacted
    }

    /// Fails where a known name or an identifier is left in a text: for whatever is about to leave, redacted here or written
    /// by somebody else. It fails also where a digit string that was given a pseudonym stands again.
    ///
    /// # Errors
    /// [`Leak`] with the kind and the place of the first one.
    pub fn leak_check(&self, text: &str) -> Result<(), Leak> {
        leak::check(text, &self.pass, self.pseudonyms.digits())
    }

    pub(super) fn within(&mut self, before: &str, text: &str) -> Redacted {
        self.pseudonyms.avoid(text);
        let mut document = String::from(before);
        if !before.is_empty() {
            document.push('\n');
        }
        let offset = document.len();
        document.push_str(text);
        let mut found = self.pass.find(&document, offset, self.pseudonyms.digits());
        for one in &mut found {
            one.range = one.range.start - offset..one.range.end - offset;
        }
        self.replaced(text, &found)
    }

    fn replaced(&mut self, text: &str, found: &[Found]) -> Redacted {
        let (mut new, mut at) = (String::with_capacity(text.len()), 0);
        let mut spans = Vec::with_capacity(found.len());
        let mut hits = self.pass.names.find(text).into_iter().peekable();
        for one in found {
            let original = text.get(one.range.clone()).unwrap_or_default();
            while hits
                .next_if(|hit| hit.range.start < one.range.start)
                .is_some()
            {}
            let hit = hits.next_if(|hit| hit.range == one.range);
            let name = hit
                .and_then(|hit| self.pass.names.get(hit.name))
                .filter(|name| name.kind == one.kind);
            let (value, wish) = name.map_or((original, None), |name| {
                (name.text.as_str(), Some(name.number))
            });
            let number = match self.pass.style {
                Style::Pseudonym => self.pseudonyms.number(one.kind, value, wish),
                _ => 0,
            };
            let ending = one.ending_in(text, self.pass.style);
            let replacement = self.pass.style.stands_for(one.kind, number, original) + ending;
            new += text.get(at..one.range.start).unwrap_or_default();
            let start = new.len();
            new += &replacement;
            at = one.range.end;
            spans.push(Span {
                range: one.range.clone(),
                redacted: start..new.len(),
                kind: one.kind,
                replacement,
                original: Phi::new(original.to_owned()),
            });
        }
        new += text.get(at..).unwrap_or_default();
        Redacted { text: new, spans }
    }
}

impl Style {
    /// What stands for something of a kind.
    fn stands_for(self, kind: Kind, number: u32, original: &str) -> String {
        match self {
            Self::Pseudonym => Placeholder::written(kind, number),
            Self::Kind => format!("[{}]", kind.tag()),
            Self::Hash => hashed(original),
        }
    }
}

fn hashed(text: &str) -> String {
    let hide = |c: char| if c.is_alphanumeric() { '#' } else { c };
    let hashed: String = text.chars().map(hide).collect();
    // Something of marks only would stay as it is.
    if hashed.contains('#') {
        hashed
    } else {
        "##".to_owned()
    }
}

/// The end of what was said so far.
fn last_lines(before: &str, line: &str) -> String {
    let whole = if before.is_empty() {
        line.to_owned()
    } else {
        format!("{before}\n{line}")
    };
    let mut lines: Vec<&str> = whole.rsplit('\n').take(3).collect();
    lines.reverse();
    let joined = lines.join("\n");
    let from = joined.len().saturating_sub(MOST_BEFORE);
    let from = (from..joined.len()).find(|at| joined.is_char_boundary(*at));
    from.and_then(|from| joined.get(from..))
        .unwrap_or_default()
        .to_owned()
}

/// A text without its identifiers.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Redacted {
    /// The text.
    pub text: String,
    /// What was replaced, in order.
    pub spans: Vec<Span>,
}

impl Redacted {
    /// The text as it was, to the letter. [`Pseudonyms::restore`] is for other texts with these pseudonyms, and spells each
    /// thing in one way.
    #[must_use]
    pub fn original(&self) -> String {
        let (mut text, mut at) = (String::new(), 0);
        for span in &self.spans {
            text += self.text.get(at..span.redacted.start).unwrap_or_default();
            text += span.original.expose();
            at = span.redacted.end;
        }
        text + self.text.get(at..).unwrap_or_default()
    }
}

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redacted")
            .field("bytes", &self.text.len())
            .field("spans", &self.spans)
            .finish()
    }
}

/// One thing that was replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Span {
    /// Where it stood in the original text, in bytes.
    pub range: Range<usize>,
    /// Where its replacement stands in the redacted text, in bytes.
    pub redacted: Range<usize>,
    /// What it is.
    pub kind: Kind,
    /// What stands there now.
    pub replacement: String,
    /// What stood there.
    pub original: Phi<String>,
}

/// What is looked for, and how it is replaced.
#[derive(Debug, Clone)]
pub(super) struct Pass {
    pub(super) names: KnownNames,
    pub(super) kinds: Kinds,
    pub(super) style: Style,
}

impl Pass {
    /// What is found from `offset` on, in order and apart.
    ///
    /// What is replaced changes what stands around the rest. So the text is read again with the replacements in place, until
    /// nothing more is found: then whoever reads the result finds nothing either.
    pub(super) fn find(&self, text: &str, offset: usize, known: &KnownDigits) -> Vec<Found> {
        let mut spans: Vec<Found> = Vec::new();
        let mut known = known.clone();
        for _ in 0..MOST_ROUNDS {
            let masked = Masked::new(text, &spans, self.style);
            let found: Vec<Found> = self
                .once(&masked.text, &known)
                .into_iter()
                .filter_map(|found| masked.back(&found, offset))
                .collect();
            if found.is_empty() {
                break;
            }
            for one in &found {
                let digits = find::key(one.kind, text.get(one.range.clone()).unwrap_or_default());
                let is_digits =
                    digits.len() >= 5 && digits.bytes().all(|byte| byte.is_ascii_digit());
                if is_digits
                    && matches!(
                        one.kind,
                        Kind::Phone | Kind::Ssn | Kind::Card | Kind::Record
                    )
                {
                    known.entry(digits).or_insert(one.kind);
                }
            }
            spans = merged(spans.into_iter().chain(found).collect());
        }
        spans
    }

    /// One reading.
    pub(super) fn once(&self, text: &str, known: &KnownDigits) -> Vec<Found> {
        let mut found = find::identifiers(text, known);
        found.extend(self.names.find(text).into_iter().filter_map(|hit| {
            let kind = self.names.get(hit.name)?.kind;
            Some(Found {
                range: hit.range,
                kind,
                ending: hit.ending,
            })
        }));
        found.retain(|one| self.kinds.has(one.kind) && !one.range.is_empty());
        found
    }
}

impl Found {
    /// The ending that stays behind what stands for the rest.
    fn ending_in<'a>(&self, text: &'a str, style: Style) -> &'a str {
        let start = self.range.end.saturating_sub(self.ending);
        match style {
            Style::Hash => "",
            _ => text.get(start..self.range.end).unwrap_or_default(),
        }
    }
}

/// Those that overlap become one, of the kind of the longest.
fn merged(mut found: Vec<Found>) -> Vec<Found> {
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
struct Masked {
    text: String,
    /// Where a piece begins here and there, and the end there of what was replaced.
    pieces: Vec<(usize, usize, Option<usize>)>,
}

impl Masked {
    fn new(text: &str, spans: &[Found], style: Style) -> Self {
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
    fn back(&self, found: &Found, offset: usize) -> Option<Found> {
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
