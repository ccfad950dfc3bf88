//! An agent of another make, with event names of its own, behind the same trait: the seam is no vendor's.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use futures_util::StreamExt;
use serde_json::{Value, json};
use therapy_scribe_agent::{
    AgentAbilities, AgentBrief, AgentCommand, AgentConnection, AgentEvent, AgentFailure, AgentLine,
    AgentSession, AgentStats, AgentText, CallId, ReplyEnd, ReplyId, SessionOrigin, Spoken,
    ToolCall, ToolOutcome, UserText, VoiceAgent, VoiceTool,
};
use therapy_scribe_core::{AudioFormat, AudioFrame, MediaTime, Privacy, SampleRate};
use tokio::sync::mpsc;

use crate::peer;

const FORMAT: AudioFormat = AudioFormat::mono(SampleRate::HZ_16000);

/// Speaks a protocol in the manner of another provider: arguments as texts, a response that must be asked for after a
/// result, transcripts in increments (`voice-agent.md` 12).
struct Other {
    /// What the provider says, and where what it is told goes.
    script: Vec<Value>,
    told: mpsc::Sender<Value>,
}

struct OtherLine {
    told: mpsc::Sender<Value>,
    events: mpsc::Sender<AgentEvent>,
}

#[async_trait]
impl VoiceAgent for Other {
    fn name(&self) -> &'static str {
        "other"
    }

    fn privacy(&self) -> Privacy {
        Privacy::local()
    }

    fn abilities(&self) -> AgentAbilities {
        AgentAbilities::default()
    }

    async fn converse(&self, brief: AgentBrief) -> Result<AgentConnection, AgentFailure> {
        let (events, receiver) = mpsc::channel(64);
        let settings =
            json!({"type": "session.update", "session": {"instructions": brief.prompt.expose()}});
        self.told.send(settings).await.map_err(gone)?;
        let mut partial = String::new();
        for message in &self.script {
            for event in translate(message, &mut partial) {
                events.send(event).await.map_err(gone)?;
            }
        }
        let line = OtherLine {
            told: self.told.clone(),
            events,
        };
        let events = futures_util::stream::unfold(receiver, |mut receiver| async {
            receiver.recv().await.map(|event| (Ok(event), receiver))
        });
        Ok(AgentConnection::new(Arc::new(line), events.boxed()))
    }
}

#[async_trait]
impl AgentLine for OtherLine {
    fn format(&self) -> AudioFormat {
        FORMAT
    }

    async fn send(&self, frame: &AudioFrame) -> Result<(), AgentFailure> {
        let bytes = frame.to_le_bytes().len();
        let message = json!({"type": "input_audio_buffer.append", "bytes": bytes});
        self.told.send(message).await.map_err(gone)
    }

    async fn command(&self, command: AgentCommand) -> Result<(), AgentFailure> {
        let messages = match command {
            AgentCommand::Outcome(outcome) => vec![
                json!({"type": "conversation.item.create", "item": {"type": "function_call_output",
                       "call_id": outcome.id.as_str(), "output": outcome.result.expose().to_string()}}),
                json!({"type": "response.create"}),
            ],
            AgentCommand::Say(words) => vec![
                json!({"type": "response.create", "response": {"instructions": words.expose()}}),
            ],
            AgentCommand::End => {
                self.events
                    .send(AgentEvent::Closed(AgentStats::default()))
                    .await
                    .map_err(gone)?;
                vec![]
            }
            _ => vec![],
        };
        for message in messages {
            self.told.send(message).await.map_err(gone)?;
        }
        Ok(())
    }
}

fn gone<T>(_: mpsc::error::SendError<T>) -> AgentFailure {
    AgentFailure::new("the other agent is gone", true, None)
}

fn translate(message: &Value, partial: &mut String) -> Vec<AgentEvent> {
    let text = |key: &str| message[key].as_str().unwrap_or_default();
    let reply = || ReplyId::new(text("response_id"));
    let event = match text("type") {
        "session.updated" => AgentEvent::Ready(AgentSession::new(
            "s",
            SessionOrigin::New,
            Duration::from_secs(3600),
        )),
        "input_audio_buffer.speech_started" => {
            return vec![AgentEvent::UserStarted, AgentEvent::Flush];
        }
        "conversation.item.input_audio_transcription.delta" => {
            partial.push_str(text("delta"));
            AgentEvent::UserPartial(UserText::new(text("item_id"), partial.as_str(), None))
        }
        "conversation.item.input_audio_transcription.completed" => {
            AgentEvent::UserSaid(UserText::new(text("item_id"), text("transcript"), None))
        }
        "response.created" => AgentEvent::ReplyStarted(reply()),
        "response.output_audio_transcript.done" => AgentEvent::AgentSaid(AgentText::new(
            reply(),
            text("transcript"),
            Spoken::Aloud,
            false,
        )),
        "response.function_call_arguments.done" => {
            let args = serde_json::from_str(text("arguments")).unwrap_or_default();
            AgentEvent::ToolCall(ToolCall::new(
                CallId::new(text("call_id")),
                text("name"),
                args,
            ))
        }
        _ => return vec![],
    };
    vec![event]
}

