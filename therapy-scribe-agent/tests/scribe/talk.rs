//! A desk with a scripted writer and a record that counts, and somebody who plays the model.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use serde_json::{Value, json};
use therapy_scribe_agent::{
    Accept, CallId, Dispatcher, Heard, HeardAs, Said, ScribeDesk, Settled, Started, ToolCall,
};
use therapy_scribe_core::{
    BoxError, Confidence, ConnectionId, Finality, MediaTime, Privacy, Role, RoleMap, SpeakerId,
    Transcript, Turn, TurnId, Word,
};
use therapy_scribe_notes::{
    ChatModel, ChatReply, ChatRequest, Clinician, EhrSink, Error, Finish, Formats, KeySigner,
    Later, NoteWriter, SchemaFormat, SignedNote, WallTime,
};

pub(crate) const QUESTION: &str =
    "Shall I sign this note as Dr. Jane Roe and save it to the record?";

pub(crate) const SESSION: [(&str, &str); 6] = [
    ("A", "How did you sleep this week?"),
    (
        "B",
        "Badly. I woke up at four every night and worried about work.",
    ),
    (
        "A",
        "For homework, please keep the sleep diary every morning.",
    ),
    (
        "B",
        "I can do that. Sometimes I think it would be easier not to wake up.",
    ),
    (
        "A",
        "Thank you for telling me. Do you have a plan to hurt yourself?",
    ),
    ("B", "No, never. My sister helps me a lot."),
];

/// A is the therapist, B the client.
pub(crate) fn session(lines: &[(&str, &str)]) -> Transcript {
    let connection = ConnectionId::default();
    let mut at = 0;
    let turns = (0..).zip(lines).map(|(order, (letter, text))| {
        let speaker = SpeakerId::from_letters(connection, letter);
        let words = text.split(' ').map(|word| {
            at += 300;
            let (start, end) = (MediaTime::from_millis(at), MediaTime::from_millis(at + 250));
            Word::new(word, start, end).spoken_by(speaker, None)
        });
        let words = words.collect();
        Turn::new(
            TurnId::new(connection, order),
            Finality::Final,
            speaker,
            words,
        )
    });
    let turns: Vec<_> = turns.collect();
    let roles = [("A", Role::Therapist), ("B", Role::Client)];
    let roles = roles
        .into_iter()
        .filter_map(|(letter, role)| Some((SpeakerId::from_letters(connection, letter)?, role)));
    Transcript::from_turns(turns, roles.collect::<RoleMap>())
}

/// Writes this note, or this section of it, a second after it was asked.
#[derive(Debug)]
pub(crate) struct Scripted(pub(crate) Mutex<Value>);

#[async_trait]
impl ChatModel for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }

    fn privacy(&self) -> Privacy {
        Privacy::local()
    }

    async fn complete(&self, request: &ChatRequest) -> Result<ChatReply, Error> {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let note = self.0.lock().unwrap().clone();
        if note.is_null() {
            return Err(Error::Declined);
        }
        let schema = &request.schema.as_ref().unwrap().schema;
        let asked = schema["properties"].as_object().unwrap().keys();
        let answer: Value = asked
            .map(|key| (key.clone(), note[key].clone()))
            .collect::<serde_json::Map<_, _>>()
            .into();
        Ok(ChatReply::new(answer.to_string(), Finish::Complete))
    }
}

/// A record that counts what it is given.
#[derive(Debug, Default)]
pub(crate) struct Record {
    pub(crate) notes: Mutex<Vec<SignedNote>>,
    pub(crate) later: Mutex<Vec<Later>>,
    /// Whether it takes nothing.
    pub(crate) is_down: AtomicBool,
    /// How long it takes, in milliseconds.
    pub(crate) takes: AtomicU64,
    pub(crate) tries: AtomicU64,
}

impl Record {
    pub(crate) fn count(&self) -> usize {
        self.notes.lock().unwrap().len() + self.later.lock().unwrap().len()
    }

    async fn try_it(&self) -> Result<(), BoxError> {
        self.tries.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(self.takes.load(Ordering::Relaxed))).await;
        if self.is_down.load(Ordering::Relaxed) {
            Err("down".into())
        } else {
            Ok(())
        }
    }
}

#[async_trait]
impl EhrSink for Record {
    async fn save(&self, note: &SignedNote) -> Result<(), BoxError> {
        self.try_it().await?;
        self.notes.lock().unwrap().push(note.clone());
        Ok(())
    }

    async fn append(&self, later: &Later) -> Result<(), BoxError> {
        self.try_it().await?;
        self.later.lock().unwrap().push(later.clone());
        Ok(())
    }
}

pub(crate) fn dap() -> Value {
    json!({
        "data": "Client slept badly. Client said that it would be easier not to wake up.",
        "assessment": "Sleep is disturbed. Passive ideation, no plan.",
        "plan": "Sleep diary.",
        "risk_flags": ["Client said \"easier not to wake up\".", "Client denied a plan."],
        "themes": ["sleep", "work"],
    })
}

