//! `streaming-stt.md` section 11, point 12: what goes wrong.

use std::{io::ErrorKind, time::Duration};

use serde_json::{Value, json};
use therapy_scribe_emulator::{Emulator, Fault, FaultKind, Faults, Unauthorized};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{sleep, timeout},
};

use crate::{
    broken::{Broken, TERMINATE, lines, spoken},
    clients::{SPEED, Socket, connect, quick, script},
};

const SECOND: Duration = Duration::from_secs(1);

async fn with(faults: impl IntoIterator<Item = Fault>) -> Emulator {
    let lines = lines(10);
    let builder = quick().script(script(&spoken(&lines))).faults(faults);
    builder.start().await.unwrap()
}

/// A session of half a minute that is hit after 10 s, in the middle of a turn.
async fn hit(kind: FaultKind) -> (Broken, Emulator) {
    let emulator = with([Fault::at(10_000, kind)]).await;
    let lines = lines(10);
    let socket = Socket::open(&emulator, "session_heartbeat=true").await;
    let broken = socket
        .live_then(&spoken(&lines), 0, 30_000, Some(TERMINATE))
        .await;
    (broken, emulator)
}

fn wait(protocol_ms: u64) -> Duration {
    Duration::from_millis(protocol_ms).div_f64(SPEED)
}

#[tokio::test]
async fn a_drop_is_an_end_without_a_close() {
    let (broken, emulator) = hit(FaultKind::Drop).await;
    assert_eq!((broken.code, broken.is_quiet), (None, false));
    assert!(broken.of("Error").is_empty() && !broken.finals().is_empty());
    let log = &emulator.sessions()[0];
    assert!((10_000..11_000).contains(&log.audio_ms), "{}", log.audio_ms);
    assert_eq!(
        (log.closed, &log.ended_by),
        (Some(1006), &Some(FaultKind::Drop))
    );
    assert_eq!(log.faults, [FaultKind::Drop]);
}

#[tokio::test]
async fn a_reset_cuts_a_frame() {
    let emulator = with([Fault::on_open(0, FaultKind::Reset)]).await;
    let mut stream = connect(&emulator).await;
    let request = "GET /v3/ws HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nauthorization: key\r\n\
        sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let read = timeout(10 * SECOND, stream.read_to_end(&mut bytes)).await;
    assert_eq!(
        read.unwrap().unwrap_err().kind(),
        ErrorKind::ConnectionReset
    );
    let frame = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let frame = &bytes[frame.unwrap() + 4..];
    assert_eq!(frame[..4], [0x81, 0x7e, 1, 0], "a text of 256 bytes");
    assert!(frame.len() < 256);
}

#[tokio::test]
async fn a_half_open_connection_stays_and_answers_nothing() {
    let emulator = with([Fault::on_open(0, FaultKind::HalfOpen)]).await;
    let mut socket = Socket::open(&emulator, "session_heartbeat=true").await;
    socket.ping().await;
    assert!(!socket.is_answered(50_000).await, "and it is not gone");
    let log = &emulator.sessions()[0];
    assert_eq!(
        (log.closed, &log.ended_by),
        (Some(1006), &Some(FaultKind::HalfOpen))
    );
    let mut next = Socket::open(&emulator, "").await;
    assert_eq!(next.next().await["type"], "Begin");
    timeout(SECOND, emulator.stop()).await.unwrap();
}

#[tokio::test]
async fn in_a_stall_nothing_comes_and_audio_is_read_and_what_was_due_comes_afterwards() {
    let (broken, emulator) = hit(FaultKind::Stall(Duration::from_secs(12))).await;
    assert_eq!(broken.code, Some(1000));
    let silent = broken
        .at_ms
        .windows(2)
        .filter(|pair| pair[1] - pair[0] >= 10_000);
    assert!(silent.count() >= 1, "{:?}", broken.at_ms);
    assert_eq!(broken.texts().len(), 40, "no word is lost");
    let received = received(&broken);
    let beyond = received.iter().filter(|ms| (10_100..29_000).contains(*ms));
    assert!(beyond.count() >= 2, "{received:?}");
    assert_eq!(emulator.sessions()[0].ended_by, None);
    assert_eq!(emulator.sessions()[0].faults.len(), 1);
}

#[tokio::test]
async fn a_stall_answers_no_ping() {
    let stall = FaultKind::Stall(Duration::from_secs(200));
    let emulator = with([Fault::on_open(0, stall)]).await;
    let mut socket = Socket::open(&emulator, "").await;
    socket.ping().await;
    assert!(!socket.is_answered(50_000).await);
    assert!(socket.is_answered(900_000).await, "but later");
}

