//! Turns in order of time, cheap to share.

use std::{collections::HashMap, sync::Arc};

use super::turn::Turn;
use crate::{MediaTime, TurnId};

/// Turns sorted by start, in shared blocks: a snapshot copies one pointer, and a change after it copies one block and
/// the short row of blocks, however long the session is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Turns {
    blocks: Arc<Vec<Arc<Vec<Arc<Turn>>>>>,
}

/// Big enough that the row of blocks stays short for a day, small enough that copying one is nothing.
const BLOCK: usize = 64;

type Key = (MediaTime, TurnId);

impl Turns {
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Turn> + Clone {
        self.blocks
            .iter()
            .flat_map(|block| block.iter())
            .map(|turn| &**turn)
    }

    pub(crate) fn len(&self) -> usize {
        self.blocks.iter().map(|block| block.len()).sum()
    }

    /// The turns from the one that holds `time` on.
    pub(crate) fn since(&self, time: MediaTime) -> impl Iterator<Item = &Turn> + Clone {
        let first = self.block_of((time, TurnId::new(crate::ConnectionId::default(), 0)));
        self.blocks
            .iter()
            .skip(first)
            .flat_map(|block| block.iter())
            .map(|turn| &**turn)
            .skip_while(move |t| t.end() < time)
    }

    pub(crate) fn insert(&mut self, turn: Turn) {
        let key = key_of(&turn);
        let at = self.block_of(key);
        let blocks = Arc::make_mut(&mut self.blocks);
        let last = at + 1 == blocks.len();
        let Some(block) = blocks.get_mut(at) else {
            blocks.push(Arc::new(vec![Arc::new(turn)]));
            return;
        };
        let index = block.partition_point(|other| key_of(other) <= key);
        if block.len() < BLOCK {
            Arc::make_mut(block).insert(index, Arc::new(turn));
        } else if index == block.len() && last {
            blocks.push(Arc::new(vec![Arc::new(turn)]));
        } else {
            let block = Arc::make_mut(block);
            block.insert(index, Arc::new(turn));
            let upper = block.split_off(block.len() / 2);
            blocks.insert(at + 1, Arc::new(upper));
        }
    }

    /// Changes one turn in place; its start must stay. Returns what `change` returns, `None` when there is no such turn.
    pub(crate) fn update<T>(&mut self, key: Key, change: impl FnOnce(&mut Turn) -> T) -> Option<T> {
        let at = self.block_of(key);
        let block = Arc::make_mut(&mut self.blocks).get_mut(at)?;
        let index = block.binary_search_by_key(&key, |turn| key_of(turn)).ok()?;
        let turn = Arc::make_mut(block).get_mut(index)?;
        Some(change(Arc::make_mut(turn)))
    }

    /// The block that holds `key`, or would: the last whose first turn is not after it.
    fn block_of(&self, key: Key) -> usize {
        let after = self
            .blocks
            .partition_point(|block| block.first().is_some_and(|first| key_of(first) <= key));
        after.saturating_sub(1)
    }
}

impl PartialEq for Turns {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

/// Where turns are found by id: their start is part of the order.
#[derive(Debug, Clone, Default)]
pub(crate) struct TurnIndex(HashMap<TurnId, MediaTime>);

impl TurnIndex {
    pub(crate) fn key(&self, id: TurnId) -> Option<Key> {
        self.0.get(&id).map(|start| (*start, id))
    }

    pub(crate) fn insert(&mut self, turn: &Turn) {
        self.0.insert(turn.id(), turn.start());
    }
}

fn key_of(turn: &Turn) -> Key {
    (turn.start(), turn.id())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{ConnectionId, Finality, Word};

    fn turn(order: u64, start: u64) -> Turn {
        let start = MediaTime::from_millis(start);
        let words = vec![Word::new("word", start, start)];
        Turn::new(
            TurnId::new(ConnectionId::default(), order),
            Finality::Final,
            None,
            words,
        )
    }

    proptest! {
        #[test]
        fn any_order_of_arrival_gives_one_order_of_time(starts in prop::collection::vec(0u64..500, 0..400)) {
            let mut turns = Turns::default();
            let mut index = TurnIndex::default();
            for (order, start) in (0..).zip(&starts) {
                let turn = turn(order, *start);
                index.insert(&turn);
                turns.insert(turn);
            }
            let mut expected: Vec<_> = starts.iter().copied().zip(0u64..).collect();
            expected.sort_unstable();
            let got: Vec<_> = turns.iter().map(|t| (t.start().as_millis(), t.id().order())).collect();
            prop_assert_eq!(got, expected);
            for order in 0..starts.len() {
                let id = TurnId::new(ConnectionId::default(), u64::try_from(order).unwrap());
                let key = index.key(id).unwrap();
                                prop_assert_eq!(turns.update(key, |turn| turn.id()), Some(id));
            }
        }
    }

    #[test]
    fn a_snapshot_does_not_see_later_turns() {
        let mut turns = Turns::default();
        turns.insert(turn(0, 0));
        let snapshot = turns.clone();
        turns.insert(turn(1, 5));
        assert_eq!((snapshot.len(), turns.len()), (1, 2));
    }
}
