//! The machine, step by step.

use therapy_scribe_core::{AudioFormat, Finality, SampleRate, SttStats, Turn, TurnId, Word};

use super::*;

mod together;

const FIRST: ConnectionId = ConnectionId::new(0);
const SECOND: ConnectionId = ConnectionId::new(1);
const LIMITS: Limits = Limits {
    keep: Duration::from_secs(600),
    format: AudioFormat::mono(SampleRate::HZ_8000),
    overlap: Duration::from_secs(3),
    session: Duration::from_secs(3 * 3600),
    starved_after: therapy_scribe_core::audio::STARVED_AFTER,
    seed: 1,
    part: Part::WHOLE,
};

/// The machine of a capture that has one part.
fn alone(limits: Limits) -> Machine {
    let gate = Gate::for_parts(1, 4).remove(0);
    Machine::new(at(0), limits, gate)
}

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn frame(second: u64) -> AudioFrame {
    let format = AudioFormat::mono(SampleRate::HZ_8000);
    AudioFrame::new(format, MediaTime::from_millis(second * 1000), vec![1; 8000])
}

fn orders(machine: &mut Machine) -> Vec<Order> {
    let all = std::iter::from_fn(|| machine.pop_order());
    all.filter(|order| !matches!(order, Order::Record(_)))
        .collect()
}

fn broke() -> SttFailure {
    SttFailure::new("broke", RetryAdvice::After(Duration::ZERO), None)
}

fn final_turn(connection: ConnectionId, order: u64, from: u64, to: u64) -> SttEvent {
    let words = (from..to).map(|second| {
        let start = MediaTime::from_millis(second * 1000 + 100);
        Word::new(
            format!("w{second}"),
            start,
            start.plus(Duration::from_millis(300)),
        )
    });
    let id = TurnId::new(connection, order);
    SttEvent::Final(Turn::new(id, Finality::Final, None, words.collect()))
}

/// Streaming, with this much audio captured and sent.
fn streaming(seconds: u64) -> Machine {
    let mut machine = alone(LIMITS);
    machine.on_connected(at(0), FIRST);
    for second in 0..seconds {
        machine.on_frame(at(second + 1), &frame(second));
        assert_eq!(machine.pop_audio(at(second + 1)), Some(frame(second)));
    }
    let _ = orders(&mut machine);
    machine
}

fn gaps(orders: &[Order]) -> Vec<(u64, u64)> {
    let gap = |order: &Order| match order {
        Order::Apply(SttEvent::Gap(gap)) => Some((gap.from.as_millis(), gap.to.as_millis())),
        _ => None,
    };
    orders.iter().filter_map(gap).collect()
}

#[test]
fn audio_waits_for_the_connection_and_the_end_waits_for_the_audio() {
    let mut machine = alone(LIMITS);
    assert!(matches!(&orders(&mut machine)[..], [Order::Connect { .. }]));
    machine.on_frame(at(1), &frame(0));
    machine.on_frame(at(2), &frame(1));
    machine.on_finish(at(2));
    assert!(machine.pop_audio(at(2)).is_none() && orders(&mut machine).is_empty());
    machine.on_connected(at(3), FIRST);
    assert_eq!(machine.pop_audio(at(3)), Some(frame(0)));
    assert_eq!(machine.pop_audio(at(3)), None, "a backlog is paced");
    assert!(orders(&mut machine).is_empty());
    assert_eq!(machine.pop_audio(at(4)), Some(frame(1)));
    assert!(matches!(
        &orders(&mut machine)[..],
        [Order::Control {
            control: SttControl::Finish,
            ..
        }]
    ));
}

