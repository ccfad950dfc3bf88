//! Which faults are still to come.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{AgentFault, AgentFaultKind, When};

/// The faults of an emulator; each happens once.
#[derive(Debug, Default)]
pub(crate) struct Plan(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    faults: Vec<AgentFault>,
    opened: u64,
    sent: HashMap<String, u64>,
}

/// A fault, and how many milliseconds from now.
pub(crate) type Coming = (u64, AgentFaultKind);

impl Plan {
    pub(crate) fn new(faults: Vec<AgentFault>) -> Self {
        Self(Mutex::new(Waiting {
            faults,
            ..Waiting::default()
        }))
    }

    /// A connection opens.
    pub(crate) fn open(&self) -> Vec<Coming> {
        let mut waiting = self.waiting();
        let number = waiting.opened;
        waiting.opened += 1;
        waiting.take(|when| *when == When::Open(number))
    }

    /// A session has heard so much.
    pub(crate) fn heard(&self, audio_ms: u64) -> Vec<Coming> {
        self.waiting()
            .take(|when| matches!(when, When::At(at_ms) if *at_ms <= audio_ms))
    }

    /// A session was sent an event.
    pub(crate) fn sent(&self, event: &str) -> Vec<Coming> {
        let mut waiting = self.waiting();
        if waiting.faults.is_empty() {
            return Vec::new();
        }
        let count = waiting.sent.entry(event.to_owned()).or_default();
        *count += 1;
        let count = *count;
        waiting.take(|when| matches!(when, When::After(name, n) if name == event && *n == count))
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn take(&mut self, is_due: impl Fn(&When) -> bool) -> Vec<Coming> {
        let due = self.faults.extract_if(.., |fault| is_due(&fault.when));
        due.map(|fault| (fault.delay_ms, fault.kind)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_fault_happens_once_at_its_own_time() {
        let plan = Plan::new(vec![
            AgentFault::at(500, AgentFaultKind::Cough),
            AgentFault::on_open(1, AgentFaultKind::Expire),
            AgentFault::after("reply.done", 2, AgentFaultKind::Drop)
                .delayed(Duration::from_secs(1)),
        ]);
        assert_eq!(plan.open(), []);
        assert_eq!(plan.open(), [(0, AgentFaultKind::Expire)]);
        assert_eq!(plan.heard(499), []);
        assert_eq!(plan.heard(900), [(0, AgentFaultKind::Cough)]);
        assert_eq!(plan.heard(901), []);
        assert_eq!(plan.sent("reply.done"), []);
        assert_eq!(plan.sent("reply.done"), [(1000, AgentFaultKind::Drop)]);
        assert_eq!(plan.sent("reply.done"), []);
    }
}
