//! The pump's one task.

use std::{collections::VecDeque, future::Future, pin::pin, time::Duration};

use futures_core::Stream;
use futures_util::StreamExt;
use tokio::{sync::mpsc, time::timeout};

use super::{AudioNotice, PumpEvent, speak::Mouth};
use crate::AgentEvent;

/// How long the rest of what was said may take to be heard after the end.
const DRAIN_LIMIT: Duration = Duration::from_secs(10);
/// How many items wait for the host before audio is not passed on any more, and before the conversation is not read.
const AUDIO_ITEMS: usize = 64;
const ITEMS: usize = 1024;

/// Carries audio both ways, and passes everything else on.
pub(super) async fn run<E>(
    events: impl Stream<Item = Result<AgentEvent, E>> + Send,
    mouth: Mouth,
    hearing: impl Future<Output = ()> + Send,
    speaking: impl Future<Output = ()> + Send,
    mut notices: mpsc::Receiver<AudioNotice>,
    items: mpsc::Sender<Result<PumpEvent, E>>,
) {
    let mut speaking = pin!(speaking);
    let (mut waiting, mut mouth) = (VecDeque::new(), Some(mouth));
    let is_speaking = {
        let (mut events, mut hearing) = (pin!(events), pin!(hearing));
        let (mut hears, mut speaks) = (true, true);
        loop {
            tokio::select! {
                () = &mut hearing, if hears => hears = false,
                () = &mut speaking, if speaks => speaks = false,
                event = events.next(), if waiting.len() < ITEMS => {
                    let Some(event) = event else { break speaks };
                    let is_last = matches!(event, Err(_) | Ok(AgentEvent::Closed(_)));
                    pass(event, mouth.as_mut(), &mut waiting);
                    if is_last {
                        break speaks;
                    }
                }
                Some(notice) = notices.recv() => waiting.push_back(Ok(PumpEvent::Audio(notice))),
                slot = items.reserve(), if !waiting.is_empty() => match slot {
                    Ok(slot) => if let Some(item) = waiting.pop_front() { slot.send(item) },
                    Err(_) => return,
                },
                () = items.closed() => return,
            }
        }
    };
    drop(mouth.take());
    let last = waiting.pop_back();
    if is_speaking {
        tokio::select! {
            _ = timeout(DRAIN_LIMIT, speaking) => {}
            () = items.closed() => return,
        }
    }
    while let Ok(notice) = notices.try_recv() {
        waiting.push_back(Ok(PumpEvent::Audio(notice)));
    }
    for item in waiting.into_iter().chain(last) {
        if items.send(item).await.is_err() {
            return;
        }
    }
}

fn pass<E>(
    event: Result<AgentEvent, E>,
    mouth: Option<&mut Mouth>,
    waiting: &mut VecDeque<Result<PumpEvent, E>>,
) {
    match (&event, mouth) {
        (Ok(AgentEvent::Audio { frame, .. }), Some(mouth)) => {
            mouth.play(frame.clone());
            if waiting.len() >= AUDIO_ITEMS {
                return;
            }
        }
        (Ok(AgentEvent::Flush), Some(mouth)) => mouth.flush(),
        _ => {}
    }
    waiting.push_back(event.map(PumpEvent::Agent));
}
