//! Whole sessions in virtual time against a service that fails at random (P1, P2).
//!
//! The service recognises every word whose audio it gets, once a connection, and tells it in turns of its own: cut by
//! pauses and after ten seconds, with edges in silence, in other wording on every connection, with its letters swapped. Its
//! clock is the audio that it gets, and some of its labels are wrong until it revises them. A word carries its number in the
//! script as its confidence, so the judge does not depend on texts or times.

mod channels;
mod driver;
mod judge;
mod schedule;
mod script;
mod service;
mod voices;

use std::{collections::VecDeque, time::Duration};

use therapy_scribe_core::{
    AudioFormat, AudioFrame, ConnectionId, MediaTime, RetryAdvice, SampleRate, Smoothing,
    SttControl, SttEvent, SttFailure, SttStats, TranscriptAssembler,
};

use super::{
    CaptureStats,
    machine::{Limits, Machine, Order, Part},
    opens::Gate,
};
use judge::Verdict;
use schedule::{Fault, Schedule};
use script::{Random, Script};
use service::Service;

/// How many schedules `cargo test` runs; `scripts/soak` runs more, by `THERAPY_SCRIBE_SCHEDULES`.
const SCHEDULES: u64 = 300;
const FRAME_MS: u64 = 500;

/// One run: the machine, a service for its connection, and the transcript.
struct Simulation {
    now: u64,
    random: Random,
    script: Script,
    schedule: Schedule,
    machine: Machine,
    assembler: TranscriptAssembler,
    service: Option<Service>,
    /// The one before it, which says the rest.
    retiring: Option<Service>,
    expires_at: u64,
    /// When the connection that is being opened is open.
    opens_at: Option<(u64, ConnectionId, MediaTime)>,
    /// What the service has said and the client has not yet heard.
    under_way: VecDeque<(u64, ConnectionId, SttEvent)>,
    /// When a stall is noticed.
    stalled_until: Option<u64>,
    no_network_until: u64,
    opened: u32,
    /// The end of the last final turn that was told.
    final_until: u64,
    verdict: Verdict,
    ended: Option<CaptureStats>,
}

