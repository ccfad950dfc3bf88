//! Events as they are sent (section 3), with what is odd about them.

use serde_json::{Map, Value, json};

use super::{AgentQuirk, config::Invalid, quirk::Quirks};
use crate::wall::iso;

/// `session.error`, or what the quirks make of it. `session_id` is null before there is a session (1.2).
pub(super) fn error(invalid: &Invalid, session_id: Option<&str>) -> Value {
    json!({"type": "session.error", "code": invalid.code, "message": invalid.message, "param": invalid.param,
        "session_id": session_id})
}

pub(super) fn plain_error(code: &'static str, message: &str) -> Value {
    let invalid = Invalid {
        code,
        message: message.to_owned(),
        param: None,
    };
    error(&invalid, None)
}

/// The text of an event at this time, in milliseconds since 1970.
pub(super) fn written(event: Value, quirks: &Quirks, unix_ms: u64) -> String {
    let Value::Object(mut fields) = event else {
        return event.to_string();
    };
    if !quirks.0.is_empty() {
        twist(&mut fields, quirks);
    }
    let timestamp = if quirks.has(AgentQuirk::IsoTimestamps) {
        json!(iso(unix_ms))
    } else {
        let seconds = u32::try_from(unix_ms / 1000).unwrap_or(u32::MAX);
        let millis = u32::try_from(unix_ms % 1000).unwrap_or(0);
        json!(f64::from(seconds) + f64::from(millis) / 1000.0)
    };
    if !quirks.has(AgentQuirk::NoTimestamps) {
        fields.insert("timestamp".to_owned(), timestamp);
    }
    Value::Object(fields).to_string()
}

/// Appendix A, noise.
fn twist(fields: &mut Map<String, Value>, quirks: &Quirks) {
    let is = |fields: &Map<String, Value>, kind: &str| {
        fields.get("type").is_some_and(|found| found == kind)
    };
    if quirks.has(AgentQuirk::NoItemIds) {
        fields.remove("item_id");
    }
    if quirks.has(AgentQuirk::NoReplyIds) && is(fields, "reply.audio") {
        fields.remove("reply_id");
    }
    if quirks.has(AgentQuirk::NoStatus) && fields.get("status").is_some_and(|s| s == "completed") {
        fields.remove("status");
    }
    if quirks.has(AgentQuirk::NoResumeTokens)
        && let Some(token) = fields.get_mut("resume_token")
    {
        *token = "".into();
    }
    if quirks.has(AgentQuirk::UpperCaseCodes)
        && let Some(Value::String(code)) = fields.get_mut("code")
    {
        code.make_ascii_uppercase();
    }
    if quirks.has(AgentQuirk::ErrorAlias) && is(fields, "session.error") {
        fields.insert("type".to_owned(), "error".into());
        if let Some(code) = fields.remove("code") {
            fields.insert("error_code".to_owned(), code);
        }
    }
    if quirks.has(AgentQuirk::ExtraFields) {
        fields.insert("trace".to_owned(), json!({"hop": 1, "tags": []}));
    }
}
