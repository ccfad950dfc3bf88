//! A capture on a speech service of another make: the seam's second implementation.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use async_trait::async_trait;
use futures_util::StreamExt;
use therapy_scribe_core::audio::ChannelSource;
use therapy_scribe_core::{
    AudioError, AudioFormat, AudioFrame, AudioSource, ConnectionStatus, Finality, MediaTime,
    Notice, Privacy, Role, SampleRate, SpeakerId, SpeechToText, SttAudio, SttClosed, SttConnection,
    SttControl, SttEvent, SttFailure, SttOpen, SttStats, Turn, TurnId, Word,
};
use therapy_scribe_stt::{Capture, CaptureEvent, CaptureOptions};
use tokio::sync::mpsc;

/// Hears one word in each second of audio, said by the first voice.
#[derive(Debug)]
struct Counting;

struct CountingAudio {
    open: SttOpen,
    until: MediaTime,
    spoken: u64,
    events: mpsc::Sender<Result<SttEvent, SttFailure>>,
}

#[async_trait]
impl SpeechToText for Counting {
    fn name(&self) -> &'static str {
        "counting"
    }

    fn privacy(&self) -> Privacy {
        Privacy::local()
    }

    fn audio_format(&self, source: AudioFormat) -> AudioFormat {
        AudioFormat::mono(source.rate())
    }

    async fn connect(&self, open: SttOpen) -> Result<SttConnection, SttFailure> {
        let (events, receiver) = mpsc::channel(64);
        let audio = CountingAudio {
            open,
            until: open.base,
            spoken: 0,
            events,
        };
        let events = futures_util::stream::unfold(receiver, |mut receiver| async {
            receiver.recv().await.map(|event| (event, receiver))
        });
        Ok(SttConnection::new(Box::new(audio), events.boxed()))
    }
}

#[async_trait]
impl SttAudio for CountingAudio {
    async fn send(&mut self, frame: AudioFrame) -> Result<(), SttClosed> {
        self.until = frame.end();
        while MediaTime::from_millis((self.spoken + 1) * 1000) <= self.until {
            let at = MediaTime::from_millis(self.spoken * 1000);
            let speaker = SpeakerId::from_letters(self.open.connection, "A");
            let word = Word::new(self.spoken.to_string(), at, at).spoken_by(speaker, None);
            let id = TurnId::new(self.open.connection, self.spoken);
            let turn = Turn::new(id, Finality::Final, speaker, vec![word]);
            self.spoken += 1;
            let sent = self.events.send(Ok(SttEvent::Final(turn))).await;
            sent.map_err(|_| SttClosed::new())?;
        }
        Ok(())
    }

    async fn control(&mut self, control: SttControl) -> Result<(), SttClosed> {
        if control == SttControl::Finish {
            let mut stats = SttStats::default();
            stats.complete = true;
            let sent = self.events.send(Ok(SttEvent::Closed(stats))).await;
            sent.map_err(|_| SttClosed::new())?;
        }
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_capture_runs_on_any_speech_service_and_is_fed_from_any_thread() {
    let format = AudioFormat::new(SampleRate::HZ_16000, 2).unwrap();
    let (mut pusher, source) = ChannelSource::new(format, Duration::from_secs(20));
    let callback = std::thread::spawn(move || {
        for _ in 0..100 {
            pusher.push(&[7; 3200]).unwrap();
        }
    });
    callback.join().unwrap();
    let speech = Arc::new(Counting);
    let mut capture = Capture::start(speech, source, CaptureOptions::new())
        .await
        .unwrap();
    let mut finals = 0;
    while let Some(event) = capture.next().await {
        finals += usize::from(matches!(event.unwrap(), CaptureEvent::Final(_)));
    }
    let session = capture.finish().await.unwrap();
    assert_eq!(finals, 10);
    assert_eq!(session.transcript.turn_count(), 10);
    assert_eq!(session.stats.captured, Duration::from_secs(10));
    let speaker = session.transcript.turns().next().unwrap().words()[0].speaker();
    capture.assign_role(speaker.unwrap(), Some(Role::Therapist));
    assert_eq!(capture.snapshot().role_of(speaker), Some(Role::Therapist));
}

/// A microphone that is away from second 5 to 15.4, and ends after ten seconds of audio.
struct Unplugged {
    began: tokio::time::Instant,
    second: u64,
    is_away: bool,
    notices: VecDeque<&'static str>,
}

#[async_trait]
impl AudioSource for Unplugged {
    fn format(&self) -> AudioFormat {
        AudioFormat::mono(SampleRate::HZ_16000)
    }

    async fn next_frame(&mut self) -> Result<Option<AudioFrame>, AudioError> {
        if self.second == 10 {
            return Ok(None);
        }
        if self.second == 5 {
            if !std::mem::replace(&mut self.is_away, true) {
                self.notices.push_back("it is gone");
            }
            // Not on a full second, when silence is put in too.
            tokio::time::sleep_until(self.began + Duration::from_millis(15_400)).await;
            self.notices.push_back("it is back");
        }
        let start = MediaTime::from_millis(self.second * 1000);
        self.second += 1;
        Ok(Some(AudioFrame::new(self.format(), start, vec![7; 16_000])))
    }

    fn take_notice(&mut self) -> Option<Notice> {
        self.notices.pop_front().map(Notice::new)
    }
}

#[tokio::test(start_paused = true)]
async fn an_unplugged_microphone_is_an_event_and_capture_goes_on_when_it_is_back() {
    let source = Unplugged {
        began: tokio::time::Instant::now(),
        second: 0,
        is_away: false,
        notices: VecDeque::new(),
    };
    let mut capture = Capture::start(Arc::new(Counting), source, CaptureOptions::new())
        .await
        .unwrap();
    let mut told = Vec::new();
    while let Some(event) = capture.next().await {
        match event.unwrap() {
            CaptureEvent::Notice(notice) => told.push(notice.text),
            CaptureEvent::Gap(gap) => told.push(format!("{:?}", gap.reason)),
            CaptureEvent::Status(ConnectionStatus::Starved { .. }) => {
                told.push("starved".to_owned());
            }
            _ => {}
        }
    }
    assert_eq!(
        told,
        ["it is gone", "starved", "it is back", "SourceStarved"]
    );
    let session = capture.finish().await.unwrap();
    assert_eq!(session.stats.captured, Duration::from_secs(20));
}
