//! `redis`: a server of its own for each run, over a Unix socket, pipelined.
//!
//! It is not an equal: it is served and Forebay is embedded, so every command is written, sent,
//! parsed, answered and parsed again by two processes. What the comparison says is what a program
//! gains by having its queue inside. Nothing is written to disk.

mod client;
mod server;
mod streams;
mod wake;

pub use self::client::{Connection, Reply};
pub use self::server::{Server, version};
pub use self::streams::{Connected, Keyed, Stream};
pub use self::wake::Blocking;

/// The name in every report.
pub const NAME: &str = "redis";

/// Every answer that this server must not give ends the run.
#[cold]
#[track_caller]
fn refused(what: &dyn core::fmt::Display) -> ! {
    panic!("redis: {what}")
}
