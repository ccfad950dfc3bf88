//! Jobs against a service that loses, refuses and forgets at random, on a host that crashes at random: at most one job is
//! billed for each ticket, nothing is deleted before it is saved, and every run ends.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// What goes wrong with one call.
#[derive(Debug, Clone, Copy)]
enum Fault {
    None,
    /// It never arrives.
    LostOnTheWay,
    /// It is acted on, and the answer is lost.
    AnswerLost,
    /// The answer is given up; the call is acted on so many seconds later.
    Late(u8),
    /// Refused without being acted on.
    Status(u16),
    /// A gateway gives up, and the call is acted on all the same.
    ActedOn(u16),
    /// Acted on, and the answer is nonsense.
    Nonsense,
    /// The host crashes after the call was made.
    Crash,
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        8 => Just(Fault::None),
        2 => Just(Fault::LostOnTheWay),
        2 => Just(Fault::AnswerLost),
        1 => (0u8..25).prop_map(Fault::Late),
        2 => prop::sample::select(vec![429, 500, 503]).prop_map(Fault::Status),
        1 => prop::sample::select(vec![500, 504]).prop_map(Fault::ActedOn),
        1 => Just(Fault::Nonsense),
        1 => Just(Fault::Crash),
    ]
}

/// A transcript of the account.
struct Entry {
    id: String,
    url: String,
    polls: u32,
    deleted: bool,
    ours: bool,
    fails: bool,
}

const URL: &str = "https://host.example/session.flac";

/// The service: what it has, and what is still on its way to it.
#[derive(Default)]
struct Service {
    /// Oldest first.
    entries: Vec<Entry>,
    late: Vec<Duration>,
    noise: usize,
    /// How many jobs of ours fail by a fault of the service.
    failing: usize,
}

impl Service {
    /// Others submit too; one of them had the same address before.
    fn new(before: usize, noise: usize) -> Self {
        let mut service = Self {
            noise,
            ..Self::default()
        };
        for number in 0..before {
            let url = if number % 3 == 0 { URL } else { "https://x" };
            service.add(url, false);
        }
        service
    }

    fn add(&mut self, url: &str, ours: bool) -> usize {
        let number = self.entries.len();
        self.entries.push(Entry {
            id: format!("t-{number}"),
            url: url.to_owned(),
            polls: 0,
            deleted: false,
            ours,
            fails: ours && self.failing > 0,
        });
        self.failing -= usize::from(ours && self.failing > 0);
        number
    }

    fn billed(&self) -> usize {
        self.entries.iter().filter(|entry| entry.ours).count()
    }

    fn arrive(&mut self, now: Duration) {
        let (due, late) = self.late.drain(..).partition::<Vec<_>, _>(|at| *at <= now);
        self.late = late;
        for _ in due {
            self.add(URL, true);
        }
    }

    fn act(&mut self, call: &Call) -> (u16, Value) {
        match call {
            Call::Submit => {
                let number = self.add(URL, true);
                (0..self.noise).for_each(|_| {
                    self.add("https://y", false);
                });
                (
                    200,
                    json!({"id": format!("t-{number}"), "status": "queued"}),
                )
            }
            Call::List { limit, before } => {
                let newest = self.entries.iter().rev().skip_while(|entry| {
                    before
                        .as_ref()
                        .is_some_and(|before| before.as_str() != entry.id)
                });
                let page = newest.skip(usize::from(before.is_some())).take(*limit);
                let entry = |entry: &Entry| json!({"id": entry.id, "status": "queued", "audio_url": entry.url});
                (
                    200,
                    json!({"transcripts": page.map(entry).collect::<Vec<_>>()}),
                )
            }
            Call::Get(id) => match self.entry(id) {
                Some(entry) if entry.deleted => (
                    200,
                    json!({"id": entry.id, "status": "completed", "audio_url": "http://deleted_by_user"}),
                ),
                Some(entry) => {
                    entry.polls += 1;
                    let status = match (entry.polls > 3, entry.fails) {
                        (false, _) => "processing",
                        (true, true) => "error",
                        (true, false) => "completed",
                    };
                    (
                        200,
                        json!({"id": entry.id, "status": status, "error": "Server error",
                            "words": [{"text": "Hi"}]}),
                    )
                }
                None => (404, json!({"error": "Not found"})),
            },
            Call::Delete(id) => match self.entry(id) {
                Some(entry) => {
                    entry.deleted = true;
                    (200, json!({"id": entry.id, "status": "completed"}))
                }
                None => (404, json!({"error": "Not found"})),
            },
            Call::RedactedAudio(_) => (400, json!({})),
        }
    }

