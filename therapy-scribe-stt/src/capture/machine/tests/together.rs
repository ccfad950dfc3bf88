//! Several machines of one capture.

use proptest::prelude::*;

use super::*;

/// The machines of a call whose account allows so many opens a minute.
fn parts(of: u16, a_minute: usize) -> Vec<Machine> {
    let gates = Gate::for_parts(of, a_minute).into_iter();
    let machine = |(index, gate)| {
        let part = Part {
            index,
            of,
            speaker: Some(SpeakerId::new(ConnectionId::new(index), 0)),
        };
        let limits = Limits {
            seed: index.into(),
            session: at(200),
            part,
            ..LIMITS
        };
        Machine::new(at(0), limits, gate)
    };
    (0..).zip(gates).map(machine).collect()
}

fn opens(machine: &mut Machine) -> bool {
    let told = orders(machine);
    told.iter()
        .any(|order| matches!(order, Order::Connect { .. }))
}

fn refused(machine: &mut Machine, now: Duration) {
    machine.on_refused(now, machine.connection, broke());
}

#[test]
fn a_part_that_never_came_up_is_tried_for_as_long_as_another_has_been_connected() {
    let mut parts = parts(2, 4);
    assert!(parts.iter_mut().all(opens));
    parts[1].on_connected(at(1), SECOND);
    refused(&mut parts[0], at(1));
    for _ in 0..50 {
        let now = until_connect(&mut parts[0]).unwrap();
        refused(&mut parts[0], now);
    }
    assert!(!parts[0].is_ended());
    // What can't pass ends it all the same.
    let now = until_connect(&mut parts[0]).unwrap();
    let wrong = SttFailure::new("wrong key", RetryAdvice::Never, None);
    parts[0].on_refused(now, FIRST, wrong);
    assert!(parts[0].is_ended() && !parts[1].is_ended());
}

#[test]
fn a_part_is_not_given_up_while_another_may_still_be_answered() {
    let mut parts = parts(2, 8);
    assert!(parts.iter_mut().all(opens));
    refused(&mut parts[0], at(0));
    for _ in 1..FIRST_TRIES {
        let now = until_connect(&mut parts[0]).unwrap();
        refused(&mut parts[0], now);
    }
    assert!(!parts[0].is_ended(), "the other's first try goes on");
    let mut late = parts.remove(1);
    late.on_connected(at(12), SECOND);
    assert!(until_connect(&mut parts[0]).is_some());
}

#[test]
fn a_service_that_answers_no_part_is_given_up_by_all_of_them() {
    let mut parts = parts(2, 8);
    let mut tries = [0, 0];
    for second in 0..120 {
        for (machine, tries) in parts.iter_mut().zip(&mut tries) {
            if machine.deadline().is_some_and(|until| until <= at(second)) {
                machine.on_deadline(at(second));
            }
            if opens(machine) {
                *tries += 1;
                refused(machine, at(second));
            }
        }
    }
    assert!(parts.iter().all(Machine::is_ended));
    assert_eq!(tries, [FIRST_TRIES; 2]);
}

/// What becomes of one try.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Refused,
    /// Breaks after so many milliseconds.
    Holds(u64),
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        Just(Fate::Refused),
        (0..5_000_u64).prop_map(Fate::Holds),
        (0..300_000_u64).prop_map(Fate::Holds),
    ]
}

/// A machine in virtual time, and what its service does to it.
struct Run {
    machine: Option<Machine>,
    fates: Vec<Fate>,
    tries: usize,
    /// When its try or its connection comes to its end.
    ends: Option<(Duration, Fate)>,
    /// Since when it has no connection and none on its way.
    down_since: Option<Duration>,
    dies_at: Duration,
}

impl Run {
    fn next_time(&self) -> Option<Duration> {
        let machine = self.machine.as_ref()?;
        let link = match machine.link {
            Link::Waiting { until } => Some(until),
            _ => self.ends.map(|(at, _)| at),
        };
        let all = [link, machine.rotation_at(), Some(self.dies_at)];
        all.into_iter().flatten().min()
    }

    /// Does what is due; returns whether a connection was opened.
    fn step(&mut self, now: Duration) -> bool {
        if now >= self.dies_at {
            self.machine = None;
        }
        let Some(machine) = &mut self.machine else {
            return false;
        };
        if let Some((_, fate)) = self.ends.take_if(|(at, _)| *at <= now) {
            let connection = machine.connection;
            match fate {
                Fate::Refused => machine.on_refused(now, connection, broke()),
                Fate::Holds(_) => machine.on_event(now, connection, Err(broke())),
            }
            self.down_since = Some(now);
        }
        if matches!(machine.link, Link::Waiting { until } if until <= now) {
            machine.open(now);
        }
        if machine.rotation_at().is_some_and(|at| at <= now) {
            machine.begin_rotation(now);
        }
        let opened = opens(machine);
        if opened && machine.link != Link::Opening {
            machine.on_connected(now, machine.connection_after());
            let closed = SttEvent::Closed(SttStats::default());
            machine.on_retiring(Ok(closed));
        } else if opened {
            let fate = self.fates[self.tries % self.fates.len()];
            self.tries += 1;
            self.down_since = None;
            let takes = match fate {
                Fate::Refused => 20,
                Fate::Holds(millis) => {
                    machine.on_connected(now, machine.connection);
                    millis
                }
            };
            self.ends = Some((now + Duration::from_millis(takes), fate));
        }
        opened
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_minute_has_more_opens_than_allowed_and_every_part_gets_its_turn(
        a_minute in 1..7_usize,
        fates in prop::collection::vec((prop::collection::vec(fate(), 1..6), 0..5_000_u64), 1..17),
    ) {
        let of = fates.len();
        let machines = parts(u16::try_from(of).unwrap(), a_minute);
        // So that none is given up.
        machines[0].gate.answered();
        let mut runs: Vec<_> = machines.into_iter().zip(fates).map(|(machine, (fates, dies))| Run {
            machine: Some(machine),
            fates,
            tries: 0,
            ends: None,
            down_since: Some(at(0)),
            dies_at: at(dies),
        }).collect();
        let mut opened = Vec::new();
        let mut now = at(0);
        // The longest wait of its own, and its turn after all others.
        let bound = at(36) + at(60) * u32::try_from(of / a_minute + 1).unwrap();
        while now < at(3600) {
            for run in &mut runs {
                if run.step(now) {
                    opened.push(now);
                }
                let waits = run.down_since.filter(|_| run.machine.is_some());
                prop_assert!(waits.is_none_or(|since| now <= since + bound), "{now:?}");
            }
            let Some(next) = runs.iter().filter_map(Run::next_time).min() else {
                break;
            };
            now = next.max(now);
        }
        for window in opened.windows(a_minute + 1) {
            prop_assert!(window[a_minute] >= window[0] + at(60), "{window:?}");
        }
    }
}
