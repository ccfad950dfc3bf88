//! `POST /v1/chat/completions`: limits, attempts, fallbacks (`llm-gateway.md` 5, 11, 12).

use std::{
    sync::{PoisonError, atomic::Ordering},
    time::Duration,
};

use serde_json::Value;

use super::{
    Answer, ChatReply, Gateway,
    check::{authorize, check, depth, fallbacks, merged},
    models::{self, Model},
    ordered,
    write::{Word, Writer},
};

/// 5.1: one repeat of the same model after this long, also without fallbacks.
const RETRY: Duration = Duration::from_millis(500);
/// How long an emulated model takes.
const TOOK_NS: u64 = 1_184_229_100;
/// 12: the window in which requests are counted.
const WINDOW_MS: u64 = 60_000;

impl Gateway {
    /// One request, at `now_ms` of protocol time.
    pub(crate) fn chat(
        &self,
        key: Option<&str>,
        body: &[u8],
        only_key: Option<&str>,
        now_ms: u64,
    ) -> Answer {
        let answer = self
            .answer(key, body, only_key, now_ms)
            .unwrap_or_else(|refusal| refusal);
        of_service(answer).identified(self.answers.fetch_add(1, Ordering::Relaxed))
    }

    fn answer(
        &self,
        key: Option<&str>,
        body: &[u8],
        only_key: Option<&str>,
        now_ms: u64,
    ) -> Result<Answer, Answer> {
        authorize(key, only_key)?;
        let request = serde_json::from_slice::<Value>(body)
            .map_err(|_| Answer::error(400, "the body is not JSON"))?;
        self.keep(&request);
        let model = check(&request, &self.settings.denied)?;
        Ok(self.attempts(&request, model, now_ms))
    }

    /// 5: the model, once more where its vendor failed, then the fallbacks.
    fn attempts(&self, request: &Value, model: Model, now_ms: u64) -> Answer {
        let retries = request
            .pointer("/fallback_config/retry")
            .and_then(Value::as_bool)
            != Some(false);
        let mut answer = self.counted(request, model, retries, now_ms);
        let mut waited = answer.delay.take().unwrap_or_default();
        let most = usize::try_from(depth(request)).unwrap_or(0);
        for fallback in fallbacks(request).take(most) {
            if !answer.falls_back() {
                break;
            }
            let merged = merged(request, fallback);
            let id = merged.get("model").and_then(Value::as_str);
            let Some(model) = id.and_then(models::find) else {
                continue;
            };
            answer = self.counted(&merged, model, false, now_ms);
            waited += answer.delay.take().unwrap_or_default();
        }
        answer.delay = Some(waited).filter(|waited| !waited.is_zero());
        answer
    }

    /// A request to one model, which is charged for it whatever comes of it (12).
    fn counted(&self, request: &Value, model: Model, retries: bool, now_ms: u64) -> Answer {
        let window = match self.count(model.id, now_ms) {
            Ok(window) => window,
            Err(answer) => return answer,
        };
        let mut answer = self.attempt(request, model);
        if retries && answer.is_vendor_failure() {
            let repeated = self.attempt(request, model);
            let waited = RETRY + repeated.delay.unwrap_or_default();
            answer = repeated.after(waited);
        }
        self.limits(answer, window, model.id)
    }

    /// One call of one model. Each takes one of the ordered replies.
    pub(super) fn attempt(&self, request: &Value, model: Model) -> Answer {
        if self.settings.down.iter().any(|down| down == model.id) {
            return Answer::error(503, "the provider is not available");
        }
        let reply = self
            .replies
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()
            .unwrap_or(ChatReply::Usual);
        let word = self.settings.finish_words.get(model.id);
        let writer = Writer {
            request,
            model,
            names_model: self.settings.names_model,
            took_ns: TOOK_NS,
            word: word.map_or(Word::Vendors, |word| Word::Is(word)),
        };
        ordered::answer(writer, &reply)
    }

    /// 12: so many requests a minute and model.
    fn count(&self, id: &str, now_ms: u64) -> Result<Window, Answer> {
        let limit = self.settings.requests_per_minute;
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let times = asked.entry(id.to_owned()).or_default();
        times.retain(|at| at + WINDOW_MS > now_ms);
        let first = times.first().copied().unwrap_or(now_ms);
        let reset = (first + WINDOW_MS).saturating_sub(now_ms).div_ceil(1000);
        if times.len() >= limit {
            return Err(self.limits(ordered::too_many(reset), Window { left: 0, reset }, id));
        }
        times.push(now_ms);
        let left = limit - times.len();
        Ok(Window { left, reset })
    }

    /// 15.8. A 429 has none left, and says by itself until when (11.2).
    fn limits(&self, answer: Answer, window: Window, model: &str) -> Answer {
        if answer.is_from_edge() {
            return answer;
        }
        let is_limited = answer.status == 429;
        let left = if is_limited { 0 } else { window.left };
        let answer = answer
            .header("x-ratelimit-limit", self.settings.requests_per_minute)
            .header("x-ratelimit-remaining", left)
            .header("x-ratelimit-model", model);
        if is_limited {
            answer
        } else {
            answer.header("x-ratelimit-reset", window.reset)
        }
    }
}

/// What is left of a model's minute.
#[derive(Debug, Clone, Copy)]
struct Window {
    left: usize,
    /// Seconds until it ends.
    reset: u64,
}

/// 2: on all answers of the gateway.
pub(super) fn of_service(answer: Answer) -> Answer {
    if answer.is_from_edge() {
        answer
    } else {
        answer.header("x-ratelimit-service", "llmgw")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::gateway::Settings;

    #[test]
    fn the_reset_is_the_rest_of_the_models_minute() {
        let gateway = Gateway::new(Settings::default());
        let body = json!({"model": "gpt-5.2", "messages": []}).to_string();
        let reset = |now_ms| {
            let answer = gateway.chat(Some("key"), body.as_bytes(), None, now_ms);
            let mut headers = answer.headers.into_iter();
            headers.find_map(|(name, value)| (name == "x-ratelimit-reset").then_some(value))
        };
        for (now_ms, seconds) in [(1000, "60"), (21_000, "40"), (60_999, "1"), (61_000, "20")] {
            assert_eq!(reset(now_ms).as_deref(), Some(seconds), "at {now_ms} ms");
        }
    }
}
