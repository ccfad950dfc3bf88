//! Faults by chance, the same for the same seed.

use std::time::Duration;

use super::{Fault, FaultKind};
use crate::streaming::Random;

/// Some faults, in the order of their time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Faults(Vec<Fault>);

/// Codes of closes after which a client may come back (8.1).
const CODES: [u16; 3] = [1001, 1011, 1013];

impl Faults {
    /// `count` faults that a client can recover from, spread over a recording of `length_ms` milliseconds: one in each
    /// `count`-th part of it. They are [`Drop`](FaultKind::Drop), [`Reset`](FaultKind::Reset),
    /// [`HalfOpen`](FaultKind::HalfOpen), [`Stall`](FaultKind::Stall) for 5 to 25 s,
    /// [`ServerError`](FaultKind::ServerError), [`CloseWithoutError`](FaultKind::CloseWithoutError) with 1001, 1011 or 1013,
    /// and [`RefuseConnect`](FaultKind::RefuseConnect) for 2 to 20 s.
    #[must_use]
    pub fn random(seed: u64, count: usize, length_ms: u64) -> Self {
        let mut random = Random(seed);
        let parts = u64::try_from(count).unwrap_or(u64::MAX);
        let part_ms = length_ms.checked_div(parts).unwrap_or(0);
        let faults = (0..parts).map(|part| {
            let at_ms = part * part_ms + random.below(part_ms.max(1));
            Fault::at(at_ms, kind(&mut random))
        });
        Self(faults.collect())
    }

    /// Looks at them.
    pub fn iter(&self) -> std::slice::Iter<'_, Fault> {
        self.0.iter()
    }
}

impl IntoIterator for Faults {
    type Item = Fault;
    type IntoIter = std::vec::IntoIter<Fault>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Faults {
    type Item = &'a Fault;
    type IntoIter = std::slice::Iter<'a, Fault>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

fn kind(random: &mut Random) -> FaultKind {
    let mut seconds = |from: u64, to: u64| {
        let length = from * 1000 + random.below((to - from) * 1000 + 1);
        Duration::from_millis(length)
    };
    let (stall, outage) = (seconds(5, 25), seconds(2, 20));
    let code = usize::try_from(random.below(3)).unwrap_or(0);
    match random.below(7) {
        0 => FaultKind::Drop,
        1 => FaultKind::Reset,
        2 => FaultKind::HalfOpen,
        3 => FaultKind::Stall(stall),
        4 => FaultKind::ServerError,
        5 => FaultKind::CloseWithoutError(CODES.get(code).copied().unwrap_or(1011)),
        _ => FaultKind::RefuseConnect(outage),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_faults_and_another_gives_others() {
        let faults = Faults::random(7, 20, 3_000_000);
        assert_eq!(faults, Faults::random(7, 20, 3_000_000));
        assert_ne!(faults, Faults::random(8, 20, 3_000_000));
    }

    #[test]
    fn faults_by_chance_are_spread_over_the_recording_and_of_every_kind() {
        let faults = Faults::random(1, 200, 3_000_000);
        let times: Vec<u64> = faults.iter().filter_map(Fault::at_ms).collect();
        assert_eq!(times.len(), 200);
        for (part, at_ms) in (0..).zip(times) {
            assert!((part * 15_000..(part + 1) * 15_000).contains(&at_ms));
        }
        let mut kinds: Vec<_> = faults
            .iter()
            .map(|fault| std::mem::discriminant(fault.kind()))
            .collect();
        kinds.dedup();
        let seen: std::collections::HashSet<_> = kinds.into_iter().collect();
        assert_eq!(seen.len(), 7);
        assert_eq!(Faults::random(1, 0, 1000).iter().count(), 0);
        assert_eq!(Faults::random(1, 3, 0).iter().count(), 3);
    }
}
