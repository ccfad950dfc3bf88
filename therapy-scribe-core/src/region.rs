//! Where data goes, and who keeps it.

use std::{fmt, time::Duration};

/// Where a session is processed: one choice that sets every host.
///
/// A service's edge-routed default host is deliberately not offered: it may process in any region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Region {
    /// The United States.
    Us,
    /// The European Union.
    Eu,
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Us => "US",
            Self::Eu => "EU",
        })
    }
}

/// What a provider does with the data it is given, so that a host's policy can refuse it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Privacy {
    /// Whether data leaves this machine, and for where.
    pub destination: Destination,
    /// How long the provider keeps it.
    pub retention: Retention,
}

impl Privacy {
    /// A provider that processes on this machine and keeps nothing.
    #[must_use]
    pub const fn local() -> Self {
        Self {
            destination: Destination::ThisMachine,
            retention: Retention::None,
        }
    }

    /// A provider that is reached over the network.
    pub fn remote(to: impl Into<String>, region: Option<Region>, retention: Retention) -> Self {
        Self {
            destination: Destination::Remote {
                to: to.into(),
                region,
            },
            retention,
        }
    }

    /// Whether data stays on this machine.
    #[must_use]
    pub const fn is_local(&self) -> bool {
        matches!(self.destination, Destination::ThisMachine)
    }
}

/// Where data goes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Destination {
    /// It does not leave the machine.
    ThisMachine,
    /// It is sent to somebody.
    #[non_exhaustive]
    Remote {
        /// The company or host it is sent to.
        to: String,
        /// The region that processes it, where the provider promises one.
        region: Option<Region>,
    },
}

/// How long a provider keeps what it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Retention {
    /// Not beyond the request.
    None,
    /// For a stated time.
    For(Duration),
    /// By the contract with the provider, such as a Business Associate Agreement; without one, unknown.
    ByContract,
}
