//! What the agent should say of itself: that long work is done, that a note is saved.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use therapy_scribe_core::Phi;
use tokio::sync::Notify;

/// The agent can't say more than a few things at once; of more the newest are kept.
const MOST: usize = 16;

/// Something to be said when nobody is speaking, as an instruction to the model.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Announcement {
    /// What to say.
    pub instructions: Phi<String>,
}

impl Announcement {
    /// An instruction.
    pub fn new(instructions: impl Into<String>) -> Self {
        Self {
            instructions: Phi::new(instructions.into()),
        }
    }
}

/// A queue of them, shared by those who have something to say and the one who says it when the agent is idle. Cheap to
/// clone. It holds 16; one more pushes out the oldest.
#[derive(Clone, Default)]
pub struct Announcements(Arc<Queue>);

#[derive(Default)]
struct Queue {
    waiting: Mutex<VecDeque<Announcement>>,
    came: Notify,
}

impl Announcements {
    /// An empty queue.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Has something said.
    pub fn push(&self, announcement: Announcement) {
        let mut waiting = self
            .0
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= MOST {
            waiting.pop_front();
        }
        waiting.push_back(announcement);
        drop(waiting);
        self.0.came.notify_one();
    }

    /// The oldest, if there is one.
    #[must_use]
    pub fn take(&self) -> Option<Announcement> {
        let mut waiting = self
            .0
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        waiting.pop_front()
    }

    /// The oldest, as soon as there is one. For one waiter. Cancel safe.
    pub async fn next(&self) -> Announcement {
        loop {
            if let Some(announcement) = self.take() {
                return announcement;
            }
            self.0.came.notified().await;
        }
    }
}

impl fmt::Debug for Announcements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waiting = self
            .0
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        write!(f, "Announcements({} waiting)", waiting.len())
    }
}
