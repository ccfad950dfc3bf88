//! `streaming-stt.md` section 11, points 12 and 13: what goes wrong, and sessions that begin again.

use therapy_scribe_emulator::{Fault, FaultKind};

use crate::clients::{Broken, Socket, Speech, quick, script};

const TERMINATE: &str = r#"{"type":"Terminate"}"#;

/// A sentence every three seconds: words that are theirs alone.
fn lines(count: u64) -> Vec<(&'static str, String, u64, u64)> {
    (0..count)
        .map(|n| {
            let speaker = if n % 2 == 0 { "client" } else { "therapist" };
            let text = format!("Alpha{n} bravo{n} charlie{n} delta{n}.");
            (speaker, text, n * 3000 + 400, n * 3000 + 2200)
        })
        .collect()
}

fn speech<'a>(lines: &'a [(&'a str, String, u64, u64)]) -> Vec<(&'a str, &'a str, u64, u64)> {
    lines
        .iter()
        .map(|(speaker, text, start, end)| (*speaker, text.as_str(), *start, *end))
        .collect()
}

/// Whether every word stands where the script has it, when the session began at `offset_ms`: edges of turns absorb up to
/// 1.3 s of silence.
fn stands_right(broken: &Broken, speech: Speech<'_>, offset_ms: u64) {
    for (word, start, end) in broken.words() {
        let (start, end) = (start + offset_ms, end + offset_ms);
        let bare = word.trim_end_matches('.').to_lowercase();
        let line = speech.iter().find(|(_, text, ..)| {
            text.to_lowercase()
                .replace('.', "")
                .split(' ')
                .any(|w| w == bare)
        });
        let (_, _, from, to) = line.unwrap_or_else(|| panic!("{word} is not in the script"));
        assert!(
            start + 1000 >= *from && end <= to + 1300,
            "{word}: {start} to {end}, said {from} to {to}"
        );
    }
}

#[tokio::test]
async fn after_a_drop_a_session_that_sends_15_seconds_again_hears_the_right_part_of_the_script() {
    let lines = lines(20);
    let speech = speech(&lines);
    let emulator = quick()
        .script(script(&speech))
        .faults([Fault::at(31_700, FaultKind::Drop)])
        .start()
        .await
        .unwrap();
    let first = Socket::open(&emulator, "").await;
    let first = first.live(&speech, 0, 60_000).await;
    assert_eq!(first.code, None, "no close");
    stands_right(&first, &speech, 0);
    // In the middle of a piece, and of a word.
    let second = Socket::open(&emulator, "").await;
    let second = second
        .live_then(&speech, 16_137, 60_037, Some(TERMINATE))
        .await;
    assert_eq!(second.code, Some(1000));
    stands_right(&second, &speech, 16_137);
    let said: Vec<&str> = second.words().iter().map(|(word, ..)| *word).collect();
    assert_eq!(said.len(), 14 * 4 + 2, "every word once: {said:?}");
    assert_eq!(
        said[..2],
        ["charlie5", "delta5."],
        "what was cut is not heard"
    );
    assert!(
        said.ends_with(&["Alpha19", "bravo19", "charlie19", "delta19."]),
        "{said:?}"
    );
    let logs = emulator.sessions();
    assert_eq!(
        (logs[0].offset_ms, logs[1].offset_ms),
        (Some(0), Some(16_137))
    );
    assert_eq!(
        (logs[0].closed, &logs[0].ended_by),
        (Some(1006), &Some(FaultKind::Drop))
    );
    assert_eq!((logs[1].closed, &logs[1].ended_by), (Some(1000), &None));
}
