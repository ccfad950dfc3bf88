//! Puts the words of both together, and tells what differs.

use super::{
    Heard, Placed, placed,
    report::{Edit, EditKind},
    voices::Voices,
};
use crate::{MediaTime, Overlap, SpeakerId};

/// What came of both.
pub(super) struct Merged<'a> {
    pub(super) words: Vec<Placed<'a>>,
    pub(super) edits: Vec<Edit>,
    pub(super) same: usize,
}

/// How many words before and after a time are looked at.
const NEAR: usize = 12;
/// So close is a word that is said twice, in milliseconds.
const BESIDE: u64 = 300;
/// So much of a word may be said at once with another, in hundredths, before the record counts as having heard it.
const SILENT: u64 = 30;
const FILLERS: [&str; 9] = ["um", "uh", "hmm", "mhm", "uhhuh", "ah", "huh", "hm", "er"];

/// What becomes of a live word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is this one of the record.
    Is(usize),
    Kept,
    Dropped,
}

pub(super) fn merge<'a>(
    live: &[Heard<'a>],
    record: &[Heard<'a>],
    pairs: &[Option<usize>],
    voices: &Voices,
) -> Merged<'a> {
    let timeline = Timeline::new(record);
    let fates: Vec<Fate> = live
        .iter()
        .zip(pairs)
        .map(|(word, pair)| match pair {
            Some(at) => Fate::Is(*at),
            None if timeline.misses(word) => Fate::Kept,
            None => Fate::Dropped,
        })
        .collect();
    let mut partner: Vec<Option<&Heard<'a>>> = vec![None; record.len()];
    for (word, fate) in live.iter().zip(&fates) {
        if let Fate::Is(at) = fate
            && let Some(place) = partner.get_mut(*at)
        {
            *place = Some(word);
        }
    }
    let speakers = speakers(record, &partner, voices);
    let mut differences = Differences::default();
    differences.walk(live, record, &fates, &speakers, voices);
    Merged {
        words: in_order((live, &fates), record, &timeline, &speakers, voices),
        edits: differences.edits,
        same: differences.same,
    }
}

/// The record's words by time.
struct Timeline<'a>(Vec<&'a Heard<'a>>);

impl<'a> Timeline<'a> {
    fn new(record: &'a [Heard<'a>]) -> Self {
        let mut words: Vec<_> = record.iter().collect();
        words.sort_by_key(|heard| heard.word.start());
        Self(words)
    }

    /// The words that begin within [`NEAR`] words of a time.
    fn near(&self, time: u64) -> &[&'a Heard<'a>] {
        let after = self
            .0
            .partition_point(|heard| heard.word.start().as_millis() < time);
        let range = after.saturating_sub(NEAR)..(after + NEAR).min(self.0.len());
        self.0.get(range).unwrap_or_default()
    }

    /// Whether the record has nothing where a word was heard: neither another word nor the same one beside it.
    fn misses(&self, word: &Heard<'_>) -> bool {
        if FILLERS.contains(&word.token.key.as_str()) || word.word.may_repeat() {
            return false;
        }
        let (from, to) = word.token.core();
        let near = self.near(from);
        let is_beside = |other: &Heard<'_>| {
            let (start, end) = other.token.core();
            from.max(start).saturating_sub(to.min(end)) <= BESIDE
        };
        let is_known = |other: &&&Heard<'_>| {
            other.token.overlap(&word.token) > SILENT
                || (other.token.key == word.token.key && is_beside(other))
        };
        near.iter().find(is_known).is_none()
    }

    /// The last word that begins before a time.
    fn before(&self, time: u64) -> Option<&Heard<'a>> {
        let after = self
            .0
            .partition_point(|heard| heard.word.start().as_millis() <= time);
        self.0.get(after.checked_sub(1)?).copied()
    }
}

