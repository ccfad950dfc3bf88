//! Codes and texts of the service (`streaming-stt.md` 8.1). Codes are overloaded, so texts decide where both are known.

use therapy_scribe_core::Phi;

use super::Error;

/// What an `Error` message or a close frame means. `model` is the model that was asked for.
pub(crate) fn classify(code: Option<u16>, text: &str, model: &str) -> Error {
    // What close frames say; the message that it points to did not come, or could not be read.
    let text = if text.starts_with("See Error message") {
        ""
    } else {
        text
    };
    let says = |part: &str| text.to_ascii_lowercase().contains(part);
    let code = code.unwrap_or_else(|| implied(says));
    if says("transmission rate") {
        return Error::TooFast;
    }
    if says("too many concurrent sessions") {
        return Error::TooManySessions;
    }
    match code {
        1008 | 4001 | 4002 | 4003 => unauthorized(code, text, says),
        3006 if text.is_empty() => Error::Unexplained,
        3006 | 4000 | 4101 => invalid(text, model, says),
        // Frames are cut to lengths that the service takes, so without a text it can only be the rate.
        3007 if text.is_empty() => Error::TooFast,
        3007 => Error::Framing,
        3008 => Error::Expired,
        3009 => Error::TooManySessions,
        1009 => Error::MessageTooLarge,
        1000 | 1005 => Error::ClosedEarly,
        code => Error::Service { code },
    }
}

/// The code that goes with a text, where the service did not send it.
fn implied(says: impl Fn(&str) -> bool) -> u16 {
    let texts = [
        ("unauthorized", 1008),
        ("inactivity", 3006),
        ("invalid ", 3006),
        ("validation error", 3006),
        ("input duration", 3007),
        ("session expired", 3008),
        ("session cancelled", 3005),
    ];
    texts
        .into_iter()
        .find(|(text, _)| says(text))
        .map_or(0, |(_, code)| code)
}

fn unauthorized(code: u16, text: &str, says: impl Fn(&str) -> bool) -> Error {
    if says("signature has expired") {
        Error::TokenExpired
    } else if text.is_empty() && code == 1008 {
        Error::Unexplained
    } else if says("incorrect padding") {
        // Seen now and then on valid keys: a glitch that a second try gets past.
        Error::Service { code }
    } else if code == 4001 || says("missing authorization") || says("invalid api key") {
        Error::Auth
    } else {
        Error::Account {
            detail: Phi::new(text.to_owned()),
        }
    }
}

fn invalid(text: &str, model: &str, says: impl Fn(&str) -> bool) -> Error {
    if says("inactivity") {
        return Error::Inactive;
    }
    let parameter = parameter(text);
    if parameter.as_deref() == Some("speech_model") {
        return Error::Model {
            model: model.to_owned(),
        };
    }
    Error::Refused {
        parameter,
        detail: Phi::new(text.to_owned()),
    }
}

/// Every parameter (`streaming-stt.md` 2.3, 3.2). Nothing else is ever taken from a text of the service for a name.
const PARAMETERS: &[&str] = &[
    "speech_model",
    "sample_rate",
    "encoding",
    "token",
    "mode",
    "min_turn_silence",
    "max_turn_silence",
    "min_end_of_turn_silence_when_confident",
    "vad_threshold",
    "interruption_delay",
    "continuous_partials",
    "include_partial_turns",
    "turn_left_pad_ms",
    "max_turn_duration",
    "end_of_turn_confidence_threshold",
    "format_turns",
    "prompt",
    "keyterms_prompt",
    "agent_context",
    "previous_context_n_turns",
    "language_codes",
    "language_code",
    "language",
    "language_detection",
    "domain",
    "speaker_labels",
    "max_speakers",
    "speaker_labels_revision_interval_ms",
    "voice_focus",
    "voice_focus_threshold",
    "redact_pii",
    "redact_pii_policies",
    "redact_pii_sub",
    "filter_profanity",
    "session_heartbeat",
    "acknowledge_silence",
    "inactivity_timeout",
    "llm_gateway",
    "webhook_url",
    "webhook_auth_header_name",
    "webhook_auth_header_value",
];

