//! Many sessions at once, each of which breaks five times: `scripts/soak`.

use std::time::{Duration, Instant};

use therapy_scribe::audio::WavSource;
use therapy_scribe_emulator::{Fault, FaultKind};
use tokio::{runtime::Handle, task::JoinSet};

use crate::demo::{self, AUDIO};

const SESSIONS: u64 = 60;
const SPEED: f64 = 8.0;
/// More than a session and its emulator may hold: the ring alone is 4 MB for two minutes.
const MOST_MEMORY_KB: u64 = 24 * 1024;

fn faults(session: u64) -> Vec<Fault> {
    let kinds = [
        FaultKind::Drop,
        FaultKind::Reset,
        FaultKind::ServerError,
        FaultKind::CloseWithoutError(1011),
        FaultKind::RefuseConnect(Duration::from_secs(3)),
    ];
    let at = |number: u64| 8_000 + number * 22_000 + session * 137 % 9_000;
    (0..)
        .zip(kinds)
        .map(|(number, kind)| Fault::at(at(number), kind))
        .collect()
}

async fn session(number: u64) -> usize {
    let emulator = demo::emulator(SPEED)
        .seed(number)
        .faults(faults(number))
        .start()
        .await
        .unwrap();
    let scribe = demo::scribe(&emulator, "key", SPEED).build().unwrap();
    let source = WavSource::open(AUDIO).unwrap();
    let mut capture = scribe.capture(source).await.unwrap();
    while let Some(event) = capture.next().await {
        event.unwrap();
    }
    let session = capture.finish().await.unwrap();
    emulator.stop().await;
    assert!(
        session.is_complete() && session.transcript.gaps().is_empty(),
        "{number}"
    );
    assert!(
        session.stats.reconnects >= 5,
        "{number}: {:?}",
        session.stats
    );
    session
        .transcript
        .turns()
        .map(|turn| turn.words().len())
        .sum()
}

/// Memory of this process in kilobytes; `None` where the system does not say.
fn memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "the figures are for whoever runs it")]
#[ignore = "a minute of full load; scripts/soak runs it"]
async fn sixty_sessions_with_five_faults_each_lose_nothing_and_leave_nothing() {
    let expected = session(0).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (tasks, memory_before) = (Handle::current().metrics().num_alive_tasks(), memory());
    let began = Instant::now();
    let mut sessions = JoinSet::new();
    for number in 0..SESSIONS {
        sessions.spawn(session(number));
    }
    let mut peak = 0;
    loop {
        tokio::select! {
            words = sessions.join_next() => match words {
                Some(words) => assert_eq!(words.unwrap(), expected),
                None => break,
            },
            () = tokio::time::sleep(Duration::from_millis(200)) => {
                peak = peak.max(memory().unwrap_or(0));
            }
        }
    }
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(
        Handle::current().metrics().num_alive_tasks(),
        tasks,
        "tasks were left behind"
    );
    let each = peak.saturating_sub(memory_before.unwrap_or(0)) / SESSIONS;
    println!(
        "{SESSIONS} sessions, {} words each, in {:.0} s; at most {each} KB a session, its emulator included",
        expected,
        began.elapsed().as_secs_f32()
    );
    assert!(each < MOST_MEMORY_KB);
}
