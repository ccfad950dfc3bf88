//! Which faults are still to come.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{Fault, FaultKind, When};

/// The faults of an emulator; each happens once.
#[derive(Debug, Default)]
pub(crate) struct Plan(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    faults: Vec<Fault>,
    /// Their time has come; they wait for a session to open.
    opening: VecDeque<FaultKind>,
    opened: u64,
    /// Until when the network is out, in the emulator's time.
    out_until_ms: u64,
}

impl Plan {
    pub(crate) fn new(mut faults: Vec<Fault>) -> Self {
        faults.sort_by_key(Fault::at_ms);
        Self(Mutex::new(Waiting {
            faults,
            ..Waiting::default()
        }))
    }

    /// A session opens: what happens to it.
    pub(crate) fn open(&self) -> Vec<FaultKind> {
        let mut waiting = self.waiting();
        let number = waiting.opened;
        waiting.opened += 1;
        let own = |fault: &mut Fault| fault.when == When::Open(number);
        let mut kinds: Vec<FaultKind> = waiting
            .faults
            .extract_if(.., own)
            .map(|fault| fault.kind)
            .collect();
        kinds.extend(waiting.opening.pop_front());
        kinds
    }

    /// The next fault of a session that has received so much of a recording. To be asked until there is none, or the
    /// session is over.
    pub(crate) fn next(&self, position_ms: u64) -> Option<FaultKind> {
        let mut waiting = self.waiting();
        loop {
            let is_due = |fault: &Fault| fault.at_ms().is_some_and(|at_ms| at_ms <= position_ms);
            let index = waiting.faults.iter().position(is_due)?;
            let kind = waiting.faults.remove(index).kind;
            if !kind.is_at_opening() {
                return Some(kind);
            }
            waiting.opening.push_back(kind);
        }
    }

    /// The network is out until then.
    pub(crate) fn cut(&self, until_ms: u64) {
        let mut waiting = self.waiting();
        waiting.out_until_ms = waiting.out_until_ms.max(until_ms);
    }

    pub(crate) fn is_out(&self, now_ms: u64) -> bool {
        now_ms < self.waiting().out_until_ms
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Unauthorized;

    #[test]
    fn each_fault_happens_once_in_the_order_of_its_time() {
        let plan = Plan::new(vec![
            Fault::at(2000, FaultKind::Reset),
            Fault::at(1000, FaultKind::Drop),
            Fault::on_open(1, FaultKind::NeverBegin),
        ]);
        assert_eq!(plan.open(), []);
        assert_eq!(plan.next(999), None);
        assert_eq!(plan.next(5000), Some(FaultKind::Drop));
        assert_eq!(plan.open(), [FaultKind::NeverBegin]);
        assert_eq!(plan.next(5000), Some(FaultKind::Reset));
        assert_eq!(plan.next(5000), None);
        assert_eq!(plan.open(), []);
    }

    #[test]
    fn what_is_about_opening_waits_for_the_next_session_one_each() {
        let refuse = FaultKind::Refuse(Unauthorized::Key);
        let plan = Plan::new(vec![
            Fault::at(1000, refuse.clone()),
            Fault::at(1000, FaultKind::BeginThenError),
            Fault::at(1000, FaultKind::Drop),
        ]);
        assert_eq!(plan.next(1000), Some(FaultKind::Drop));
        assert_eq!(plan.open(), [refuse]);
        assert_eq!(plan.open(), [FaultKind::BeginThenError]);
        assert_eq!(plan.open(), []);
    }
}
