//! The thread that opens a device, and opens it again when it has come back.

use std::{
    fmt, io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread::JoinHandle,
    time::Duration,
};

use tokio::sync::mpsc;

use super::DeviceProblem;

/// How often a device that is gone is looked for.
pub(super) const RETRY: Duration = Duration::from_secs(1);

/// A way to open a device. Used by one thread only, so that a system's handles need not move between threads.
pub(super) trait Backend: Send + 'static {
    /// The open device; dropping it closes it.
    type Stream;
    /// The other end of its audio.
    type End: Send + 'static;

    fn open(&mut self, trouble: Trouble) -> Result<(Self::Stream, Self::End), DeviceProblem>;
}

/// What became of a device.
#[derive(Debug)]
pub(super) enum Change<E> {
    Opened(E),
    Lost,
    /// The system went on with another device by itself.
    Moved,
    /// Some audio did not get through in time.
    Overrun,
}

/// Tells the keeper what happens to an open device; usable on any thread, never waits.
#[derive(Debug, Clone)]
pub(super) struct Trouble {
    /// Which opening it is about: what is told late is about a device that is closed already.
    opening: u32,
    signals: SyncSender<Signal>,
    is_overrun: Arc<AtomicBool>,
}

#[derive(Debug, Clone, Copy)]
enum Signal {
    Stop,
    Lost(u32),
    Moved(u32),
    Overrun(u32),
}

impl Trouble {
    pub(super) fn lost(&self) {
        self.tell(Signal::Lost(self.opening));
    }

    pub(super) fn moved(&self) {
        self.tell(Signal::Moved(self.opening));
    }

    /// Told once for each opening: a machine that is too busy is not to be kept busier.
    pub(super) fn overrun(&self) {
        if !self.is_overrun.swap(true, Ordering::Relaxed) {
            self.tell(Signal::Overrun(self.opening));
        }
    }

    fn tell(&self, signal: Signal) {
        // The queue is longer than what one opening has to tell: it is full only when nobody listens any more.
        let _ = self.signals.try_send(signal);
    }
}

/// The async side of a kept device. Dropping it closes the device and waits for its thread.
pub(super) struct Keeper<E> {
    changes: mpsc::Receiver<Change<E>>,
    signals: SyncSender<Signal>,
    is_stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl<E: Send + 'static> Keeper<E> {
    /// Opens a device, on a thread of this name.
    pub(super) async fn start<B: Backend<End = E>>(
        name: &str,
        backend: B,
        retry: Duration,
    ) -> Result<(Self, E), DeviceProblem> {
        let (signals, told) = sync_channel(16);
        let (tell, changes) = mpsc::channel(8);
        let (opened, first) = tokio::sync::oneshot::channel();
        let is_stopped = Arc::new(AtomicBool::new(false));
        let watch = Watch {
            backend,
            signals: signals.clone(),
            told,
            tell,
            is_stopped: Arc::clone(&is_stopped),
            retry,
            opening: 0,
        };
        let thread = spawn(name, move || watch.run(opened)).map_err(|_| DeviceProblem::Failed)?;
        let keeper = Self {
            changes,
            signals,
            is_stopped,
            thread: Some(thread),
        };
        let end = first.await.map_err(|_| DeviceProblem::Failed)??;
        Ok((keeper, end))
    }

    /// What happens next; `None` when the thread is gone. Cancel safe.
    pub(super) async fn next(&mut self) -> Option<Change<E>> {
        self.changes.recv().await
    }

    /// What has happened already.
    pub(super) fn try_next(&mut self) -> Option<Change<E>> {
        self.changes.try_recv().ok()
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
}

impl<E> Drop for Keeper<E> {
    fn drop(&mut self) {
        self.changes.close();
        self.is_stopped.store(true, Ordering::Release);
        // A full queue wakes the thread as well.
        let _ = self.signals.try_send(Signal::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl<E> fmt::Debug for Keeper<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keeper").finish_non_exhaustive()
    }
}

/// The thread's side.
struct Watch<B: Backend> {
    backend: B,
    signals: SyncSender<Signal>,
    told: Receiver<Signal>,
    tell: mpsc::Sender<Change<B::End>>,
    is_stopped: Arc<AtomicBool>,
    retry: Duration,
    opening: u32,
}

type First<E> = tokio::sync::oneshot::Sender<Result<E, DeviceProblem>>;

impl<B: Backend> Watch<B> {
    fn run(mut self, first: First<B::End>) {
        let mut open = match self.open() {
            Ok((stream, end)) => {
                let _ = first.send(Ok(end));
                Some(stream)
            }
            Err(problem) => {
                let _ = first.send(Err(problem));
                return;
            }
        };
        while !self.is_stopped.load(Ordering::Acquire) {
            let told = match open {
                Some(_) => self.told.recv().ok(),
                None => match self.told.recv_timeout(self.retry) {
                    Ok(signal) => Some(signal),
                    Err(RecvTimeoutError::Timeout) => {
                        if let Ok((stream, end)) = self.open() {
                            open = Some(stream);
                            self.tell(Change::Opened(end));
                        }
                        continue;
                    }
                    Err(RecvTimeoutError::Disconnected) => None,
                },
            };
            match told {
                Some(Signal::Lost(opening)) if opening == self.opening && open.is_some() => {
                    // Closed before it is told: its audio has ended when the other side hears of it.
                    open = None;
                    self.tell(Change::Lost);
                }
                Some(Signal::Moved(opening)) if opening == self.opening => {
                    self.tell(Change::Moved);
                }
                Some(Signal::Overrun(opening)) if opening == self.opening => {
                    self.tell(Change::Overrun);
                }
                Some(_) => {}
                None => return,
            }
        }
    }