/// The parameter's name out of `Invalid '<name>': …`, `Invalid '<name>.<index>': …` or `<name> must be …`.
fn parameter(text: &str) -> Option<String> {
    let quoted = text
        .split_once("Invalid '")
        .and_then(|(_, rest)| rest.split_once('\''))
        .map(|(name, _)| name.split('.').next().unwrap_or(name));
    let known = |name: &str| PARAMETERS.iter().find(|known| **known == name);
    let mentioned = || {
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .find_map(known)
    };
    match quoted {
        Some(name) => known(name),
        None => mentioned(),
    }
    .map(|name| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    use ErrorKind::{Access, Configuration, Internal, Limit, Service};

    /// Every row of the document's table 8.1: code, text, kind, whether another connection helps.
    const ROWS: &[(u16, &str, ErrorKind, bool)] = &[
        (1000, "Session Ended", Service, true),
        (1001, "", Service, true),
        (
            1008,
            "Unauthorized Connection: Missing Authorization header",
            Access,
            false,
        ),
        (
            1008,
            "Unauthorized Connection: Invalid API key",
            Access,
            false,
        ),
        (
            1008,
            "Unauthorized Connection: Signature has expired",
            Access,
            true,
        ),
        (
            1008,
            "Unauthorized Connection: Too many concurrent sessions",
            Limit,
            true,
        ),
        (
            1008,
            "Unauthorized Connection: insufficient balance",
            Access,
            false,
        ),
        (
            1008,
            "Unauthorized connection: Incorrect padding",
            Service,
            true,
        ),
        (1008, "See Error message for details", Access, true),
        (
            1008,
            "Unauthorized Connection: trial expired",
            Access,
            false,
        ),
        (1009, "", Limit, false),
        (1011, "", Service, true),
        (1013, "", Service, true),
        (3005, "Session Cancelled: An error occurred", Service, true),
        (
            3005,
            "Audio Transmission Rate Exceeded: Received 545 sec. audio in 190 sec",
            Limit,
            true,
        ),
        (
            3006,
            "User Input Validation Error: Invalid 'keyterms_prompt': Value error, Max 100 items",
            Configuration,
            false,
        ),
        (3006, "Invalid Message Type: Foo", Configuration, false),
        (
            3006,
            "Session terminated due to inactivity: No messages received for 5 seconds",
            Limit,
            true,
        ),
        (
            3007,
            "Input Duration Error: Input Duration Violation: 20.0 ms. Expected between 50 and 1000 ms",
            Internal,
            false,
        ),
        (
            3007,
            "Audio Transmission Rate Exceeded: Received 9 sec. audio in 1 sec",
            Limit,
            true,
        ),
        (
            3008,
            "Session Expired: Maximum session duration exceeded",
            Limit,
            true,
        ),
        (
            3009,
            "Unauthorized Connection: Too many concurrent sessions",
            Limit,
            true,
        ),
        (3007, "See Error message for details", Limit, true),
        (3006, "", Access, true),
        (4000, "", Configuration, false),
        (4001, "", Access, false),
        (4002, "", Access, false),
        (4003, "", Access, false),
        (4101, "", Configuration, false),
        (4034, "", Service, true),
    ];

    #[test]
    fn every_code_and_text_of_the_document_is_understood() {
        for (code, text, kind, retryable) in ROWS {
            let error = classify(Some(*code), text, "m");
            assert_eq!(
                (error.kind(), error.is_retryable()),
                (*kind, *retryable),
                "{code} {text}: {error:?}"
            );
        }
    }

    #[test]
    fn the_parameter_is_named_and_its_value_is_not() {
        let text = "User Input Validation Error: Invalid 'keyterms_prompt': Value error, CANARY is too long";
        let said = format!("{0} {0:?}", classify(Some(3006), text, "m"));
        assert!(
            said.contains("keyterms_prompt") && !said.contains("CANARY"),
            "{said}"
        );
        let said = classify(
            Some(3006),
            "prompt exceeds maximum length of 1750 characters (got 9)",
            "m",
        )
        .to_string();
        assert!(said.contains("`prompt`"), "{said}");
        let said = classify(Some(3006), "Invalid JSON: CANARY", "m").to_string();
        assert!(!said.contains("CANARY"), "{said}");
    }

    #[test]
    fn every_kind_of_parameter_is_named() {
        let texts = [
            ("Invalid 'mode': Input should be 'balanced'", "mode"),
            (
                "Invalid 'language_codes.0': Input should be 'en'",
                "language_codes",
            ),
            (
                "'flac' is not a valid Encoding: Invalid 'encoding': no",
                "encoding",
            ),
            ("sample_rate must be at least 8,000 Hz", "sample_rate"),
            (
                "prompt needs a Universal-3 model. Current speech_model: 'whisper-rt'",
                "prompt",
            ),
        ];
        for (text, name) in texts {
            let text = format!("User Input Validation Error: {text}");
            let Error::Refused { parameter, .. } = classify(Some(3006), &text, "m") else {
                panic!("{text}")
            };
            assert_eq!(parameter.as_deref(), Some(name), "{text}");
        }
    }

    #[test]
    fn a_text_without_a_code_is_understood_by_itself() {
        for (code, text, kind, retryable) in ROWS {
            if text.contains(':') {
                let error = classify(None, text, "m");
                assert_eq!(
                    (error.kind(), error.is_retryable()),
                    (*kind, *retryable),
                    "{code} {text}: {error:?}"
                );
            }
        }
    }

    #[test]
    fn a_refused_model_is_told_apart_from_a_parameter_that_a_model_lacks() {
        let refused = "User Input Validation Error: Invalid 'speech_model': Input should be 'universal-3-5-pro'";
        assert!(matches!(
            classify(Some(3006), refused, "m"),
            Error::Model { .. }
        ));
        let lacking = "User Input Validation Error: Invalid 'prompt': needs U3. Current speech_model: 'whisper-rt'";
        assert!(matches!(
            classify(Some(3006), lacking, "m"),
            Error::Refused { .. }
        ));
    }
}
