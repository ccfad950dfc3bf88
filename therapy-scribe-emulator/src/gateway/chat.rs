//! `POST /v1/chat/completions` (`llm-gateway.md` 3 to 8, 11, 12).

use std::{sync::PoisonError, time::Duration};

use serde_json::{Value, json};

use super::{
    Answer, ChatReply, Gateway,
    answer::REQUEST_ID,
    extract,
    models::{self, Model},
};

/// 12: requests a minute and model.
const LIMIT: usize = 30;
/// 3.1: far too small for a note.
const DEFAULT_MAX_TOKENS: u64 = 1000;
/// No request of a client lasts this long.
const NEVER: Duration = Duration::from_secs(24 * 3600);

impl Gateway {
    /// One request, at `now_ms` of protocol time.
    pub(crate) fn chat(
        &self,
        key: Option<&str>,
        body: &[u8],
        only_key: Option<&str>,
        now_ms: u64,
    ) -> Answer {
        if let Err(answer) = authorize(key, only_key) {
            return answer;
        }
        let Ok(request) = serde_json::from_slice::<Value>(body) else {
            return Answer::error(400, "the body is not JSON");
        };
        self.requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(request.clone());
        let reply = self
            .replies
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()
            .unwrap_or(ChatReply::Usual);
        let model = match check(&request) {
            Ok(model) => model,
            Err(answer) => return answer,
        };
        let left = match self.count(model.id, now_ms) {
            Ok(left) => left,
            Err(answer) => return answer,
        };
        let answer = if self.is_down(model.id) {
            self.fall_back(&request)
        } else {
            self.reply(&request, model, &reply)
        };
        answer
            .header("x-ratelimit-limit", LIMIT)
            .header("x-ratelimit-remaining", left)
            .header("x-ratelimit-reset", 60)
            .header("x-ratelimit-model", model.id)
            .header("x-ratelimit-service", "llmgw")
    }

    fn is_down(&self, id: &str) -> bool {
        self.down.iter().any(|down| down == id)
    }

    /// 15.7: the first fallback that is up, as many as `depth` allows.
    fn fall_back(&self, request: &Value) -> Answer {
        let depth = request
            .pointer("/fallback_config/depth")
            .and_then(Value::as_u64)
            .unwrap_or(1);
        let fallbacks = request
            .get("fallbacks")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        for fallback in fallbacks.iter().take(usize::try_from(depth).unwrap_or(1)) {
            let id = fallback
                .get("model")
                .and_then(Value::as_str)
                .unwrap_or_default();
            if let Some(model) = models::find(id).filter(|model| !self.is_down(model.id)) {
                let mut merged = request.clone();
                if let (Value::Object(merged), Value::Object(fields)) = (&mut merged, fallback) {
                    merged.extend(fields.clone());
                }
                return self.reply(&merged, model, &ChatReply::Usual);
            }
        }
        Answer::error(503, "the provider is not available")
    }

    fn reply(&self, request: &Value, model: Model, reply: &ChatReply) -> Answer {
        let usual = || extract::content(request);
        let done = finish_word(model.id, Finish::Complete);
        match reply {
            ChatReply::Usual => self.limited(request, model, &usual()),
            ChatReply::Content(text) => self.limited(request, model, text),
            ChatReply::Fenced => self.write(
                request,
                model,
                &format!("Here is the note:\n```json\n{}\n```", usual()),
                done,
            ),
            ChatReply::Cut => {
                let whole = usual();
                let half: String = whole.chars().take(whole.chars().count() / 2).collect();
                self.write(
                    request,
                    model,
                    &half,
                    finish_word(model.id, Finish::OutOfBudget),
                )
            }
            ChatReply::Empty => self.write(request, model, "", done),
            ChatReply::Refusal => {
                self.write(request, model, "", finish_word(model.id, Finish::Refused))
            }
            ChatReply::TwoChoices => {
                let mut body = self.body(request, model, &usual(), done);
                if let Some(Value::Array(choices)) = body.get_mut("choices") {
                    choices.insert(0, json!({"index": 0, "message": {"role": "assistant", "content": null}, "finish_reason": done}));
                }
                Answer::json(200, &body)
            }
            ChatReply::NoChoices => {
                let mut body = self.body(request, model, "", done);
                if let Some(choices) = body.get_mut("choices") {
                    *choices = Value::Null;
                }
                Answer::json(200, &body)
            }
            ChatReply::RateLimited(seconds) => {
                Answer::error(429, "too many requests for this action")
                    .header("retry-after", seconds)
            }
            ChatReply::Status(status) => Answer::error(*status, "an error that was ordered"),
            ChatReply::Nested(status) => Answer::nested(*status, "an error that was ordered"),
            ChatReply::HtmlPage => Answer::text(
                502,
                "text/html",
                "<html><body>Bad Gateway</body></html>".to_owned(),
            ),
            ChatReply::Slow(delay) => Answer {
                delay: Some(*delay),
                ..self.limited(request, model, &usual())
            },
            ChatReply::Never => Answer {
                delay: Some(NEVER),
                ..Answer::error(504, "never")
            },
        }
    }

