//! How each fault shows (section 10).

use super::{Gone, TranscriptFaultKind, check::error};
use crate::gateway::Answer;

/// Something goes wrong, before or after what was asked for is done.
pub(super) fn faulty(
    fault: Option<&TranscriptFaultKind>,
    done: impl FnOnce() -> Answer,
) -> Result<Answer, Gone> {
    Ok(match fault {
        Some(TranscriptFaultKind::DropBefore) => return Err(Gone),
        Some(TranscriptFaultKind::DropAfter) => {
            done();
            return Err(Gone);
        }
        Some(TranscriptFaultKind::Slow(delay)) => done().after(*delay),
        Some(TranscriptFaultKind::Malformed) => {
            let whole = done();
            let bytes = whole.bytes();
            let half = bytes.get(..bytes.len() / 2).unwrap_or_default();
            Answer::text(
                whole.status,
                "application/json",
                String::from_utf8_lossy(half).into_owned(),
            )
        }
        Some(TranscriptFaultKind::TooMany(seconds)) => {
            let answer = error(429, "Too Many Requests");
            match seconds {
                Some(wait) => answer.header("retry-after", wait.as_secs()),
                None => answer,
            }
        }
        Some(TranscriptFaultKind::TooManyAs403) => error(403, "Too many requests"),
        Some(TranscriptFaultKind::NegativeBalance) => negative_balance(),
        Some(TranscriptFaultKind::Status(status @ (503 | 504))) => {
            Answer::text(*status, "text/html", String::new())
        }
        Some(TranscriptFaultKind::Status(status)) => error(*status, says(*status)),
        // The others belong to the job, and whoever is asked has seen to it.
        Some(
            TranscriptFaultKind::Fail(_)
            | TranscriptFaultKind::NeverEnds
            | TranscriptFaultKind::WrongTypes
            | TranscriptFaultKind::Vanish,
        )
        | None => done(),
    })
}

pub(super) fn negative_balance() -> Answer {
    error(
        400,
        "Your current account balance is negative. Please top up to continue using the API.",
    )
}

/// Section 10.
const fn says(status: u16) -> &'static str {
    match status {
        401 => "Authentication error, API token missing/invalid",
        402 => "Payment required",
        404 => "Not found",
        403 => "Cannot access uploaded file",
        413 => "Payload too large",
        429 => "Too Many Requests",
        500.. => "Server error, developers have been alerted.",
        _ => "Bad request",
    }
}
