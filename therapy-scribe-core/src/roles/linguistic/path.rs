//! Whether the letters of the two main voices are exchanged from some turn on.
//!
//! Each turn is read two ways: with the letters as they were at the start, and exchanged. The best reading of the whole
//! session, where a change of reading costs a fixed price, is found turn by turn (Viterbi), so that a turn costs the same
//! at any length.

use super::heard::{Odds, Stretch};
use crate::{MediaTime, SpeakerId, TurnId};

/// Where a turn stands.
pub(super) type Key = (MediaTime, TurnId);

/// The best readings up to a turn: the first with its letters as they are, the second with them exchanged. "As they are"
/// means that the smaller id is the therapist's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Path {
    pub(super) best: [Odds; 2],
    /// What of it comes from the edges where the reading changed.
    pub(super) edges: [Odds; 2],
    /// Where the reading was begun, if not at the start.
    pub(super) since: [Option<Key>; 2],
}

/// What the edge of two turns tells counts a little more than what they say: it is about this one place.
const EDGE: (Odds, Odds) = (15, 10);
/// What a change of reading must be worth.
const PRICE: Odds = 9_000;

impl Path {
    /// The path with one turn more.
    pub(super) fn then(
        &self,
        key: Key,
        last: Option<&Stretch>,
        turn: &[Stretch],
        pair: (SpeakerId, SpeakerId),
    ) -> Self {
        let Some(first) = turn.first() else {
            return *self;
        };
        let tells: Odds = turn.iter().map(|stretch| signed(stretch, pair)).sum();
        let Some(last) = last else {
            return Self {
                best: [tells, -tells],
                ..Self::default()
            };
        };
        // Exchanged letters: one letter goes on where the voice changed, or changes where the voice went on.
        let change = last.change(first) * EDGE.0 / EDGE.1;
        let is_main = |speaker: SpeakerId| speaker == pair.0 || speaker == pair.1;
        let bonus = match (
            is_main(last.speaker) && is_main(first.speaker),
            last.speaker == first.speaker,
        ) {
            (false, _) => 0,
            (true, true) => change,
            (true, false) => -change,
        };
        let step = |to: usize| -> (Odds, Odds, Option<Key>) {
            let of = |state: usize| {
                let [best, edges] = [self.best, self.edges].map(|all| all.get(state).copied());
                (best.unwrap_or_default(), edges.unwrap_or_default())
            };
            let (stay, switch) = (of(to), of(1 - to));
            let switched = switch.0 - PRICE + bonus;
            if switched > stay.0 {
                (switched, switch.1 + bonus, Some(key))
            } else {
                (stay.0, stay.1, self.since.get(to).copied().flatten())
            }
        };
        let (as_is, exchanged) = (step(0), step(1));
        Self {
            best: [as_is.0 + tells, exchanged.0 - tells],
            edges: [as_is.1, exchanged.1],
            since: [as_is.2, exchanged.2],
        }
    }
}

fn signed(stretch: &Stretch, pair: (SpeakerId, SpeakerId)) -> Odds {
    if stretch.speaker == pair.0 {
        stretch.odds
    } else if stretch.speaker == pair.1 {
        -stretch.odds
    } else {
        0
    }
}
