//! Places found, and places guessed.

use super::{
    prints::{Place, Prints},
    *,
};

/// A second of a voice that never repeats itself, from a sample of it on.
fn voice(seed: u64, from: u64, samples: u64) -> Vec<i16> {
    (from..from + samples)
        .map(|sample| {
            let noise = (sample + 1)
                .wrapping_mul(seed)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let noise = (noise ^ (noise >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            i16::try_from(noise >> 51).unwrap() - 4096
        })
        .collect()
}

fn recordings() -> Arc<Recordings> {
    Arc::new(Recordings::new([].into()))
}

/// A session that is sent these samples at that time.
fn listen(recordings: &Arc<Recordings>, rate: u64, samples: &[i16], at_ms: u64) -> Option<Seat> {
    let mut search = Search::new(rate);
    let mut seat: Option<Seat> = None;
    for message in samples.chunks(usize::try_from(rate / 10).unwrap()) {
        if seat.is_some() {
            search.push(message, None);
        } else {
            recordings.compare(&mut search, message);
            seat = recordings.seat(&search, at_ms, 0, Decide::WhenSure);
        }
        if let Some(seat) = &seat {
            seat.remember(search.take_pieces());
        }
    }
    seat
}

#[test]
fn sound_that_is_known_is_found_from_any_sample_on_and_at_any_rate() {
    for rate in [8000, 11_025, 16_000, 48_000] {
        let recordings = recordings();
        let mut first = listen(&recordings, rate, &voice(3, 0, 4 * rate), 0).unwrap();
        first.leave(Leaving::BrokenOff);
        for from in [0, 1, 777, rate, 2 * rate + 123] {
            let again = listen(&recordings, rate, &voice(3, from, rate / 2), 60_000).unwrap();
            assert_eq!((again.recording, again.offset_samples), (0, from), "{rate}");
            assert_eq!(again.offset_ms(), (from * 1000 + rate / 2) / rate);
        }
    }
}

#[test]
fn known_sound_after_new_silence_is_found() {
    let recordings = recordings();
    let mut first = listen(&recordings, 16_000, &voice(3, 0, 32_000), 0).unwrap();
    first.leave(Leaving::BrokenOff);
    let mut samples = vec![0; 5000];
    samples.extend(voice(3, 20_000, 8000));
    let again = listen(&recordings, 16_000, &samples, 60_000).unwrap();
    assert_eq!(again.offset_samples, 15_000);
}

#[test]
fn a_place_is_known_after_less_than_a_quarter_of_a_second() {
    let recordings = recordings();
    listen(&recordings, 16_000, &voice(3, 0, 32_000), 0).unwrap();
    let mut search = Search::new(16_000);
    recordings.compare(&mut search, &voice(3, 5000, 3200));
    assert!(recordings.seat(&search, 0, 0, Decide::WhenSure).is_some());
}

#[test]
fn a_tone_and_a_sound_that_repeats_itself_are_at_no_place() {
    let recordings = recordings();
    let square: Vec<i16> = (0..32_000)
        .map(|n| if n / 40 % 2 == 0 { 4000 } else { -4000 })
        .collect();
    let loops: Vec<i16> = voice(3, 0, 320).into_iter().cycle().take(32_000).collect();
    for (sound, recording) in [(square, 1), (loops, 3)] {
        let mut first = listen(&recordings, 16_000, &sound, 0).unwrap();
        first.leave(Leaving::Done);
        let again = listen(&recordings, 16_000, &sound[1000..], 0).unwrap();
        assert_eq!((again.recording, again.offset_ms), (recording, 0));
    }
}

#[test]
fn what_nobody_knows_goes_on_where_a_recording_broke_off_by_the_time_that_has_passed() {
    let recordings = recordings();
    drop(listen(&recordings, 16_000, &voice(3, 0, 32_000), 500));
    let next = listen(&recordings, 16_000, &voice(5, 0, 16_000), 9500).unwrap();
    assert_eq!((next.recording, next.offset_ms), (0, 9000));
    // And while somebody listens to it, a parallel session hears another one.
    let other = listen(&recordings, 16_000, &voice(7, 0, 16_000), 12_000).unwrap();
    assert_eq!((other.recording, other.offset_ms), (1, 0));
}

#[test]
fn what_nobody_knows_is_a_new_recording_when_the_last_one_was_terminated_or_hardly_began() {
    for (samples, leaving) in [(32_000, Leaving::Done), (2000, Leaving::BrokenOff)] {
        let recordings = recordings();
        let mut first = listen(&recordings, 16_000, &voice(3, 0, samples), 0).unwrap();
        first.leave(leaving);
        let next = listen(&recordings, 16_000, &voice(5, 0, 16_000), 9000).unwrap();
        assert_eq!((next.recording, next.offset_ms), (1, 0), "{leaving:?}");
    }
}

#[test]
fn what_nobody_knows_is_waited_for_half_a_second_of_voice_and_no_silence() {
    let recordings = recordings();
    listen(&recordings, 16_000, &voice(3, 0, 16_000), 0).unwrap();
    let mut search = Search::new(16_000);
    recordings.compare(&mut search, &vec![0; 160_000]);
    assert_eq!(search.quiet_ms(), 10_000);
    recordings.compare(&mut search, &voice(5, 0, 7000));
    assert!(recordings.seat(&search, 0, 0, Decide::WhenSure).is_none());
    assert_eq!(search.quiet_ms(), 10_000, "what is said waits");
    recordings.compare(&mut search, &voice(5, 7000, 1600));
    assert!(recordings.seat(&search, 0, 0, Decide::WhenSure).is_some());
}

#[test]
fn what_is_remembered_has_a_bound() {
    let mut prints = Prints::default();
    let place = |sample| Place {
        recording: 0,
        sample,
    };
    for sample in 0..600_000 {
        prints.insert(sample, place(sample));
    }
    assert_eq!((prints.get(0), prints.len()), (None, 1 << 19));
    assert_eq!(prints.get(599_999), Some(place(599_999)));
    let recordings = recordings();
    for seed in 0..200 {
        let seat = listen(&recordings, 8000, &voice(seed * 2 + 1, 0, 4800), 0);
        seat.unwrap().leave(Leaving::Done);
    }
    assert_eq!(recordings.kept().recordings.len(), MOST_RECORDINGS);
}
