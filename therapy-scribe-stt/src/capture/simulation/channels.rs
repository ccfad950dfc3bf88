//! Calls with a channel for each participant, through the engine.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use therapy_scribe_core::{
    AudioFormat, Privacy, RetryAdvice, Role, SpeechToText, SttConnection, SttFailure, SttOpen,
    Transcript, Turn,
};
use tokio::time::Instant;

use super::{
    driver::{FRAME_MS, Flaky, MINUTES, Shared, Silence},
    judge::number,
};
use crate::{Capture, CaptureEvent, CaptureOptions, Channel, Session};

/// Whether a channel's try fails, by how many it had before, and what is to be done about it.
type Refuses = fn(channel: usize, before: usize) -> Option<RetryAdvice>;

/// A service for each channel, told apart by the connections' numbers.
#[derive(Debug)]
struct Call {
    services: Vec<Shared>,
    refuses: Refuses,
    began: Instant,
    /// Which channel opened, and when.
    opened: Mutex<Vec<(usize, Duration)>>,
}

impl Call {
    /// For each channel, where its connections break.
    fn new(breaks: Vec<Vec<(u64, u64)>>, refuses: Refuses) -> Self {
        let service = |(seed, breaks)| Shared(Arc::new(Flaky::breaking(seed, breaks)));
        Self {
            services: (0..).zip(breaks).map(service).collect(),
            refuses,
            began: Instant::now(),
            opened: Mutex::default(),
        }
    }

    fn opened(&self) -> MutexGuard<'_, Vec<(usize, Duration)>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The words of a channel that are not there once, by their numbers.
    fn wrong(&self, channel: usize, transcript: &Transcript) -> Vec<usize> {
        let of_channel = |turn: &&Turn| {
            let connection = turn.id().connection().number();
            usize::from(connection) % self.services.len() == channel
        };
        let mut counts = BTreeMap::<usize, (usize, usize)>::new();
        for word in transcript.turns().filter(of_channel).flat_map(Turn::words) {
            let (sure, all) = counts.entry(number(word)).or_default();
            *sure += usize::from(!word.may_repeat());
            *all += 1;
        }
        let is_right = |number: &usize| {
            let (sure, all) = counts.get(number).copied().unwrap_or_default();
            all > 0 && sure < 2
        };
        let words = self.services[channel].0.script.words.len();
        (0..words).filter(|number| !is_right(number)).collect()
    }
}

#[async_trait]
impl SpeechToText for Call {
    fn name(&self) -> &'static str {
        "call"
    }

    fn privacy(&self) -> Privacy {
        Privacy::local()
    }

    fn audio_format(&self, source: AudioFormat) -> AudioFormat {
        source
    }

    fn frame_length(&self) -> Duration {
        Duration::from_millis(FRAME_MS)
    }

    fn overlap(&self) -> Duration {
        Duration::from_secs(15)
    }

    async fn connect(&self, open: SttOpen) -> Result<SttConnection, SttFailure> {
        let channel = usize::from(open.connection.number()) % self.services.len();
        let before = {
            let mut opened = self.opened();
            opened.push((channel, self.began.elapsed()));
            opened.iter().filter(|(of, _)| *of == channel).count() - 1
        };
        if let Some(advice) = (self.refuses)(channel, before) {
            return Err(SttFailure::new("refused", advice, None));
        }
        self.services[channel].connect(open).await
    }
}

/// Captures the call to its end; what it says and what it leaves.
async fn capture(call: &Arc<Call>) -> (Vec<CaptureEvent>, Session) {
    let roles = [Role::Therapist, Role::Client].into_iter();
    let roles = roles.chain(std::iter::repeat(Role::FamilyMember));
    let channels = roles
        .zip(&call.services)
        .map(|(role, _)| Channel::new(role, Silence::new(MINUTES * 60_000)));
    let speech = Arc::clone(call);
    let options = CaptureOptions::new().seed(1);
    let mut capture = Capture::start_channels(speech, channels.collect(), options)
        .await
        .unwrap();
    let mut events = Vec::new();
    while let Some(event) = capture.next().await {
        events.push(event.unwrap());
    }
    (events, capture.finish().await.unwrap())
}

