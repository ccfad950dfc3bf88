//! What comes from the source: paused by the host, starved, or dead. The recording's time goes on in each case, with
//! silence for what was not heard, so that turns end, the service stays awake, and no later time is wrong.

use std::time::Duration;

use therapy_scribe_core::{
    AudioFormat, AudioFrame, ConnectionStatus, Gap, GapReason, MediaTime, Notice, SttEvent,
};

/// Silence is then put in by the second: at every rate a whole number of samples, so that no rounding adds up.
const PIECE: Duration = Duration::from_secs(1);
/// Nothing but zeros for so long comes from no microphone that works.
const DEAD: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct Intake {
    format: AudioFormat,
    starved_after: Duration,
    /// How much silence was put in: later frames stand so much later.
    shift: Duration,
    until: MediaTime,
    last_frame: Duration,
    starved_from: Option<MediaTime>,
    paused_from: Option<MediaTime>,
    zeros_from: Option<MediaTime>,
    is_dead: bool,
}

impl Intake {
    /// For a source that is starved without a frame for so long.
    pub(super) const fn new(format: AudioFormat, starved_after: Duration) -> Self {
        Self {
            format,
            starved_after,
            shift: Duration::ZERO,
            until: MediaTime::ZERO,
            last_frame: Duration::ZERO,
            starved_from: None,
            paused_from: None,
            zeros_from: None,
            is_dead: false,
        }
    }

    /// A frame of the source, as it goes on, and what there is to tell.
    pub(super) fn on_frame(
        &mut self,
        now: Duration,
        frame: &AudioFrame,
    ) -> (AudioFrame, Vec<SttEvent>) {
        let mut told: Vec<_> = self.end_of_starving().into_iter().collect();
        self.last_frame = now;
        let start = frame.start().plus(self.shift);
        let frame = if self.paused_from.is_some() {
            silence(self.format, start, frame.samples().len())
        } else {
            told.extend(self.watch_for_zeros(frame, start));
            frame.clone().starting_at(start)
        };
        self.until = frame.end();
        (frame, told)
    }

    /// When to look again.
    pub(super) fn deadline(&self) -> Duration {
        let patience = if self.starved_from.is_some() {
            PIECE
        } else {
            self.starved_after
        };
        self.last_frame + patience
    }

    /// Silence in place of what the source does not deliver.
    pub(super) fn on_deadline(&mut self, now: Duration) -> Option<(AudioFrame, Vec<SttEvent>)> {
        if now < self.deadline() {
            return None;
        }
        self.last_frame += PIECE;
        let samples = self.format.rate().samples_in(PIECE) * usize::from(self.format.channels());
        let frame = silence(self.format, self.until, samples);
        let mut told = Vec::new();
        if self.starved_from.is_none() {
            self.starved_from = Some(self.until);
            told.push(SttEvent::Status(ConnectionStatus::starved(self.until)));
        }
        self.shift += frame.duration();
        self.until = frame.end();
        Some((frame, told))
    }

    /// What the source says is not for the transcript from here on.
    pub(super) fn pause(&mut self) {
        self.paused_from.get_or_insert(self.until);
        self.zeros_from = None;
    }

    /// It is again. Returns the stretch that was not.
    pub(super) fn resume(&mut self) -> Option<SttEvent> {
        let from = self.paused_from.take()?;
        self.gap(from, GapReason::Paused)
    }

    /// What is still to be told at the end.
    pub(super) fn finish(&mut self) -> Vec<SttEvent> {
        let starved = self.end_of_starving();
        starved.into_iter().chain(self.resume()).collect()
    }

    fn end_of_starving(&mut self) -> Option<SttEvent> {
        let from = self.starved_from.take()?;
        self.gap(from, GapReason::SourceStarved)
    }

    fn gap(&self, from: MediaTime, reason: GapReason) -> Option<SttEvent> {
        (self.until > from).then(|| SttEvent::Gap(Gap::new(from, self.until, reason)))
    }

    fn watch_for_zeros(&mut self, frame: &AudioFrame, start: MediaTime) -> Option<SttEvent> {
        if frame.samples().iter().any(|sample| *sample != 0) {
            self.zeros_from = None;
            self.is_dead = false;
            return None;
        }
        let from = *self.zeros_from.get_or_insert(start);
        let is_news = !self.is_dead && start.since(from) >= DEAD;
        self.is_dead |= is_news;
        is_news.then(|| {
            SttEvent::Notice(Notice::new(
                "the audio source has delivered nothing but zeros for ten seconds: check that the microphone is not muted",
            ))
        })
    }
}

fn silence(format: AudioFormat, start: MediaTime, samples: usize) -> AudioFrame {
    AudioFrame::new(format, start, vec![0; samples])
}

#[cfg(test)]
mod tests {
    use therapy_scribe_core::{SampleRate, audio::STARVED_AFTER};

    use super::*;

    fn frame(second: u64, value: i16) -> AudioFrame {
        let format = AudioFormat::mono(SampleRate::HZ_8000);
        AudioFrame::new(
            format,
            MediaTime::from_millis(second * 1000),
            vec![value; 8000],
        )
    }

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn gap(event: &SttEvent) -> (u64, u64, GapReason) {
        match event {
            SttEvent::Gap(gap) => (gap.from.as_millis(), gap.to.as_millis(), gap.reason),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_said_while_paused_becomes_silence_and_a_gap() {
        let mut intake = Intake::new(frame(0, 1).format(), STARVED_AFTER);
        let (first, _) = intake.on_frame(at(1), &frame(0, 5));
        assert_eq!(first, frame(0, 5));
        intake.pause();
        let (second, told) = intake.on_frame(at(2), &frame(1, 5));
        assert!(second == frame(1, 0) && told.is_empty());
        let resumed = intake.resume().unwrap();
        assert_eq!(gap(&resumed), (1000, 2000, GapReason::Paused));
        assert_eq!(intake.on_frame(at(3), &frame(2, 5)).0, frame(2, 5));
        assert!(intake.resume().is_none() && intake.finish().is_empty());
    }

    #[test]
    fn a_starved_source_is_silence_and_what_comes_after_it_stands_later() {
        let mut intake = Intake::new(frame(0, 1).format(), STARVED_AFTER);
        let _ = intake.on_frame(at(1), &frame(0, 5));
        assert!(intake.on_deadline(at(3)).is_none());
        assert_eq!(intake.deadline(), at(4));
        let mut told = Vec::new();
        for second in 1..4 {
            let (silence, said) = intake.on_deadline(at(4)).unwrap();
            let stretch = (silence.start().as_millis(), silence.end().as_millis());
            assert_eq!(stretch, (second * 1000, second * 1000 + 1000));
            told.extend(said);
        }
        assert!(matches!(
            &told[..],
            [SttEvent::Status(ConnectionStatus::Starved { .. })]
        ));
        assert!(intake.on_deadline(at(4)).is_none());
        assert_eq!(intake.on_deadline(at(5)).unwrap().0.end().as_millis(), 5000);
        let (next, told) = intake.on_frame(at(6), &frame(1, 5));
        assert_eq!(next.start().as_millis(), 5000);
        assert_eq!(gap(&told[0]), (1000, 5000, GapReason::SourceStarved));
    }

    #[test]
    fn zeros_are_told_once_until_something_is_heard() {
        let mut intake = Intake::new(frame(0, 1).format(), STARVED_AFTER);
        let mut told = 0;
        for second in 0..40 {
            let value = i16::from(second == 20);
            told += intake.on_frame(at(second), &frame(second, value)).1.len();
        }
        assert_eq!(told, 2);
    }
}
