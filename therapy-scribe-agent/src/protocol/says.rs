//! What the agent is to say once it is silent.

use std::collections::VecDeque;

use therapy_scribe_core::Phi;

/// How much of each kind may wait.
const MOST: usize = 32;

/// What the host wants said, and what became of calls whose turn is over. What has changed something is always told: only
/// the former can be taken back.
#[derive(Debug, Default)]
pub(super) struct Says {
    asked: VecDeque<Phi<String>>,
    reports: VecDeque<Phi<String>>,
}

impl Says {
    pub(super) fn ask(&mut self, instructions: Phi<String>) {
        push(&mut self.asked, instructions);
    }

    pub(super) fn report(&mut self, instructions: Phi<String>) {
        push(&mut self.reports, instructions);
    }

    /// What was asked for is not wanted any more.
    pub(super) fn take_back(&mut self) {
        self.asked.clear();
    }

    pub(super) fn pop(&mut self) -> Option<Phi<String>> {
        self.reports.pop_front().or_else(|| self.asked.pop_front())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.reports.is_empty() && self.asked.is_empty()
    }
}

/// Of more than can be said the newest are kept.
fn push(queue: &mut VecDeque<Phi<String>>, instructions: Phi<String>) {
    if queue.len() == MOST {
        queue.pop_front();
    }
    queue.push_back(instructions);
}
