//! Answers that a test can order (15.6).

use std::time::Duration;

/// How one call of a model is answered, instead of as usual.
///
/// The gateway calls a model once more where its vendor fails (a status of 500 and above), unless the request says
/// `fallback_config.retry: false`, and then the request's fallbacks, which it also does for a 429; each call takes one of
/// the ordered replies.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChatReply {
    /// As usual. For "the second request fails".
    Usual,
    /// This text is what the model wrote.
    Content(String),
    /// The model calls these tools with these arguments, whether they were offered or not.
    Calls(Vec<(String, serde_json::Value)>),
    /// What the model would have written, in a Markdown fence with a sentence before it.
    Fenced,
    /// What the model would have written, after it has thought aloud between `<think>` and `</think>`.
    Thinking,
    /// A sentence instead of JSON.
    Prose,
    /// Valid JSON that lacks the first field of its schema and has one that is not in it.
    BreaksSchema,
    /// Valid JSON whose longest text stops in the middle of a sentence, although it counts as complete.
    CutSentence,
    /// What the model would have written, cut in its middle, with the vendor's word for "out of budget".
    Cut,
    /// Nothing at all, although it counts as complete.
    Empty,
    /// The model declines with its vendor's word for that, and writes nothing.
    Refusal,
    /// The model declines in these words: they are the message's `refusal`, its `content` is null, and it counts as
    /// complete. Never streamed.
    RefusalText(String),
    /// `content` is null, although it counts as complete. Never streamed.
    NullContent,
    /// As usual, but it ends with this `finish_reason`, or with null.
    Finish(Option<String>),
    /// Two choices: an empty one, then the usual one.
    TwoChoices,
    /// `choices` is null.
    NoChoices,
    /// 429 with this many seconds to wait, in `retry-after` and `x-ratelimit-reset`.
    RateLimited(u64),
    /// 429 without `retry-after`. `x-ratelimit-reset` is this number: a small one is seconds to wait, one above a thousand
    /// million is Unix time in seconds.
    RateLimitedUntil(u64),
    /// This status, in the flat envelope. A 429 says nothing about when to come back.
    Status(u16),
    /// This status, in the older nested envelope.
    Nested(u16),
    /// 401 in the envelope of the layer that checks keys.
    Unauthorized,
    /// The vendor refuses the request: 400, and where a stream was asked for a 500 that does not say why.
    VendorRefuses,
    /// A stream that breaks off in its middle, without `[DONE]`.
    StreamCut,
    /// 502 with a page for people.
    HtmlPage,
    /// The usual answer, after this long.
    Slow(Duration),
    /// No answer.
    Never,
}