#[test]
fn after_a_loss_the_next_connection_hears_what_no_final_covers_and_a_little_more() {
    let mut machine = streaming(20);
    machine.on_event(at(20), FIRST, Ok(final_turn(FIRST, 0, 0, 12)));
    machine.on_event(at(20), FIRST, Err(broke()));
    let told = orders(&mut machine);
    assert!(told.iter().any(|order| matches!(
        order,
        Order::Apply(SttEvent::Status(ConnectionStatus::Lost { .. }))
    )));
    let deadline = machine.deadline().unwrap();
    machine.on_deadline(deadline);
    let told = orders(&mut machine);
    let [Order::Connect { connection, base }] = &told[..] else {
        panic!("{told:?}")
    };
    // The last word ends at 11.4 s, padded by up to 1.3 s, and three seconds are heard again.
    assert_eq!((*connection, base.as_millis()), (SECOND, 7000));
    machine.on_connected(deadline, SECOND);
    assert_eq!(machine.pop_audio(deadline), Some(frame(7)));
    // The words that are known do not come twice.
    let again = final_turn(SECOND, 0, 7, 16);
    let _ = orders(&mut machine);
    machine.on_event(deadline, SECOND, Ok(again));
    let told = orders(&mut machine);
    let [Order::Apply(SttEvent::Final(turn))] = &told[..] else {
        panic!("{told:?}")
    };
    assert_eq!(turn.text(), "w12 w13 w14 w15");
}

#[test]
fn what_was_kept_too_shortly_is_a_gap_and_never_silence() {
    let mut machine = alone(Limits {
        keep: at(5),
        ..LIMITS
    });
    machine.on_connected(at(0), FIRST);
    machine.on_event(at(0), FIRST, Err(broke()));
    let mut told = Vec::new();
    for second in 0..20 {
        machine.on_frame(at(second + 1), &frame(second));
    }
    machine.on_deadline(at(21));
    told.extend(orders(&mut machine));
    assert_eq!(gaps(&told), [(0, 15_000)]);
}

/// Lets time pass until a connection is opened; `None` when none will be.
fn until_connect(machine: &mut Machine) -> Option<Duration> {
    let mut now = at(0);
    loop {
        let connects = |order: &Order| matches!(order, Order::Connect { .. });
        if orders(machine).iter().any(connects) {
            return Some(now);
        }
        now = machine.deadline()?;
        machine.on_deadline(now);
    }
}

#[test]
fn a_service_that_never_answers_is_given_up_and_one_that_has_is_not() {
    let mut machine = alone(LIMITS);
    let mut tries = 0;
    while let Some(now) = until_connect(&mut machine) {
        machine.on_refused(now, FIRST, broke());
        tries += 1;
    }
    assert_eq!(tries, FIRST_TRIES);
    let mut machine = streaming(5);
    machine.on_event(at(5), FIRST, Err(broke()));
    for _ in 0..50 {
        let now = until_connect(&mut machine).unwrap();
        machine.on_refused(now, SECOND, broke());
    }
    assert!(!machine.is_ended());
}

#[test]
fn a_refusal_that_can_not_pass_ends_the_capture_and_says_what_is_missing() {
    let mut machine = streaming(5);
    machine.on_event(at(5), FIRST, Ok(final_turn(FIRST, 0, 0, 2)));
    let _ = orders(&mut machine);
    let wrong = SttFailure::new("wrong key", RetryAdvice::Never, None);
    machine.on_event(at(5), FIRST, Err(wrong));
    let told = orders(&mut machine);
    assert_eq!(gaps(&told), [(1400, 5000)]);
    assert!(matches!(
        told.last(),
        Some(Order::End {
            error: Some(CaptureError::Speech(_)),
            ..
        })
    ));
}

#[test]
fn silence_that_the_service_confirmed_is_no_gap() {
    let mut machine = streaming(30);
    machine.on_event(at(30), FIRST, Ok(final_turn(FIRST, 0, 0, 10)));
    let (from, to) = (MediaTime::from_millis(9400), MediaTime::from_millis(29_000));
    let silent = SttEvent::Status(ConnectionStatus::silent(from, to));
    machine.on_event(at(30), FIRST, Ok(silent));
    let _ = orders(&mut machine);
    let wrong = SttFailure::new("gone", RetryAdvice::Never, None);
    machine.on_event(at(30), FIRST, Err(wrong));
    assert_eq!(gaps(&orders(&mut machine)), [(29_000, 30_000)]);
}

