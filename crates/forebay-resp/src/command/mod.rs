//! Commands: what a client sends.
//!
//! A client sends a command as an array of bulk strings,
//!
//! ```text
//! *2\r\n                   how many arguments
//! $4\r\n  LLEN\r\n         how long the next one is, and the argument
//! $2\r\n  mq\r\n
//! ```
//!
//! or, when a person types it, as a line: `LLEN mq\r\n`. [`CommandDecoder`] reads both. Where an
//! argument begins and ends is kept as a span, two 32-bit numbers relative to the first byte of the
//! command, so that a command is moved from the read buffer as a whole and its arguments with it.
//! A line with quotes is unescaped where it stands, for what is unescaped only becomes shorter.

mod arguments;
mod borrowed_command;
mod decoder;
mod encoding;
mod error;
mod header;
mod inline;
mod owned_command;
mod span;
#[cfg(test)]
mod tests;

pub use arguments::Arguments;
pub use borrowed_command::Command;
pub use decoder::CommandDecoder;
pub use encoding::write_command;
pub use error::ProtocolError;
pub use owned_command::OwnedCommand;
