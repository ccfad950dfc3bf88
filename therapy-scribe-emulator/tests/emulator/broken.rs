//! A client that speaks as people do, in real time, and bears whatever happens to its connection.

use std::time::Duration;

use futures_util::{SinkExt, Stream, StreamExt};
use serde_json::Value;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite::{self, Message};

use crate::clients::{SPEED, Socket, Speech, audio};

/// A session that sends nothing for so long sends nothing any more: 100 protocol seconds.
const QUIET: Duration = Duration::from_secs(1);
pub(crate) const TERMINATE: &str = r#"{"type":"Terminate"}"#;

/// A voice that never repeats itself, as real ones do not: noise. 16 kHz.
pub(crate) fn voice(speech: Speech<'_>, from_ms: u64, length_ms: u64) -> Vec<u8> {
    let mut pcm = audio(speech, from_ms, length_ms);
    for (sample, bytes) in (from_ms * 16..).zip(pcm.chunks_exact_mut(2)) {
        if bytes != [0, 0] {
            let noise = (sample + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let noise = (noise ^ (noise >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let noise = i16::try_from(noise >> 51).unwrap() - 4096;
            bytes.copy_from_slice(&noise.to_le_bytes());
        }
    }
    pcm
}

/// `(speaker, text, start, end)`, of which a [`Speech`] borrows.
pub(crate) type Lines = Vec<(&'static str, String, u64, u64)>;

/// A sentence every three seconds, of words that are its own.
pub(crate) fn lines(count: u64) -> Lines {
    (0..count)
        .map(|n| {
            let speaker = if n % 2 == 0 { "client" } else { "therapist" };
            let text = format!("Alpha{n} bravo{n} charlie{n} delta{n}.");
            (speaker, text, n * 3000 + 400, n * 3000 + 2200)
        })
        .collect()
}

pub(crate) fn spoken(lines: &Lines) -> Vec<(&str, &str, u64, u64)> {
    lines
        .iter()
        .map(|(speaker, text, start, end)| (*speaker, text.as_str(), *start, *end))
        .collect()
}

/// What a session sent until its end, whatever that was.
pub(crate) struct Broken {
    /// Binary messages are arrays.
    pub(crate) messages: Vec<Value>,
    /// When each came: protocol milliseconds since the client began to speak.
    pub(crate) at_ms: Vec<u128>,
    /// Of the close, if there was one.
    pub(crate) code: Option<u16>,
    /// The connection was still there when it was silent for long.
    pub(crate) is_quiet: bool,
}

impl Broken {
    pub(crate) fn of(&self, kind: &str) -> Vec<&Value> {
        let all = self.messages.iter();
        all.filter(|message| message["type"] == kind).collect()
    }

    pub(crate) fn finals(&self) -> Vec<&Value> {
        let turns = self.of("Turn").into_iter();
        turns.filter(|turn| turn["end_of_turn"] == true).collect()
    }

    /// The words of the finals, with their times.
    pub(crate) fn words(&self) -> Vec<(&str, u64, u64)> {
        let words = self.finals().into_iter();
        words
            .flat_map(|turn| turn["words"].as_array().unwrap())
            .map(|word| {
                let time = |name: &str| word[name].as_u64().unwrap();
                (word["text"].as_str().unwrap(), time("start"), time("end"))
            })
            .collect()
    }

    pub(crate) fn texts(&self) -> Vec<&str> {
        self.words().into_iter().map(|(text, ..)| text).collect()
    }
}

impl Socket {
    /// Speaks as long as it is let, in frames of 100 ms, while it reads.
    pub(crate) async fn live(self, speech: Speech<'_>, from_ms: u64, until_ms: u64) -> Broken {
        self.live_then(speech, from_ms, until_ms, None).await
    }

    /// The same; at the end of the audio this is sent.
    pub(crate) async fn live_then(
        self,
        speech: Speech<'_>,
        from_ms: u64,
        until_ms: u64,
        last: Option<&str>,
    ) -> Broken {
        let (mut sink, mut stream) = self.inner.split();
        let began = Instant::now();
        let send = async {
            for at in (from_ms..until_ms).step_by(100) {
                let due = Duration::from_millis(at - from_ms).div_f64(SPEED);
                sleep_until(began + due).await;
                let frame = Message::binary(voice(speech, at, 100));
                if sink.send(frame).await.is_err() {
                    return;
                }
            }
            if let Some(last) = last {
                let _ = sink.send(Message::text(last)).await;
            }
        };
        let read = read(&mut stream, began);
        tokio::pin!(read);
        tokio::select! {
            broken = &mut read => broken,
            () = send => read.await,
        }
    }

    pub(crate) async fn ping(&mut self) {
        self.inner.send(Message::Ping("x".into())).await.unwrap();
    }

    /// Whether a pong comes within so many protocol milliseconds; other messages are passed over.
    pub(crate) async fn is_answered(&mut self, within_ms: u64) -> bool {
        let pong = async {
            loop {
                match self.inner.next().await {
                    Some(Ok(Message::Pong(_))) => return true,
                    Some(Ok(_)) => {}
                    other => panic!("the connection is gone: {other:?}"),
                }
            }
        };
        let limit = Duration::from_millis(within_ms).div_f64(SPEED);
        timeout(limit, pong).await.unwrap_or(false)
    }
}

/// Reads until the session has ended, or says nothing any more.
async fn read<S>(stream: &mut S, began: Instant) -> Broken
where
    S: Stream<Item = tungstenite::Result<Message>> + Unpin,
{
    let mut broken = Broken {
        messages: Vec::new(),
        at_ms: Vec::new(),
        code: None,
        is_quiet: false,
    };
    loop {
        let message = match timeout(QUIET, stream.next()).await {
            Ok(Some(Ok(Message::Text(text)))) => serde_json::from_str(&text).unwrap(),
            Ok(Some(Ok(Message::Binary(bytes)))) => bytes.to_vec().into(),
            Ok(Some(Ok(Message::Close(frame)))) => {
                broken.code = frame.map(|frame| frame.code.into());
                return broken;
            }
            Ok(Some(Ok(_))) => continue,
            Ok(None | Some(Err(_))) => return broken,
            Err(_) => {
                broken.is_quiet = true;
                return broken;
            }
        };
        broken.messages.push(message);
        let at_ms = began.elapsed().mul_f64(SPEED).as_millis();
        broken.at_ms.push(at_ms);
    }
}
