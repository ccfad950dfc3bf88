//! What the parts of a capture share about opening connections: one limit for all of them, since the account has one
//! (`streaming-stt.md` 8.3), and whether the service has ever answered any of them. Times are counted from the capture's
//! begin.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

const MINUTE: Duration = Duration::from_secs(60);
/// Those who are before a part at a free place ask within this time, or are gone.
const AGAIN: Duration = Duration::from_secs(1);

/// A part's way to the limiter.
#[derive(Debug)]
pub(super) struct Gate {
    part: u16,
    opens: Arc<Mutex<Opens>>,
}

impl Gate {
    /// A gate for each part of a capture, in order.
    pub(super) fn for_parts(parts: u16, a_minute: usize) -> Vec<Self> {
        let opens = Opens::new(parts, a_minute);
        let opens = Arc::new(Mutex::new(opens));
        (0..parts)
            .map(|part| Self {
                part,
                opens: Arc::clone(&opens),
            })
            .collect()
    }

    /// Asks whether a connection may be opened now; if so, it counts as opened. If not, the part has its place in the
    /// queue from here on, and should ask again at the time that is returned: its turn may have come by then, or not yet.
    pub(super) fn ask(&self, now: Duration) -> Result<(), Duration> {
        self.opens().ask(self.part, now)
    }

    /// The part wants to open nothing at present: it gives up its place in the queue.
    pub(super) fn leave(&self) {
        self.opens().leave(self.part);
    }

    /// When the limit will let this part open, as far as it is known.
    pub(super) fn expected(&self, now: Duration) -> Duration {
        let opens = self.opens();
        opens.turn_of(opens.place(self.part), now)
    }

    /// The service has answered this part.
    pub(super) fn answered(&self) {
        self.opens().has_answered = true;
    }

    /// This part has tried often enough without an answer, or has ended.
    pub(super) fn spent(&self) {
        self.opens().hopeful.remove(&self.part);
    }

    /// Whether the service has never answered any part, and none has tries left.
    pub(super) fn is_hopeless(&self) -> bool {
        let opens = self.opens();
        !opens.has_answered && opens.hopeful.is_empty()
    }

    fn opens(&self) -> MutexGuard<'_, Opens> {
        self.opens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A part that is gone, for whatever reason, keeps nobody waiting.
impl Drop for Gate {
    fn drop(&mut self) {
        self.leave();
        self.spent();
    }
}

#[derive(Debug)]
struct Opens {
    a_minute: usize,
    /// When connections were opened within the last minute, in order.
    opened: VecDeque<Duration>,
    /// The parts that wait; who came first opens first.
    waiting: VecDeque<u16>,
    /// The parts that have tries left.
    hopeful: BTreeSet<u16>,
    has_answered: bool,
}

impl Opens {
    fn new(parts: u16, a_minute: usize) -> Self {
        Self {
            a_minute: a_minute.max(1),
            opened: VecDeque::new(),
            waiting: VecDeque::new(),
            hopeful: (0..parts).collect(),
            has_answered: false,
        }
    }

    fn ask(&mut self, part: u16, now: Duration) -> Result<(), Duration> {
        while self.opened.front().is_some_and(|at| *at + MINUTE <= now) {
            self.opened.pop_front();
        }
        let place = self.place(part);
        if place < self.free() {
            self.leave(part);
            // Two parts may look at the clock in one order and come here in the other.
            let at = self.opened.back().map_or(now, |last| now.max(*last));
            self.opened.push_back(at);
            return Ok(());
        }
        if place == self.waiting.len() {
            self.waiting.push_back(part);
        }
        Err(self.next_look(now))
    }

    /// When something may have changed for those who wait: the next place is free then. Whoever was before them may be gone
    /// by then, so that their turn comes sooner than it seems now. Places that are free already belong to others, who are
    /// about to ask.
    fn next_look(&self, now: Duration) -> Duration {
        let next = self.opened.front().map(|at| *at + MINUTE);
        let next = next.filter(|_| self.free() == 0);
        next.unwrap_or(now + AGAIN)
    }

