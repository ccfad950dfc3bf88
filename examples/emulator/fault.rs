//! The flags `--fault` and `--faults`.

use std::{fmt::Write as _, time::Duration};

use therapy_scribe_emulator::{Fault, FaultKind, Unauthorized};

/// What goes wrong, and what it needs to know.
const KINDS: [(&str, &str); 19] = [
    ("drop", "the connection is gone"),
    ("reset", "reset in the middle of a frame"),
    ("half-open", "the connection stays, and nobody is there"),
    ("stall:SECONDS", "nothing is sent, audio is read"),
    ("slow-reader:SECONDS", "nothing is read, messages are sent"),
    ("refuse-connect:SECONDS", "a drop, and no new connections"),
    ("server-error", "Error 3005 and its close"),
    ("close:CODE", "a close without an Error"),
    ("error-without-close", "Error 3005 alone"),
    ("error-without-type", "an error without a type, and a close"),
    ("expire", "Error 3008 and its close"),
    (
        "refuse:REASON",
        "1008 for the next session: open-rate, key, expired-token, account, incorrect-padding",
    ),
    ("begin-then-error", "the next session fails after 5 s"),
    ("never-begin", "the next session never begins"),
    ("warning:TEXT", "a Warning"),
    ("unknown-type", "a message of an unknown type"),
    ("unknown-fields", "a Turn with unknown fields"),
    ("duplicate-final", "a final that comes twice"),
    ("binary-frame", "a binary message"),
];

/// Reads `KIND@SECONDS` of a recording, or `KIND@open:N` for the N-th session, from 0.
pub(crate) fn parse(text: &str) -> Result<Fault, String> {
    read(text).ok_or_else(|| {
        let mut help = format!(
            "`{text}` is no KIND@SECONDS, such as drop@30 or stall:20@60, nor KIND@open:N for the N-th session from 0. \
             Kinds:"
        );
        for (kind, what) in KINDS {
            // Writing to a string does not fail.
            let _ = write!(help, "\n  {kind:<24}{what}");
        }
        help
    })
}

fn read(text: &str) -> Option<Fault> {
    let (kind, when) = text.rsplit_once('@')?;
    let kind = read_kind(kind)?;
    if let Some(number) = when.strip_prefix("open:") {
        return Some(Fault::on_open(number.parse().ok()?, kind));
    }
    let at_ms = u64::try_from(seconds(when)?.as_millis()).ok()?;
    Some(Fault::at(at_ms, kind))
}

fn read_kind(text: &str) -> Option<FaultKind> {
    let kind = match text.split_once(':') {
        Some(("stall", length)) => FaultKind::Stall(seconds(length)?),
        Some(("slow-reader", length)) => FaultKind::SlowReader(seconds(length)?),
        Some(("refuse-connect", length)) => FaultKind::RefuseConnect(seconds(length)?),
        Some(("close", code)) => FaultKind::CloseWithoutError(close_code(code)?),
        Some(("refuse", reason)) => FaultKind::Refuse(read_reason(reason)?),
        Some(("warning", text)) => FaultKind::Warning(text.to_owned()),
        Some(_) => return None,
        None => match text {
            "drop" => FaultKind::Drop,
            "reset" => FaultKind::Reset,
            "half-open" => FaultKind::HalfOpen,
            "server-error" => FaultKind::ServerError,
            "error-without-close" => FaultKind::ErrorWithoutClose,
            "error-without-type" => FaultKind::ErrorWithoutType,
            "expire" => FaultKind::Expire,
            "begin-then-error" => FaultKind::BeginThenError,
            "never-begin" => FaultKind::NeverBegin,
            "unknown-type" => FaultKind::UnknownType,
            "unknown-fields" => FaultKind::UnknownFields,
            "duplicate-final" => FaultKind::DuplicateFinal,
            "binary-frame" => FaultKind::BinaryFrame,
            _ => return None,
        },
    };
    Some(kind)
}

fn read_reason(text: &str) -> Option<Unauthorized> {
    Some(match text {
        "open-rate" => Unauthorized::OpenRate,
        "key" => Unauthorized::Key,
        "expired-token" => Unauthorized::ExpiredToken,
        "account" => Unauthorized::Account,
        "incorrect-padding" => Unauthorized::IncorrectPadding,
        _ => return None,
    })
}

fn seconds(text: &str) -> Option<Duration> {
    // A day is more than any session.
    let seconds = text.parse().ok();
    let seconds = seconds.filter(|seconds| (0.0..=86_400.0).contains(seconds));
    seconds.map(Duration::from_secs_f64)
}

/// Codes that may stand in a close frame.
fn close_code(text: &str) -> Option<u16> {
    let code = text.parse().ok();
    code.filter(|code| matches!(code, 1000..=1003 | 1007..=1013 | 3000..=4999))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_that_is_listed_can_be_given() {
        for (kind, _) in KINDS {
            let kind = kind
                .replace("SECONDS", "1.5")
                .replace("CODE", "1011")
                .replace("REASON", "key")
                .replace("TEXT", "a@b");
            for when in ["30", "0.25", "open:2"] {
                parse(&format!("{kind}@{when}")).unwrap();
            }
        }
    }

    #[test]
    fn times_and_lengths_are_seconds() {
        let expected = Fault::at(60_500, FaultKind::Stall(Duration::from_secs(20)));
        assert_eq!(parse("stall:20@60.5"), Ok(expected));
        let expected = Fault::on_open(3, FaultKind::NeverBegin);
        assert_eq!(parse("never-begin@open:3"), Ok(expected));
    }

    #[test]
    fn what_is_no_fault_is_told_with_the_kinds_there_are() {
        for text in [
            "drop",
            "drop@",
            "drop@-1",
            "drop@nan",
            "dorp@3",
            "stall@3",
            "stall:x@3",
            "close:1006@3",
            "refuse:me@3",
            "drop:3@3",
            "drop@open:x",
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.starts_with(&format!("`{text}` is no KIND@SECONDS")));
            assert!(error.contains("stall:SECONDS") && error.contains("incorrect-padding"));
        }
    }
}