/// The usual ones, and a host's own that has no text of its own: entries of members alone.
fn formats() -> Formats {
    let mut formats = Formats::default();
    let circle = json!({
        "title": "Circle note", "description": "Be brief.", "type": "object",
        "required": ["members", "risk_flags"],
        "properties": {
            "members": {"type": "array", "description": "One entry each.", "items": {
                "type": "object", "required": ["member", "said"], "additionalProperties": false,
                "properties": {"member": {"type": "string", "description": "Who."},
                                "said": {"type": "string", "description": "What."}}}},
            "risk_flags": {"type": "array", "description": "Risks.",
                            "items": {"type": "string", "description": "One."}}}});
    let circle = SchemaFormat::from_json("circle", 1, circle.to_string()).unwrap();
    formats.add(Arc::new(circle));
    formats
}

/// A conversation: what is called, what is heard.
pub(crate) struct Talk {
    pub(crate) desk: ScribeDesk,
    pub(crate) record: Arc<Record>,
    pub(crate) model: Arc<Scripted>,
    pub(crate) dispatcher: Dispatcher,
    calls: u64,
}

impl Talk {
    pub(crate) fn new(accept: Accept) -> Self {
        Self::about(&SESSION, dap(), accept)
    }

    pub(crate) fn about(lines: &[(&str, &str)], note: Value, accept: Accept) -> Self {
        let record = Arc::new(Record::default());
        let sink = Arc::<Record>::clone(&record);
        Self::into_sink(lines, note, accept, (record, sink))
    }

    pub(crate) fn into_sink(
        lines: &[(&str, &str)],
        note: Value,
        accept: Accept,
        (record, sink): (Arc<Record>, Arc<dyn EhrSink>),
    ) -> Self {
        let model = Arc::new(Scripted(Mutex::new(note)));
        let clinician = Clinician::new("c-17", "Dr. Jane Roe", "PhD");
        let signer = Arc::new(KeySigner::from_seed(clinician, &[7; 32]));
        let writer = NoteWriter::new(Arc::<Scripted>::clone(&model));
        let began = tokio::time::Instant::now();
        let clock = move || {
            let millis = u64::try_from(began.elapsed().as_millis()).unwrap();
            WallTime::from_unix_millis(1_790_000_000_000 + millis)
        };
        let desk = ScribeDesk::builder(session(lines), writer, signer, sink, clock)
            .accept(accept)
            .formats(formats())
            .build();
        let dispatcher = Dispatcher::new(desk.tools().unwrap());
        Self {
            desk,
            record,
            model,
            dispatcher,
            calls: 0,
        }
    }

    /// A talk in which the DAP note is there.
    pub(crate) async fn with_note(accept: Accept) -> Self {
        let mut talk = Self::new(accept);
        talk.generate().await;
        talk
    }

    pub(crate) async fn generate(&mut self) {
        assert_eq!(
            self.call("generate_dap_note", json!({})).await["status"],
            "started"
        );
        assert!(self.announced().await.contains("ready"));
    }

    /// What the model is told for a call in a new turn.
    pub(crate) async fn call(&mut self, name: &str, args: Value) -> Value {
        self.dispatcher.begin_turn(self.desk.tools().unwrap());
        self.calls += 1;
        let id = self.calls.to_string();
        self.call_as(&id, name, args)
            .await
            .map_or(Value::Null, |settled| settled.outcome.result.into_inner())
    }

    pub(crate) async fn call_as(&mut self, id: &str, name: &str, args: Value) -> Option<Settled> {
        let started = self
            .dispatcher
            .start(ToolCall::new(CallId::new(id), name, args));
        if started == Started::Duplicate {
            return None;
        }
        self.dispatcher.next().await
    }

    pub(crate) async fn save(&mut self) -> Value {
        self.call("save_to_ehr", json!({"confirmation": "yes"}))
            .await
    }

    pub(crate) async fn announced(&self) -> String {
        self.desk
            .announcements()
            .next()
            .await
            .instructions
            .into_inner()
    }

    /// The agent says this to its end.
    pub(crate) async fn agent(&self, text: &str) {
        self.desk.agent_audible();
        wait(2000).await;
        self.desk.agent_said(text, Heard::Whole);
    }

    /// The clinician begins to speak a while after, and says this.
    pub(crate) async fn says(&self, text: &str) -> HeardAs {
        self.says_after(1500, text, None).await
    }

    pub(crate) async fn says_after(
        &self,
        millis: u64,
        text: &str,
        confidence: Option<f32>,
    ) -> HeardAs {
        wait(millis).await;
        let began = self.desk.now();
        wait(1800).await;
        let said = Said::new(text, Some(began));
        let said = confidence.map_or(said, |sure| said.confidence(Confidence::new(sure)));
        let heard = self.desk.clinician_said(said);
        self.desk.finish().await;
        heard
    }
}

pub(crate) async fn wait(millis: u64) {
    tokio::time::sleep(Duration::from_millis(millis)).await;
}
