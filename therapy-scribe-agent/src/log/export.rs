//! A log as JSON.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{HeardOf, LogEntry, Logged, LoggedAnswer};
use crate::{CallFate, ConfirmedBy, SessionOrigin};

pub(super) fn entry(entry: &LogEntry) -> Value {
    let mut fields = Map::from_iter([("at_ms".to_owned(), millis(entry.at))]);
    if let Value::Object(what) = what(&entry.what) {
        fields.extend(what);
    }
    Value::Object(fields)
}

fn what(what: &Logged) -> Value {
    match what {
        Logged::ClinicianSaid { text } => {
            json!({"kind": "clinician_said", "text": text.expose()})
        }
        Logged::AgentSaid { text, heard } => {
            json!({"kind": "agent_said", "text": text.expose(), "heard": heard_of(*heard)})
        }
        Logged::Called {
            name,
            args,
            result,
            fate,
            ended,
        } => {
            let result = result.as_ref();
            json!({
                "kind": "called", "name": name, "arguments": args.expose(),
                "result": result.map(|result| result.result.expose()),
                "is_error": result.map(|result| result.is_error),
                "fate": fate.map(name_of), "ended_ms": ended.map(millis),
            })
        }
        Logged::Asked { request, shown } => {
            json!({"kind": "asked", "request": request.number(), "shown": shown.expose()})
        }
        Logged::Answered { request, how } => {
            json!({"kind": "answered", "request": request.number(), "how": answer(*how)})
        }
        Logged::Session(origin) => json!({"kind": "session", "origin": origin_of(*origin)}),
        Logged::Lost => json!({"kind": "lost"}),
        Logged::Ended => json!({"kind": "ended"}),
    }
}

fn millis(time: Duration) -> Value {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX).into()
}

const fn heard_of(heard: HeardOf) -> &'static str {
    match heard {
        HeardOf::All => "all",
        HeardOf::Begin => "begin",
        HeardOf::Nothing => "nothing",
    }
}

const fn name_of(fate: CallFate) -> &'static str {
    match fate {
        CallFate::Sent => "sent",
        CallFate::Dropped => "dropped",
        CallFate::Expired => "expired",
    }
}

const fn answer(how: LoggedAnswer) -> &'static str {
    match how {
        LoggedAnswer::Yes(ConfirmedBy::Host) => "yes",
        LoggedAnswer::Yes(ConfirmedBy::Voice) => "yes_by_voice",
        LoggedAnswer::No => "no",
        LoggedAnswer::Unclear => "unclear",
        LoggedAnswer::AskedAgain => "asked_again",
        LoggedAnswer::Expired => "expired",
    }
}

const fn origin_of(origin: SessionOrigin) -> &'static str {
    match origin {
        SessionOrigin::New => "new",
        SessionOrigin::Resumed => "resumed",
        SessionOrigin::HandedOver => "handed_over",
    }
}
