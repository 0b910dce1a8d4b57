//! Replies: what a server sends.
//!
//! A reply is a line that begins with the sign of its type; strings and aggregates follow their
//! line. What RESP2 has no sign for, it sends as something else:
//!
//! | type | RESP3 | RESP2 |
//! |---|---|---|
//! | simple string, error, integer | `+` `-` `:` | the same |
//! | string, array | `$` `*` | the same |
//! | null | `_` | a string or an array of length -1, as the command has it |
//! | boolean | `#t` `#f` | the integer 1 or 0 |
//! | double, big number, verbatim string | `,` `(` `=` | a string |
//! | set, push | `~` `>` | an array |
//! | map | `%` | an array of keys and values in turn |
//! | attribute | `\|` | nothing |
//!
//! [`ReplyWriter`] writes them. [`ReplyDecoder`] reads both versions, and a long error (`!`), which
//! Redis knows and does not send. It does not read the streamed types, whose length is not known
//! before their end: no server sends them.

mod decoder;
mod double;
mod error;
mod scalar;
mod stack;
#[cfg(test)]
mod tests;
mod value;
mod writer;

pub use decoder::ReplyDecoder;
pub use error::ReplyError;
pub use value::{Reply, VerbatimFormat};
pub use writer::ReplyWriter;