    fn open(&mut self) -> Result<(B::Stream, B::End), DeviceProblem> {
        self.opening = self.opening.wrapping_add(1);
        self.backend.open(Trouble {
            opening: self.opening,
            signals: self.signals.clone(),
            is_overrun: Arc::default(),
        })
    }

    /// Waits for a host that reads nothing; one that is gone ends the wait.
    fn tell(&self, change: Change<B::End>) {
        let _ = self.tell.blocking_send(change);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Mutex;

    use super::*;

    /// A device that can be unplugged: what it is opened with is handed to the test.
    pub(in super::super) struct Scripted<E> {
        /// What becomes of each try to open it; none left means that it stays away.
        pub(in super::super) tries: Vec<Result<E, DeviceProblem>>,
        pub(in super::super) troubles: Arc<Mutex<Vec<Trouble>>>,
        pub(in super::super) open: Arc<AtomicBool>,
        /// While it is, no try succeeds, and none is used up.
        pub(in super::super) unplugged: Arc<AtomicBool>,
    }

    pub(in super::super) struct Opened(Arc<AtomicBool>);

    impl Drop for Opened {
        fn drop(&mut self) {
            self.0.store(false, Ordering::SeqCst);
        }
    }

    impl<E: Send + 'static> Backend for Scripted<E> {
        type Stream = Opened;
        type End = E;

        fn open(&mut self, trouble: Trouble) -> Result<(Opened, E), DeviceProblem> {
            if self.tries.is_empty() || self.unplugged.load(Ordering::SeqCst) {
                return Err(DeviceProblem::Missing);
            }
            let end = self.tries.remove(0)?;
            self.troubles.lock().unwrap().push(trouble);
            self.open.store(true, Ordering::SeqCst);
            Ok((Opened(Arc::clone(&self.open)), end))
        }
    }

    pub(in super::super) fn scripted<E>(tries: Vec<Result<E, DeviceProblem>>) -> Scripted<E> {
        Scripted {
            tries,
            troubles: Arc::default(),
            open: Arc::default(),
            unplugged: Arc::default(),
        }
    }

    const AT_ONCE: Duration = Duration::from_millis(1);

    #[tokio::test]
    async fn a_device_that_is_lost_is_opened_again_once_it_is_back() {
        let missing = || Err(DeviceProblem::Missing);
        let device = scripted(vec![Ok(1), missing(), missing(), Ok(2)]);
        let (troubles, open) = (Arc::clone(&device.troubles), Arc::clone(&device.open));
        let (mut keeper, first) = Keeper::start("test", device, AT_ONCE).await.unwrap();
        assert_eq!(first, 1);
        let first = troubles.lock().unwrap()[0].clone();
        first.overrun();
        first.overrun();
        first.lost();
        assert!(matches!(keeper.next().await, Some(Change::Overrun)));
        assert!(matches!(keeper.next().await, Some(Change::Lost)));
        assert!(matches!(keeper.next().await, Some(Change::Opened(2))));
        // What is told late of the first opening does not close the second.
        first.lost();
        troubles.lock().unwrap()[1].moved();
        assert!(matches!(keeper.next().await, Some(Change::Moved)));
        assert!(open.load(Ordering::SeqCst) && keeper.try_next().is_none());
        drop(keeper);
        assert!(!open.load(Ordering::SeqCst));
    }

    #[tokio::test]
    async fn a_device_that_is_not_there_at_first_is_an_error() {
        let device = scripted::<()>(vec![Err(DeviceProblem::Forbidden)]);
        let problem = Keeper::start("test", device, AT_ONCE).await.unwrap_err();
        assert_eq!(problem, DeviceProblem::Forbidden);
    }

    #[tokio::test]
    async fn a_keeper_whose_host_reads_nothing_still_ends() {
        let device = scripted((0..40).map(Ok).collect());
        let troubles = Arc::clone(&device.troubles);
        let (keeper, _) = Keeper::start("test", device, AT_ONCE).await.unwrap();
        // Three changes an opening, more than the queue holds; nobody takes them.
        troubles.lock().unwrap()[0].lost();
        troubles.lock().unwrap()[0].moved();
        drop(keeper);
    }
}