impl Simulation {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let schedule = Schedule::new(&mut random);
        let script = Script::new(&mut random, schedule.minutes * 60_000);
        let limits = Limits {
            keep: schedule.keep,
            format: AudioFormat::mono(SampleRate::HZ_8000),
            overlap: Duration::from_secs(15),
            session: schedule.session,
            starved_after: therapy_scribe_core::audio::STARVED_AFTER,
            seed,
            part: Part::WHOLE,
        };
        Self {
            now: 0,
            random,
            script,
            schedule,
            machine: Machine::new(Duration::ZERO, limits, Gate::for_parts(1, 4).remove(0)),
            // Its commas and full stops stand anywhere, so that no word stands in a sentence.
            assembler: TranscriptAssembler::default().smoothing(Smoothing::Off),
            service: None,
            retiring: None,
            expires_at: u64::MAX,
            opens_at: None,
            under_way: VecDeque::new(),
            stalled_until: None,
            no_network_until: 0,
            opened: 0,
            final_until: 0,
            verdict: Verdict::default(),
            ended: None,
        }
    }

    fn run(mut self) -> Verdict {
        let format = AudioFormat::mono(SampleRate::HZ_8000);
        let samples: std::sync::Arc<[i16]> = vec![1; 4000].into();
        let end = self.schedule.minutes * 60_000;
        let mut captured = 0;
        self.obey();
        while self.ended.is_none() {
            let frame_at = (captured < end).then_some(captured + FRAME_MS);
            self.now = self
                .next_time(frame_at)
                .expect("something always comes next");
            assert!(self.now < end + 3_600_000, "it must end");
            if frame_at == Some(self.now) {
                let start = MediaTime::from_millis(captured);
                self.machine.on_frame(
                    self.time(),
                    &AudioFrame::new(format, start, samples.clone()),
                );
                captured += FRAME_MS;
                let behind = captured.saturating_sub(self.final_until);
                self.verdict.furthest_behind = self.verdict.furthest_behind.max(behind);
                if captured >= end {
                    self.machine.on_source_end(self.time(), Ok(()));
                }
            }
            self.fail_if_due();
            self.open_if_due();
            self.deliver();
            if self.machine.deadline().is_some_and(|at| at <= self.time()) {
                self.machine.on_deadline(self.time());
            }
            self.obey();
            self.send();
            self.obey();
        }
        self.judge()
    }

    fn time(&self) -> Duration {
        Duration::from_millis(self.now)
    }

    /// The next moment at which something happens; always later, or now with something new to do.
    fn next_time(&self, frame_at: Option<u64>) -> Option<u64> {
        // Up to the next whole millisecond.
        let machine = [self.machine.deadline(), self.machine.audio_at()];
        let deadline = machine.into_iter().flatten().min().map(|at| {
            u64::try_from(at.as_micros().div_ceil(1000))
                .unwrap()
                .max(self.now)
        });
        let candidates = [
            frame_at,
            deadline,
            self.schedule.faults.front().map(|(at, _)| *at),
            self.opens_at.map(|(at, ..)| at),
            self.under_way.front().map(|(at, ..)| *at),
            self.stalled_until,
            self.service.as_ref().map(|_| self.expires_at),
        ];
        candidates
            .into_iter()
            .flatten()
            .min()
            .map(|at| at.max(self.now))
    }

    fn fail_if_due(&mut self) {
        while let Some((at, fault)) = self.schedule.faults.front().copied() {
            if at > self.now {
                break;
            }
            self.schedule.faults.pop_front();
            match fault {
                Fault::Break => self.break_off(),
                Fault::CloseEarly => self.close_early(),
                Fault::Stall { seconds } if self.service.is_some() => {
                    self.stalled_until = Some(self.now + seconds * 1000);
                }
                Fault::Stall { .. } => {}
                Fault::Outage { seconds } => {
                    self.no_network_until = self.now + seconds * 1000;
                    self.retired_gone();
                    self.break_off();
                }
            }
        }
        let stall_noticed = self.stalled_until.is_some_and(|until| until <= self.now);
        if stall_noticed || self.expires_at <= self.now {
            self.break_off();
        }
    }

    fn gone(&mut self) -> Option<ConnectionId> {
        self.stalled_until = None;
        let connection = self.service.take()?.connection;
        self.under_way.retain(|(_, of, _)| *of != connection);
        Some(connection)
    }

    fn retired_gone(&mut self) {
        if let Some(retiring) = self.retiring.take() {
            self.under_way
                .retain(|(_, of, _)| *of != retiring.connection);
        }
    }

    fn break_off(&mut self) {
        if let Some(connection) = self.gone() {
            let soon = RetryAdvice::After(Duration::from_millis(500));
            let broke = SttFailure::new("broke", soon, None);
            self.machine.on_event(self.time(), connection, Err(broke));
            self.obey();
        }
    }

    fn close_early(&mut self) {
        if let Some(connection) = self.gone() {
            let closed = SttEvent::Closed(SttStats::default());
            self.machine.on_event(self.time(), connection, Ok(closed));
            self.obey();
        }
    }

    fn open_if_due(&mut self) {
        let Some((_, connection, base)) = self.opens_at.filter(|(at, ..)| *at <= self.now) else {
            return;
        };
        self.opens_at = None;
        if self.now < self.no_network_until {
            let soon = RetryAdvice::After(Duration::from_millis(500));
            let refused = SttFailure::new("no network", soon, None);
            self.machine.on_refused(self.time(), connection, refused);
            self.obey();
            return;
        }
        self.opened += 1;
        self.retired_gone();
        self.retiring = self.service.take();
        self.stalled_until = None;
        self.expires_at = self.now + u64::try_from(self.schedule.session.as_millis()).unwrap();
        let service = Service::new(
            connection,
            base.as_millis(),
            self.schedule.labels,
            &mut self.random,
        );
        self.verdict.opened(&service);
        self.verdict
            .connected(connection, base, &self.assembler.snapshot());
        self.service = Some(service);
        self.machine.on_connected(self.time(), connection);
        self.obey();
        if self.opened == 2 && self.schedule.breaks_young {
            let after = self.random.below(20_000);
            self.schedule
                .faults
                .push_front((self.now + after, Fault::Break));
            self.schedule
                .faults
                .make_contiguous()
                .sort_by_key(|(at, _)| *at);
        }
    }

    fn deliver(&mut self) {
        while self
            .under_way
            .front()
            .is_some_and(|(at, ..)| *at <= self.now)
        {
            let Some((_, connection, event)) = self.under_way.pop_front() else {
                return;
            };
            match &event {
                SttEvent::Closed(_)
                    if self
                        .retiring
                        .as_ref()
                        .is_some_and(|service| service.connection == connection) =>
                {
                    self.retiring = None;
                }
                SttEvent::Closed(_) => _ = self.gone(),
                SttEvent::Final(turn) => {
                    self.final_until = self.final_until.max(turn.end().as_millis());
                }
                _ => {}
            }
            self.verdict.heard(&event);
            if matches!(event, SttEvent::Closed(_)) {
                self.verdict.settled(connection);
            }
            self.machine.on_event(self.time(), connection, Ok(event));
            self.obey();
        }
    }

    fn send(&mut self) {
        while self.machine.has_audio(self.time())
            && let Some(frame) = self.machine.pop_audio(self.time())
        {
            if self.stalled_until.is_some() {
                continue;
            }
            let service = self.service.as_mut().expect("audio goes to a connection");
            let said = service.hear(&self.script, &frame);
            let connection = service.connection;
            let at = self.now + 300 + self.random.below(200);
            self.say(at, connection, said.into_iter());
        }
    }

    /// What a service says stays in order; two services mix.
    fn say(&mut self, at: u64, connection: ConnectionId, events: impl Iterator<Item = SttEvent>) {
        let before = self.under_way.iter().rev();
        let last = before
            .filter(|(_, of, _)| *of == connection)
            .map(|(at, ..)| *at)
            .next();
        let at = last.map_or(at, |last| at.max(last));
        self.under_way
            .extend(events.map(|event| (at, connection, event)));
        self.under_way.make_contiguous().sort_by_key(|(at, ..)| *at);
    }

    fn obey(&mut self) {
        while let Some(order) = self.machine.pop_order() {
            match order {
                Order::Connect { connection, base } => {
                    let takes = 200 + self.random.below(1500);
                    self.opens_at = Some((self.now + takes, connection, base));
                }
                Order::Control {
                    connection,
                    control,
                } => self.control(connection, control),
                Order::Drop(connection) => {
                    if self
                        .service
                        .as_ref()
                        .is_some_and(|service| service.connection == connection)
                    {
                        self.gone();
                    }
                    if self
                        .retiring
                        .as_ref()
                        .is_some_and(|service| service.connection == connection)
                    {
                        self.retired_gone();
                    }
                    self.opens_at.take_if(|(_, of, _)| *of == connection);
                }
                Order::Record(_) => {}
                Order::Apply(event) => {
                    self.assembler.apply(&event);
                }
                Order::Find(label, speaker) => {
                    self.assembler.find_speaker(label, speaker);
                }
                Order::End { stats, error } => {
                    // Nothing but a network that is gone for good at the begin or the end may end it.
                    assert!(
                        error.is_none() || self.now < self.no_network_until + 90_000,
                        "{error:?}"
                    );
                    self.verdict.gave_up |= error.is_some();
                    self.ended = Some(stats);
                }
            }
        }
    }

    fn control(&mut self, connection: ConnectionId, control: SttControl) {
        assert_eq!(control, SttControl::Finish);
        let is_last = self
            .service
            .as_ref()
            .is_some_and(|service| service.connection == connection);
        if is_last && std::mem::take(&mut self.schedule.breaks_draining) {
            let after = self.random.below(1200);
            self.schedule
                .faults
                .push_front((self.now + after, Fault::Break));
        }
        if self.stalled_until.is_some() {
            return;
        }
        let services = self.service.iter_mut().chain(&mut self.retiring);
        let Some(service) = services
            .into_iter()
            .find(|service| service.connection == connection)
        else {
            return;
        };
        let last = service.finish(&self.script);
        let at = self.now + 600;
        let revised = service.revise();
        self.say(at, connection, last.into_iter());
        self.say(at + 400, connection, revised.into_iter());
        let mut stats = SttStats::default();
        stats.complete = true;
        self.say(
            at + 600,
            connection,
            std::iter::once(SttEvent::Closed(stats)),
        );
    }

    fn judge(mut self) -> Verdict {
        let stats = self.ended.unwrap_or_default();
        assert_eq!(
            self.opened.saturating_sub(1),
            stats.reconnects + stats.rotations,
            "one connection a recovery"
        );
        let transcript = self.assembler.snapshot();
        // A service that could not be reached at the begin ends the capture then.
        self.script.end_at(stats.captured);
        let keep = self.schedule.keep;
        self.verdict.judge(&self.script, &transcript, keep);
        self.verdict
    }
}

