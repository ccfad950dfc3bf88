//! The HTTP library's errors print the address with its query. Ours keep the kind of failure, and the system's own error.

use std::{error::Error as StdError, io, iter, time::Duration};

use rustls_pki_types::InvalidDnsNameError;

use crate::{Error, Origin};

pub(crate) fn scrub(error: &reqwest::Error, origin: &Origin, connect_limit: Duration) -> Error {
    if !error.is_connect() {
        return Error::Lost(system(error));
    }
    if error.is_timeout() {
        return Error::Timeout {
            doing: "connecting",
            after: connect_limit,
        };
    }
    if let Some(status) = proxy_refusal(error) {
        return Error::ProxyRefused { status };
    }
    if causes(error).any(<dyn StdError>::is::<InvalidDnsNameError>) {
        return origin.without_certificate();
    }
    let host = origin.authority();
    match tls(error) {
        Some(source) => Error::Tls { host, source },
        None => Error::Connect {
            host,
            source: system(error),
        },
    }
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    iter::successors(error.source(), |&cause| cause.source())
}

/// The library keeps the refusals of a proxy as texts only.
fn proxy_refusal(error: &reqwest::Error) -> Option<u16> {
    causes(error).find_map(|cause| match cause.to_string().as_str() {
        "tunnel error: proxy authorization required" => Some(407),
        "tunnel error: unsuccessful" | "tunnel error: proxy response headers too long" => Some(0),
        _ => None,
    })
}

fn tls(error: &reqwest::Error) -> Option<io::Error> {
    causes(error)
        .find_map(|cause| {
            let wrapped = || cause.downcast_ref::<io::Error>()?.get_ref()?.downcast_ref();
            cause.downcast_ref::<rustls::Error>().or_else(wrapped)
        })
        .map(|error| io::Error::new(io::ErrorKind::InvalidData, error.clone()))
}

/// The innermost error of the system, or another of its kind.
fn system(error: &reqwest::Error) -> io::Error {
    if causes(error).any(|cause| cause.to_string() == "dns error") {
        return io::ErrorKind::NotFound.into();
    }
    let innermost = causes(error)
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .last();
    match innermost.map(|error| (error.raw_os_error(), error.kind())) {
        Some((Some(code), _)) => io::Error::from_raw_os_error(code),
        Some((None, kind)) => kind.into(),
        // An answer that breaks off is not an error of the system.
        None => io::ErrorKind::UnexpectedEof.into(),
    }
}
