//! What is needed to check streams: their commands and replies as data and as text, a plain model
//! that carries them out, and cases that say what must come out.
//!
//! ```text
//! line of text -> parse -> Command -> Model, or the engine -> Reply -> wire -> Value
//!                              what Redis itself answers to the line -------> Value
//! ```

pub(crate) mod cases;
pub(crate) mod command;
pub(crate) mod embedded;
pub(crate) mod generate;
pub(crate) mod model;
pub(crate) mod notation;
pub(crate) mod parse;
pub(crate) mod refusal;
pub(crate) mod reply;
pub(crate) mod wire;
