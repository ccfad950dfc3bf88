//! Tokens and the history of sessions over HTTP (1.3, 7.3, section 9).

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
pub(crate) fn answer(agents: &Agents, asked: &Asked<'_>) -> Option<Answer> {
    let path: Vec<&str> = asked.path.trim_matches('/').split('/').collect();
    let is_get = asked.method == Method::GET;
    let handle: fn(&Agents, &Asked<'_>, &str) -> Answer = match (is_get, path.as_slice()) {
        (true, ["v1", "token"]) => |agents, asked, _| token(agents, asked),
        (false, ["v1", "tokens"]) if asked.method == Method::POST => {
            |agents, asked, _| new_token(agents, asked)
        }
        (true, ["v1", "sessions"]) => |agents, asked, _| sessions(agents, asked),
        (true, ["v1", "sessions", _]) => session,
        (false, ["v1", "sessions", _]) if asked.method == Method::DELETE => delete,
        _ => return None,
    };
    if agents.puts_off() {
        let busy = error(429, "rate_limited", "Too many requests");
        return Some(busy.header("retry-after", 1));
    }
    Some(handle(
        agents,
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

/// 9: newest first, in pages.
fn sessions(agents: &Agents, asked: &Asked<'_>) -> Answer {
    let Some(Ok(account)) = asked.account else {
        return unauthorized();
    };
    let number = |name: &str, default: usize| match asked.query.get(name) {
        None => Some(default),
        Some(text) => text.parse().ok(),
    };
    let (Some(limit @ 1..=200), Some(from)) = (number("limit", 50), number("cursor", 0)) else {
        return error(422, "validation_error", "limit must be between 1 and 200");
    };
    let status = asked.query.get("status");
    let mut all: Vec<Value> = own(agents, account, asked.now_ms)
        .iter()
        .map(|session| lock(session).history())
        .filter(|item| status.is_none_or(|status| item.get("status").is_some_and(|s| s == status)))
        .collect();
    all.reverse();
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
        json!({"sessions": page, "has_more": has_more, "response_metadata": {"next_cursor": next}}),
    )
}

fn session(agents: &Agents, asked: &Asked<'_>, id: &str) -> Answer {
    with_own(agents, asked, id, |session| {
        Answer::json(200, lock(session).details())
    })
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
