//! A source, a sink and a conversation in the test's hand, and a clock that waits for nobody.

mod both;
mod fakes;
mod hearing;
mod speaking;