/// What the heartbeats say was received.
fn received(broken: &Broken) -> Vec<u64> {
    let beats = broken.of("Heartbeat").into_iter();
    beats
        .map(|beat| beat["total_audio_received_ms"].as_u64().unwrap())
        .collect()
}

#[tokio::test]
async fn a_slow_reader_takes_nothing_and_goes_on_sending() {
    let (broken, emulator) = hit(FaultKind::SlowReader(Duration::from_secs(14))).await;
    let received = received(&broken);
    let stands = received.windows(2).filter(|pair| pair[0] == pair[1]);
    assert!(stands.count() >= 1, "{received:?}");
    assert_eq!(broken.texts().len(), 40, "everything is read in the end");
    assert_eq!(
        (broken.code, emulator.sessions()[0].audio_ms),
        (Some(1000), 30_000)
    );
}

#[tokio::test]
async fn errors_of_the_server_come_with_and_without_their_close_and_type() {
    let text = "Session Cancelled: An error occurred";
    for (kind, code) in [
        (FaultKind::ServerError, Some(3005)),
        (FaultKind::ErrorWithoutClose, None),
        (FaultKind::ErrorWithoutType, Some(3005)),
    ] {
        let typed = kind != FaultKind::ErrorWithoutType;
        let (broken, emulator) = hit(kind.clone()).await;
        let last = broken.messages.last().unwrap();
        assert_eq!(
            (&last["error"], &last["error_code"]),
            (&json!(text), &json!(3005))
        );
        assert_eq!(last.get("type").is_some(), typed);
        assert_eq!(broken.code, code, "{kind:?}");
        assert_eq!(broken.is_quiet, code.is_none(), "{kind:?}");
        assert!(broken.of("Termination").is_empty());
        assert_eq!(emulator.sessions()[0].ended_by, Some(kind));
    }
}

#[tokio::test]
async fn a_close_may_come_without_an_error() {
    for code in [1001, 1011, 1013] {
        let (broken, emulator) = hit(FaultKind::CloseWithoutError(code)).await;
        assert_eq!(broken.code, Some(code));
        assert!(broken.of("Error").is_empty());
        assert_eq!(emulator.sessions()[0].closed, Some(code));
    }
}

#[tokio::test]
async fn a_session_expires_early() {
    let (broken, _) = hit(FaultKind::Expire).await;
    let text = "Session Expired: Maximum session duration exceeded";
    assert_eq!(broken.of("Error")[0]["error"], text);
    assert_eq!(broken.code, Some(3008));
}

#[tokio::test]
async fn sessions_are_refused_in_every_text_of_1008() {
    let reasons = [
        (
            Unauthorized::OpenRate,
            "Connection: Too many concurrent sessions",
        ),
        (Unauthorized::Key, "Connection: Invalid API key"),
        (
            Unauthorized::ExpiredToken,
            "Connection: Signature has expired",
        ),
        (
            Unauthorized::Account,
            "Connection: Insufficient account balance",
        ),
        (
            Unauthorized::IncorrectPadding,
            "connection: Incorrect padding",
        ),
    ];
    let faults = (0..).zip(reasons);
    let emulator =
        with(faults.map(|(n, (reason, _))| Fault::on_open(n, FaultKind::Refuse(reason)))).await;
    for (n, (reason, text)) in (0..).zip(reasons) {
        let ended = Socket::open(&emulator, "").await.end().await;
        assert_eq!(ended.error(), (1008, &*format!("Unauthorized {text}")));
        assert_eq!(ended.types(), ["Error"]);
        let log: &_ = &emulator.sessions()[n];
        assert_eq!(log.ended_by, Some(FaultKind::Refuse(reason)));
    }
    let mut socket = Socket::open(&emulator, "").await;
    assert_eq!(socket.next().await["type"], "Begin");
}

#[tokio::test]
async fn what_is_about_opening_waits_for_the_next_session() {
    let refuse = FaultKind::Refuse(Unauthorized::IncorrectPadding);
    let emulator = with([Fault::at(3000, refuse), Fault::at(3000, FaultKind::Drop)]).await;
    let first = Socket::open(&emulator, "").await.live(&[], 0, 10_000).await;
    assert_eq!((first.code, first.is_quiet), (None, false));
    let second = Socket::open(&emulator, "").await.end().await;
    assert_eq!(second.error().0, 1008);
    let mut third = Socket::open(&emulator, "").await;
    assert_eq!(third.next().await["type"], "Begin");
}

#[tokio::test]
async fn begin_is_followed_by_an_error_five_seconds_later() {
    let emulator = with([Fault::on_open(0, FaultKind::BeginThenError)]).await;
    let broken = Socket::open(&emulator, "").await.live(&[], 0, 60_000).await;
    let types: Vec<&Value> = broken.messages.iter().map(|m| &m["type"]).collect();
    assert_eq!(types, ["Begin", "Error"]);
    assert!((4900..60_000).contains(&(broken.at_ms[1] - broken.at_ms[0])));
    assert_eq!(broken.code, Some(3005));
}

