//! Whether every word is its speaker's, as far as the service's last labels for it are right.

use std::collections::{BTreeMap, BTreeSet};

use therapy_scribe_core::{ConnectionId, MediaTime, SpeakerId, SttEvent, Transcript, Turn, TurnId};

use super::{
    judge::number,
    script::Script,
    service::{Mislabels, Service},
};

/// Voices with fewer words than this in an overlap may come back under a new name.
const ENOUGH: usize = 3;
/// Where more words of a hundred in an overlap are labelled otherwise than before, nobody can tell whose labels are whose;
/// where more than the other, the voices may be named anew, but not after somebody else.
const MISLEADING_PERCENT: usize = 15;
const UNSURE_PERCENT: usize = 5;
/// Fewer words than this leave it to the way people speak, which wrong labels mislead too.
const FEW: usize = 10;

/// A word as a connection last labelled it.
#[derive(Debug)]
struct Labelled {
    number: usize,
    start: MediaTime,
    end: MediaTime,
    label: Option<SpeakerId>,
}

#[derive(Debug, Default)]
pub(super) struct Voices {
    /// Each connection's letter for either person.
    letters: BTreeMap<ConnectionId, [&'static str; 2]>,
    /// The known words that each connection hears again, by their numbers.
    overlaps: Vec<(ConnectionId, BTreeSet<usize>)>,
    turns: BTreeMap<TurnId, Vec<Labelled>>,
    /// Connections that were revised at their end.
    settled: BTreeSet<ConnectionId>,
    /// Whether labels of this session are wrong at first.
    is_mislabelled: bool,
    connections: usize,
    strangers: usize,
    mislabelled: usize,
    misled: usize,
    /// Sessions with labels that were wrong at first, in which a voice has a wrong name.
    pub(super) misnamed: usize,
}

/// How a connection's labels can be compared with those before it, by the words that it hears again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    Sure,
    Unsure,
    /// They are labelled the other way round or leave it open, or what they were heard by before was misled itself. How
    /// people speak may put it right at any time, or not.
    Misled,
}

/// The last labels of one session.
struct Labels {
    /// Whether the label is right, by number and connection.
    right: BTreeMap<(usize, ConnectionId), bool>,
    /// How the connections can be compared with the first.
    links: BTreeMap<ConnectionId, Link>,
}

impl Voices {
    pub(super) fn opened(&mut self, service: &Service) {
        self.letters.insert(service.connection, service.letters);
        self.is_mislabelled |= matches!(service.labels, Mislabels::Some);
    }

    pub(super) fn overlap(&mut self, connection: ConnectionId, again: BTreeSet<usize>) {
        self.connections += 1;
        self.overlaps.push((connection, again));
    }

    pub(super) fn heard(&mut self, event: &SttEvent) {
        match event {
            SttEvent::Final(turn) => {
                let words = turn.words().iter().map(|word| Labelled {
                    number: number(word),
                    start: word.start(),
                    end: word.end(),
                    label: word.speaker(),
                });
                self.turns.insert(turn.id(), words.collect());
            }
            SttEvent::Revised(relabels) => {
                for relabel in relabels {
                    for word in self.turns.entry(relabel.turn).or_default() {
                        word.label = relabel.speaker_at(word.start, word.end);
                    }
                }
            }
            _ => {}
        }
    }

    /// A connection ended as it should: after its last revision no label is wrong.
    pub(super) fn settled(&mut self, connection: ConnectionId) {
        self.settled.insert(connection);
    }

    pub(super) fn judge(
        &mut self,
        script: &Script,
        transcript: &Transcript,
        faults: &mut Vec<String>,
    ) {
        let labels = self.labels(script, faults);
        self.judge_connections(transcript, faults);
        let mut names = Vec::new();
        self.judge_persons(script, transcript, &labels, &mut names);
        // Wrong labels can make a wrong name more likely than the right one; how often they do is judged over all sessions.
        if self.is_mislabelled {
            self.misnamed += usize::from(!names.is_empty());
        } else {
            faults.append(&mut names);
        }
    }

    fn labels(&mut self, script: &Script, faults: &mut Vec<String>) -> Labels {
        let mut right = BTreeMap::new();
        for (turn, words) in &self.turns {
            let connection = turn.connection();
            for word in words {
                let letter = self.letters[&connection][script.words[word.number].person];
                let is_right = word.label == SpeakerId::from_letters(connection, letter);
                right.insert((word.number, connection), is_right);
                self.mislabelled += usize::from(!is_right);
                if !is_right && self.settled.contains(&connection) {
                    faults.push(format!("never revised: {word:?}"));
                }
            }
        }
        let mut labels = Labels {
            right,
            links: BTreeMap::new(),
        };
        for (connection, again) in &self.overlaps {
            let link = labels.link(*connection, again, self.is_mislabelled);
            self.misled += usize::from(link == Link::Misled);
            labels.links.insert(*connection, link);
        }
        labels
    }

