//! `POST /v1/chat/completions`: limits, attempts, fallbacks (`llm-gateway.md` 5, 11, 12).

use std::{sync::PoisonError, time::Duration};

use serde_json::{Value, json};

use super::{
    Answer, ChatReply, Gateway,
    check::{authorize, check, depth},
    fill,
    models::{self, Model},
    write::{Finish, StreamEnd, Writer, finish_word},
};

/// No request of a client lasts this long.
const NEVER: Duration = Duration::from_secs(24 * 3600);
/// 5.1: one repeat of the same model after this long, also without fallbacks.
const RETRY: Duration = Duration::from_millis(500);
/// How long an emulated model takes.
const TOOK_NS: u64 = 1_184_229_100;

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
        self.keep(&request);
        let model = match check(&request, &self.settings.denied) {
            Ok(model) => model,
            Err(answer) => return answer,
        };
        let left = match self.count(model.id, now_ms) {
            Ok(left) => left,
            Err(answer) => return answer,
        };
        let limit = self.settings.requests_per_minute;
        let answer = self.attempts(&request, model);
        limits(answer, limit, left, 60, model.id)
    }

    /// 5: the model, once more where its vendor failed, then the fallbacks.
    fn attempts(&self, request: &Value, model: Model) -> Answer {
        let retries = request
            .pointer("/fallback_config/retry")
            .and_then(Value::as_bool)
            != Some(false);
        let mut waited = Duration::ZERO;
        let mut answer = self.attempt(request, model);
        if retries && answer.is_vendor_failure() {
            waited += RETRY;
            answer = self.attempt(request, model);
        }
        let fallbacks = request.get("fallbacks").and_then(Value::as_array);
        let most = usize::try_from(depth(request)).unwrap_or(0);
        for fallback in fallbacks.into_iter().flatten().take(most) {
            if !answer.is_vendor_failure() {
                break;
            }
            let id = fallback
                .get("model")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let Some(model) = models::find(id) else {
                continue;
            };
            let mut merged = request.clone();
            if let (Value::Object(merged), Value::Object(fields)) = (&mut merged, fallback) {
                merged.extend(fields.clone());
            }
            answer = self.attempt(&merged, model);
        }
        answer.delay = answer
            .delay
            .map(|delay| delay + waited)
            .or(Some(waited).filter(|w| !w.is_zero()));
        answer
    }

    /// One call of one model. Each takes one of the ordered replies.
    fn attempt(&self, request: &Value, model: Model) -> Answer {
        if self.settings.down.iter().any(|down| down == model.id) {
            return Answer::error(503, "the provider is not available");
        }
        let reply = self
            .replies
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()
            .unwrap_or(ChatReply::Usual);
        let writer = Writer {
            request,
            model,
            names_model: self.settings.names_model,
            took_ns: TOOK_NS,
        };
        written(writer, &reply).unwrap_or_else(|| failed(writer, &reply))
    }

    /// 12: so many requests a minute and model.
    fn count(&self, id: &str, now_ms: u64) -> Result<usize, Answer> {
        let limit = self.settings.requests_per_minute;
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let times = asked.entry(id.to_owned()).or_default();
        times.retain(|at| at + 60_000 > now_ms);
        if times.len() >= limit {
            let wait = times.first().map_or(60, |first| {
                (first + 60_000).saturating_sub(now_ms).div_ceil(1000)
            });
            let answer = Answer::error(429, "too many requests for this action");
            return Err(limits(
                answer.header("retry-after", wait),
                limit,
                0,
                wait,
                id,
            ));
        }
        times.push(now_ms);
        Ok(limit - times.len())
    }
}

/// 15.8.
fn limits(answer: Answer, limit: usize, left: usize, reset: u64, model: &str) -> Answer {
    answer
        .header("x-ratelimit-limit", limit)
        .header("x-ratelimit-remaining", left)
        .header("x-ratelimit-reset", reset)
        .header("x-ratelimit-model", model)
        .header("x-ratelimit-service", "llmgw")
}