/// Who says each word of the record: by its own label, else by whom the live session heard, else whoever spoke before.
fn speakers(
    record: &[Heard<'_>],
    partner: &[Option<&Heard<'_>>],
    voices: &Voices,
) -> Vec<Option<SpeakerId>> {
    let mut last = None;
    let of = |(word, partner): (&Heard<'_>, Option<&Heard<'_>>)| {
        let own = word.word.speaker().map(|speaker| voices.of_record(speaker));
        let heard = || {
            partner
                .and_then(|live| live.word.speaker())
                .map(|speaker| voices.of_live(speaker))
        };
        last = own.or_else(heard).or(last);
        last
    };
    record.iter().zip(partner.iter().copied()).map(of).collect()
}

/// The record's words in its own order; live ones after the last that ended before them.
fn in_order<'a>(
    (live, fates): (&[Heard<'a>], &[Fate]),
    record: &[Heard<'a>],
    timeline: &Timeline<'_>,
    speakers: &[Option<SpeakerId>],
    voices: &Voices,
) -> Vec<Placed<'a>> {
    let mut keyed: Vec<((usize, MediaTime), Placed<'a>)> = record
        .iter()
        .zip(speakers)
        .map(|(heard, speaker)| {
            let word = placed(heard.word, *speaker, Overlap::None);
            (
                (2 * heard.place + 1, MediaTime::ZERO),
                Placed {
                    word,
                    turn: Some(heard.turn),
                },
            )
        })
        .collect();
    for (heard, _) in live
        .iter()
        .zip(fates)
        .filter(|(_, fate)| **fate == Fate::Kept)
    {
        let (from, to) = heard.token.core();
        let middle = u64::midpoint(from, to);
        let before = timeline.before(middle);
        let place = before.map_or(0, |before| 2 * before.place + 2);
        let speaker = heard.word.speaker().map(|speaker| voices.of_live(speaker));
        let word = placed(heard.word, speaker, Overlap::LiveOnly);
        keyed.push(((place, heard.word.start()), Placed { word, turn: None }));
    }
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, placed)| placed).collect()
}

/// Collects words that differ until both agree again.
#[derive(Default)]
struct Differences<'a> {
    edits: Vec<Edit>,
    same: usize,
    live: Vec<&'a Heard<'a>>,
    record: Vec<&'a Heard<'a>>,
    kept: Vec<&'a Heard<'a>>,
    moved: Vec<&'a Heard<'a>>,
}

impl<'a> Differences<'a> {
    fn walk(
        &mut self,
        live: &'a [Heard<'a>],
        record: &'a [Heard<'a>],
        fates: &[Fate],
        speakers: &[Option<SpeakerId>],
        voices: &Voices,
    ) {
        let mut rest = 0;
        for (word, fate) in live.iter().zip(fates) {
            match *fate {
                Fate::Kept => self.kept.push(word),
                Fate::Dropped => self.live.push(word),
                Fate::Is(at) => {
                    self.record.extend(record.get(rest..at).unwrap_or_default());
                    rest = at + 1;
                    let Some(other) = record.get(at) else {
                        continue;
                    };
                    if word.token.key != other.token.key {
                        self.live.push(word);
                        self.record.push(other);
                        continue;
                    }
                    self.settle_words();
                    self.same += 1;
                    let was = word.word.speaker().map(|speaker| voices.of_live(speaker));
                    let is = speakers.get(at).copied().flatten();
                    if was.is_some() && was != is {
                        self.moved.push(other);
                    } else {
                        self.settle_speakers();
                    }
                }
            }
        }
        self.record.extend(record.get(rest..).unwrap_or_default());
        self.settle_words();
        self.settle_speakers();
        self.edits.sort_by_key(|edit| edit.from);
    }

    fn settle_words(&mut self) {
        let (live, record) = (
            std::mem::take(&mut self.live),
            std::mem::take(&mut self.record),
        );
        let kind = match (live.is_empty(), record.is_empty()) {
            (false, false) => EditKind::Replaced,
            (true, _) => EditKind::Added,
            (false, true) => EditKind::Dropped,
        };
        self.push(kind, &live, &record);
        let kept = std::mem::take(&mut self.kept);
        self.push(EditKind::KeptFromLive, &kept, &[]);
    }

    fn settle_speakers(&mut self) {
        let moved = std::mem::take(&mut self.moved);
        self.push(EditKind::Speaker, &moved, &moved);
    }

    fn push(&mut self, kind: EditKind, live: &[&Heard<'_>], record: &[&Heard<'_>]) {
        let all = || live.iter().chain(record).map(|heard| heard.word);
        let span = all()
            .map(crate::Word::start)
            .min()
            .zip(all().map(crate::Word::end).max());
        let Some(span) = span else { return };
        let (live, record) = (texts(live), texts(record));
        self.edits.push(Edit::new(kind, span, &live, &record));
    }
}

fn texts<'a>(words: &[&Heard<'a>]) -> Vec<&'a str> {
    words.iter().map(|heard| heard.word.text()).collect()
}
