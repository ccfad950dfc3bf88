//! The client from outside: over pipes in memory, on loopback, and beside another agent.

#[cfg(test)]
mod adapter;
#[cfg(test)]
mod canary;
#[cfg(test)]
mod conversation;
#[cfg(test)]
mod endings;
#[cfg(test)]
mod peer;
#[cfg(test)]
mod pumped;
#[cfg(test)]
mod soak;
#[cfg(test)]
mod stored;