fn number_from(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Where labels are right, so is every name; where they are wrong at first, in all but one session of five hundred.
///
/// Failing seeds are named; `THERAPY_SCRIBE_SEED=<seed>` runs one alone, and with `THERAPY_SCRIBE_SCHEDULES` those from it
/// on.
#[test]
#[expect(
    clippy::print_stderr,
    reason = "the figures are for whoever runs more schedules"
)]
fn every_word_is_there_once_and_every_voice_is_itself_whatever_fails() {
    let first = number_from("THERAPY_SCRIBE_SEED");
    let usual = first.map_or(SCHEDULES, |_| 1);
    let count = number_from("THERAPY_SCRIBE_SCHEDULES").unwrap_or(usual);
    let first = first.unwrap_or(0);
    let mut total = Verdict::default();
    let mut failed = Vec::new();
    for seed in first..first + count {
        let verdict = Simulation::new(seed).run();
        total.add(&verdict);
        if !verdict.faults.is_empty() {
            eprintln!("THERAPY_SCRIBE_SEED={seed}: {:#?}", verdict.faults);
            failed.push(seed);
        }
    }
    eprintln!("{}", total.summary());
    assert_eq!(failed, Vec::<u64>::new(), "seeds that failed");
    assert!(total.undecided * 200 <= total.words, "{}", total.summary());
    let sessions = usize::try_from(count).unwrap();
    assert!(
        total.voices.misnamed * 500 <= sessions.max(500),
        "{}",
        total.summary()
    );
}
