//! One transcript of two: what was heard while a session went on, and what a second pass over its recording heard.

mod align;
mod concern;
mod merge;
mod report;
#[cfg(test)]
mod tests;
mod timeline;
mod voices;

pub use report::{Concern, Edit, EditKind, Reconciliation, VoiceChange};

use std::{collections::BTreeMap, fmt, sync::Arc};

use super::{Transcript, gap::Gap, turn::Turn, turns::Turns, word::Word};
use crate::{ConnectionId, Finality, GapReason, GapState, Overlap, SpeakerId, TurnId};
use align::{Edge, Token, align};
use voices::Voices;

/// The transcript of record, and what it changed. Its `Debug` shows counts.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Reconciled {
    /// The words of the record, and between them what only the live session heard.
    pub transcript: Transcript,
    /// What changed.
    pub report: Reconciliation,
}

impl fmt::Debug for Reconciled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reconciled")
            .field("transcript", &self.transcript)
            .field("edits", &self.report.edits.len())
            .finish_non_exhaustive()
    }
}

/// Makes the transcript of record of the `live` one and of one that was made from the recording afterwards. Both must be on
/// the recording's own time.
///
/// - The record's words win. Its spelling, its times and its word-by-word speakers are taken.
/// - What only the live transcript has is kept where the record has nothing at that time, and
///   [marked](Word::is_live_only). At other times it is dropped, as are fillers and repeated words, and reported.
/// - Speakers keep the names that they had live, so that roles go on; where a reconnect had given one person two names, they
///   are one again. A role that a person set holds; else the record's service is believed before the live mapper.
/// - Words that the record has of a time in which the host had paused are left out: they are not for the record.
/// - Gaps of the live transcript in which the record has anything, by the same person where it is theirs alone, are
///   [`Filled`](GapState::Filled).
///
/// Turns are counted anew, so what points into the live transcript does not point into the result. A record in another
/// language, or of another recording, replaces nearly all: look at [`same_words`](Reconciliation::same_words). A redacted record
/// makes no redacted result, since live words stay; redact what comes out. The report holds what was said.
///
/// Spans whose speakers a person had exchanged by hand follow the record again; correct them anew where that is wrong. Time
/// and memory grow with the length of the session, not with its square.
#[must_use]
pub fn reconcile(live: &Transcript, record: &Transcript) -> Reconciled {
    let connection = free_connection(live);
    let heard = by_time(words(live, Padded::Yes));
    let all = words(record, Padded::No);
    let count = all.len();
    let recorded = by_time(all)
        .into_iter()
        .filter(|word| !is_paused(word.word, live.gaps()));
    let recorded: Vec<Heard<'_>> = recorded.collect();
    let tokens = |words: &[Heard<'_>]| {
        words
            .iter()
            .map(|word| word.token.clone())
            .collect::<Vec<_>>()
    };
    let pairs = align(&tokens(&heard), &tokens(&recorded));
    let voted = pairs.iter().zip(&heard).filter_map(|(pair, live)| {
        let record = recorded.get((*pair)?)?;
        Some((live.word.speaker()?, record.word.speaker()?))
    });
    let voices = Voices::matched(&voted.collect::<Vec<_>>(), &recorded, connection);
    let merged = merge::merge(&heard, &recorded, &pairs, &voices);
    let (roles, roles_in_doubt) = voices.roles(live, record);
    let turns = Turns::in_order(turns(&merged.words, connection));
    let gaps = filled(live.gaps(), &recorded, &voices);
    let report = Reconciliation {
        voices: voices
            .renamed()
            .map(|(live, now)| VoiceChange { live, now })
            .collect(),
        edits: merged.edits,
        roles_in_doubt,
        same_words: merged.same,
        paused_words: count - recorded.len(),
        filled_gaps: gaps
            .iter()
            .zip(live.gaps())
            .filter(|(now, before)| now.state != before.state)
            .count(),
    };
    let transcript = Transcript {
        turns,
        partials: Vec::new(),
        gaps: Arc::new(gaps),
        roles: Arc::new(roles),
    };
    Reconciled { transcript, report }
}

/// No silence in a session is longer, in milliseconds.
const SANE: u64 = 4 * 3_600_000;

/// A word of one of the two.
#[derive(Debug, Clone)]
struct Heard<'a> {
    word: &'a Word,
    token: Token,
    turn: &'a Turn,
    /// Where it stands in its transcript.
    place: usize,
}

/// Whether turns may have silence at their edges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Padded {
    Yes,
    No,
}

