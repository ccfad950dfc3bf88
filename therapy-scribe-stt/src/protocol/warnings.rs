//! What the service warns of (`streaming-stt.md` 4.7). No list of codes is published.

use therapy_scribe_core::{Notice, Phi};

use crate::wire;

/// Warnings beyond this many different ones are not told any more.
const LIMIT: usize = 16;

/// Tells each warning once.
#[derive(Debug, Default)]
pub(super) struct Warnings {
    told: Vec<Notice>,
}

impl Warnings {
    /// The notice to show, if it is a new one.
    pub(super) fn note(&mut self, warning: &wire::Warning<'_>) -> Option<Notice> {
        let code = warning
            .warning_code
            .and_then(|code| i64::try_from(code.to_u64()).ok());
        let notice = notice(code, warning.warning.as_deref());
        if self.told.contains(&notice) || self.told.len() == LIMIT {
            return None;
        }
        self.told.push(notice.clone());
        Some(notice)
    }
}

/// The one known cause has words of ours; the service's own are kept apart.
fn notice(code: Option<i64>, text: Option<&str>) -> Notice {
    let says = |part| text.is_some_and(|text| text.to_ascii_lowercase().contains(part));
    let mut notice = Notice::new(if says("medical") && says("language") {
        "the service does not apply Medical Mode: it does not support the language"
    } else {
        "the service sent a warning; the session goes on"
    });
    notice.code = code;
    notice.detail = text.map(|text| Phi::new(text.to_owned()));
    notice
}
