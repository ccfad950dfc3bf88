//! Agents that are stored at the service (section 9), and the configuration that they are to a session.

use std::sync::Mutex;

use serde_json::{Map, Value, json};

use super::{
    config::{Config, Invalid},
    hub::lock,
};
use crate::wall::iso;

/// So many are kept.
const MOST: usize = 1000;
/// 9: what a definition may have, and what it must have.
const FIELDS: [&str; 12] = [
    "name",
    "system_prompt",
    "voice",
    "greeting",
    "tools",
    "input",
    "output",
    "llm",
    "pre_connect_requests",
    "transfer_targets",
    "outbound_trunk_id",
    "caller_id",
];
const REQUIRED: [&str; 3] = ["name", "system_prompt", "voice"];

/// All agents.
#[derive(Debug, Default)]
pub(super) struct StoredAgents(Mutex<Vec<StoredAgent>>);

/// One of them.
#[derive(Clone)]
pub(super) struct StoredAgent {
    pub(super) id: String,
    account: String,
    definition: Map<String, Value>,
    /// In milliseconds since 1970.
    created_ms: u64,
    updated_ms: u64,
}

impl std::fmt::Debug for StoredAgent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredAgent")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl StoredAgents {
    /// Keeps a new one; `unix_ms` is the time of day.
    pub(super) fn create(
        &self,
        id: String,
        account: &str,
        definition: &Value,
        unix_ms: u64,
    ) -> Result<Value, Invalid> {
        let definition = checked(definition)?;
        let agent = StoredAgent {
            id,
            account: account.to_owned(),
            definition,
            created_ms: unix_ms,
            updated_ms: unix_ms,
        };
        let shown = agent.shown();
        let mut all = lock(&self.0);
        if all.len() >= MOST {
            all.remove(0);
        }
        all.push(agent);
        Ok(shown)
    }

    /// Newest first.
    pub(super) fn list(&self, account: &str) -> Vec<Value> {
        let all = lock(&self.0);
        let own = all.iter().rev().filter(|agent| agent.account == account);
        own.map(StoredAgent::item).collect()
    }

    pub(super) fn find(&self, account: &str, id: &str) -> Option<StoredAgent> {
        let all = lock(&self.0);
        let is_it = |agent: &&StoredAgent| agent.account == account && agent.id == id;
        all.iter().find(is_it).cloned()
    }

    /// 9, of two readings the one that loses nothing where a client sends the full definition: it takes the old one's
    /// place. `None` where there is no such agent.
    pub(super) fn replace(
        &self,
        account: &str,
        id: &str,
        definition: &Value,
        unix_ms: u64,
    ) -> Option<Result<Value, Invalid>> {
        let mut all = lock(&self.0);
        let mut own = all.iter_mut().filter(|agent| agent.account == account);
        let agent = own.find(|agent| agent.id == id)?;
        Some(checked(definition).map(|definition| {
            agent.definition = definition;
            agent.updated_ms = unix_ms;
            agent.shown()
        }))
    }

    pub(super) fn delete(&self, account: &str, id: &str) -> bool {
        let mut all = lock(&self.0);
        let before = all.len();
        all.retain(|agent| agent.account != account || agent.id != id);
        all.len() < before
    }
}

impl StoredAgent {
    /// What a session with it is configured with.
    pub(super) fn config(&self) -> Result<Config, Invalid> {
        configured(&self.definition)
    }

    fn item(&self) -> Value {
        json!({"id": self.id, "name": self.definition.get("name"), "created_at": iso(self.created_ms),
            "updated_at": iso(self.updated_ms)})
    }

    /// 9: secrets are never returned.
    pub(super) fn shown(&self) -> Value {
        let Value::Object(mut shown) = self.item() else {
            return Value::Null;
        };
        shown.extend(self.definition.clone());
        for model in items(&mut shown, "llm") {
            model.remove("api_key");
        }
        let set_at = iso(self.updated_ms);
        for tool in items(&mut shown, "tools") {
            let http = tool.get_mut("http").and_then(Value::as_object_mut);
            for header in http.into_iter().flat_map(|http| items(http, "headers")) {
                header.remove("value");
                header.insert("last_set_at".to_owned(), set_at.as_str().into());
            }
        }
        Value::Object(shown)
    }
}

/// The objects in a list.
fn items<'a>(
    fields: &'a mut Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = &'a mut Map<String, Value>> {
    let list = fields.get_mut(name).and_then(Value::as_array_mut);
    list.into_iter().flatten().filter_map(Value::as_object_mut)
}

fn checked(definition: &Value) -> Result<Map<String, Value>, Invalid> {
    let wrong = |message: &str, param: &str| Err(Invalid::value(message, param));
    let Value::Object(definition) = definition else {
        return wrong("the body must be an object", "body");
    };
    if let Some(missing) = REQUIRED
        .iter()
        .find(|name| !definition.contains_key(**name))
    {
        return wrong("Field required", missing);
    }
    let unknown = |name: &&String| !FIELDS.contains(&name.as_str());
    if let Some(unknown) = definition.keys().find(unknown) {
        return wrong("Extra inputs are not permitted", unknown);
    }
    if definition
        .get("name")
        .and_then(Value::as_str)
        .is_none_or(str::is_empty)
    {
        return wrong("name must be a string", "name");
    }
    check_model(definition.get("llm"))?;
    configured(definition)?;
    Ok(definition.clone())
}

/// 4.8: one at most.
fn check_model(llm: Option<&Value>) -> Result<(), Invalid> {
    let Some(llm) = llm else { return Ok(()) };
    let has_all = |model: &Value| {
        let text = |name: &str| model.get(name).is_some_and(Value::is_string);
        text("base_url") && text("model") && text("api_key")
    };
    let all = llm.as_array();
    let is_good = all.is_some_and(|all| all.len() <= 1 && all.iter().all(has_all));
    if is_good {
        Ok(())
    } else {
        let message = "llm is a list of at most one base_url, model and api_key";
        Err(Invalid::value(message, "llm"))
    }
}

/// The same in the words of `session.update`.
fn configured(definition: &Map<String, Value>) -> Result<Config, Invalid> {
    let mut update = Map::new();
    for name in [
        "system_prompt",
        "greeting",
        "tools",
        "input",
        "output",
        "pre_connect_requests",
    ] {
        if let Some(value) = definition.get(name) {
            update.insert(name.to_owned(), value.clone());
        }
    }
    let voice = definition
        .get("voice")
        .and_then(|voice| voice.get("voice_id"));
    let Some(voice) = voice.filter(|voice| voice.is_string()) else {
        return Err(Invalid::value("voice needs voice_id", "voice.voice_id"));
    };
    let output = update.entry("output").or_insert_with(|| json!({}));
    if let Some(output) = output.as_object_mut() {
        output.insert("voice".to_owned(), voice.clone());
    }
    let mut config = Config::new();
    config.update(&Value::Object(update), super::config::Stage::First)?;
    let mut models = definition.clone();
    for model in items(&mut models, "llm") {
        model.remove("api_key");
    }
    config.set_models(models.remove("llm"));
    Ok(config)
}
