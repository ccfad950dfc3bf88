//! What only the host has: the clock, and somebody to ask.

use std::io::{BufRead, Write};

use therapy_scribe::notes::WallTime;

use crate::services::AnyError;

/// Asks on the terminal; only `y` and `yes` are a yes. The question can be left: it is read on a thread of its own.
pub(crate) async fn agrees(question: &str) -> Result<bool, AnyError> {
    print!("{question} [y/N] ");
    std::io::stdout().flush()?;
    let (answered, answer) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let mut answer = String::new();
        let read = std::io::stdin().lock().read_line(&mut answer);
        answered.send(read.map(|_| answer))
    });
    let answer = answer.await??;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
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
