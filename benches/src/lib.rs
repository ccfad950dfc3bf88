//! Shared material of the benchmarks: sessions made by a seeded generator, and what they are compared with.

mod owned;
mod session;

pub use owned::decode_owned;
pub use session::{Messages, Shape};
