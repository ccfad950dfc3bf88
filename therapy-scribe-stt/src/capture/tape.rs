//! Feeding the host's recorder, without waiting for it.

use std::time::Duration;

use therapy_scribe_core::{AudioError, AudioFrame, Notice, audio::AudioRecorder};
use tokio::{sync::mpsc, task::JoinHandle, time::timeout};

/// Frames that may wait for a slow disk: a minute of 100 ms.
const QUEUE: usize = 600;
/// How long the recorder may take for its end.
const FINISH_LIMIT: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct Tape {
    frames: mpsc::Sender<AudioFrame>,
    recorder: JoinHandle<Result<(), AudioError>>,
    is_told: bool,
}

impl Tape {
    pub(super) fn new(recorder: Box<dyn AudioRecorder>) -> Self {
        let (frames, queue) = mpsc::channel(QUEUE);
        Self {
            frames,
            recorder: tokio::spawn(record(recorder, queue)),
            is_told: false,
        }
    }

    /// Keeps a frame. Says once when that is not possible any more; the recording then ends there, for one with a hole
    /// would have everything after it at a wrong time.
    pub(super) fn record(&mut self, frame: AudioFrame) -> Option<Notice> {
        if self.is_told || self.frames.try_send(frame).is_ok() {
            return None;
        }
        self.is_told = true;
        Some(Notice::new(
            "the recording has stopped: the recorder failed, or is too slow; the transcript goes on",
        ))
    }

    /// Waits until the recording is safe. What went wrong is told.
    pub(super) async fn finish(self) -> Option<Notice> {
        drop(self.frames);
        match timeout(FINISH_LIMIT, self.recorder).await {
            Ok(Ok(Ok(()))) => None,
            Ok(Ok(Err(error))) => Some(Notice::new(error.to_string())),
            _ => Some(Notice::new("the recorder did not come to its end in time")),
        }
    }
}

async fn record(
    mut recorder: Box<dyn AudioRecorder>,
    mut frames: mpsc::Receiver<AudioFrame>,
) -> Result<(), AudioError> {
    while let Some(frame) = frames.recv().await {
        recorder.record(&frame).await?;
    }
    recorder.finish().await
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use async_trait::async_trait;
    use therapy_scribe_core::{AudioFormat, MediaTime, SampleRate};

    use super::*;

    /// Keeps frames in memory: another recorder than the one for files.
    #[derive(Debug, Default, Clone)]
    struct Memory {
        frames: Arc<Mutex<Vec<AudioFrame>>>,
        is_finished: Arc<Mutex<bool>>,
        fails: bool,
    }

    #[async_trait]
    impl AudioRecorder for Memory {
        async fn record(&mut self, frame: &AudioFrame) -> Result<(), AudioError> {
            if self.fails {
                return Err(AudioError::Empty);
            }
            self.frames.lock().unwrap().push(frame.clone());
            Ok(())
        }

        async fn finish(&mut self) -> Result<(), AudioError> {
            *self.is_finished.lock().unwrap() = true;
            Ok(())
        }
    }

    fn frame(number: u64) -> AudioFrame {
        let format = AudioFormat::mono(SampleRate::HZ_8000);
        AudioFrame::new(format, MediaTime::from_millis(number * 100), vec![1; 800])
    }

    #[tokio::test]
    async fn every_frame_is_kept_before_the_end_is_told() {
        let memory = Memory::default();
        let mut tape = Tape::new(Box::new(memory.clone()));
        for number in 0..500 {
            assert_eq!(tape.record(frame(number)), None);
        }
        assert_eq!(tape.finish().await, None);
        let kept = memory.frames.lock().unwrap().clone();
        assert!(kept.into_iter().eq((0..500).map(frame)) && *memory.is_finished.lock().unwrap());
    }

    #[tokio::test]
    async fn a_recorder_that_fails_is_told_of_once() {
        let memory = Memory {
            fails: true,
            ..Memory::default()
        };
        let mut tape = Tape::new(Box::new(memory));
        let mut told = 0;
        for number in 0..50 {
            told += usize::from(tape.record(frame(number)).is_some());
            tokio::task::yield_now().await;
        }
        assert_eq!(told, 1);
        assert!(tape.finish().await.is_some());
    }
}
