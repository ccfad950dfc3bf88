//! The machine, driven by hand.

mod invariants;
mod links;
mod machine;
mod sequences;
mod validator;
