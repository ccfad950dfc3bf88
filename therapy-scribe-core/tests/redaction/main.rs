//! How much redaction finds, on labelled sentences, and what it holds whatever it is given.

mod always;
mod conversation;
mod labelled;
mod sets;
