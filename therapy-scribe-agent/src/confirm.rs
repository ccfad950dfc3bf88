//! Confirmation that a model cannot give.

mod heard;
mod words;

use std::{fmt, time::Duration};

use therapy_scribe_core::Confidence;

pub use heard::{Answer, Doubt, Heard, Said};
pub use words::{YesNo, yes_or_no};

/// How long a question stays open, from its end; a request that nobody asked about, from when it was made.
const OPEN: Duration = Duration::from_secs(120);
/// What is heard so soon after the agent's voice may be the agent's voice.
const ECHO: Duration = Duration::from_secs(1);
/// Below it nobody has heard a yes.
const CONFIDENT: f32 = 0.8;
/// So often a question is asked before the request is given up.
const ASKED_AT_MOST: u8 = 3;

/// Where a yes may come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Accept {
    /// From the host's own user interface only.
    #[default]
    Host,
    /// From the clinician's voice too. A voice shows what somebody wants, not who they are: it is for a room in which the
    /// clinician is alone, and for hosts that accept that.
    HostOrVoice,
}

/// What exactly is confirmed: a hash of what was shown, by whoever shows it.
///
/// `Debug` shows nothing: somebody who guesses a short text could tell by its hash that they were right.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash(String);

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContentHash")
    }
}

impl ContentHash {
    /// A hash, in whatever form: it is only compared.
    pub fn new(hash: impl Into<String>) -> Self {
        Self(hash.into())
    }

    /// As it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Names a request of one [`Confirmations`]. No model is told it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(u64);

impl RequestId {
    pub(crate) const fn number(self) -> u64 {
        self.0
    }
}

/// That the clinician wants exactly this done. Only [`Confirmations`] makes one; it can't be copied, and whoever acts on it
/// takes it.
///
/// ```compile_fail
/// # use therapy_scribe_agent::*;
/// # fn forge(request: RequestId, content: ContentHash) -> Confirmation {
/// Confirmation { request, content, by: ConfirmedBy::Host }
/// # }
/// ```
///
/// ```compile_fail
/// # use therapy_scribe_agent::*;
/// fn twice(confirmation: Confirmation) -> (Confirmation, Confirmation) {
///     (confirmation.clone(), confirmation)
/// }
/// ```
#[derive(Debug, PartialEq, Eq)]
#[must_use = "nothing is done by it alone"]
pub struct Confirmation {
    request: RequestId,
    content: ContentHash,
    by: ConfirmedBy,
}

impl Confirmation {
    /// What is confirmed. Whoever acts compares it with what they are about to do.
    #[must_use]
    pub const fn content(&self) -> &ContentHash {
        &self.content
    }

    /// The request that it answers.
    #[must_use]
    pub const fn request(&self) -> RequestId {
        self.request
    }

    /// Where it came from.
    #[must_use]
    pub const fn by(&self) -> ConfirmedBy {
        self.by
    }
}

/// Where a confirmation came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConfirmedBy {
    /// The host's user interface.
    Host,
    /// The clinician's voice.
    Voice,
}

/// Why the host's yes does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum NotConfirmed {
    /// Nothing of this id is open: it was answered, or voided by a change.
    #[error("nothing is waiting for this confirmation: ask for it again")]
    NotOpen,
    /// It is about something else than what was shown.
    #[error("what was shown is not what would be done: show it again")]
    Changed,
    /// It came too late.
    #[error("the request has expired: ask for it again")]
    Expired,
}

/// Keeps the one request that may be open, and decides what is a yes. No clock, no sockets: times count from one fixed
/// start, that of the conversation, say.
///
/// A request is bound to what was shown, is answered once, and lives two minutes from the end of the question. A yes is a
/// call of the host's user interface; or, where the host has opted in, what the clinician says next, once the question was
/// really spoken.
#[derive(Debug)]
pub struct Confirmations {
    accept: Accept,
    open: Option<Request>,
    next: u64,
    agent_heard: Option<Duration>,
}

#[derive(Debug)]
struct Request {
    id: RequestId,
    content: ContentHash,
    /// When the question was over, while it waits for an answer.
    asked: Option<Duration>,
    asked_times: u8,
    until: Duration,
}

impl Confirmations {
    /// Nothing is open.
    #[must_use]
    pub const fn new(accept: Accept) -> Self {
        Self {
            accept,
            open: None,
            next: 0,
            agent_heard: None,
        }
    }

    /// Where a yes may come from.
    #[must_use]
    pub const fn accept(&self) -> Accept {
        self.accept
    }

    /// Asks for a confirmation of exactly this. While one for the same is open it stays that one, and lives no longer; one
    /// for something else is void.
    pub fn request(&mut self, now: Duration, content: ContentHash) -> RequestId {
        self.expire(now);
        match &self.open {
            Some(open) if open.content == content => open.id,
            _ => {
                let id = RequestId(self.next);
                self.next += 1;
                let until = now + OPEN;
                self.open = Some(Request {
                    id,
                    content,
                    asked: None,
                    asked_times: 0,
                    until,
                });
                id
            }
        }
    }

