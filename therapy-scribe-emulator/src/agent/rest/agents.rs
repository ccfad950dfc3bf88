//! Stored agents over HTTP (section 9).

use serde_json::{Value, json};

use super::{Asked, error, page, unauthorized};
use crate::{
    agent::{config::Invalid, hub::Agents, session::hex},
    gateway::Answer,
    streaming::Random,
    wall::unix_millis,
};

pub(super) fn create(service: &Agents, asked: &Asked<'_>) -> Answer {
    let Some(Ok(account)) = asked.account else {
        return unauthorized();
    };
    let mut random = Random(service.next_id());
    let id = format!("agent_{}{}", hex(&mut random), hex(&mut random));
    let made = service
        .stored
        .create(id, account, &body(asked), unix_millis());
    made.map_or_else(
        |invalid| refused(&invalid),
        |agent| Answer::json(201, agent),
    )
}

pub(super) fn list(service: &Agents, asked: &Asked<'_>) -> Answer {
    match asked.account {
        Some(Ok(account)) => page("agents", service.stored.list(account), asked.query),
        _ => unauthorized(),
    }
}

pub(super) fn read(service: &Agents, asked: &Asked<'_>, id: &str) -> Answer {
    let Some(Ok(account)) = asked.account else {
        return unauthorized();
    };
    let found = service.stored.find(account, id);
    found.map_or_else(unknown, |agent| Answer::json(200, agent.shown()))
}

pub(super) fn replace(service: &Agents, asked: &Asked<'_>, id: &str) -> Answer {
    let Some(Ok(account)) = asked.account else {
        return unauthorized();
    };
    let replaced = service
        .stored
        .replace(account, id, &body(asked), unix_millis());
    match replaced {
        None => unknown(),
        Some(Err(invalid)) => refused(&invalid),
        Some(Ok(agent)) => Answer::json(200, agent),
    }
}

pub(super) fn delete(service: &Agents, asked: &Asked<'_>, id: &str) -> Answer {
    let Some(Ok(account)) = asked.account else {
        return unauthorized();
    };
    if service.stored.delete(account, id) {
        Answer::text(204, "application/json", String::new())
    } else {
        unknown()
    }
}

fn body(asked: &Asked<'_>) -> Value {
    serde_json::from_slice(asked.body).unwrap_or(Value::Null)
}

fn unknown() -> Answer {
    error(404, "agent_not_found", "Agent not found")
}

/// 7.3.
fn refused(invalid: &Invalid) -> Answer {
    let (message, param) = (&invalid.message, &invalid.param);
    let body = json!({"code": "validation_error", "message": message, "param": param, "request_id": "req_emulated",
        "errors": [{"message": message, "param": param}], "detail": []});
    Answer::json(422, body)
}