    fn leave(&mut self, part: u16) {
        self.waiting.retain(|waiting| *waiting != part);
    }

    /// How many go before this part.
    fn place(&self, part: u16) -> usize {
        let place = self.waiting.iter().position(|waiting| *waiting == part);
        place.unwrap_or(self.waiting.len())
    }

    fn free(&self) -> usize {
        self.a_minute.saturating_sub(self.opened.len())
    }

    /// When it is the turn of whom so many go before, if they open as soon as they may.
    fn turn_of(&self, place: usize, now: Duration) -> Duration {
        let (rounds, place) = (place / self.a_minute, place % self.a_minute);
        let before = place.checked_sub(self.free());
        let first = before.and_then(|before| self.opened.get(before));
        let turn = first.map_or(now, |first| now.max(*first + MINUTE));
        turn + MINUTE * u32::try_from(rounds).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn parts_share_one_limit_and_who_came_first_opens_first() {
        let gates = Gate::for_parts(6, 4);
        for gate in &gates[..4] {
            assert_eq!(gate.ask(at(1)), Ok(()));
        }
        assert_eq!(gates[4].ask(at(2)), Err(at(61)));
        assert_eq!(gates[5].ask(at(3)), Err(at(61)));
        assert_eq!(gates[0].ask(at(4)), Err(at(61)), "its second");
        // Whoever wakes first: those before it keep their turns.
        for index in [0, 5, 4] {
            assert_eq!(gates[index].ask(at(61)), Ok(()));
        }
        assert_eq!(gates[1].ask(at(61)), Ok(()));
        assert_eq!(gates[1].ask(at(61)), Err(at(121)));
    }

    #[test]
    fn a_part_that_opens_again_and_again_keeps_nobody_from_opening() {
        let gates = Gate::for_parts(2, 1);
        assert_eq!(gates[0].ask(at(0)), Ok(()));
        assert_eq!(gates[1].ask(at(0)), Err(at(60)));
        assert_eq!(gates[0].ask(at(1)), Err(at(60)));
        assert_eq!(gates[0].expected(at(1)), at(120));
        // The greedy one comes first, and is sent to its place again.
        assert_eq!(gates[0].ask(at(60)), Err(at(61)));
        assert_eq!(gates[1].ask(at(61)), Ok(()));
        assert_eq!(gates[0].ask(at(120)), Err(at(121)), "a minute after it");
        assert_eq!(gates[0].expected(at(120)), at(121));
        assert_eq!(gates[0].ask(at(121)), Ok(()));
    }

    #[test]
    fn a_part_that_is_gone_leaves_its_turn_to_the_next() {
        let mut gates = Gate::for_parts(3, 1);
        assert_eq!(gates[0].ask(at(0)), Ok(()));
        assert_eq!(gates[1].ask(at(0)), Err(at(60)));
        assert_eq!(gates[2].ask(at(0)), Err(at(60)));
        assert_eq!(gates[2].expected(at(0)), at(120));
        drop(gates.remove(1));
        assert_eq!(gates[1].expected(at(10)), at(60));
        assert_eq!(gates[1].ask(at(60)), Ok(()));
        assert_eq!(gates[0].ask(at(60)), Err(at(120)));
        gates[0].leave();
        assert_eq!(gates[1].ask(at(120)), Ok(()));
    }

    #[test]
    fn there_is_hope_while_one_part_has_tries_left_and_for_ever_after_an_answer() {
        let mut gates = Gate::for_parts(2, 4);
        gates[0].spent();
        assert!(!gates[0].is_hopeless());
        drop(gates.pop());
        assert!(gates[0].is_hopeless());
        gates[0].answered();
        assert!(!gates[0].is_hopeless());
    }
}
