//! The pass over a text.

use std::{fmt, ops::Range};

use super::{
    Kind, Kinds, KnownNames, Leak, Pseudonyms,
    find::{self, Found, KnownDigits},
    leak,
    masked::{Masked, merged},
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
    pub(super) fn stands_for(self, kind: Kind, number: u32, original: &str) -> String {
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
