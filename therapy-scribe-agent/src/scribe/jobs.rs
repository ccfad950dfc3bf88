//! Work that goes on while people talk. It ends with the desk.

use std::{
    future::Future,
    panic::AssertUnwindSafe,
    sync::{Mutex, PoisonError},
};

use futures_util::FutureExt as _;
use tokio::task::JoinSet;

#[derive(Default)]
pub(super) struct Jobs(Mutex<JoinSet<()>>);

impl Jobs {
    pub(super) fn spawn(&self, job: impl Future<Output = ()> + Send + 'static) {
        let mut jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while jobs.try_join_next().is_some() {}
        jobs.spawn(job);
    }
}

/// The outcome, or `None` when the host's code panicked. What the panic says is not looked at.
pub(super) async fn survived<T>(work: impl Future<Output = T>) -> Option<T> {
    AssertUnwindSafe(work).catch_unwind().await.ok()
}
