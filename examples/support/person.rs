//! What only the host has: the clock, and somebody to ask.

use std::{
    io::{BufRead, IsTerminal, Write},
    time::{Duration, Instant},
};

use therapy_scribe::notes::WallTime;
use tokio::sync::mpsc;

use crate::services::AnyError;

/// So many lines are read ahead.
const AHEAD: usize = 16;
/// Nobody answers sooner: what is there by then was typed before the question was seen.
const SOONEST: Duration = Duration::from_millis(200);

/// Lines of standard input. They are read on a thread of their own from when the first is wanted, so that waiting for one
/// can be left.
#[derive(Default)]
pub(crate) struct Keyboard {
    lines: Option<mpsc::Receiver<String>>,
    is_over: bool,
    asked: Option<Instant>,
}

/// What came after a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reply {
    Yes,
    No,
    /// Something that was typed before the question.
    Early,
    /// Nothing will come any more.
    End,
}

impl Keyboard {
    /// Whether a person sits there.
    pub(crate) fn is_terminal(&self) -> bool {
        let _ = self;
        std::io::stdin().is_terminal()
    }

    /// Whether standard input has ended.
    pub(crate) const fn is_over(&self) -> bool {
        self.is_over
    }

    /// The next line; `None` at the end of standard input. Cancel safe.
    pub(crate) async fn next(&mut self) -> Option<String> {
        let line = self.lines.get_or_insert_with(read).recv().await;
        self.is_over = line.is_none();
        line
    }

    /// A question stands there now; what comes sooner than anybody answers was typed before it.
    pub(crate) fn asked(&mut self) {
        self.asked = Some(Instant::now());
    }

    /// The answer to what was asked: only `y` and `yes` are a yes. Cancel safe.
    pub(crate) async fn reply(&mut self) -> Reply {
        let Some(line) = self.next().await else {
            return Reply::End;
        };
        let is_early = self.asked.is_some_and(|asked| asked.elapsed() < SOONEST);
        match line.trim().to_lowercase().as_str() {
            _ if is_early && self.is_terminal() => Reply::Early,
            "y" | "yes" => Reply::Yes,
            _ => Reply::No,
        }
    }
}

fn read() -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { break };
            if sender.blocking_send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

/// Asks on the terminal. The question can be left.
pub(crate) async fn agrees(question: &str) -> Result<bool, AnyError> {
    let mut keyboard = Keyboard::default();
    loop {
        print!("{question} [y/N] ");
        std::io::stdout().flush()?;
        keyboard.asked();
        match keyboard.reply().await {
            Reply::Early => {}
            reply => return Ok(reply == Reply::Yes),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the program is the host, and the host has the clock"
)]
pub(crate) fn now() -> WallTime {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    WallTime::from_unix_millis(u64::try_from(since.as_millis()).unwrap_or(0))
}
