//! Showing a session while it is captured.

use std::io::{IsTerminal, Write};

use therapy_scribe::{
    ConnectionStatus, Transcript, Turn, TurnId,
    stt::{Capture, CaptureEvent, Session},
};

use crate::{
    services::{AnyError, Audio, Services},
    source::From,
};

/// How to show it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Show {
    /// Lines for people; a live line too on a terminal.
    People,
    /// One JSON object a line.
    Json,
}

/// Captures to the end, or until Ctrl-C, and shows it. A failure is told after what came before it.
pub(crate) async fn capture(
    services: &Services,
    from: &From,
    show: Show,
) -> Result<Session, AnyError> {
    let scribe = &services.scribe;
    let mut capture = if from.has_channels() {
        scribe.capture_channels(from.channels()?).await?
    } else {
        let (source, options) = (from.source().await?, from.options(services.speed)?);
        scribe.capture_with(source, options).await?
    };
    if from.audio() == Audio::Live {
        eprintln!("Listening. Ctrl-C ends the session.");
    }
    let failure = follow(&mut capture, show).await;
    match failure {
        None => Ok(capture.finish().await?),
        Some(error) => {
            clear(show);
            print_transcript(&capture.snapshot(), show);
            Err(error)
        }
    }
}

async fn follow(capture: &mut Capture, show: Show) -> Option<AnyError> {
    // One listener for the whole session: a key pressed while an event is shown counts too.
    let mut stop = std::pin::pin!(tokio::signal::ctrl_c());
    loop {
        let event = tokio::select! {
            event = capture.next() => event,
            _ = &mut stop => {
                eprintln!("Stopping: waiting for the last words.");
                return capture.finish().await.err().map(Into::into);
            }
        };
        match event? {
            Ok(event) => show_event(capture, &event, show),
            Err(error) => return Some(error.into()),
        }
    }
}

fn show_event(capture: &Capture, event: &CaptureEvent, show: Show) {
    let snapshot = capture.snapshot();
    match event {
        CaptureEvent::Partial(_) if show == Show::People && std::io::stdout().is_terminal() => {
            let text = snapshot
                .partials()
                .first()
                .map(Turn::text)
                .unwrap_or_default();
            let tail: String = text
                .chars()
                .rev()
                .take(70)
                .collect::<Vec<_>>()
                .into_iter()
                .rev()
                .collect();
            print!("\r\x1b[2K\x1b[2m… {tail}\x1b[0m");
            let _ = std::io::stdout().flush();
        }
        CaptureEvent::Partial(turn) if show == Show::People => {
            let open = snapshot.partials().iter().find(|open| open.id() == *turn);
            if let Some(open) = open.filter(|open| !open.words().is_empty()) {
                println!("[{}] … {}", open.start(), open.text());
            }
        }
        CaptureEvent::Final(turn) => show_turn(&snapshot, *turn, show),
        CaptureEvent::Revised(turns) if show == Show::Json => turns
            .iter()
            .for_each(|turn| show_turn(&snapshot, *turn, show)),
        CaptureEvent::Revised(turns) => {
            clear(show);
            println!("(the service corrected who spoke in {} turns)", turns.len());
        }
        CaptureEvent::Status(status) => show_status(status, show),
        CaptureEvent::Notice(notice) => eprintln!("Note: {}", notice.text),
        CaptureEvent::Gap(gap) => eprintln!("Lost: no transcript from {} to {}", gap.from, gap.to),
        _ => {}
    }
}

/// What a person should know of the connection. The rest is for programs.
fn show_status(status: &ConnectionStatus, show: Show) {
    match status {
        ConnectionStatus::Lost {
            reason,
            retry_after,
            ..
        } => {
            clear(show);
            eprintln!(
                "Connection lost: {reason}. The audio is kept; trying again in {:.1} s.",
                retry_after.as_secs_f32()
            );
        }
        ConnectionStatus::Replaying { from, to, .. } => {
            clear(show);
            eprintln!("Connected again: sending again what was said from {from} to {to}.");
        }
        ConnectionStatus::Starved { since, .. } => {
            clear(show);
            eprintln!(
                "No audio comes from the source since {since}: silence is sent in its place."
            );
        }
        _ => {}
    }
}

fn show_turn(snapshot: &Transcript, id: TurnId, show: Show) {
    let Some(turn) = snapshot.turn(id) else {
        return;
    };
    if show == Show::Json {
        println!("{}", serde_json::json!({"type": "turn", "turn": turn}));
        return;
    }
    clear(show);
    let alone = Transcript::from_turns([turn.clone()], snapshot.roles().clone());
    print!("{}", alone.to_text());
}

fn clear(show: Show) {
    if show == Show::People && std::io::stdout().is_terminal() {
        print!("\r\x1b[2K");
    }
}

/// The whole transcript.
pub(crate) fn print_transcript(transcript: &Transcript, show: Show) {
    match show {
        Show::People if transcript.is_empty() && transcript.gaps().is_empty() => {}
        Show::Json => println!("{}", transcript.to_json()),
        Show::People => println!("\nTranscript\n----------\n{}", transcript.to_text()),
    }
}
