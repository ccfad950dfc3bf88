//! A transcript as text, Markdown and `WebVTT`. JSON is in `document`.

use std::fmt::Write as _;

use super::{Transcript, gap::Gap, utterance::Utterance};
use crate::{MediaTime, SpeakerId};

impl Transcript {
    /// How a speaker is called: by role, else `Speaker A`, else `Speaker ?`.
    #[must_use]
    pub fn speaker_name(&self, speaker: Option<SpeakerId>) -> String {
        match (self.role_of(speaker), speaker) {
            (Some(role), _) => role.to_string(),
            (None, Some(speaker)) => format!("Speaker {speaker}"),
            (None, None) => "Speaker ?".to_owned(),
        }
    }

    /// Plain lines, `[m:ss] Role: text`, and a line for each gap.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.lines(|line| match line {
            Line::Said(utterance) => {
                let name = self.speaker_name(utterance.speaker());
                format!("[{}] {name}: {}\n", utterance.start(), utterance.text())
            }
            Line::Lost(gap) => format!("[{}] (no transcript until {})\n", gap.from, gap.to),
        })
    }

    /// A Markdown paragraph for each utterance.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        self.lines(|line| match line {
            Line::Said(utterance) => {
                let name = self.speaker_name(utterance.speaker());
                format!(
                    "**{name}** ({}): {}\n\n",
                    utterance.start(),
                    escape_markdown(&utterance.text())
                )
            }
            Line::Lost(gap) => format!("*No transcript from {} to {}.*\n\n", gap.from, gap.to),
        })
    }

    /// `WebVTT` with a voice tag for each cue, one cue an utterance.
    #[must_use]
    pub fn to_webvtt(&self) -> String {
        let mut vtt = String::from("WEBVTT\n\n");
        for utterance in self.utterances() {
            // A cue must last: the format refuses one that ends where it begins.
            let end = utterance
                .end()
                .max(utterance.start().plus(std::time::Duration::from_millis(1)));
            let name = self.speaker_name(utterance.speaker());
            let times = format!("{} --> {}", vtt_time(utterance.start()), vtt_time(end));
            let _ = writeln!(
                vtt,
                "{times}\n<v {}>{}\n",
                escape_vtt(&name),
                escape_vtt(&utterance.text())
            );
        }
        vtt
    }

    fn lines(&self, mut show: impl FnMut(Line<'_>) -> String) -> String {
        let mut text = String::new();
        let mut gaps = self.gaps().iter().peekable();
        for utterance in self.utterances() {
            while let Some(gap) = gaps.next_if(|gap| gap.from <= utterance.start()) {
                text.push_str(&show(Line::Lost(gap)));
            }
            text.push_str(&show(Line::Said(&utterance)));
        }
        for gap in gaps {
            text.push_str(&show(Line::Lost(gap)));
        }
        text
    }
}

enum Line<'a> {
    Said(&'a Utterance),
    Lost(&'a Gap),
}

/// Speech is text, never markup: what Markdown would read as such is escaped.
fn escape_markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(
            c,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|'
        ) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

fn escape_vtt(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn vtt_time(time: MediaTime) -> String {
    let millis = time.as_millis();
    let seconds = millis / 1000;
    format!(
        "{:02}:{:02}:{:02}.{:03}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        millis % 1000
    )
}
