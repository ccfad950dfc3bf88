//! What the agent hears.

use std::time::Duration;

use therapy_scribe_core::{AudioFormat, AudioFrame, MediaTime};
use tokio::time::Instant;

use super::fakes::{Next, Source, format, frame, next, start, wait};
use crate::{AudioNotice, AudioPump, PumpEvent};

#[tokio::test(start_paused = true)]
async fn a_source_is_mixed_down_and_cut_and_followed_by_silence_at_the_speed_of_speech() {
    let stereo = AudioFormat::new(format().rate(), 2).unwrap();
    let samples: Vec<i16> = [1000, 3000].repeat(24 * 120);
    let heard = AudioFrame::new(stereo, MediaTime::ZERO, samples);
    let source = Source(stereo, vec![Next::Frame(heard), Next::Ends]);
    let (service, mut events) = start(AudioPump::new().source(source));
    let event = next(&mut events).await;
    assert!(
        matches!(event, PumpEvent::Audio(AudioNotice::SourceEnded)),
        "{event:?}"
    );
    wait(1000).await;
    let heard = service.line.heard.lock().unwrap().clone();
    let sizes: Vec<usize> = heard[..3].iter().map(|(.., samples)| *samples).collect();
    assert_eq!(sizes, [1200, 1200, 480]);
    assert!(heard[..3].iter().all(|(_, sample, _)| *sample == 2000));
    let silence = &heard[3..];
    assert!(silence.iter().all(|heard| heard.1 == 0 && heard.2 == 1200));
    assert!((19..=21).contains(&silence.len()), "{}", silence.len());
}

#[tokio::test(start_paused = true)]
async fn a_source_that_fails_is_told_of_and_the_conversation_goes_on() {
    let source = Source(format(), vec![Next::Frame(frame(5, 50)), Next::Fails]);
    let (service, mut events) = start(AudioPump::new().source(source));
    let event = next(&mut events).await;
    assert!(
        matches!(event, PumpEvent::Audio(AudioNotice::SourceFailed(_))),
        "{event:?}"
    );
    service.says(crate::AgentEvent::UserStarted).await;
    assert!(matches!(
        next(&mut events).await,
        PumpEvent::Agent(crate::AgentEvent::UserStarted)
    ));
    let began = Instant::now();
    wait(500).await;
    assert!(service.heard(began, 0..500).len() >= 9);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_delivers_nothing_is_silence_after_three_seconds_and_heard_again() {
    let starves = Next::Starves(Duration::from_secs(8));
    let again = (0..5).map(|_| Next::Frame(frame(9, 50)));
    let source = Source(
        format(),
        [Next::Frame(frame(5, 50)), starves]
            .into_iter()
            .chain(again)
            .collect(),
    );
    let began = Instant::now();
    let (service, _events) = start(AudioPump::new().source(source));
    wait(9000).await;
    assert_eq!(service.heard(began, 0..2990), [5]);
    let silence = service.heard(began, 3000..8000);
    assert!(silence.len() >= 80 && silence.iter().all(|sample| *sample == 0));
    let heard = service.heard(began, 8000..9000);
    assert_eq!(heard.iter().filter(|sample| **sample == 9).count(), 5);
}

#[tokio::test(start_paused = true)]
async fn what_is_muted_is_silence() {
    let (service, events) = start(AudioPump::new().source(Source::microphone()));
    let began = Instant::now();
    wait(500).await;
    events.mute();
    wait(500).await;
    events.unmute();
    wait(500).await;
    assert!(
        service
            .heard(began, 0..500)
            .iter()
            .all(|sample| *sample == 7000)
    );
    let muted = service.heard(began, 550..1000);
    assert!(muted.len() >= 8 && muted.iter().all(|sample| *sample == 0));
    assert!(
        service
            .heard(began, 1050..1500)
            .iter()
            .all(|sample| *sample == 7000)
    );
}

#[cfg(not(feature = "resample"))]
#[tokio::test]
async fn a_source_of_another_rate_is_refused_with_both_formats() {
    let other = AudioFormat::mono(therapy_scribe_core::SampleRate::HZ_16000);
    let pump = AudioPump::new().source(Source(other, Vec::new()));
    let line = std::sync::Arc::new(super::fakes::Line::default());
    let events = futures_util::stream::pending::<Result<crate::AgentEvent, crate::Error>>();
    let error = pump.start(line, events).unwrap_err().to_string();
    assert!(
        error.contains("16000") && error.contains("24000"),
        "{error}"
    );
}

#[cfg(feature = "resample")]
#[tokio::test(start_paused = true)]
async fn a_source_of_another_rate_is_converted() {
    let other = AudioFormat::mono(therapy_scribe_core::SampleRate::HZ_16000);
    let second = AudioFrame::new(other, MediaTime::ZERO, vec![4000; 16_000]);
    let source = Source(other, vec![Next::Frame(second), Next::Ends]);
    let (service, mut events) = start(AudioPump::new().source(source));
    next(&mut events).await;
    let heard = service.line.heard.lock().unwrap();
    // What follows is silence; the first sample is on the filter's slope.
    let loud = heard.iter().filter(|(_, sample, _)| *sample > 1000);
    let samples: usize = loud.map(|(.., samples)| samples).sum();
    assert!((22_800..=24_000).contains(&samples), "{samples}");
}
