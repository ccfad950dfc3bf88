//! What the agent should say of itself: that long work is done, that a note is saved.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
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
    /// What it is about: of two about the same the newer one is said.
    pub about: Option<&'static str>,
}

impl Announcement {
    /// An instruction.
    pub fn new(instructions: impl Into<String>) -> Self {
        Self {
            instructions: Phi::new(instructions.into()),
            about: None,
        }
    }

    /// The same about something of which only the newest is worth saying.
    #[must_use]
    pub const fn about(mut self, about: &'static str) -> Self {
        self.about = Some(about);
        self
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
        let mut waiting = self.lock();
        waiting.retain(|other| other.about.is_none() || other.about != announcement.about);
        if waiting.len() >= MOST {
            waiting.pop_front();
        }
        waiting.push_back(announcement);
        drop(waiting);
        self.0.came.notify_one();
    }

    /// Has nothing said about this any more: the model knows it already.
    pub fn withdraw(&self, about: &str) {
        self.lock().retain(|other| other.about != Some(about));
    }

    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// The oldest, if there is one.
    #[must_use]
    pub fn take(&self) -> Option<Announcement> {
        self.lock().pop_front()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Announcement>> {
        self.0
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
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
        write!(f, "Announcements({} waiting)", self.lock().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(queue: &Announcements) -> Vec<String> {
        std::iter::from_fn(|| queue.take())
            .map(|next| next.instructions.into_inner())
            .collect()
    }

    #[test]
    fn of_two_about_the_same_the_newer_is_said_and_of_too_many_the_newest() {
        let queue = Announcements::new();
        queue.push(Announcement::new("old").about("saving"));
        queue.push(Announcement::new("other"));
        queue.push(Announcement::new("new").about("saving"));
        assert_eq!(said(&queue), ["other", "new"]);
        queue.push(Announcement::new("new").about("saving"));
        queue.withdraw("saving");
        assert!(said(&queue).is_empty());
        for number in 0..20 {
            queue.push(Announcement::new(number.to_string()));
        }
        assert_eq!(said(&queue).first().map(String::as_str), Some("4"));
    }
}
