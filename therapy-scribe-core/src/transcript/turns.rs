//! Turns in order of time, cheap to share.

use std::{collections::HashMap, sync::Arc};

use super::turn::Turn;
use crate::{ConnectionId, MediaTime, TurnId};

/// Turns sorted by start, in shared blocks: a snapshot copies one pointer, and a change after it copies one block and
/// the short row of blocks, however long the session is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Turns {
    blocks: Arc<Vec<Arc<Vec<Entry>>>>,
}

/// A turn and its place.
#[derive(Debug, Clone)]
struct Entry {
    key: Key,
    turn: Arc<Turn>,
}

/// Big enough that the row of blocks stays short for a day, small enough that copying one is nothing.
const BLOCK: usize = 64;

/// Where a turn stands: its start, but never before an earlier turn of its connection, whose edges services pad with up to
/// a second of silence.
pub(crate) type Key = (MediaTime, TurnId);

impl Turns {
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Turn> + Clone {
        self.blocks
            .iter()
            .flat_map(|block| block.iter())
            .map(|entry| &*entry.turn)
    }

    pub(crate) fn len(&self) -> usize {
        self.blocks.iter().map(|block| block.len()).sum()
    }

    /// The turns from the one that holds `time` on.
    pub(crate) fn since(&self, time: MediaTime) -> impl Iterator<Item = &Turn> + Clone {
        let first = self.block_of((time, TurnId::new(ConnectionId::default(), 0)));
        let entries = self
            .blocks
            .iter()
            .skip(first)
            .flat_map(|block| block.iter());
        entries
            .map(|entry| &*entry.turn)
            .skip_while(move |turn| turn.end() < time)
    }

    /// Of turns that stand in their order already.
    pub(crate) fn in_order(turns: impl IntoIterator<Item = Turn>) -> Self {
        let mut all = Self::default();
        let mut latest = MediaTime::ZERO;
        for turn in turns {
            latest = latest.max(turn.start());
            all.insert((latest, turn.id()), turn);
        }
        all
    }

    pub(crate) fn insert(&mut self, key: Key, turn: Turn) {
        let at = self.block_of(key);
        let entry = Entry {
            key,
            turn: Arc::new(turn),
        };
        let blocks = Arc::make_mut(&mut self.blocks);
        let last = at + 1 == blocks.len();
        let Some(block) = blocks.get_mut(at) else {
            blocks.push(Arc::new(vec![entry]));
            return;
        };
        let index = block.partition_point(|other| other.key <= key);
        if block.len() < BLOCK {
            Arc::make_mut(block).insert(index, entry);
        } else if index == block.len() && last {
            blocks.push(Arc::new(vec![entry]));
        } else {
            let block = Arc::make_mut(block);
            block.insert(index, entry);
            let upper = block.split_off(block.len() / 2);
            blocks.insert(at + 1, Arc::new(upper));
        }
    }

    pub(crate) fn get(&self, key: Key) -> Option<&Turn> {
        let block = self.blocks.get(self.block_of(key))?;
        let index = block.binary_search_by_key(&key, |entry| entry.key).ok()?;
        block.get(index).map(|entry| &*entry.turn)
    }

    /// Changes one turn in place. Returns what `change` returns, `None` when there is no such turn.
    pub(crate) fn update<T>(&mut self, key: Key, change: impl FnOnce(&mut Turn) -> T) -> Option<T> {
        let at = self.block_of(key);
        let block = Arc::make_mut(&mut self.blocks).get_mut(at)?;
        let index = block.binary_search_by_key(&key, |entry| entry.key).ok()?;
        let entry = Arc::make_mut(block).get_mut(index)?;
        Some(change(Arc::make_mut(&mut entry.turn)))
    }

    /// The block that holds `key`, or would: the last whose first turn is not after it.
    fn block_of(&self, key: Key) -> usize {
        let after = self
            .blocks
            .partition_point(|block| block.first().is_some_and(|first| first.key <= key));
        after.saturating_sub(1)
    }
}

impl PartialEq for Turns {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

/// Where each turn stands, and where the next of each connection may.
#[derive(Debug, Clone, Default)]
pub(crate) struct TurnIndex {
    keys: HashMap<TurnId, MediaTime>,
    latest: HashMap<ConnectionId, MediaTime>,
    /// The turn before each and the one after it, on its connection.
    beside: HashMap<TurnId, [Option<TurnId>; 2]>,
    last: HashMap<ConnectionId, TurnId>,
}

impl TurnIndex {
    pub(crate) fn key(&self, id: TurnId) -> Option<Key> {
        self.keys.get(&id).map(|start| (*start, id))
    }

    /// The turn before one and the one after it, as their connection delivered them.
    pub(crate) fn beside(&self, id: TurnId) -> [Option<TurnId>; 2] {
        self.beside.get(&id).copied().unwrap_or_default()
    }

    /// Gives a new turn its place.
    pub(crate) fn place(&mut self, turn: &Turn) -> Key {
        let latest = self.latest.entry(turn.id().connection()).or_default();
        *latest = turn.start().max(*latest);
        self.keys.insert(turn.id(), *latest);
        let before = self.last.insert(turn.id().connection(), turn.id());
        self.beside.insert(turn.id(), [before, None]);
        if let Some([_, after]) = before.and_then(|before| self.beside.get_mut(&before)) {
            *after = Some(turn.id());
        }
        (*latest, turn.id())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Finality, Word};

    fn turn(connection: u16, order: u64, start: u64) -> Turn {
        let start = MediaTime::from_millis(start);
        let words = vec![Word::new("word", start, start)];
        Turn::new(
            TurnId::new(ConnectionId::new(connection), order),
            Finality::Final,
            None,
            words,
        )
    }

    proptest! {
        #[test]
        fn turns_of_many_connections_stand_in_order_of_time(starts in prop::collection::vec(0u64..500, 0..400)) {
            let mut turns = Turns::default();
            let mut index = TurnIndex::default();
            for (connection, start) in (0..).zip(&starts) {
                let turn = turn(connection, 0, *start);
                turns.insert(index.place(&turn), turn);
            }
            let mut expected: Vec<_> = starts.iter().copied().zip(0u16..).collect();
            expected.sort_unstable();
            let got: Vec<_> = turns.iter().map(|t| (t.start().as_millis(), t.id().connection().number())).collect();
            prop_assert_eq!(got, expected);
            for turn in turns.clone().iter() {
                let key = index.key(turn.id()).unwrap();
                prop_assert_eq!(turns.update(key, |turn| turn.id()), Some(turn.id()));
            }
        }

        #[test]
        fn a_padded_start_does_not_move_a_turn_before_its_predecessor(starts in prop::collection::vec(0u64..500, 0..300)) {
            let mut turns = Turns::default();
            let mut index = TurnIndex::default();
            for (order, start) in (0..).zip(&starts) {
                let turn = turn(0, order, *start);
                turns.insert(index.place(&turn), turn);
            }
            let got: Vec<_> = turns.iter().map(|turn| turn.id().order()).collect();
            let expected: Vec<_> = (0..).take(starts.len()).collect();
            prop_assert_eq!(got, expected);
        }
    }

    #[test]
    fn a_snapshot_does_not_see_later_turns() {
        let mut turns = Turns::default();
        let mut index = TurnIndex::default();
        for order in 0..2 {
            let turn = turn(0, order, order);
            let snapshot = turns.clone();
            turns.insert(index.place(&turn), turn);
            assert_eq!(snapshot.len() + 1, turns.len());
        }
    }
}
