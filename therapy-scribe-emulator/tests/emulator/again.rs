//! `streaming-stt.md` section 11, point 13: sessions that begin again, and what they hear.

use std::time::Duration;

use therapy_scribe_emulator::{Emulator, Fault, FaultKind};

use tokio::time::{Instant, sleep};

use crate::{
    broken::{Broken, TERMINATE, lines, spoken},
    clients::{SPEED, Socket, Speech, quick, script},
};

/// Every word stands where the script has it, when the session began at `offset_ms`: edges of turns absorb up to 1.3 s of
/// silence.
fn stands_right(broken: &Broken, speech: Speech<'_>, offset_ms: u64) {
    for (word, start, end) in broken.words() {
        let (start, end) = (start + offset_ms, end + offset_ms);
        let bare = |text: &str| text.replace(['.', ','], "").to_lowercase();
        let says = |text: &str| text.split(' ').any(|said| bare(said) == bare(word));
        let Some((.., from, to)) = speech.iter().find(|(_, text, ..)| says(text)) else {
            panic!("{word} is not in the script");
        };
        assert!(
            start + 1000 >= *from && end <= to + 1300,
            "{word}: {start} to {end}, said {from} to {to}"
        );
    }
}

/// One minute, of which the first session hears so much.
async fn dropped_at(speech: Speech<'_>, at_ms: u64, rewording: bool) -> (Emulator, Broken) {
    let builder = quick()
        .script(script(speech))
        .rewording(rewording)
        .faults([Fault::at(at_ms, FaultKind::Drop)]);
    let emulator = builder.start().await.unwrap();
    let first = Socket::open(&emulator, "").await;
    let first = first.live(speech, 0, 60_000).await;
    (emulator, first)
}

#[tokio::test]
async fn after_a_drop_a_session_that_sends_15_seconds_again_hears_the_right_part_of_the_script() {
    let lines = lines(20);
    let speech = spoken(&lines);
    let (emulator, first) = dropped_at(&speech, 31_700, false).await;
    stands_right(&first, &speech, 0);
    // In the middle of a piece, and of a word.
    let second = Socket::open(&emulator, "").await;
    let second = second
        .live_then(&speech, 16_137, 60_037, Some(TERMINATE))
        .await;
    assert_eq!(second.code, Some(1000));
    stands_right(&second, &speech, 16_137);
    let said = second.texts();
    assert_eq!(said.len(), 14 * 4 + 2, "every word once: {said:?}");
    assert_eq!(
        said[..2],
        ["charlie5", "delta5."],
        "what was cut is not heard"
    );
    let exact = speech.iter().flat_map(|(_, text, ..)| text.split(' '));
    let exact: Vec<&str> = exact.skip(6 * 4).collect();
    assert_eq!(said[2..], exact, "as the script has it");
    let logs = emulator.sessions();
    let places: Vec<_> = logs
        .iter()
        .map(|log| (log.recording, log.offset_ms))
        .collect();
    assert_eq!(places, [(Some(0), Some(0)), (Some(0), Some(16_137))]);
}

#[tokio::test]
async fn only_what_is_heard_again_comes_in_other_wording() {
    let lines = lines(20);
    let speech = spoken(&lines);
    let exact: Vec<&str> = speech
        .iter()
        .flat_map(|(_, text, ..)| text.split(' '))
        .collect();
    let (emulator, first) = dropped_at(&speech, 43_000, true).await;
    let heard = first.texts();
    assert_eq!(
        heard,
        exact[..heard.len()],
        "the first time it is the script"
    );
    let second = Socket::open(&emulator, "").await;
    let second = second.live_then(&speech, 0, 60_000, Some(TERMINATE)).await;
    let said = second.texts();
    assert_eq!(
        (said.len(), emulator.sessions()[1].offset_ms),
        (80, Some(0))
    );
    let other = (0..80).filter(|word| said[*word] != exact[*word]).count();
    assert!((1..20).contains(&other), "{other}");
    // Up to the drop there were 14 lines.
    assert_eq!(said[15 * 4..], exact[15 * 4..], "and the rest too");
    stands_at_other_edges(&first, &second);
}

/// The turns that both heard begin and end at other times.
fn stands_at_other_edges(first: &Broken, second: &Broken) {
    let edges = |broken: &Broken| -> Vec<(u64, u64)> {
        let turns = broken.finals().into_iter();
        turns
            .map(|turn| {
                let words = turn["words"].as_array().unwrap();
                let last = words.last().unwrap();
                (
                    words[0]["start"].as_u64().unwrap(),
                    last["end"].as_u64().unwrap(),
                )
            })
            .collect()
    };
    let (first, second) = (edges(first), edges(second));
    let both = first.iter().zip(&second);
    let other = both.filter(|(one, two)| one != two).count();
    assert!(other * 2 > first.len(), "{first:?} {second:?}");
}

#[tokio::test]
async fn letters_are_swapped_on_every_second_session() {
    let lines = lines(2);
    let speech = spoken(&lines);
    let emulator = quick().script(script(&speech)).start().await.unwrap();
    let mut letters = Vec::new();
    for _ in 0..3 {
        let socket = Socket::open(&emulator, "speaker_labels=true").await;
        let broken = socket.live_then(&speech, 0, 7000, Some(TERMINATE)).await;
        letters.push(broken.finals()[0]["speaker_label"].clone());
    }
    assert_eq!(letters, ["A", "B", "A"]);
}

#[tokio::test]
async fn parallel_sessions_of_different_recordings_do_not_disturb_each_other() {
    let lines = lines(10);
    let all = spoken(&lines);
    let side = |who: &str| -> Vec<_> {
        all.iter()
            .filter(|(speaker, ..)| *speaker == who)
            .copied()
            .collect()
    };
    let (client, therapist) = (side("client"), side("therapist"));
    let emulator = quick().script(script(&all)).start().await.unwrap();
    let one = Socket::open(&emulator, "").await;
    let two = Socket::open(&emulator, "").await;
    let (one, two) = tokio::join!(
        one.live_then(&client, 0, 30_000, Some(TERMINATE)),
        two.live_then(&therapist, 0, 30_000, Some(TERMINATE)),
    );
    for (broken, speech) in [(&one, &client), (&two, &therapist)] {
        let exact: Vec<&str> = speech
            .iter()
            .flat_map(|(_, text, ..)| text.split(' '))
            .collect();
        assert_eq!(broken.texts(), exact);
        stands_right(broken, speech, 0);
    }
    let logs = emulator.sessions();
    assert_eq!((logs[0].offset_ms, logs[1].offset_ms), (Some(0), Some(0)));
    assert_ne!(logs[0].recording, logs[1].recording);
}

#[tokio::test]
async fn audio_that_nobody_knows_is_placed_by_the_time_that_has_passed() {
    let lines = lines(20);
    let speech = spoken(&lines);
    let began = Instant::now();
    let (emulator, _) = dropped_at(&speech, 20_000, true).await;
    sleep(Duration::from_millis(100)).await;
    let second = Socket::open(&emulator, "").await;
    second
        .live_then(&speech, 30_000, 60_000, Some(TERMINATE))
        .await;
    let log = &emulator.sessions()[1];
    let offset_ms = u128::from(log.offset_ms.unwrap());
    let passed_ms = began.elapsed().mul_f64(SPEED).as_millis();
    assert!((29_000..passed_ms).contains(&offset_ms), "{offset_ms}");
    assert_eq!(log.recording, Some(0));
}
