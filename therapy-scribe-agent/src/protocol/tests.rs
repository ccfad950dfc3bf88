//! The machine, driven by hand and by chance.

mod behaviour;
mod heard;
mod invariants;
mod links;
mod logged;
mod machine;
mod sending;
mod sequences;
mod validator;
