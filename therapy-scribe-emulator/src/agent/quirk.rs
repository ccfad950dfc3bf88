//! How the service behaves oddly, all the time.

use std::time::Duration;

/// An odd behaviour of the voice agent service that holds for every session (`voice-agent.md` appendix A, the
/// alternatives). What goes wrong once is an [`AgentFault`](crate::AgentFault). All times are protocol time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AgentQuirk {
    /// A bad credential gets HTTP 401 instead of an upgrade.
    RefusesByStatus,
    /// A bad credential gets a connection that is gone (1006).
    RefusesSilently,
    /// Error codes are in upper case.
    UpperCaseCodes,
    /// `session.updated` comes this long after the update instead of after 430 ms.
    StartsAfter(Duration),
    /// No `session.updated` comes before `session.ready`.
    ReadyOnly,
    /// `session.updated` comes after `session.ready`.
    ReadyBeforeUpdated,
    /// Sessions expire after this long instead of 3595 s.
    ExpiresAfter(Duration),
    /// A session that expires gets `session.ended` and 1000 instead of `session_expired` and 1008.
    EndsAtExpiry,
    /// This many sessions at once; one that waits to be resumed counts. Further ones are `concurrency_exceeded`.
    AtMost(usize),
    /// `transcript.user` comes after `reply.started`.
    FinalAfterReply,
    /// Replies begin with this much silence instead of 700 ms.
    LeadingSilence(Duration),
    /// Frames of reply audio have this many bytes.
    FrameBytes(u64),
    /// The last frame of a reply cuts a sample.
    OddTail,
    /// The silent reply before a tool's result ends this long after the call instead of 2300 ms.
    PreambleOf(Duration),
    /// A result for an unknown, expired or answered call gets `invalid_value` instead of nothing.
    RefusesResults,
    /// Audio may come faster than time; it is heard at its own pace.
    AnyPace,
    /// `reply.cancel` ends the reply with the status `cancelled` instead of nothing.
    Cancels,
    /// `session.end` is not answered.
    NeverEnds,
    /// `session.end` is answered by a close alone.
    EndsUnsaid,
    /// An event of an unknown type before each `reply.started`.
    UnknownEvents,
    /// Every event has fields that nobody knows.
    ExtraFields,
    /// Events have no `item_id`.
    NoItemIds,
    /// `reply.audio` has no `reply_id`.
    NoReplyIds,
    /// `reply.done` has no `status` where the reply is complete.
    NoStatus,
    /// `resume_token` is empty.
    NoResumeTokens,
    /// `timestamp` is an ISO text.
    IsoTimestamps,
    /// There is no `timestamp`.
    NoTimestamps,
    /// Errors are `error` with `error_code`.
    ErrorAlias,
    /// The first so many HTTP requests of the emulator get 429 with `Retry-After: 1`.
    Busy(usize),
}

/// The quirks of an emulator.
#[derive(Debug, Clone, Default)]
pub(crate) struct Quirks(pub(crate) Vec<AgentQuirk>);

impl Quirks {
    pub(crate) fn has(&self, quirk: AgentQuirk) -> bool {
        self.0.contains(&quirk)
    }

    /// The parameter of the last quirk that has it.
    pub(crate) fn find<T>(&self, of: impl Fn(AgentQuirk) -> Option<T>) -> Option<T> {
        self.0.iter().rev().find_map(|quirk| of(*quirk))
    }

    pub(crate) fn millis(&self, of: impl Fn(AgentQuirk) -> Option<Duration>) -> Option<u64> {
        let length = self.find(of)?;
        Some(u64::try_from(length.as_millis()).unwrap_or(u64::MAX))
    }
}