#[test]
fn a_source_that_fails_is_told_after_its_audio_was_transcribed() {
    let mut machine = streaming(1);
    machine.on_source_end(at(1), Err(AudioError::Empty));
    let _ = orders(&mut machine);
    let mut stats = SttStats::default();
    stats.complete = true;
    machine.on_event(at(2), FIRST, Ok(SttEvent::Closed(stats)));
    assert!(matches!(
        &orders(&mut machine)[..],
        [Order::End {
            error: Some(CaptureError::Source(_)),
            ..
        }]
    ));
}

#[test]
fn a_loss_while_draining_is_made_up_for_within_the_limit() {
    let mut machine = streaming(10);
    machine.on_finish(at(10));
    machine.on_event(at(11), FIRST, Err(broke()));
    let now = machine.deadline().unwrap();
    machine.on_deadline(now);
    let _ = orders(&mut machine);
    machine.on_connected(now, SECOND);
    let mut now = now;
    let mut sent = 0;
    while !orders(&mut machine)
        .iter()
        .any(|order| matches!(order, Order::Control { .. }))
    {
        if machine.pop_audio(now).is_some() {
            sent += 1;
        } else {
            now = machine.audio_at().unwrap();
        }
    }
    assert_eq!(sent, 10);
    let end = machine.deadline().unwrap();
    assert!(end <= now + at(10) + FINISH_LIMIT);
    machine.on_deadline(end);
    let told = orders(&mut machine);
    assert_eq!(gaps(&told), [(0, 10_000)]);
    assert!(machine.is_ended() && machine.deadline().is_none());
}

#[test]
fn a_service_that_takes_nothing_is_left_before_the_audio_has_a_hole() {
    let mut machine = alone(Limits {
        keep: at(5),
        ..LIMITS
    });
    machine.on_connected(at(0), FIRST);
    for second in 0..66 {
        machine.on_frame(at(second + 1), &frame(second));
    }
    let told = orders(&mut machine);
    let is_left = |order: &Order| matches!(order, Order::Drop(id) if *id == FIRST);
    assert!(told.iter().any(is_left));
}

/// Sends everything that may be sent, as time passes; returns when and what.
fn sent(machine: &mut Machine, mut now: Duration, until: Duration) -> Vec<u64> {
    let mut starts = Vec::new();
    while now <= until {
        match machine.pop_audio(now) {
            Some(frame) => starts.push(frame.start().as_millis()),
            None => now += Duration::from_millis(100),
        }
    }
    starts
}

#[test]
fn audio_that_had_to_go_while_a_connection_opened_makes_it_open_anew() {
    let mut machine = alone(Limits {
        keep: at(5),
        ..LIMITS
    });
    for second in 0..70 {
        machine.on_frame(at(second + 1), &frame(second));
    }
    machine.on_connected(at(70), FIRST);
    let told = orders(&mut machine);
    assert!(
        told.iter()
            .any(|order| matches!(order, Order::Drop(id) if *id == FIRST))
    );
    let now = machine.deadline().unwrap();
    machine.on_deadline(now);
    let told = orders(&mut machine);
    assert_eq!(gaps(&told), [(0, 5000)]);
    assert!(
        told.iter()
            .any(|order| matches!(order, Order::Connect { base, .. } if base.as_millis() == 5000))
    );
    machine.on_connected(now, FIRST);
    assert_eq!(machine.pop_audio(now), Some(frame(5)));
}

