//! Puts the words of both together, and tells what differs.

use super::{
    Heard, Placed, placed,
    report::{Edit, EditKind},
    timeline::{Scope, Timeline},
    voices::Voices,
};
use crate::{MediaTime, Overlap, SpeakerId};

/// What came of both.
pub(super) struct Merged<'a> {
    pub(super) words: Vec<Placed<'a>>,
    pub(super) edits: Vec<Edit>,
    pub(super) same: usize,
}

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
    let timeline = Timeline::of(record);
    let sure: Vec<_> = live
        .iter()
        .filter(|heard| !heard.word.may_repeat())
        .cloned()
        .collect();
    let sure = Timeline::of(&sure);
    let scope = Scope::of(record);
    let is_missing = |word: &Heard<'_>| {
        let other = |record: &Heard<'_>| match (record.word.speaker(), word.word.speaker()) {
            (Some(record), Some(live)) => voices.of_record(record) != voices.of_live(live),
            _ => false,
        };
        timeline.misses(word, |record| scope == Scope::Channels && other(record))
            // What may be there twice is kept where nothing else is.
            && (!word.word.may_repeat() || sure.misses(word, |_| false))
    };
    let fates: Vec<Fate> = live
        .iter()
        .zip(pairs)
        .map(|(word, pair)| match pair {
            Some(at) => Fate::Is(*at),
            None if is_missing(word) => Fate::Kept,
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
    timeline: &Timeline<'_, '_>,
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