    /// 15.3: what is beyond the budget is cut. A token is taken for four characters.
    fn limited(&self, request: &Value, model: Model, content: &str) -> Answer {
        let budget = request
            .get("max_tokens")
            .and_then(Value::as_u64)
            .unwrap_or(DEFAULT_MAX_TOKENS);
        let budget = usize::try_from(budget)
            .unwrap_or(usize::MAX)
            .saturating_mul(4);
        if content.chars().count() <= budget {
            return self.write(
                request,
                model,
                content,
                finish_word(model.id, Finish::Complete),
            );
        }
        let cut: String = content.chars().take(budget).collect();
        self.write(
            request,
            model,
            &cut,
            finish_word(model.id, Finish::OutOfBudget),
        )
    }

    fn write(&self, request: &Value, model: Model, content: &str, finish: &str) -> Answer {
        if request.get("stream").and_then(Value::as_bool) == Some(true) {
            return stream(request, model, content, finish);
        }
        Answer::json(200, &self.body(request, model, content, finish))
    }

    /// 6.1; `response_time` is in nanoseconds.
    fn body(&self, request: &Value, model: Model, content: &str, finish: &str) -> Value {
        let mut echo = request.clone();
        if let Value::Object(fields) = &mut echo {
            for hidden in ["messages", "prompt", "post_processing_steps"] {
                fields.shift_remove(hidden);
            }
            fields.insert("model".to_owned(), model.id.into());
        }
        let (input, output) = (tokens(&request.to_string()), tokens(content));
        let mut body = json!({
            "request_id": REQUEST_ID,
            "model": model.id,
            "choices": [{"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": finish}],
            "usage": {"input_tokens": input, "prompt_tokens": input, "output_tokens": output, "completion_tokens": output,
                "total_tokens": input + output, "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0}},
            "request": echo, "http_status_code": 200, "llm_status_code": 200, "response_time": 1_184_229_100_u64,
        });
        if !self.name_model
            && let Value::Object(fields) = &mut body
        {
            fields.shift_remove("model");
            fields.shift_remove("request");
        }
        body
    }

    fn count(&self, id: &str, now_ms: u64) -> Result<usize, Answer> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let times = asked.entry(id.to_owned()).or_default();
        times.retain(|at| at + 60_000 > now_ms);
        if times.len() >= LIMIT {
            let wait = times.first().map_or(60, |first| {
                (first + 60_000).saturating_sub(now_ms).div_ceil(1000)
            });
            return Err(Answer::error(429, "too many requests for this action")
                .header("retry-after", wait)
                .header("x-ratelimit-limit", LIMIT)
                .header("x-ratelimit-remaining", 0)
                .header("x-ratelimit-reset", wait)
                .header("x-ratelimit-model", id)
                .header("x-ratelimit-service", "llmgw"));
        }
        times.push(now_ms);
        Ok(LIMIT - times.len())
    }
}

/// 15.1: raw and `Bearer` keys; a missing header has a misleading text.
fn authorize(key: Option<&str>, only_key: Option<&str>) -> Result<(), Answer> {
    let Some(key) = key else {
        return Err(Answer::unauthorized(
            "Your account does not have access to LLM Gateway. Please upgrade your account",
        ));
    };
    let key = key.strip_prefix("Bearer ").unwrap_or(key);
    if only_key.map_or(key.is_empty() || key.starts_with("bad"), |only| only != key) {
        return Err(Answer::unauthorized(
            "Authentication error, API token missing/invalid",
        ));
    }
    Ok(())
}

