//! A raw client of the voice agent. It sends the audio of a whole talk at once, which is heard at its own pace, and reads
//! times from the events themselves, so that a busy machine changes nothing.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use therapy_scribe_emulator::{AgentFault, AgentQuirk, Builder, Dialogue, Emulator};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};

use crate::clients::{SPEED, connect};

const LIMIT: Duration = Duration::from_secs(20);

/// Audio may come at any pace, and the talk is this one.
pub(crate) fn agent(dialogue: &Value) -> Builder {
    let dialogue = Dialogue::from_json(&dialogue.to_string()).unwrap();
    Emulator::builder()
        .speed(SPEED)
        .dialogue(dialogue)
        .agent_quirks([AgentQuirk::AnyPace])
}

/// An emulator with a talk of this many utterances, each answered by what `replies` say.
pub(crate) async fn talk(said: &[&str], replies: Value) -> Emulator {
    broken(said, replies, []).await
}

pub(crate) async fn broken<const N: usize>(
    said: &[&str],
    replies: Value,
    faults: [AgentFault; N],
) -> Emulator {
    let utterances: Vec<Value> = said.iter().map(|text| json!({"text": text})).collect();
    let dialogue = json!({"utterances": utterances, "replies": replies, "otherwise": "Sorry?"});
    agent(&dialogue).agent_faults(faults).start().await.unwrap()
}

/// A tool without arguments.
pub(crate) fn tool(name: &str) -> Value {
    json!({"type": "function", "name": name, "description": "d",
        "parameters": {"type": "object", "properties": {}, "required": []}})
}

pub(crate) struct Talk {
    pub(crate) inner: WebSocketStream<TcpStream>,
    /// All events so far.
    pub(crate) events: Vec<Value>,
}

/// How a connection ended: the code of its close, or none.
pub(crate) struct End {
    pub(crate) events: Vec<Value>,
    pub(crate) code: Option<u16>,
}

impl Talk {
    pub(crate) async fn connect(emulator: &Emulator) -> Self {
        Self::connect_with(emulator, "", Some("Bearer key")).await
    }

    pub(crate) async fn connect_with(emulator: &Emulator, query: &str, key: Option<&str>) -> Self {
        let origin = emulator.agents_url().replace("http://", "ws://");
        let mut request = format!("{origin}/v1/ws?{query}")
            .into_client_request()
            .unwrap();
        if let Some(key) = key {
            let value = HeaderValue::from_str(key).unwrap();
            request.headers_mut().insert("authorization", value);
        }
        let stream = connect(emulator).await;
        let (inner, _) = client_async(request, stream).await.unwrap();
        Self {
            inner,
            events: Vec::new(),
        }
    }

    /// A session that is ready.
    pub(crate) async fn begin(emulator: &Emulator, session: Value) -> Self {
        let mut talk = Self::connect(emulator).await;
        talk.update(session).await;
        talk.until("session.ready").await;
        talk
    }

    pub(crate) async fn update(&mut self, session: Value) {
        self.send(json!({"type": "session.update", "session": session}))
            .await;
    }

    pub(crate) async fn send(&mut self, message: Value) {
        self.inner
            .send(Message::text(message.to_string()))
            .await
            .unwrap();
    }

    /// Sends audio: silence and voice in turns, in milliseconds, beginning with silence.
    pub(crate) async fn audio(&mut self, lengths_ms: &[usize]) {
        let mut pcm = Vec::new();
        for (index, length_ms) in lengths_ms.iter().enumerate() {
            for sample in 0..length_ms * 24 {
                let value: i16 = match (index % 2, sample / 60 % 2) {
                    (0, _) => 0,
                    (_, 0) => 4000,
                    _ => -4000,
                };
                pcm.extend(value.to_le_bytes());
            }
        }
        self.send(json!({"type": "input.audio", "audio": base64(&pcm)}))
            .await;
    }

    /// An utterance of 1.5 s, and silence enough for the turn to end.
    pub(crate) async fn say(&mut self) {
        self.audio(&[100, 1500, 2400]).await;
    }

    pub(crate) async fn result(&mut self, call: &Value, result: Value) {
        self.answer(call, result, false).await;
    }

    pub(crate) async fn answer(&mut self, call: &Value, result: Value, failed: bool) {
        self.send(
            json!({"type": "tool.result", "call_id": call["call_id"], "result": result.to_string(),
            "is_error": failed}),
        )
        .await;
    }