    /// The request that is open, and what it is about.
    #[must_use]
    pub fn open(&self) -> Option<(RequestId, &ContentHash)> {
        self.open.as_ref().map(|open| (open.id, &open.content))
    }

    /// Says what would be done now: a request for something else is void. `true` when one was.
    pub fn changed(&mut self, content: Option<&ContentHash>) -> bool {
        let is_void = |open: &mut Request| Some(&open.content) != content;
        self.open.take_if(is_void).is_some()
    }

    /// Takes a request back. `true` when it was open.
    pub fn decline(&mut self, request: RequestId) -> bool {
        self.open.take_if(|open| open.id == request).is_some()
    }

    /// Gives up a request whose time is up. `true` when there was one.
    pub fn expire(&mut self, now: Duration) -> bool {
        self.open.take_if(|open| open.until < now).is_some()
    }

    /// When [`expire`](Self::expire) should be asked.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        self.open.as_ref().map(|open| open.until)
    }

    /// The clinician's yes on the host's user interface, to a request that was displayed with what it is about.
    ///
    /// # Errors
    /// [`NotConfirmed`] for a request that is not open, for other content than the request's, and after two minutes.
    pub fn confirm(
        &mut self,
        now: Duration,
        request: RequestId,
        shown: &ContentHash,
    ) -> Result<Confirmation, NotConfirmed> {
        let open = self
            .open
            .take_if(|open| open.id == request)
            .ok_or(NotConfirmed::NotOpen)?;
        if open.until < now {
            return Err(NotConfirmed::Expired);
        }
        if open.content != *shown {
            return Err(NotConfirmed::Changed);
        }
        Ok(open.confirmed(ConfirmedBy::Host))
    }

    /// The agent's voice is audible. To be told for each piece that is played and is not silence.
    pub fn agent_audible(&mut self, now: Duration) {
        self.agent_heard = self.agent_heard.max(Some(now));
    }

    /// The agent has said something, which was over now; its words are those that were really heard. If it was the
    /// question, an answer may come; anything else that the agent says afterwards takes the question back.
    pub fn agent_said(&mut self, now: Duration, text: &str, spoken: Heard) {
        self.agent_audible(now);
        let accept = self.accept;
        let Some(open) = &mut self.open else {
            return;
        };
        let is_asked =
            accept == Accept::HostOrVoice && spoken == Heard::Whole && words::is_question(text);
        open.asked = None;
        if is_asked && open.until >= now && open.asked_times < ASKED_AT_MOST {
            open.asked = Some(now);
            open.asked_times += 1;
            open.until = now + OPEN;
        }
    }

    /// What the clinician has said: the recogniser's last word of a turn, never a partial.
    pub fn clinician_said(&mut self, now: Duration, said: Said<'_>) -> Answer {
        let Some((asked, until)) = self
            .open
            .as_ref()
            .and_then(|open| Some((open.asked?, open.until)))
        else {
            return Answer::NotAsked;
        };
        if until < now {
            self.open = None;
            return Answer::Expired;
        }
        let says = yes_or_no(said.text);
        let doubt = self.doubt(asked, said);
        match (says, doubt) {
            // A no is believed early and unsure, but not from the agent's own "yes or no".
            (Some(YesNo::No), None | Some(Doubt::Early | Doubt::Unsure)) => {
                self.open = None;
                Answer::No
            }
            (_, Some(doubt)) => self.ask_again(doubt),
            (Some(YesNo::Yes), None) => match self.open.take() {
                Some(open) => Answer::Yes(open.confirmed(ConfirmedBy::Voice)),
                None => Answer::NotAsked,
            },
            _ => {
                self.open = None;
                Answer::Void
            }
        }
    }

    fn doubt(&self, asked: Duration, said: Said<'_>) -> Option<Doubt> {
        let Some(began) = said.began else {
            return Some(Doubt::Early);
        };
        if self.agent_heard.is_some_and(|heard| began < heard + ECHO) && began >= asked {
            return Some(Doubt::Echo);
        }
        if began <= asked {
            return Some(Doubt::Early);
        }
        let is_unsure = |confidence: Confidence| confidence.get() < CONFIDENT;
        said.confidence
            .is_some_and(is_unsure)
            .then_some(Doubt::Unsure)
    }

    fn ask_again(&mut self, doubt: Doubt) -> Answer {
        if let Some(open) = &mut self.open {
            open.asked = None;
            if open.asked_times >= ASKED_AT_MOST {
                self.open = None;
                return Answer::Void;
            }
        }
        Answer::AskAgain(doubt)
    }
}

impl Request {
    fn confirmed(self, by: ConfirmedBy) -> Confirmation {
        Confirmation {
            request: self.id,
            content: self.content,
            by,
        }
    }
}

#[cfg(test)]
mod tests;
