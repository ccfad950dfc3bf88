//! Two hundred conversations at once, some of which break: `scripts/soak`. The emulator is a process of its own, so that
//! memory and tasks are those of the client.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::StreamExt as _;
use serde_json::json;
use therapy_scribe_agent::{
    AgentEvent, AgentHandle, AgentStats, CallFate, ConversationLog, HeardOf, Logged, RecordFate,
    Spoken, ToolOutcome, VoiceAgentClient, VoiceAgentConfig, VoiceTool,
};
use therapy_scribe_core::{ApiKey, AudioFrame, MediaTime};
use therapy_scribe_emulator::{AgentFault, AgentFaultKind, Dialogue, Emulator};
use therapy_scribe_transport::{Connector, Origin};
use tokio::{runtime::Handle, task::JoinSet};

const TALKS: u64 = 200;
/// How many faults there are, each of which hits one talk.
const FAULTS: u32 = 30;
/// More than a talk may hold: half a minute of unread speech alone would be 1.4 MB.
const MOST_MEMORY_KB: u64 = 512;
/// A talk that is not over by then is ended, whatever it lacks.
const LONGEST: Duration = Duration::from_secs(60);
const GREETING: &str = "I am ready.";
/// It takes long enough to be interrupted.
const LONG: &str = "One flag is open, and the draft does not have it, and so I would add a line to the assessment, and another one to the plan, and then read all of it again from its begin to its end, and ask you whether it can stay as it is.";
/// Makes this program the emulator.
const BESIDE: &str = "THERAPY_SCRIBE_SOAK_EMULATOR";

/// Four turns: a tool, two at once, an interruption, a tool again.
fn dialogue() -> Dialogue {
    let said = |text: &str, from: u64, to: u64| json!({"text": text, "between_ms": [from, to], "unvoiced": true});
    let dialogue = json!({
        "utterances": [
            said("Search for sleep.", 3_000, 4_000),
            said("Compare the flags and the draft.", 14_000, 15_500),
            said("Stop.", 26_000, 27_500),
            said("Save it.", 33_000, 34_000),
        ],
        "replies": [
            {"heard": ["sleep"], "calls": [{"name": "search"}], "results": [{"says": "There are {hits} places."}]},
            {"heard": ["compare"], "calls": [{"name": "search"}, {"name": "revise"}],
             "results": [{"says": LONG}]},
            {"heard": ["stop"], "says": "I stop."},
            {"heard": ["save"], "calls": [{"name": "revise"}], "results": [{"says": "It is saved."}]},
        ],
        "otherwise": "Sorry?",
    });
    Dialogue::from_json(&dialogue.to_string()).unwrap()
}

/// Counted over all talks, so that each hits another one; the goodbye to the warm-up talk comes before them.
fn faults() -> Vec<AgentFault> {
    let kinds = [
        AgentFaultKind::Drop,
        AgentFaultKind::Reset,
        AgentFaultKind::Close(1011),
        AgentFaultKind::InternalError,
        AgentFaultKind::Stall(Duration::from_secs(4)),
        AgentFaultKind::Cough,
        AgentFaultKind::DuplicateCall,
        AgentFaultKind::UnknownEvent,
        AgentFaultKind::ServerError,
        AgentFaultKind::SilentReply,
    ];
    (1..=FAULTS)
        .zip(kinds.into_iter().cycle())
        .map(|(number, kind)| AgentFault::after("reply.started", 8 + u64::from(number) * 37, kind))
        .collect()
}

/// Not a test: the process beside the soak test, until its input ends.
#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "the soak test reads it")]
#[ignore = "the other half of the soak test"]
async fn the_emulator_beside() {
    if std::env::var_os(BESIDE).is_none() {
        return;
    }
    let emulator = Emulator::builder()
        .dialogue(dialogue())
        .agent_faults(faults())
        .start()
        .await
        .unwrap();
    println!("\n{}", emulator.agents_url());
    let mut rest = Vec::new();
    tokio::task::block_in_place(|| std::io::stdin().read_to_end(&mut rest)).unwrap();
    emulator.stop().await;
}

