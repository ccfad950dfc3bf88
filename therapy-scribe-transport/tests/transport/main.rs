//! The loop over a stream in memory under a clock that stands, the HTTP call on loopback, TLS and proxies with
//! certificates made here. No test sleeps, and none leaves this machine.

#[cfg(test)]
mod canary;
#[cfg(test)]
mod ending;
#[cfg(test)]
mod http;
#[cfg(test)]
mod opening;
#[cfg(test)]
mod peers;
#[cfg(test)]
mod proxy;
#[cfg(test)]
mod secure;
#[cfg(test)]
mod session;
#[cfg(test)]
mod talk;
#[cfg(test)]
mod transfer;
