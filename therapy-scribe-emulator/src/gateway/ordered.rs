//! The answers that a test ordered (15.6), and the usual one.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    Answer, ChatReply, fill, tools,
    write::{Finish, StreamEnd, Word, Writer},
};

/// No request of a client lasts this long.
const NEVER: Duration = Duration::from_secs(24 * 3600);

pub(super) fn answer(writer: Writer<'_>, reply: &ChatReply) -> Answer {
    written(writer, reply)
        .or_else(|| shaped(writer, reply))
        .unwrap_or_else(|| failed(writer, reply))
}

/// 11.2: a limit is reached, and in so many seconds it is not.
pub(super) fn too_many(seconds: u64) -> Answer {
    limited()
        .header("retry-after", seconds)
        .header("x-ratelimit-reset", seconds)
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
        ChatReply::Usual => tools::answer(writer).unwrap_or_else(|| writer.limited(&usual())),
        ChatReply::Calls(calls) => writer.calls(calls),
        // 9: the gateway takes the fence off.
        ChatReply::Fenced if repairs => writer.limited(&usual()),
        ChatReply::Content(text) => writer.limited(text),
        ChatReply::Fenced => {
            let fenced = format!("Here is the note:\n```json\n{}\n```", usual());
            writer.write(&fenced, Finish::Complete)
        }
        ChatReply::Thinking => {
            let thought = format!("<think>\nA note {{as asked}}.\n</think>\n\n{}", usual());
            writer.write(&thought, Finish::Complete)
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
        ChatReply::Finish(word) => {
            let word = word.as_deref().map_or(Word::Null, Word::Is);
            Writer { word, ..writer }.write(&usual(), Finish::Complete)
        }
        ChatReply::StreamCut => writer.stream(&usual(), Finish::Complete, StreamEnd::Cut),
        ChatReply::Slow(delay) => tools::answer(writer)
            .unwrap_or_else(|| writer.limited(&usual()))
            .after(*delay),
        _ => return None,
    })
}

/// Answers of another shape. They come whole, also where a stream was asked for.
fn shaped(writer: Writer<'_>, reply: &ChatReply) -> Option<Answer> {
    let mut body = writer.body(&fill::content(writer.request), Finish::Complete);
    match reply {
        ChatReply::NullContent => put(&mut body, "/choices/0/message/content", Value::Null),
        // 6.3, OpenAI's way.
        ChatReply::RefusalText(text) => {
            let message = json!({"role": "assistant", "content": null, "refusal": text});
            put(&mut body, "/choices/0/message", message);
        }
        ChatReply::TwoChoices => {
            let word = writer.finish_word(Finish::Complete);
            if let Some(Value::Array(choices)) = body.get_mut("choices") {
                choices.insert(0, json!({"index": 0, "message": {"role": "assistant", "content": null}, "finish_reason": word}));
            }
        }
        ChatReply::NoChoices => put(&mut body, "/choices", Value::Null),
        _ => return None,
    }
    Some(Answer::json(200, body))
}

/// Answers of the gateway itself, or of what stands before it.
fn failed(writer: Writer<'_>, reply: &ChatReply) -> Answer {
    match reply {
        ChatReply::RateLimited(seconds) => too_many(*seconds),
        ChatReply::RateLimitedUntil(reset) => limited().header("x-ratelimit-reset", reset),
        ChatReply::Status(status) => Answer::error(*status, "an error that was ordered"),
        ChatReply::Nested(status) => Answer::nested(*status, "an error that was ordered"),
        ChatReply::Unauthorized => {
            Answer::unauthorized("Authentication error, API token missing/invalid")
        }
        // 8: a stream hides the vendor's reason.
        ChatReply::VendorRefuses if writer.is_streamed() => {
            Answer::error(500, "something went wrong").by_gateway()
        }
        ChatReply::VendorRefuses => Answer::error(400, "the vendor refused the request"),
        ChatReply::HtmlPage => {
            let page = "<html><body><h1>502 Bad Gateway</h1></body></html>";
            Answer::text(502, "text/html", page.to_owned()).by_edge()
        }
        _ => Answer::error(504, "never").after(NEVER).by_edge(),
    }
}

fn limited() -> Answer {
    Answer::error(429, "too many requests for this action")
}

fn put(body: &mut Value, path: &str, value: Value) {
    if let Some(place) = body.pointer_mut(path) {
        *place = value;
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