    /// The next event.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        loop {
            match timeout(LIMIT, self.inner.next()).await.unwrap() {
                Some(Ok(Message::Text(text))) => {
                    let event: Value = serde_json::from_str(&text).unwrap();
                    self.events.push(event.clone());
                    return Some(event);
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// Reads to the next event of this type.
    pub(crate) async fn until(&mut self, kind: &str) -> Value {
        loop {
            let event = self
                .next()
                .await
                .unwrap_or_else(|| panic!("no {kind}: {:?}", self.types()));
            if event["type"] == kind {
                return event;
            }
        }
    }

    /// Reads to the end of the next reply, and says what was said in it.
    pub(crate) async fn reply(&mut self) -> String {
        let from = self.events.len();
        self.until("reply.done").await;
        let said = self.events[from..]
            .iter()
            .find(|e| e["type"] == "transcript.agent");
        said.map_or(String::new(), |said| {
            said["text"].as_str().unwrap().to_owned()
        })
    }

    /// Reads until the connection ends.
    pub(crate) async fn end(mut self) -> End {
        loop {
            match timeout(LIMIT, self.inner.next()).await.unwrap() {
                Some(Ok(Message::Text(text))) => {
                    self.events.push(serde_json::from_str(&text).unwrap());
                }
                Some(Ok(Message::Close(frame))) => {
                    let code = frame.map(|frame| frame.code.into());
                    let events = self.events;
                    return End { events, code };
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => {
                    let events = self.events;
                    return End { events, code: None };
                }
            }
        }
    }

    pub(crate) async fn hang_up(mut self) -> End {
        self.send(json!({"type": "session.end"})).await;
        self.end().await
    }

    /// The types of the events but audio and partial texts, in their order.
    pub(crate) fn types(&self) -> Vec<&str> {
        types(&self.events)
    }
}

impl End {
    /// The last `session.error`, whose socket closes with 1008.
    pub(crate) fn refusal(&self) -> &str {
        assert_eq!(self.code, Some(1008));
        let error = self.events.last().unwrap();
        assert_eq!(error["type"], "session.error");
        error["code"].as_str().unwrap()
    }
}

pub(crate) fn types(events: &[Value]) -> Vec<&str> {
    let kinds = events.iter().map(|event| event["type"].as_str().unwrap());
    let many = [
        "reply.audio",
        "transcript.user.delta",
        "transcript.agent.delta",
    ];
    let loud = |kind: &&str| !many.contains(kind);
    kinds.filter(loud).collect()
}

pub(crate) fn of<'a>(events: &'a [Value], kind: &str) -> Vec<&'a Value> {
    events
        .iter()
        .filter(|event| event["type"] == kind)
        .collect()
}

/// Milliseconds from one event to another.
pub(crate) fn between(first: &Value, second: &Value) -> f64 {
    let at = |event: &Value| event["timestamp"].as_f64().unwrap();
    ((at(second) - at(first)) * 1000.0).round()
}

/// The loudest sample of PCM in these events.
pub(crate) fn loudest(events: &[Value]) -> u16 {
    let audio = of(events, "reply.audio").into_iter();
    let bytes = audio.map(|event| unbase64(event["data"].as_str().unwrap()));
    bytes
        .flat_map(|bytes| {
            let pairs = bytes.chunks_exact(2);
            let levels = pairs.map(|pair| i16::from_le_bytes([pair[0], pair[1]]).unsigned_abs());
            levels.collect::<Vec<u16>>()
        })
        .max()
        .unwrap_or(0)
}

const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// For whole groups of three bytes, and the rest filled with zeros.
pub(crate) fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group
            .iter()
            .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - group.len()));
        for (at, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let letter = LETTERS[usize::try_from(bits >> shift & 63).unwrap()];
            text.push(if at <= group.len() {
                char::from(letter)
            } else {
                '='
            });
        }
    }
    text
}

pub(crate) fn unbase64(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for group in text.trim_end_matches('=').as_bytes().chunks(4) {
        let sextets = group
            .iter()
            .map(|letter| LETTERS.iter().position(|l| l == letter).unwrap());
        let bits = sextets.fold(0, |bits, sextet| bits << 6 | sextet) << (6 * (4 - group.len()));
        let three = u32::try_from(bits).unwrap().to_be_bytes();
        bytes.extend(&three[1..group.len()]);
    }
    bytes
}
