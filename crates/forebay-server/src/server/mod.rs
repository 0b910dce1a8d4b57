//! What all connections of a server share, and the loops that run them.
//!
//! A server has one event loop for each core, a thread of its own with a runtime for one thread.
//! Each loop listens on the port for itself, and the kernel spreads the connections over them. A
//! connection stays on its loop, and its commands run in place there: the engine is called from all
//! loops at once. Nothing that a loop does may wait, but in a future.

mod client;
mod clients;
mod event_loop;
mod idle;
mod listener;
mod metrics;
mod pubsub;
mod shared;
mod shutdown;
mod slowlog;
mod stats;
mod tls;

pub(crate) use self::client::{Awaited, Client, Event, Message};
pub(crate) use self::shared::Server;
pub(crate) use self::stats::LoopStats;

pub use self::event_loop::{Listening, ServeError, serve};
pub use self::tls::TlsError;