#[tokio::test]
async fn begin_may_never_come() {
    let emulator = with([Fault::on_open(0, FaultKind::NeverBegin)]).await;
    let socket = Socket::open(&emulator, "session_heartbeat=true").await;
    let broken = socket.live(&[], 0, 5000).await;
    assert!(broken.messages.is_empty() && broken.is_quiet);
    let mut next = Socket::open(&emulator, "").await;
    assert_eq!(next.next().await["type"], "Begin");
}

#[tokio::test]
async fn while_the_network_is_out_no_connection_holds() {
    let outage = FaultKind::RefuseConnect(Duration::from_secs(200));
    let emulator = with([Fault::at(1000, outage)]).await;
    let broken = Socket::open(&emulator, "").await.live(&[], 0, 5000).await;
    assert_eq!((broken.code, broken.is_quiet), (None, false));
    let mut refused = connect(&emulator).await;
    let _ = refused
        .write_all(b"GET /v3/ws/health HTTP/1.1\r\n\r\n")
        .await;
    let read = timeout(10 * SECOND, refused.read_to_end(&mut Vec::new())).await;
    assert!(read.unwrap().is_err(), "reset");
    sleep(wait(210_000)).await;
    let mut next = Socket::open(&emulator, "").await;
    assert_eq!(next.next().await["type"], "Begin");
}

#[tokio::test]
async fn odd_messages_do_not_end_a_session() {
    for (kind, seen) in [
        (FaultKind::Warning("Careful.".to_owned()), "Warning"),
        (FaultKind::UnknownType, "SessionHealth"),
        (FaultKind::BinaryFrame, ""),
    ] {
        let (broken, emulator) = hit(kind.clone()).await;
        let odd = match seen {
            "" => broken.messages.iter().filter(|m| m.is_array()).count(),
            kind => broken.of(kind).len(),
        };
        assert_eq!((odd, broken.code), (1, Some(1000)), "{kind:?}");
        assert_eq!(broken.texts().len(), 40);
        assert_eq!(emulator.sessions()[0].faults, [kind]);
    }
}

#[tokio::test]
async fn what_is_sent_in_a_session_waits_for_begin() {
    let warning = FaultKind::Warning("Careful.".to_owned());
    let emulator = with([Fault::on_open(0, warning)]).await;
    let mut socket = Socket::open(&emulator, "").await;
    assert_eq!(socket.next().await["type"], "Begin");
    assert_eq!(socket.next().await["warning"], "Careful.");
}

#[tokio::test]
async fn one_turn_has_unknown_fields() {
    let (broken, _) = hit(FaultKind::UnknownFields).await;
    let turns = broken.of("Turn");
    let odd = turns.iter().filter(|turn| turn.get("sentiment").is_some());
    let odd: Vec<_> = odd.collect();
    assert_eq!((odd.len(), broken.code), (1, Some(1000)));
    assert!(odd[0]["words"][0].get("phonemes").is_some());
    let last = odd[0].as_object().unwrap().keys().next_back();
    assert_eq!(last.unwrap(), "type");
}

#[tokio::test]
async fn one_final_comes_twice() {
    let (broken, _) = hit(FaultKind::DuplicateFinal).await;
    let finals = broken.finals();
    let twice = finals.windows(2).filter(|pair| pair[0] == pair[1]);
    assert_eq!((twice.count(), finals.len()), (1, 11));
    assert_eq!(broken.code, Some(1000));
}

#[tokio::test]
async fn faults_by_chance_hit_in_the_order_of_their_time_until_they_are_used_up() {
    let faults = Faults::random(3, 6, 12_000);
    let kinds: Vec<FaultKind> = faults.iter().map(|fault| fault.kind().clone()).collect();
    let emulator = with(faults).await;
    for _ in 0..60 {
        let hit: Vec<FaultKind> = emulator
            .sessions()
            .into_iter()
            .flat_map(|log| log.faults)
            .collect();
        if hit == kinds {
            return;
        }
        assert!(kinds.starts_with(&hit), "{hit:?} of {kinds:?}");
        let url = emulator.streaming_url().replace("ws:", "http:");
        if is_refused(&url).await {
            sleep(wait(5000)).await;
            continue;
        }
        let lines = lines(10);
        let socket = Socket::open(&emulator, "").await;
        socket.live(&spoken(&lines), 0, 15_000).await;
    }
    panic!("not all faults have hit");
}

/// Whether the network is out.
async fn is_refused(url: &str) -> bool {
    let address = url.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = b"GET /v3/ws/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let _ = stream.write_all(request).await;
    stream.read_to_end(&mut Vec::new()).await.is_err()
}
