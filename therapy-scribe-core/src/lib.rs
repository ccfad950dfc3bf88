//! The vocabulary of a therapy scribe: audio, transcript, roles, PHI wrappers.