    fn entry(&mut self, id: &TranscriptId) -> Option<&mut Entry> {
        let mut entries = self.entries.iter_mut();
        entries.find(|entry| entry.id == id.as_str())
    }
}

/// A host with its store.
struct Host {
    machine: Machine,
    stored: JobTicket,
    saved: bool,
    now: Duration,
    began: Duration,
}

const PLAN: Plan = Plan {
    submit_only: false,
    redacted_audio: false,
    erase: true,
    poll: PollPlan::DEFAULT,
    audio_length: None,
    seed: 1,
};

impl Host {
    fn new() -> Self {
        let mut stored = JobTicket::new("s");
        stored.audio_url = Some(URL.to_owned());
        Self {
            machine: Machine::new(PLAN, stored.clone(), Duration::ZERO),
            stored,
            saved: false,
            now: Duration::ZERO,
            began: Duration::ZERO,
        }
    }

    /// Begins again with what is stored.
    fn restart(&mut self) {
        self.began = self.now;
        self.machine = Machine::new(PLAN, self.stored.clone(), Duration::ZERO);
    }

    fn call(&mut self, call: &Call, service: &mut Service, fault: Fault) {
        assert!(
            self.saved || !matches!(call, Call::Delete(_)),
            "deleted unsaved"
        );
        let lost = || Err(transport::Error::Lost(std::io::ErrorKind::TimedOut.into()));
        let answer = |status, body: &Value| {
            Ok(Reply {
                status,
                retry_after: None,
                body: body.to_string().into(),
            })
        };
        service.arrive(self.now);
        let outcome = match fault {
            Fault::None => {
                let (status, body) = service.act(call);
                answer(status, &body)
            }
            Fault::LostOnTheWay => lost(),
            Fault::AnswerLost => {
                service.act(call);
                lost()
            }
            Fault::Late(seconds) => {
                if *call == Call::Submit {
                    service
                        .late
                        .push(self.now + Duration::from_secs(seconds.into()));
                }
                lost()
            }
            Fault::Status(status) => answer(status, &json!({"error": "no"})),
            Fault::ActedOn(status) => {
                service.act(call);
                answer(status, &Value::Null)
            }
            Fault::Nonsense => {
                service.act(call);
                answer(200, &json!(["nonsense"]))
            }
            Fault::Crash => {
                service.act(call);
                return self.restart();
            }
        };
        self.on(Event::Answered(outcome));
    }

    fn on(&mut self, event: Event) {
        self.machine.on(event, self.now.saturating_sub(self.began));
    }
}

/// Runs one ticket to its end, resuming it where that is the advice. Returns whether all went well.
fn run(service: &mut Service, faults: &[Fault]) -> bool {
    let mut host = Host::new();
    let mut faults = faults.iter().copied();
    let mut resumed = 0;
    for _ in 0..20_000 {
        match host.machine.step() {
            Step::Keep => {
                host.stored = host.machine.ticket().clone();
                host.on(Event::Kept(Ok(())));
            }
            Step::Wait(until) => {
                host.now = host.now.max(host.began + until);
                host.on(Event::Woke);
            }
            Step::Save => {
                host.saved = true;
                host.on(Event::Saved(Ok(())));
            }
            Step::Call(call) => host.call(&call, service, faults.next().unwrap_or(Fault::None)),
            Step::Upload | Step::Download(_) => panic!("there is nothing to upload"),
            Step::Done => {
                let end = host.machine.take_end();
                let done = end.is_ok_and(|end| end.deletion.is_some_and(|all| all.is_complete()));
                resumed += 1;
                if done || resumed > 50 {
                    return done;
                }
                host.now += Duration::from_secs(60);
                host.restart();
            }
        }
        assert!(
            host.now < Duration::from_secs(200_000),
            "a run does not end"
        );
    }
    panic!("a run does not end");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 400 } else { 20_000 }))]

    #[test]
    fn at_most_one_job_is_billed_whatever_is_lost_and_every_run_ends(
        failing in 0usize..=1,
        before in 0usize..260,
        noise in 0usize..130,
        faults in prop::collection::vec(fault(), 0..80),
    ) {
        let mut service = Service::new(before, noise);
        service.failing = failing;
        let done = run(&mut service, &faults);
        prop_assert!(done, "with a service that recovers, every job ends well");
        prop_assert_eq!(service.billed(), 1 + failing, "one more only where the service failed one");
        let ours = service.entries.iter().filter(|entry| entry.ours);
        prop_assert!(ours.into_iter().all(|entry| entry.deleted));
        prop_assert!(service.entries.iter().all(|entry| entry.ours || !entry.deleted));
    }
}
