//! A raw WebSocket client, a raw HTTP client, and synthetic speech.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use therapy_scribe_emulator::{Builder, Emulator, Script};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};

/// Protocol seconds a second.
pub(crate) const SPEED: f64 = 100.0;
pub(crate) const LIMIT: Duration = Duration::from_secs(10);

/// Speech as `(speaker, text, start, end)`: a voice sounds in those times and nowhere else.
pub(crate) type Speech<'a> = &'a [(&'a str, &'a str, u64, u64)];

/// A thought with 2.5 s in its middle, an answer, and a thought with 6 s in its middle.
pub(crate) const PAUSES: Speech = &[
    ("client", "I just", 1000, 2000),
    ("client", "stood there.", 4500, 5500),
    ("therapist", "And then?", 7000, 7800),
    ("client", "Nobody said anything. But", 9000, 11_000),
    ("client", "I felt ashamed.", 17_000, 18_500),
];

pub(crate) fn script(speech: Speech<'_>) -> Script {
    let segments: Vec<Value> = speech
        .iter()
        .map(|(speaker, text, start, end)| {
            serde_json::json!({"speaker": speaker, "text": text, "start_ms": start, "end_ms": end})
        })
        .collect();
    Script::from_json(&serde_json::json!({"title": "t", "segments": segments}).to_string()).unwrap()
}

pub(crate) fn quick() -> Builder {
    Emulator::builder().speed(SPEED).begin_delay_ms(0..=100)
}

/// 16 kHz: a square wave where somebody speaks, zeros elsewhere.
pub(crate) fn audio(speech: Speech<'_>, from_ms: u64, length_ms: u64) -> Vec<u8> {
    (from_ms * 16..(from_ms + length_ms) * 16)
        .flat_map(|sample| {
            let spoken = speech
                .iter()
                .any(|(_, _, start, end)| (start * 16..end * 16).contains(&sample));
            let value: i16 = match (spoken, sample / 40 % 2) {
                (false, _) => 0,
                (true, 0) => 4000,
                (true, _) => -4000,
            };
            value.to_le_bytes()
        })
        .collect()
}

pub(crate) struct Socket {
    pub(crate) inner: WebSocketStream<TcpStream>,
}

/// All that a session sent until its end.
pub(crate) struct Ended {
    pub(crate) messages: Vec<Value>,
    pub(crate) code: u16,
    pub(crate) reason: String,
}

impl Socket {
    pub(crate) async fn open(emulator: &Emulator, query: &str) -> Self {
        Self::open_as(emulator, query, Some("key")).await
    }

    pub(crate) async fn open_as(emulator: &Emulator, query: &str, key: Option<&str>) -> Self {
        let headers = key.map(|key| ("authorization", key));
        Self::open_with(emulator, query, headers).await
    }

    pub(crate) async fn open_with(
        emulator: &Emulator,
        query: &str,
        headers: impl IntoIterator<Item = (&'static str, &str)>,
    ) -> Self {
        let url = format!("{}/v3/ws?{query}", emulator.streaming_url());
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            let value = HeaderValue::from_str(value).unwrap();
            request.headers_mut().insert(name, value);
        }
        let stream = connect(emulator).await;
        let (inner, response) = client_async(request, stream).await.unwrap();
        assert_eq!(response.status(), 101);
        Self { inner }
    }

    pub(crate) async fn send(&mut self, text: &str) {
        self.inner.send(Message::text(text)).await.unwrap();
    }

    pub(crate) async fn bytes(&mut self, bytes: Vec<u8>) -> bool {
        self.inner.send(Message::binary(bytes)).await.is_ok()
    }

    /// Sends speech in frames of half a second, as fast as it is taken.
    pub(crate) async fn speak(&mut self, speech: Speech<'_>, until_ms: u64) {
        for at in (0..until_ms).step_by(500) {
            assert!(self.bytes(audio(speech, at, 500)).await);
        }
    }

