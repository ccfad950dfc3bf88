//! The way through the system's own audio library, with devices that are files: `scripts/mic-check` makes them.

use std::time::Duration;

use super::{AudioDevice, MicSource, SpeakerSink};
use crate::{AudioFormat, AudioFrame, AudioSource, MediaTime, SampleRate, audio::AudioSink};

/// What the file behind the microphone holds over and over: a ramp.
fn ramp(index: usize) -> i16 {
    i16::try_from(index % 200).unwrap_or(0) * 50
}

#[tokio::test]
#[ignore = "needs devices that are files: scripts/mic-check"]
async fn what_a_microphone_records_comes_in_order() {
    let known = AudioDevice::microphones().unwrap();
    let device = known.iter().find(|device| device.name.contains("File"));
    let mut mic = MicSource::open(device.unwrap()).await.unwrap();
    let channels = usize::from(mic.format().channels());
    let mut heard = Vec::new();
    while heard.len() < 48_000 {
        let frame = mic.next_frame().await.unwrap().unwrap();
        heard.extend(frame.samples().iter().step_by(channels).copied());
    }
    let begins = heard.iter().position(|sample| *sample == 50).unwrap();
    let wrong = (1..)
        .zip(&heard[begins..])
        .find(|(index, sample)| ramp(*index) != **sample);
    assert!(wrong.is_none(), "begins at {begins}, wrong at {wrong:?}");
}

#[tokio::test]
#[ignore = "needs devices that are files: scripts/mic-check"]
async fn a_loudspeaker_takes_what_it_is_given_and_is_drained() {
    let format = AudioFormat::mono(SampleRate::HZ_16000);
    let mut speaker = SpeakerSink::open_default(format).await.unwrap();
    let samples: Vec<i16> = (0..16_000).map(ramp).collect();
    let frame = AudioFrame::new(format, MediaTime::ZERO, samples);
    speaker.play(&frame).await.unwrap();
    speaker.drain().await.unwrap();
    assert_eq!(speaker.queued(), Duration::ZERO);
}
