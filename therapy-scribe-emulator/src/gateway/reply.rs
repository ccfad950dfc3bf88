//! Answers that a test can order (15.6).

use std::time::Duration;

/// How one chat request is answered, instead of as usual.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChatReply {
    /// As usual. For "the second request fails".
    Usual,
    /// This text is what the model wrote.
    Content(String),
    /// What the model would have written, in a Markdown fence with a sentence before it.
    Fenced,
    /// What the model would have written, cut in its middle, with the vendor's word for "out of budget".
    Cut,
    /// Nothing at all, although it counts as complete.
    Empty,
    /// The model declines.
    Refusal,
    /// Two choices: an empty one, then the usual one.
    TwoChoices,
    /// `choices` is null.
    NoChoices,
    /// 429 with this many seconds to wait.
    RateLimited(u64),
    /// This status, in the flat envelope.
    Status(u16),
    /// This status, in the older nested envelope.
    Nested(u16),
    /// 502 with a page for people.
    HtmlPage,
    /// The usual answer, after this long.
    Slow(Duration),
    /// No answer.
    Never,
}