#[test]
fn the_next_connection_takes_over_and_what_the_old_one_still_says_is_there_once() {
    let mut machine = alone(Limits {
        session: at(40),
        ..LIMITS
    });
    machine.on_connected(at(0), FIRST);
    for second in 0..30 {
        machine.on_frame(at(second + 1), &frame(second));
        assert!(machine.pop_audio(at(second + 1)).is_some());
    }
    machine.on_event(at(30), FIRST, Ok(final_turn(FIRST, 0, 0, 25)));
    let _ = orders(&mut machine);
    machine.on_deadline(at(30));
    let told = orders(&mut machine);
    let [Order::Connect { connection, base }] = &told[..] else {
        panic!("{told:?}")
    };
    assert_eq!((*connection, base.as_millis()), (SECOND, 20_000));
    machine.on_connected(at(31), SECOND);
    assert!(orders(&mut machine).iter().any(|order| matches!(
        order,
        Order::Control { connection, control: SttControl::Finish } if *connection == FIRST
    )));
    assert_eq!(sent(&mut machine, at(31), at(33))[..2], [20_000, 21_000]);
    // The new one is ahead of the old one's last words, which come late.
    machine.on_event(at(34), SECOND, Ok(final_turn(SECOND, 0, 20, 28)));
    machine.on_event(at(35), FIRST, Ok(final_turn(FIRST, 1, 25, 30)));
    machine.on_event(at(36), FIRST, Ok(SttEvent::Closed(SttStats::default())));
    machine.on_event(at(37), SECOND, Ok(final_turn(SECOND, 1, 28, 30)));
    let mut said = String::new();
    for order in orders(&mut machine) {
        if let Order::Apply(SttEvent::Final(turn)) = order {
            said += &turn.text();
            said += " ";
        }
    }
    assert_eq!(said, "w25 w26 w27 w28 w29 ");
    assert!(!machine.is_ended());
}

#[test]
fn a_session_limit_of_seconds_does_not_use_up_the_opens() {
    let mut machine = alone(Limits {
        session: at(20),
        ..LIMITS
    });
    machine.on_connected(at(0), FIRST);
    let mut opened = 0;
    for second in 0..58 {
        machine.on_frame(at(second + 1), &frame(second));
        while machine.pop_audio(at(second + 1)).is_some() {}
        if machine
            .deadline()
            .is_some_and(|deadline| deadline <= at(second + 1))
        {
            machine.on_deadline(at(second + 1));
        }
        for order in orders(&mut machine) {
            match order {
                Order::Connect { connection, .. } => {
                    opened += 1;
                    machine.on_connected(at(second + 1), connection);
                }
                Order::Control { connection, .. } => {
                    let closed = SttEvent::Closed(SttStats::default());
                    machine.on_event(at(second + 1), connection, Ok(closed));
                }
                _ => {}
            }
        }
    }
    assert!((2..=4).contains(&opened), "{opened}");
    let _ = alone(Limits {
        session: Duration::MAX,
        ..LIMITS
    })
    .deadline();
}

#[test]
fn minutes_of_confirmed_silence_are_not_heard_again() {
    let mut machine = streaming(200);
    machine.on_event(at(200), FIRST, Ok(final_turn(FIRST, 0, 0, 10)));
    let (from, to) = (
        MediaTime::from_millis(9400),
        MediaTime::from_millis(199_000),
    );
    let silent = SttEvent::Status(ConnectionStatus::silent(from, to));
    machine.on_event(at(200), FIRST, Ok(silent));
    machine.on_event(at(200), FIRST, Err(broke()));
    let now = machine.deadline().unwrap();
    machine.on_deadline(now);
    assert!(
        orders(&mut machine).iter().any(
            |order| matches!(order, Order::Connect { base, .. } if base.as_millis() >= 194_000)
        )
    );
}

#[test]
fn an_open_turn_and_a_claim_of_completeness_do_not_outlive_their_connection() {
    let mut machine = streaming(5);
    let SttEvent::Final(turn) = final_turn(FIRST, 3, 1, 3) else {
        panic!("a turn")
    };
    machine.on_event(at(5), FIRST, Ok(SttEvent::Partial(turn)));
    let mut stats = SttStats::default();
    stats.complete = true;
    machine.on_event(at(5), FIRST, Ok(SttEvent::Closed(stats)));
    let told = orders(&mut machine);
    let taken_back = |order: &Order| matches!(order, Order::Apply(SttEvent::Partial(turn)) if turn.words().is_empty());
    assert!(told.iter().any(taken_back));
    machine.on_abort();
    let told = orders(&mut machine);
    assert!(matches!(
        told.last(),
        Some(Order::End { stats, .. }) if !stats.connection.complete
    ));
}
