//! Shared material of the benchmarks.
