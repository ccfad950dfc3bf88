//! A server that speaks as OpenAI does, on its own path: Ollama, vLLM, llama.cpp and their like (`other-providers.md` 2.1).

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::{Answer, Gateway, check, models, transcript::all_texts};

/// What a local server does for the form of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum LocalServer {
    /// It takes `json_schema` and `json_object`.
    #[default]
    Schema,
    /// It takes `json_object`, and refuses `json_schema` with a 400.
    Object,
    /// It refuses both.
    Plain,
    /// It takes everything and holds the model to nothing: whoever asks for a form gets prose.
    FailsOpen,
    /// As [`Schema`](Self::Schema), but it refuses `max_tokens`, as OpenAI's models do that think.
    OnlyCompletionTokens,
}

impl Gateway {
    /// One request to the local server. It needs a key only where the emulator was given one.
    pub(crate) fn local(&self, key: Option<&str>, body: &[u8], only_key: Option<&str>) -> Answer {
        let answer = self.answer_locally(key, body, only_key);
        let answer = answer.unwrap_or_else(|refusal| refusal).of_local_server();
        answer.identified(self.answers.fetch_add(1, Ordering::Relaxed))
    }

    fn answer_locally(
        &self,
        key: Option<&str>,
        body: &[u8],
        only_key: Option<&str>,
    ) -> Result<Answer, Answer> {
        let shown = key.and_then(|key| key.strip_prefix("Bearer "));
        if only_key.is_some() && shown != only_key {
            return Err(Answer::nested(401, "Incorrect API key provided"));
        }
        let request = serde_json::from_slice::<Value>(body)
            .map_err(|_| Answer::nested(400, "the body is not JSON"))?;
        self.keep(&request);
        let server = self.settings.local;
        let model = request.get("model").and_then(Value::as_str);
        if model != Some(models::LOCAL.id) {
            return Err(Answer::nested(404, "model not found, try pulling it first"));
        }
        check::check_messages(&request)?;
        check::check_tools(&request)?;
        refuse(&request, server)?;
        Ok(self.attempt(&as_read(request, server), models::LOCAL))
    }

    /// The catalogue of the local server.
    pub(crate) fn local_models(&self) -> Answer {
        let _ = self;
        let model = models::LOCAL;
        let entry = json!({"id": model.id, "object": "model", "owned_by": "library", "max_model_len": model.context});
        Answer::json(200, json!({"object": "list", "data": [entry]}))
    }
}

/// What this server does not take.
fn refuse(request: &Value, server: LocalServer) -> Result<(), Answer> {
    let kind = request
        .pointer("/response_format/type")
        .and_then(Value::as_str);
    match (server, kind) {
        (LocalServer::Object, Some("json_schema"))
        | (LocalServer::Plain, Some("json_schema" | "json_object")) => Err(Answer::nested(
            400,
            "response_format of this type is not supported",
        )),
        (LocalServer::OnlyCompletionTokens, _) if request.get("max_tokens").is_some() => {
            Err(Answer::nested(
                400,
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
            ))
        }
        _ => Ok(()),
    }
}

/// The request as the model gets it: held to the schema of the field where there is one, else to one that it reads in the
/// prompt, if its server is not of the kind that holds it to nothing.
fn as_read(mut request: Value, server: LocalServer) -> Value {
    let asked = request.pointer("/response_format/json_schema/schema");
    // Beside tools no form is asked for in words.
    let has_tools = request.get("tools").is_some();
    let in_prompt = || schema_in(&request).filter(|_| !has_tools);
    let schema = asked.cloned().or_else(in_prompt);
    let budget = request.get("max_completion_tokens").cloned();
    if let Value::Object(fields) = &mut request {
        fields.remove("response_format");
        if let Some(schema) = schema.filter(|_| server != LocalServer::FailsOpen) {
            let form = json!({"type": "json_schema", "json_schema": {"schema": schema}});
            fields.insert("response_format".to_owned(), form);
        }
        if let Some(budget) = budget {
            fields.insert("max_tokens".to_owned(), budget);
        }
    }
    request
}

/// A JSON Schema that stands in a message.
fn schema_in(request: &Value) -> Option<Value> {
    all_texts(request).iter().find_map(|text| {
        let starts = text.match_indices("{\"").map(|(at, _)| at);
        starts
            .filter_map(|at| {
                let mut values = serde_json::Deserializer::from_str(text.get(at..)?).into_iter();
                values.next()?.ok()
            })
            .find(|value: &Value| value.get("properties").is_some_and(Value::is_object))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::Settings;

    fn asked(server: LocalServer, form: &Value) -> (u16, Value) {
        let gateway = Gateway::new(Settings {
            local: server,
            ..Settings::default()
        });
        let schema = json!({"type": "object", "properties": {"data": {"type": "string"}}});
        let body = json!({"model": "local-8b", "max_tokens": 100, "response_format": form, "messages": [
            {"role": "system", "content": format!("Rules {{\"a\"}}. Schema:\n{schema}\nShape: {{\"data\": <text>}}")},
            {"role": "user", "content": "[U0001 0:01 Client] I slept badly again."}]});
        let answer = gateway.local(None, body.to_string().as_bytes(), None);
        let body = serde_json::from_slice(&answer.bytes()).unwrap();
        (answer.status, body)
    }

    #[test]
    fn each_kind_of_server_takes_the_forms_that_it_takes() {
        let (schema, object) = (
            json!({"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object", "properties": {"data": {"type": "string"}}}}}),
            json!({"type": "json_object"}),
        );
        let rows = [
            (LocalServer::Schema, [200, 200, 200]),
            (LocalServer::Object, [400, 200, 200]),
            (LocalServer::Plain, [400, 400, 200]),
            (LocalServer::FailsOpen, [200, 200, 200]),
            (LocalServer::OnlyCompletionTokens, [400, 400, 400]),
        ];
        for (server, expected) in rows {
            let forms = [&schema, &object, &Value::Null];
            for (form, status) in forms.into_iter().zip(expected) {
                let (given, body) = asked(server, form);
                assert_eq!(given, status, "{server:?} {form}");
                let content = body.pointer("/choices/0/message/content");
                let is_json =
                    content.is_some_and(|text| text.as_str().unwrap().starts_with("{\"data\""));
                assert_eq!(
                    is_json,
                    status == 200 && server != LocalServer::FailsOpen,
                    "{server:?} {form}"
                );
            }
        }
    }
}
