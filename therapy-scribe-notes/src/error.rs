//! What can go wrong with notes. Nothing here quotes a note, a transcript, or a service that might.

use std::time::Duration;

use therapy_scribe_core::Phi;
use therapy_scribe_transport as transport;

/// `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a note was not written, changed, signed or opened. Each says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is nothing to write about.
    #[error("the transcript is empty: there is nothing to write a note about")]
    EmptyTranscript,
    /// No format has this id.
    #[error("there is no note format `{id}`; known are: {known}")]
    #[non_exhaustive]
    UnknownFormat {
        /// The id.
        id: String,
        /// The ids that are known, with commas.
        known: String,
    },
    /// A format can't be used.
    #[error("the note format can't be used: {reason}, at {path}")]
    #[non_exhaustive]
    Format {
        /// Where in its schema, as a JSON pointer.
        path: String,
        /// What no model would take, or what no quote can fill.
        reason: &'static str,
    },
    /// The configuration of the model can't work.
    #[error("the language model's configuration can't work: {0}")]
    Config(String),
    /// The language model could not be reached.
    #[error("the language model could not be reached: {0}")]
    Transport(transport::Error),
    /// The key was refused.
    #[error(
        "the language model service refused the key: check it (ASSEMBLYAI_API_KEY, where it is AssemblyAI's), and that the account has access"
    )]
    Auth,
    /// The account may not use the model.
    #[error(
        "the account has no access to the model {model}: switch its provider on in the dashboard, or choose another"
    )]
    #[non_exhaustive]
    NoAccess {
        /// The model.
        model: String,
    },
    /// The model does not exist, is retired, or can't do what is needed.
    #[error("the model {model} can't be used for notes: {reason}; choose another")]
    #[non_exhaustive]
    Model {
        /// The model.
        model: String,
        /// Why.
        reason: &'static str,
    },
    /// Too many requests.
    #[error("the language model service takes no more requests for now: try again in a minute")]
    #[non_exhaustive]
    RateLimited {
        /// How long the service asks to wait.
        retry_after: Option<Duration>,
    },
    /// The service refused the request.
    #[error("the language model service refused the request (status {status})")]
    #[non_exhaustive]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The service's words; they may quote the request.
        detail: Phi<String>,
    },
    /// A fault of the service or of the model's provider.
    #[error(
        "the language model service failed (status {status}): try again, or choose another model"
    )]
    #[non_exhaustive]
    Service {
        /// The HTTP status.
        status: u16,
    },
    /// A name that no model is to read is still in what would have gone to one. Nothing was sent.
    #[error("a name that is to stay here is still in {place}: nothing was sent")]
    #[non_exhaustive]
    NameLeft {
        /// In what.
        place: &'static str,
    },
    /// The session is longer than the model can read.
    #[error("the session is too long for the model {model}: choose one with a longer context")]
    #[non_exhaustive]
    TooLong {
        /// The model.
        model: String,
    },
    /// The model declined to write.
    #[error(
        "the model declined to write this note: choose another model, or write it by hand; the transcript is kept"
    )]
    Declined,
    /// The model ran out of its budget twice.
    #[error(
        "the note did not fit into the model's budget of {max_tokens} tokens: allow more, or choose another model"
    )]
    #[non_exhaustive]
    OutOfBudget {
        /// The last budget.
        max_tokens: u32,
    },
    /// The model wrote prose instead of the note.
    #[error(
        "the model answered with prose instead of a note: try again, or choose another model; the transcript is kept"
    )]
    #[non_exhaustive]
    NotANote {
        /// What it wrote.
        reply: Phi<String>,
    },
    /// The note breaks its format, and one repair did not help.
    #[error(
        "the model's note does not have the form of `{format}` ({problems} problems): try again, or choose another model; the transcript is kept"
    )]
    #[non_exhaustive]
    Malformed {
        /// The format.
        format: String,
        /// How many problems there are.
        problems: usize,
        /// What it wrote.
        reply: Phi<String>,
    },
    /// A draft has no such section. The name is not shown: it may have been dictated.
    #[error("the note has no such section; it has: {known}")]
    #[non_exhaustive]
    UnknownSection {
        /// The section that was asked for.
        section: Phi<String>,
        /// The sections that it has, with commas.
        known: String,
    },
    /// An edit that the format does not allow.
    #[error("the section can't be changed to this: it {rule}")]
    #[non_exhaustive]
    Edit {
        /// What the format asks for.
        rule: String,
    },
    /// There is no such version of the draft, or none to go back to.
    #[error("the draft has no such version")]
    NoVersion,
    /// The draft has no such finding; it may have been resolved.
    #[error("the draft has no such finding: look at its findings again")]
    NoFinding,
    /// Something without which it can't be done.
    #[error("{0} is needed")]
    Needed(&'static str),
    /// Facts of a session that can't be right.
    #[error("the session's facts can't be right: {0}")]
    Facts(&'static str),
    /// A statement about a note that is older than the note.
    #[error("a statement about a note can't be older than the note: check the clock")]
    Order,
    /// Who signed a note can't be their own supervisor.
    #[error("a note is cosigned by somebody else than its signer")]
    Cosigner,
    /// A finding that must be looked at first keeps a draft from being signed.
    #[error("{count} finding(s) must be resolved before the note can be signed")]
    #[non_exhaustive]
    Blocked {
        /// How many.
        count: usize,
    },
    /// A key that is none, or could not be made.
    #[error("the signing key can't be used: {0}")]
    Key(&'static str),
    /// A note could not be put where notes are kept.
    #[error("the note could not be saved: {problem}")]
    #[non_exhaustive]
    Store {
        /// What is wrong, and what to do.
        problem: &'static str,
        /// What the system says, where it was the system.
        source: Option<std::io::Error>,
    },
    /// A signed note that can't be trusted.
    #[error("this signed note can't be trusted: {0}")]
    Untrusted(&'static str),
}

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Something that the host gave.
    Input,
    /// Key, account or limits.
    Access,
    /// The network or the service.
    Service,
    /// What the model wrote.
    Model,
    /// Signature and trust.
    Signature,
    /// Where notes are kept.
    Storage,
}

impl Error {
    /// What kind of failure it is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::EmptyTranscript
            | Self::UnknownFormat { .. }
            | Self::Format { .. }
            | Self::Config(_)
            | Self::UnknownSection { .. }
            | Self::Edit { .. }
            | Self::NoVersion
            | Self::NoFinding
            | Self::Needed(_)
            | Self::Facts(_)
            | Self::NameLeft { .. }
            | Self::Blocked { .. }
            | Self::TooLong { .. } => ErrorKind::Input,
            Self::Auth | Self::NoAccess { .. } | Self::RateLimited { .. } => ErrorKind::Access,
            Self::Transport(_) | Self::Refused { .. } | Self::Service { .. } => ErrorKind::Service,
            Self::Model { .. }
            | Self::Declined
            | Self::OutOfBudget { .. }
            | Self::NotANote { .. }
            | Self::Malformed { .. } => ErrorKind::Model,
            Self::Store { .. } => ErrorKind::Storage,
            Self::Key(_) | Self::Untrusted(_) | Self::Order | Self::Cosigner => {
                ErrorKind::Signature
            }
        }
    }

    /// Whether the same call may succeed later.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::Transport(error) => error.is_retryable(),
            Self::RateLimited { .. }
            | Self::Service { .. }
            | Self::NotANote { .. }
            | Self::Malformed { .. } => true,
            _ => false,
        }
    }

    /// Whether another model may do better.
    pub(crate) const fn may_be_the_model(&self) -> bool {
        match self {
            Self::Transport(error) => error.is_retryable(),
            Self::RateLimited { .. } | Self::Service { .. } | Self::Model { .. } => true,
            other => matches!(other.kind(), ErrorKind::Model),
        }
    }
}