#[tokio::test(start_paused = true)]
async fn six_channels_open_four_a_minute_and_every_word_of_each_is_there() {
    // The first would open again at once, several times.
    let mut breaks = vec![Vec::new(); 6];
    breaks[0] = vec![(2000, 0), (4000, 1), (70_000, 0), (90_000, 2), (300_000, 1)];
    breaks[4] = vec![(200_000, 0)];
    let call = Arc::new(Call::new(breaks, |_, _| None));
    let (_, session) = capture(&call).await;
    for channel in 0..6 {
        let wrong = call.wrong(channel, &session.transcript);
        assert!(wrong.is_empty(), "{channel}: {wrong:?}");
    }
    assert!(session.transcript.gaps().is_empty() && session.is_complete());
    let opened = call.opened();
    for five in opened.windows(5) {
        assert!(five[4].1 >= five[0].1 + Duration::from_secs(60), "{five:?}");
    }
    let first: Vec<_> = (0..6)
        .map(|channel| opened.iter().find(|(of, _)| *of == channel).unwrap().1)
        .map(|at| at.as_secs())
        .collect();
    assert_eq!(first, [0, 0, 0, 0, 60, 60]);
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_comes_up_late_is_heard_from_its_beginning() {
    let call = Call::new(vec![Vec::new(); 2], |channel, before| {
        let soon = RetryAdvice::After(Duration::from_millis(500));
        (channel == 1 && before < 8).then_some(soon)
    });
    let call = Arc::new(call);
    let (_, session) = capture(&call).await;
    for channel in 0..2 {
        let wrong = call.wrong(channel, &session.transcript);
        assert!(wrong.is_empty(), "{channel}: {wrong:?}");
    }
    assert!(session.transcript.gaps().is_empty() && session.is_complete());
    assert!(session.failed.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_fails_for_good_ends_alone_and_the_end_tells_which() {
    let call = Call::new(vec![Vec::new(); 3], |channel, _| {
        (channel == 1).then_some(RetryAdvice::Never)
    });
    let call = Arc::new(call);
    let (events, session) = capture(&call).await;
    for channel in [0, 2] {
        let wrong = call.wrong(channel, &session.transcript);
        assert!(wrong.is_empty(), "{channel}: {wrong:?}");
    }
    let [failed] = &session.failed[..] else {
        panic!("{:?}", session.failed)
    };
    let role = session.transcript.role_of(Some(failed.speaker));
    assert_eq!((role, &*failed.reason), (Some(Role::Client), "refused"));
    let [gap] = session.transcript.gaps() else {
        panic!("{:?}", session.transcript.gaps())
    };
    assert_eq!(gap.speaker, Some(failed.speaker));
    assert_eq!(gap.to.as_millis(), MINUTES * 60_000);
    let notices = events.iter().filter_map(|event| match event {
        CaptureEvent::Notice(notice) => Some(&*notice.text),
        _ => None,
    });
    assert_eq!(
        notices.collect::<Vec<_>>(),
        ["Client: not heard any more: refused"]
    );
    assert!(matches!(events.last(), Some(CaptureEvent::Closed(_))));
    assert!(!session.is_complete());
}

#[tokio::test(start_paused = true)]
async fn the_end_tells_of_a_channel_that_fails_after_the_others_have_ended() {
    // It breaks in its last seconds, and then only refuses.
    let breaks = vec![Vec::new(), vec![(MINUTES * 60_000 - 1000, 0)]];
    let call = Call::new(breaks, |channel, before| {
        let late = RetryAdvice::After(Duration::from_secs(30));
        (channel == 1 && before > 0).then_some(late)
    });
    let (events, session) = capture(&Arc::new(call)).await;
    assert_eq!(session.failed.len(), 1);
    assert!(
        events
            .iter()
            .any(|event| matches!(event, CaptureEvent::Notice(_)))
    );
}