/// In the order of the transcript: that of time, but for turns that overlap.
fn words(transcript: &Transcript, padded: Padded) -> Vec<Heard<'_>> {
    let of_turn = |turn: &'_ Turn| turn.words().len().saturating_sub(1);
    let words = transcript.turns().flat_map(|turn| {
        let last = of_turn(turn);
        turn.words().iter().enumerate().map(move |(index, word)| {
            let edge = Edge {
                first: padded == Padded::Yes && index == 0,
                last: padded == Padded::Yes && index == last,
            };
            (word, Token::new(word, edge), turn)
        })
    });
    words
        .enumerate()
        .map(|(place, (word, token, turn))| Heard {
            word,
            token,
            turn,
            place,
        })
        .collect()
}

/// By when they can have begun: words of turns that overlap stand between each other, and those of one connection in its order,
/// whatever silence edges have.
fn by_time(words: Vec<Heard<'_>>) -> Vec<Heard<'_>> {
    let mut latest: BTreeMap<ConnectionId, u64> = BTreeMap::new();
    let keyed = words.into_iter().map(|heard| {
        let (core, _) = heard.token.core();
        let latest = latest.entry(heard.turn.id().connection()).or_default();
        // One word that is late must not take all that come after it along.
        if core > *latest && core < latest.saturating_add(SANE) || *latest == 0 {
            *latest = core;
        }
        (core.max(*latest), heard)
    });
    let mut keyed: Vec<_> = keyed.collect();
    keyed.sort_by_key(|(time, _)| *time);
    keyed.into_iter().map(|(_, heard)| heard).collect()
}

/// A connection that the live transcript does not know.
fn free_connection(live: &Transcript) -> ConnectionId {
    let turns = live.turns().map(|turn| turn.id().connection());
    turns
        .max()
        .map_or(ConnectionId::default(), ConnectionId::next)
}

fn is_paused(word: &Word, gaps: &[Gap]) -> bool {
    let middle = u64::midpoint(word.start().as_millis(), word.end().as_millis());
    let holds = |gap: &Gap| (gap.from.as_millis()..gap.to.as_millis()).contains(&middle);
    // Of several channels all pause at once.
    gaps.iter()
        .any(|gap| gap.reason == GapReason::Paused && holds(gap))
}

/// A pause stays one: nothing of it is for the record.
fn filled(gaps: &[Gap], record: &[Heard<'_>], voices: &Voices) -> Vec<Gap> {
    let of = |gap: &Gap| {
        let is_theirs = |heard: &Heard<'_>| {
            let speaker = heard
                .word
                .speaker()
                .map(|speaker| voices.of_record(speaker));
            gap.speaker.is_none() || speaker == gap.speaker.map(|speaker| voices.of_live(speaker))
        };
        let is_in = |heard: &Heard<'_>| {
            (gap.from..gap.to).contains(&heard.word.start()) && is_theirs(heard)
        };
        let is_filled = gap.reason != GapReason::Paused && record.iter().any(is_in);
        Gap {
            state: if is_filled {
                GapState::Filled
            } else {
                gap.state
            },
            ..*gap
        }
    };
    gaps.iter().map(of).collect()
}

/// A word of the result, and the record's turn that it is from.
#[derive(Debug)]
struct Placed<'a> {
    word: Word,
    turn: Option<&'a Turn>,
}

impl Placed<'_> {
    fn is_beside(&self, other: &Self) -> bool {
        match (self.turn, other.turn) {
            (None, None) => self.word.speaker() == other.word.speaker(),
            (one, other) => one.map(Turn::id) == other.map(Turn::id),
        }
    }
}

fn turns(words: &[Placed<'_>], connection: ConnectionId) -> Vec<Turn> {
    let turns = words
        .chunk_by(Placed::is_beside)
        .zip(0..)
        .map(|(words, order)| {
            let speaker = words.first().and_then(|first| first.word.speaker());
            let language = words
                .first()
                .and_then(|first| first.turn)
                .and_then(Turn::language_code);
            let words = words.iter().map(|placed| placed.word.clone()).collect();
            let id = TurnId::new(connection, order);
            Turn::new(id, Finality::Final, speaker, words).language(language.map(str::to_owned))
        });
    turns.collect()
}

/// The same word under a speaker's name, with what is known of it.
fn placed(word: &Word, speaker: Option<SpeakerId>, overlap: Overlap) -> Word {
    word.clone()
        .spoken_by(speaker, word.speaker_confidence())
        .overlap(overlap)
}