/// 15.4, 11.2.
fn check(request: &Value) -> Result<Model, Answer> {
    let bad = |message: &str| Err(Answer::error(400, message));
    if request.get("messages").is_none() && request.get("prompt").is_none() {
        return bad("one of messages or prompt required");
    }
    let model = known(
        request
            .get("model")
            .and_then(Value::as_str)
            .unwrap_or_default(),
    )?;
    if model.retired {
        return Err(Answer::error(
            410,
            "the model version you are trying to access has been deprecated",
        ));
    }
    for fallback in request
        .get("fallbacks")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        known(
            fallback
                .get("model")
                .and_then(Value::as_str)
                .unwrap_or_default(),
        )?;
    }
    if request
        .pointer("/fallback_config/depth")
        .and_then(Value::as_u64)
        .unwrap_or(0)
        > 2
    {
        return bad("fallback_config depth cannot be greater than 2");
    }
    if request
        .get("model_region")
        .is_some_and(|region| region != "global")
    {
        return bad("model_region can only be set to global");
    }
    let in_range = |tokens: &Value| {
        tokens
            .as_u64()
            .is_some_and(|tokens| (1..=200_000).contains(&tokens))
    };
    if request
        .get("max_tokens")
        .is_some_and(|tokens| !in_range(tokens))
    {
        return bad("max_tokens out of range");
    }
    check_capabilities(request, model)?;
    Ok(model)
}

/// A capability that a model does not list is refused, not dropped (3.1).
fn check_capabilities(request: &Value, model: Model) -> Result<(), Answer> {
    for name in ["response_format", "tools", "tool_choice"] {
        let has = if name == "response_format" {
            model.structured
        } else {
            model.tools
        };
        if request.get(name).is_some() && !has {
            return Err(Answer::error(
                400,
                &format!("model {} does not support {name}", model.id),
            ));
        }
    }
    let format = request.get("response_format");
    if format.is_some_and(|format| {
        !format
            .pointer("/json_schema/schema")
            .is_some_and(Value::is_object)
    }) {
        return Err(Answer::error(
            400,
            "response_format is invalid: json_schema.schema is required",
        ));
    }
    Ok(())
}

fn known(id: &str) -> Result<Model, Answer> {
    models::find(id).ok_or_else(|| Answer::error(400, &format!("model {id} is not supported")))
}

#[derive(Debug, Clone, Copy)]
enum Finish {
    Complete,
    OutOfBudget,
    Refused,
}

/// 15.5, 6.2: the vendor's own word.
fn finish_word(id: &str, finish: Finish) -> &'static str {
    match (id.split('-').next(), finish) {
        (Some("claude"), Finish::Complete) => "end_turn",
        (Some("claude"), Finish::OutOfBudget) => "max_tokens",
        (Some("claude"), Finish::Refused) => "refusal",
        (Some("gemini"), Finish::Complete) => "STOP",
        (Some("gemini"), Finish::OutOfBudget) => "MAX_TOKENS",
        (Some("gemini"), Finish::Refused) => "SAFETY",
        (_, Finish::Complete) => "stop",
        (_, Finish::OutOfBudget) => "length",
        (_, Finish::Refused) => "content_filter",
    }
}

/// 8: chunks, a finish, usage if asked for, `[DONE]`.
fn stream(request: &Value, model: Model, content: &str, finish: &str) -> Answer {
    let chunk = |choices: Value| json!({"id": "c-1", "object": "chat.completion.chunk", "created": 1_790_000_000, "model": model.id, "choices": choices});
    let delta = |delta: Value, finish: Option<&str>| {
        chunk(json!([{"index": 0, "delta": delta, "finish_reason": finish}]))
    };
    let letters: Vec<char> = content.chars().collect();
    let mut events: Vec<Value> = letters
        .chunks(40)
        .map(|part| {
            delta(
                json!({"role": "assistant", "content": part.iter().collect::<String>()}),
                None,
            )
        })
        .collect();
    events.push(delta(json!({}), Some(finish)));
    if request
        .pointer("/stream_options/include_usage")
        .and_then(Value::as_bool)
        == Some(true)
    {
        let (input, output) = (tokens(&request.to_string()), tokens(content));
        let mut usage = chunk(json!([]));
        if let Value::Object(fields) = &mut usage {
            fields.insert("usage".to_owned(), json!({"prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output}));
        }
        events.push(usage);
    }
    let mut body = events.iter().fold(String::new(), |body, event| {
        body + &format!("data: {event}\n\n")
    });
    body.push_str("data: [DONE]\n\n");
    Answer::text(200, "text/event-stream", body)
}

fn tokens(text: &str) -> usize {
    text.chars().count().div_ceil(4)
}