    /// What a connection labels alike, in the end, is one voice, and what it tells apart is two.
    fn judge_connections(&self, transcript: &Transcript, faults: &mut Vec<String>) {
        let mut voices = BTreeMap::<SpeakerId, BTreeSet<Option<SpeakerId>>>::new();
        for turn in transcript.turns() {
            let labelled = self.turns.get(&turn.id()).into_iter().flatten();
            let labels: BTreeMap<_, _> = labelled.map(|word| (word.number, word.label)).collect();
            for word in turn.words() {
                if let Some(label) = labels.get(&number(word)).copied().flatten() {
                    voices.entry(label).or_default().insert(word.speaker());
                }
            }
        }
        let mut names = BTreeSet::new();
        for (label, speakers) in &voices {
            let apart = names.insert((label.connection(), speakers.clone()));
            if speakers.len() != 1 || !apart {
                faults.push(format!("label {label:?} stands for {speakers:?}"));
            }
        }
    }

    fn judge_persons(
        &mut self,
        script: &Script,
        transcript: &Transcript,
        labels: &Labels,
        faults: &mut Vec<String>,
    ) {
        let mut ids = [BTreeSet::<SpeakerId>::new(), BTreeSet::new()];
        for turn in transcript.turns() {
            let connection = turn.id().connection();
            let is_misled = labels.links.get(&connection) == Some(&Link::Misled);
            for word in turn.words() {
                let is_right = labels.right.get(&(number(word), connection)) == Some(&true);
                if is_right && !is_misled {
                    let person = script.words[number(word)].person;
                    ids[person].extend(word.speaker());
                }
            }
        }
        let repeated = transcript.turns().flat_map(Turn::words);
        let repeated: BTreeSet<_> = repeated
            .filter(|word| word.may_repeat())
            .map(number)
            .collect();
        let both: Vec<_> = ids[0].intersection(&ids[1]).collect();
        if !both.is_empty() {
            faults.push(format!("one name for two voices: {both:?}"));
        }
        for (person, ids) in ids.iter().enumerate() {
            let allowed = 1 + self.strange(person, script, labels, &repeated);
            self.strangers += ids.len().saturating_sub(1);
            if ids.len() > allowed {
                faults.push(format!(
                    "voice {person} has the names {ids:?}, {allowed} allowed"
                ));
            }
        }
    }

    /// How many connections have too little of a voice in their overlap, and so may name it anew. A word that was kept
    /// twice tells nothing, nor does one that a connection broke too early to tell.
    fn strange(
        &self,
        person: usize,
        script: &Script,
        labels: &Labels,
        repeated: &BTreeSet<usize>,
    ) -> usize {
        let strange = self.overlaps.iter().skip(1).filter(|(connection, again)| {
            let of_person = again
                .difference(repeated)
                .filter(|number| script.words[**number].person == person)
                .filter(|number| labels.right.contains_key(&(**number, *connection)));
            labels.links.get(connection) != Some(&Link::Sure) || of_person.count() < ENOUGH
        });
        strange.count()
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.connections += other.connections;
        self.strangers += other.strangers;
        self.mislabelled += other.mislabelled;
        self.misled += other.misled;
        self.misnamed += other.misnamed;
    }

    pub(super) fn summary(&self) -> String {
        format!(
            "{} connections, {} voices named anew, {} words left with a wrong label, {} connections misled by such, {} sessions with a wrong name by such",
            self.connections, self.strangers, self.mislabelled, self.misled, self.misnamed
        )
    }
}

impl Labels {
    fn link(
        &self,
        connection: ConnectionId,
        again: &BTreeSet<usize>,
        is_mislabelled: bool,
    ) -> Link {
        let (mut all, mut differ) = (0, 0);
        for number in again {
            // Who told a word first is who the transcript has it from.
            let mut earlier = self
                .right
                .range((*number, ConnectionId::new(0))..(*number, connection));
            let now = self.right.get(&(*number, connection));
            if let (Some(((_, before), was)), Some(is)) = (earlier.next(), now) {
                let is_misled = self.links.get(before) == Some(&Link::Misled);
                all += 1;
                differ += usize::from(was != is || is_misled);
            }
        }
        let is_first = self.links.is_empty();
        match differ * 100 {
            _ if is_mislabelled && all < FEW && !is_first => Link::Misled,
            few if few <= all * UNSURE_PERCENT => Link::Sure,
            some if some <= all * MISLEADING_PERCENT => Link::Unsure,
            _ => Link::Misled,
        }
    }
}