    /// The next message.
    pub(crate) async fn next(&mut self) -> Value {
        loop {
            let message = timeout(LIMIT, self.inner.next()).await.unwrap();
            if let Message::Text(text) = message.unwrap().unwrap() {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }

    pub(crate) async fn terminate(mut self) -> Ended {
        self.send(r#"{"type":"Terminate"}"#).await;
        self.end().await
    }

    /// Reads to the end.
    pub(crate) async fn end(mut self) -> Ended {
        let mut messages = Vec::new();
        loop {
            match timeout(LIMIT, self.inner.next()).await.unwrap() {
                Some(Ok(Message::Text(text))) => {
                    messages.push(serde_json::from_str(&text).unwrap());
                }
                Some(Ok(Message::Close(Some(frame)))) => {
                    return Ended {
                        messages,
                        code: frame.code.into(),
                        reason: frame.reason.to_string(),
                    };
                }
                Some(Ok(_)) => {}
                other => panic!("no close frame, but {other:?}"),
            }
        }
    }
}

impl Ended {
    pub(crate) fn types(&self) -> Vec<&str> {
        self.messages
            .iter()
            .map(|message| message["type"].as_str().unwrap())
            .collect()
    }

    pub(crate) fn of(&self, kind: &str) -> Vec<&Value> {
        self.messages
            .iter()
            .filter(|message| message["type"] == kind)
            .collect()
    }

    pub(crate) fn finals(&self) -> Vec<&Value> {
        self.of("Turn")
            .into_iter()
            .filter(|turn| turn["end_of_turn"] == true)
            .collect()
    }

    pub(crate) fn transcripts(&self) -> Vec<&str> {
        self.finals()
            .iter()
            .map(|turn| turn["transcript"].as_str().unwrap())
            .collect()
    }

    /// The text of the `Error`, which comes alone and is followed by its own code.
    pub(crate) fn error(&self) -> (u16, &str) {
        let error = self.messages.last().unwrap();
        assert_eq!(error["type"], "Error");
        assert_eq!(error["error_code"], self.code);
        assert_eq!(self.reason, "See Error message for details");
        (self.code, error["error"].as_str().unwrap())
    }
}

pub(crate) async fn connect(emulator: &Emulator) -> TcpStream {
    let url = emulator.api_url();
    TcpStream::connect(url.strip_prefix("http://").unwrap())
        .await
        .unwrap()
}

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find_map(|(found, value)| found.eq_ignore_ascii_case(name).then_some(value))
    }

    /// The note in the first choice that has one.
    pub(crate) fn content(&self) -> String {
        let body = self.json();
        let choices = body["choices"].as_array().unwrap();
        choices
            .iter()
            .find_map(|choice| choice["message"]["content"].as_str())
            .unwrap()
            .to_owned()
    }

    pub(crate) fn finish(&self) -> String {
        self.json()["choices"][0]["finish_reason"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

pub(crate) async fn get(emulator: &Emulator, path: &str, key: Option<&str>) -> Reply {
    http(emulator, "GET", path, key, "").await
}

pub(crate) async fn chat(emulator: &Emulator, body: &Value) -> Reply {
    let body = body.to_string();
    http(emulator, "POST", "/v1/chat/completions", Some("key"), &body).await
}

pub(crate) async fn http(
    emulator: &Emulator,
    method: &str,
    path: &str,
    key: Option<&str>,
    body: &str,
) -> Reply {
    let mut stream = connect(emulator).await;
    let key = key.map_or(String::new(), |key| format!("authorization: {key}\r\n"));
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{key}content-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(LIMIT, stream.read_to_string(&mut answer))
        .await
        .unwrap()
        .unwrap();
    let (head, text) = answer.split_once("\r\n\r\n").unwrap();
    Reply {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head: head.to_owned(),
        text: text.to_owned(),
    }
}
