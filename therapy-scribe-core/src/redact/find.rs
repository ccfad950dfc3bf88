//! Finding identifiers by their shape and by what is said around them. Each recogniser is a file of its own and claims the
//! tokens that it is sure of, so that the later and laxer ones leave them alone.

mod address;
mod code;
mod cues;
mod date;
mod email;
mod guard;
mod handle;
mod network;
mod numbers;
mod places;
mod record;
mod runs;
mod shapes;
mod tokens;
mod url;

use std::{collections::HashMap, ops::Range};

use compact_str::CompactString;

use super::Kind;
use numbers::Numbers;
use tokens::Tokens;

/// Something found, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) range: Range<usize>,
    pub(super) kind: Kind,
    /// How many of its bytes are an ending that may stay: the "s" of "the Millers".
    pub(super) ending: usize,
}

/// Digits that are known to identify somebody, however they are grouped.
pub(super) type KnownDigits = HashMap<CompactString, Kind>;

/// Identifiers of a text, in order of their places. They may overlap.
pub(super) fn identifiers(text: &str, known: &KnownDigits) -> Vec<Found> {
    let mut scan = Scan::new(text);
    network::find(&mut scan);
    email::find(&mut scan);
    url::find(&mut scan);
    handle::find(&mut scan);
    shapes::find(&mut scan);
    date::find(&mut scan);
    guard::claim(&mut scan);
    address::find(&mut scan);
    record::find(&mut scan);
    runs::find(&mut scan);
    runs::find_known(&mut scan, known);
    scan.found
        .sort_by_key(|found| (found.range.start, found.range.end));
    scan.found
}

/// A text under examination.
struct Scan<'a> {
    tokens: Tokens<'a>,
    numbers: Numbers,
    claimed: Vec<bool>,
    found: Vec<Found>,
}

impl<'a> Scan<'a> {
    fn new(text: &'a str) -> Self {
        let tokens = Tokens::new(text);
        Self {
            numbers: Numbers::new(&tokens),
            claimed: vec![false; tokens.len()],
            found: Vec::new(),
            tokens,
        }
    }

    /// Takes tokens, so that nobody else makes something of them.
    fn claim(&mut self, tokens: &Range<usize>) {
        if let Some(claimed) = self.claimed.get_mut(tokens.clone()) {
            claimed.fill(true);
        }
    }

    /// Reports an identifier.
    fn take(&mut self, tokens: Range<usize>, kind: Kind) {
        if tokens.is_empty() {
            return;
        }
        self.claim(&tokens);
        let range = self.tokens.bytes(&tokens);
        self.found.push(Found {
            range,
            kind,
            ending: 0,
        });
    }

    fn is_free(&self, tokens: Range<usize>) -> bool {
        self.claimed
            .get(tokens)
            .is_some_and(|claimed| !claimed.contains(&true))
    }

    /// The place after what fills a pause: commas, "um", at most `most` tokens.
    fn after_fillers(&self, at: usize, most: usize) -> usize {
        let mut end = at;
        while end < at + most
            && (cues::is_filler(self.tokens.low(end)) || matches!(self.tokens.low(end), "," | "…"))
        {
            end += 1;
        }
        end
    }
}

/// What an identifier is however it is written or said: digits for words, small letters, no pauses.
pub(super) fn key(kind: Kind, text: &str) -> CompactString {
    let tokens = Tokens::new(text);
    let numbers = Numbers::new(&tokens);
    let mut key = CompactString::default();
    let mut at = 0;
    while at < tokens.len() {
        if let Some(number) = numbers.from(at) {
            key.push_str(&number.digits);
            at = number.tokens.end;
            continue;
        }
        let low = tokens.low(at);
        let is_dropped = tokens.is_mark(at) || cues::is_filler(low) || cues::is_spoken_mark(low);
        if !is_dropped && !matches!(low, "at" | "underscore") {
            key.push_str(low);
        }
        at += 1;
    }
    let is_numeric = matches!(kind, Kind::Phone | Kind::Ssn | Kind::Card);
    if is_numeric && key.bytes().any(|byte| byte.is_ascii_digit()) {
        key.retain(|c| c.is_ascii_digit());
    }
    if kind == Kind::Phone && key.len() == 11 && key.starts_with('1') {
        key.remove(0);
    }
    key
}
