//! Tokens and the history of sessions over HTTP (1.3, 7.3, section 9).

mod agents;

use hyper::Method;
use serde_json::{Value, json};

use super::hub::{Agents, Kept, lock};
use crate::{
    gateway::Answer,
    streaming::Query,
    wall::{iso, unix_millis},
};

/// A request.
pub(crate) struct Asked<'a> {
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
    pub(crate) query: &'a Query,
    /// Whose key it has; `None` where it has none, an error where it is not good.
    pub(crate) account: Option<Result<&'a str, ()>>,
    pub(crate) body: &'a [u8],
    pub(crate) now_ms: u64,
}

/// The answer, if this is about the agent.
pub(crate) fn answer(service: &Agents, asked: &Asked<'_>) -> Option<Answer> {
    let path: Vec<&str> = asked.path.trim_matches('/').split('/').collect();
    // 9: without a key, as from the storage that it is.
    if let ["artifacts", id, kind] = path.as_slice() {
        return Some(artifact(service, asked, id, kind));
    }
    let handle: fn(&Agents, &Asked<'_>, &str) -> Answer =
        match (asked.method.as_str(), path.as_slice()) {
            ("GET", ["v1", "token"]) => |service, asked, _| token(service, asked),
            ("POST", ["v1", "tokens"]) => |service, asked, _| new_token(service, asked),
            ("POST", ["v1", "agents"]) => |service, asked, _| agents::create(service, asked),
            ("GET", ["v1", "agents"]) => |service, asked, _| agents::list(service, asked),
            ("GET", ["v1", "agents", _]) => agents::read,
            ("PUT", ["v1", "agents", _]) => agents::replace,
            ("DELETE", ["v1", "agents", _]) => agents::delete,
            ("GET", ["v1", "sessions"]) => |service, asked, _| sessions(service, asked),
            ("GET", ["v1", "sessions", _]) => session,
            ("DELETE", ["v1", "sessions", _]) => delete,
            _ => return None,
        };
    if service.puts_off() {
        let busy = error(429, "rate_limited", "Too many requests");
        return Some(busy.header("retry-after", 1));
    }
    Some(handle(
        service,
        asked,
        path.last().copied().unwrap_or_default(),
    ))
}

/// 7.3.
fn error(status: u16, code: &str, message: &str) -> Answer {
    let body = json!({"code": code, "message": message, "param": null, "request_id": "req_emulated", "errors": [],
        "detail": []});
    Answer::json(status, body)
}

/// 1.3: 422 without a key, and 404 for a wrong one.
fn token(agents: &Agents, asked: &Asked<'_>) -> Answer {
    match asked.account {
        None => {
            let detail = json!({"type": "missing", "loc": ["header", "authorization"], "msg": "Field required",
                "input": null});
            Answer::json(422, json!({"detail": [detail]}))
        }
        Some(Err(())) => Answer::json(404, json!({"detail": "Invalid API key"})),
        Some(Ok(account)) => {
            let (status, body) = agents.mint(asked.query, account, asked.now_ms);
            Answer::json(status, body)
        }
    }
}

/// 1.3, the second form.
fn new_token(agents: &Agents, asked: &Asked<'_>) -> Answer {
    let Some(Ok(account)) = asked.account else {
        return unauthorized();
    };
    let body: Value = serde_json::from_slice(asked.body).unwrap_or(Value::Null);
    let seconds = match body.get("expires_in_seconds") {
        None => 60,
        Some(seconds) => match seconds.as_u64() {
            Some(seconds @ 1..=600) => seconds,
            _ => {
                return error(
                    422,
                    "validation_error",
                    "expires_in_seconds must be between 1 and 600",
                );
            }
        },
    };
    let query = Query::from([("expires_in_seconds".to_owned(), seconds.to_string())]);
    let (status, body) = agents.mint(&query, account, asked.now_ms);
    let expires_at = iso(unix_millis() + seconds * 1000);
    Answer::json(
        status,
        json!({"token": body.get("token"), "expires_at": expires_at}),
    )
}

fn unauthorized() -> Answer {
    error(401, "unauthorized", "Authentication failed")
}

/// 9: newest first.
fn sessions(agents: &Agents, asked: &Asked<'_>) -> Answer {
    let Some(Ok(account)) = asked.account else {
        return unauthorized();
    };
    let wanted = |item: &Value, name: &str, field: &str| {
        let value = asked.query.get(name);
        value.is_none_or(|value| item.get(field).is_some_and(|is| is == value))
    };
    let mut all: Vec<Value> = own(agents, account, asked.now_ms)
        .iter()
        .map(|session| lock(session).history())
        .filter(|item| wanted(item, "status", "status") && wanted(item, "agent_id", "agent_id"))
        .collect();
    all.reverse();
    page("sessions", all, asked.query)
}

/// 9: lists come in pages.
fn page(name: &str, all: Vec<Value>, query: &Query) -> Answer {
    let number = |name: &str, default: usize| match query.get(name) {
        None => Some(default),
        Some(text) => text.parse().ok(),
    };
    let (Some(limit @ 1..=200), Some(from)) = (number("limit", 50), number("cursor", 0)) else {
        return error(422, "validation_error", "limit must be between 1 and 200");
    };
    let total = all.len();
    let page: Vec<Value> = all.into_iter().skip(from).take(limit).collect();
    let has_more = total > from + page.len();
    let next = if has_more {
        (from + limit).to_string()
    } else {
        String::new()
    };
    Answer::json(
        200,
        json!({name: page, "has_more": has_more, "response_metadata": {"next_cursor": next}}),
    )
}

fn session(agents: &Agents, asked: &Asked<'_>, id: &str) -> Answer {
    with_own(agents, asked, id, |session| {
        Answer::json(200, lock(session).details(&agents.origin))
    })
}

fn artifact(agents: &Agents, asked: &Asked<'_>, id: &str, kind: &str) -> Answer {
    let found = agents.find(id).and_then(|session| {
        let mut session = lock(&session);
        session.settle(asked.now_ms);
        session.artifact(kind).filter(|_| !session.is_deleted())
    });
    match found {
        Some(content) if *asked.method == Method::GET => Answer::json(200, content),
        _ => error(404, "not_found", "Not found"),
    }
}

/// 9: a soft delete, after which nobody sees it.
fn delete(agents: &Agents, asked: &Asked<'_>, id: &str) -> Answer {
    with_own(agents, asked, id, |session| {
        lock(session).delete();
        Answer::text(204, "application/json", String::new())
    })
}

fn with_own(
    agents: &Agents,
    asked: &Asked<'_>,
    id: &str,
    then: impl FnOnce(&Kept) -> Answer,
) -> Answer {
    let Some(Ok(account)) = asked.account else {
        return unauthorized();
    };
    let own = own(agents, account, asked.now_ms);
    match own.iter().find(|session| lock(session).id == id) {
        Some(session) => then(session),
        None => error(404, "session_not_found", "Session not found"),
    }
}

fn own(agents: &Agents, account: &str, now_ms: u64) -> Vec<Kept> {
    let mut all = agents.all();
    all.retain(|session| {
        let mut session = lock(session);
        session.settle(now_ms);
        session.is_of(account) && !session.is_deleted()
    });
    all
}