/// What a host does with any agent: it waits for the first call, answers it, and hangs up at the next words.
async fn host(agent: &dyn VoiceAgent) -> Vec<String> {
    let none = json!({"type": "object", "properties": {}, "required": []});
    let tools = [VoiceTool::new("search", "Search the session.", none)];
    let brief = AgentBrief::new("Be brief.").tools(tools);
    let AgentConnection {
        line, mut events, ..
    } = agent.converse(brief).await.unwrap();
    let frame = AudioFrame::new(line.format(), MediaTime::ZERO, vec![0; 2400]);
    line.send(&frame).await.unwrap();
    let mut log = Vec::new();
    while let Some(event) = events.next().await {
        match event.unwrap() {
            AgentEvent::Ready(_) => log.push("ready".to_owned()),
            AgentEvent::UserSaid(words) => log.push(format!("user: {}", words.text.expose())),
            AgentEvent::ToolCall(call) => {
                log.push(format!("call: {} {}", call.name, call.args.expose()));
                let outcome = ToolOutcome::returned(call.id, json!({"hits": 2}));
                line.command(AgentCommand::Outcome(outcome)).await.unwrap();
            }
            AgentEvent::AgentSaid(text) => {
                log.push(format!("agent: {}", text.text.expose()));
                line.command(AgentCommand::End).await.unwrap();
            }
            AgentEvent::ReplyEnded { end, .. } => assert_ne!(end, ReplyEnd::Other),
            AgentEvent::Closed(_) => {
                log.push("closed".to_owned());
                break;
            }
            _ => {}
        }
    }
    log
}

const LOG: [&str; 5] = [
    "ready",
    "user: Search for sleep.",
    r#"call: search {"topic":"sleep"}"#,
    "agent: Two mentions.",
    "closed",
];

#[tokio::test]
async fn a_second_protocol_fits_behind_the_trait() {
    let (told, mut heard) = mpsc::channel(16);
    let script = vec![
        json!({"type": "session.created"}),
        json!({"type": "session.updated"}),
        json!({"type": "input_audio_buffer.speech_started"}),
        json!({"type": "conversation.item.input_audio_transcription.delta", "item_id": "i", "delta": "Search "}),
        json!({"type": "conversation.item.input_audio_transcription.completed", "item_id": "i", "transcript": "Search for sleep."}),
        json!({"type": "response.created", "response_id": "r"}),
        json!({"type": "response.function_call_arguments.done", "call_id": "c", "name": "search", "arguments": "{\"topic\":\"sleep\"}"}),
        json!({"type": "response.output_audio_transcript.done", "response_id": "r", "transcript": "Two mentions."}),
    ];
    let agent = Other { script, told };
    assert_eq!(host(&agent).await, LOG);
    drop(agent);
    let mut types = Vec::new();
    while let Some(message) = heard.recv().await {
        types.push(message["type"].as_str().unwrap().to_owned());
    }
    assert_eq!(
        types,
        [
            "session.update",
            "input_audio_buffer.append",
            "conversation.item.create",
            "response.create"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn the_same_host_talks_to_ours() {
    let (client, mut peer) = peer::client(peer::config());
    let serving = async {
        let mut service = peer.accept().await;
        service.hears().await;
        service.is_ready().await;
        service
            .says(json!({"type": "transcript.user", "item_id": "m1", "text": "Search for sleep."}))
            .await;
        service.says(json!({"type": "tool.call", "call_id": "c1", "name": "search", "arguments": {"topic": "sleep"}})).await;
        assert_eq!(service.hears().await["type"], "tool.result");
        service
            .says(json!({"type": "reply.started", "reply_id": "r1"}))
            .await;
        service
            .says(json!({"type": "reply.audio", "reply_id": "r1", "data": "ACAAIAAg"}))
            .await;
        service
            .says(json!({"type": "transcript.agent", "reply_id": "r1", "text": "Two mentions."}))
            .await;
        assert_eq!(service.hears().await["type"], "session.end");
        service.says(json!({"type": "session.ended"})).await;
    };
    let (log, ()) = tokio::join!(host(&client), serving);
    assert_eq!(log, LOG);
}
