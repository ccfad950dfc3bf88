//! The machine, driven by hand and by chance.

mod behaviour;
mod heard;
mod invariants;
mod links;
mod logged;
mod machine;
mod sequences;
mod validator;