/// The emulator's process, which ends with this.
struct Beside {
    child: Child,
    url: String,
}

impl Beside {
    fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "--nocapture"])
            .arg("soak::the_emulator_beside")
            .env(BESIDE, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut lines = lines.map(Result::unwrap);
        let url = lines.find(|line| line.contains("127.0.0.1")).unwrap();
        // Whatever else it prints has a reader, too.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url }
    }

    fn client(&self) -> VoiceAgentClient {
        let none = json!({"type": "object", "properties": {}, "required": []});
        let tools = ["search", "revise"].map(|name| VoiceTool::new(name, "A tool.", none.clone()));
        let config = VoiceAgentConfig::builder("Be brief.")
            .greeting(GREETING)
            .tools(tools);
        let origin = Origin::parse(&self.url).unwrap();
        let key = ApiKey::new("key").unwrap();
        let config = config.build().unwrap();
        VoiceAgentClient::at(Connector::new().unwrap(), &origin, key, config)
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// What became of a talk.
#[derive(Default)]
struct Talked {
    stats: AgentStats,
    calls: usize,
    settled: usize,
    sent: usize,
    spoken: usize,
    flushes: usize,
    /// Replies of which a part was heard, by the log.
    cut: usize,
    is_saved: bool,
    deleted: usize,
}

async fn feed(handle: AgentHandle) {
    let silence = AudioFrame::new(handle.format(), MediaTime::ZERO, vec![0; 1200]);
    while handle.send(&silence).await.is_ok() {}
}

async fn talk(client: Arc<VoiceAgentClient>) -> Talked {
    let (handle, mut events) = client.connect().await.unwrap();
    let feeding = tokio::spawn(feed(handle.clone()));
    let mut talked = Talked::default();
    let (mut log, began) = (ConversationLog::new(), Instant::now());
    let mut late = Box::pin(tokio::time::sleep(LONGEST));
    let mut is_over = false;
    loop {
        let event = tokio::select! {
            event = events.next() => event.expect("the last event is the end").unwrap(),
            () = &mut late, if !is_over => {
                is_over = true;
                handle.end().await.unwrap();
                continue;
            }
        };
        log.event(began.elapsed(), &event);
        match event {
            AgentEvent::ToolCall(call) => {
                talked.calls += 1;
                let outcome = ToolOutcome::returned(call.id, json!({"hits": 2}));
                log.outcome(&outcome);
                handle.outcome(outcome).await.unwrap();
            }
            AgentEvent::CallSettled { fate, .. } => {
                talked.settled += 1;
                talked.sent += usize::from(fate == CallFate::Sent);
            }
            AgentEvent::Flush => talked.flushes += 1,
            AgentEvent::AgentSaid(said) if said.spoken == Spoken::Aloud => {
                talked.spoken += 1;
                talked.is_saved |= said.text.expose().contains("saved");
            }
            AgentEvent::ReplyEnded { .. } if talked.is_saved && !is_over => {
                is_over = true;
                handle.end().await.unwrap();
            }
            AgentEvent::Record(record) => {
                talked.deleted += usize::from(record.fate == RecordFate::SoftDeleted);
            }
            AgentEvent::Closed(stats) => {
                talked.stats = stats;
                break;
            }
            _ => {}
        }
    }
    feeding.await.unwrap();
    look_at(&log, &mut talked);
    talked
}

/// What was heard of an answer is its begin, and every call has its entry.
fn look_at(log: &ConversationLog, talked: &mut Talked) {
    let mut called = 0;
    for entry in log.entries() {
        match &entry.what {
            Logged::AgentSaid { text, heard, .. } if *heard == HeardOf::Begin => {
                talked.cut += 1;
                let text = text.expose();
                let scripted = [
                    GREETING,
                    "There are 2 places.",
                    LONG,
                    "I stop.",
                    "It is saved.",
                ];
                let is_begin = scripted.iter().any(|whole| whole.starts_with(text));
                assert!(is_begin, "{} bytes", text.len());
            }
            Logged::Called { result, .. } => {
                called += 1;
                assert!(result.is_some());
            }
            _ => {}
        }
    }
    assert_eq!(called, talked.calls);
}

/// Memory of a process in kilobytes; `None` where the system does not say.
fn memory(process: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn check(talked: &Talked) {
    let stats = talked.stats;
    assert!(stats.confirmed && !stats.by_provider, "{stats:?}");
    assert_eq!((stats.sessions, talked.deleted), (1, 1));
    assert_eq!(talked.calls, talked.settled, "each call has one end");
    assert_eq!(stats.malformed, 0);
}

/// Whether it went as if nothing had happened.
fn is_whole(talked: &Talked) -> bool {
    let is_spoken = talked.spoken == 5 && talked.is_saved;
    is_spoken && talked.flushes > 0 && talked.cut > 0 && (talked.calls, talked.sent) == (4, 4)
}

/// The most that was seen, in kilobytes.
#[derive(Default)]
struct Peak {
    own: u64,
    emulator: u64,
}

impl Peak {
    fn look(&mut self, emulator: &str) {
        self.own = self.own.max(memory("self").unwrap_or(0));
        self.emulator = self.emulator.max(memory(emulator).unwrap_or(0));
    }
}

/// Has all talks at once, and looks at the memory meanwhile.
async fn all_at_once(client: &Arc<VoiceAgentClient>, emulator: &str) -> (Vec<Talked>, Peak) {
    let mut open = JoinSet::new();
    for _ in 0..TALKS {
        open.spawn(talk(Arc::clone(client)));
    }
    let (mut all, mut peak) = (Vec::new(), Peak::default());
    loop {
        tokio::select! {
            talked = open.join_next() => match talked {
                Some(talked) => all.push(talked.unwrap()),
                None => return (all, peak),
            },
            () = tokio::time::sleep(Duration::from_millis(200)) => peak.look(emulator),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "the figures are for whoever runs it")]
#[ignore = "two minutes, one of them of full load; scripts/soak runs it"]
async fn two_hundred_talks_at_once_end_well_and_leave_nothing() {
    let beside = tokio::task::block_in_place(Beside::start);
    let client = Arc::new(beside.client());
    check(&talk(Arc::clone(&client)).await);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let emulator = beside.child.id().to_string();
    let tasks = Handle::current().metrics().num_alive_tasks();
    let mut before = Peak::default();
    before.look(&emulator);
    let began = Instant::now();
    let (all, peak) = all_at_once(&client, &emulator).await;
    let took = began.elapsed();
    for talked in &all {
        check(talked);
    }
    tokio::time::sleep(Duration::from_secs(4)).await;
    let left = Handle::current().metrics().num_alive_tasks();
    assert_eq!(left, tasks, "tasks were left behind");

    let count = |of: fn(&Talked) -> usize| all.iter().map(of).sum::<usize>();
    let seconds = |of: fn(&AgentStats) -> Duration| {
        all.iter()
            .map(|talked| of(&talked.stats))
            .sum::<Duration>()
            .as_secs()
    };
    let each = (peak.own - before.own) / TALKS;
    let whole = count(|talked| usize::from(is_whole(talked)));
    let resumes = all.iter().map(|talked| talked.stats.resumes).sum::<u32>();
    println!(
        "{TALKS} talks at once in {} s: {whole} as if nothing had happened, {} calls of tools, {} interruptions, {resumes} lines made again, {} s of audio sent and {} s heard; at most {each} KB a talk, and {} KB at the emulator",
        took.as_secs(),
        count(|talked| talked.calls),
        count(|talked| talked.flushes),
        seconds(|stats| stats.audio_sent),
        seconds(|stats| stats.audio_heard),
        (peak.emulator - before.emulator) / TALKS,
    );
    assert!(each < MOST_MEMORY_KB, "{each} KB");
    assert!(resumes >= FAULTS / 10, "the faults came: {resumes}");
    assert!(
        whole >= all.len() - usize::try_from(FAULTS).unwrap(),
        "{whole}"
    );
}