/// Answers in which a model has its say.
fn written(writer: Writer<'_>, reply: &ChatReply) -> Option<Answer> {
    let usual = || fill::content(writer.request);
    let repairs = writer
        .request
        .get("post_processing_steps")
        .and_then(Value::as_array)
        .is_some_and(|steps| steps.iter().any(|step| step["type"] == "json-repair"));
    Some(match reply {
        ChatReply::Usual => writer.limited(&usual()),
        // 9: the gateway takes the fence off.
        ChatReply::Fenced if repairs => writer.limited(&usual()),
        ChatReply::Content(text) => writer.limited(text),
        ChatReply::Fenced => {
            let fenced = format!("Here is the note:\n```json\n{}\n```", usual());
            writer.write(&fenced, Finish::Complete)
        }
        ChatReply::Prose => writer.write(
            "I have read the session and would describe it as productive.",
            Finish::Complete,
        ),
        ChatReply::BreaksSchema => writer.write(&broken(&usual()), Finish::Complete),
        ChatReply::CutSentence => writer.write(&cut_sentence(&usual()), Finish::Complete),
        ChatReply::Cut => {
            let whole = usual();
            let half: String = whole.chars().take(whole.chars().count() / 2).collect();
            writer.write(&half, Finish::OutOfBudget)
        }
        ChatReply::Empty => writer.write("", Finish::Complete),
        ChatReply::Refusal => writer.write("", Finish::Refused),
        ChatReply::TwoChoices => {
            let mut body = writer.body(&usual(), Finish::Complete);
            let word = finish_word(writer.model.id, Finish::Complete);
            if let Some(Value::Array(choices)) = body.get_mut("choices") {
                choices.insert(0, json!({"index": 0, "message": {"role": "assistant", "content": null}, "finish_reason": word}));
            }
            Answer::json(200, &body)
        }
        ChatReply::NoChoices => {
            let mut body = writer.body("", Finish::Complete);
            if let Some(choices) = body.get_mut("choices") {
                *choices = Value::Null;
            }
            Answer::json(200, &body)
        }
        ChatReply::StreamCut => writer.stream(&usual(), Finish::Complete, StreamEnd::Cut),
        ChatReply::Slow(delay) => writer.limited(&usual()).after(*delay),
        _ => return None,
    })
}

/// Answers of the gateway itself, or of what stands before it.
fn failed(writer: Writer<'_>, reply: &ChatReply) -> Answer {
    match reply {
        ChatReply::RateLimited(seconds) => {
            Answer::error(429, "too many requests for this action").header("retry-after", seconds)
        }
        ChatReply::Status(status) => Answer::error(*status, "an error that was ordered"),
        ChatReply::Nested(status) => Answer::nested(*status, "an error that was ordered"),
        ChatReply::Unauthorized => {
            Answer::unauthorized("Authentication error, API token missing/invalid")
        }
        // 8: a stream hides the vendor's reason.
        ChatReply::VendorRefuses if writer.is_streamed() => {
            Answer::error(500, "something went wrong").by_edge()
        }
        ChatReply::VendorRefuses => Answer::error(400, "the vendor refused the request"),
        ChatReply::HtmlPage => {
            let page = "<html><body><h1>502 Bad Gateway</h1></body></html>";
            Answer::text(502, "text/html", page.to_owned()).by_edge()
        }
        _ => Answer::error(504, "never").after(NEVER).by_edge(),
    }
}

/// Without the first field, and with one that nobody asked for.
fn broken(note: &str) -> String {
    let Ok(Value::Object(mut fields)) = serde_json::from_str(note) else {
        return "{\"unexpected\":1}".to_owned();
    };
    if let Some(first) = fields.keys().next().cloned() {
        fields.remove(&first);
    }
    fields.insert("unexpected".to_owned(), 1.into());
    Value::Object(fields).to_string()
}

/// 4.4: valid JSON whose longest text stops in the middle of a sentence.
fn cut_sentence(note: &str) -> String {
    let Ok(Value::Object(mut fields)) = serde_json::from_str(note) else {
        return note.to_owned();
    };
    let texts = fields.values_mut().filter_map(|value| match value {
        Value::String(text) => Some(text),
        _ => None,
    });
    if let Some(text) = texts.max_by_key(|text| text.len()) {
        *text = text.chars().take(text.chars().count() * 2 / 3).collect();
    }
    Value::Object(fields).to_string()
}
