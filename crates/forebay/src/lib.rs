//! Forebay: an embedded message-queue engine with the lists and streams of Redis.
//!
//! # What it promises
//! * **Order.** Elements leave a list in the order of the list; commands on a key happen one after
//!   the other, and all threads see them in one order.
//! * **Once.** An element goes to exactly one consumer. A consumer that went away, by its timeout
//!   or because its future was dropped, never swallows one.
//! * **First come, first served.** A blocked consumer looks for some microseconds and then sleeps.
//!   Who waits longest on a key is served first.
//! * **No worker in between.** Every call does its work on the caller's thread. A push to a list
//!   with a [handle](List) is one atomic step and one copy; a pop with [`List::rpop_with`] copies
//!   nothing.
//!
//! * **Durable, if wanted.** An engine [in memory](Config::in_memory) ends with its process. One with
//!   [a directory](Config::at) is there again after a crash, with all that was acknowledged at its
//!   [level](Level).
//!
//! # Examples
//! ```
//! use forebay::{Config, Engine};
//!
//! let engine = Engine::open(Config::in_memory())?;
//! let mq = engine.list("mq")?;
//! std::thread::scope(|scope| {
//!     scope.spawn(|| mq.lpush(["set stock to 5", "set stock to 3"]));
//!     // The oldest first; this waits until it is there.
//!     assert_eq!(mq.brpop(0.0)?.unwrap(), "set stock to 5");
//!     assert_eq!(mq.brpop(0.0)?.unwrap(), "set stock to 3");
//!     Ok::<(), forebay::Error>(())
//! })?;
//! # Ok::<(), forebay::Error>(())
//! ```
//!
//! # Where to look
//! [`Engine`] has the commands by key and those on several keys, [`List`] those of one list,
//! [`Stream`] those of one stream with its [`Group`]s and their [`Consumer`]s. [`Transaction`]
//! makes several commands one step. Blocking commands exist for threads ([`Engine::blpop`]) and,
//! with `_async` in their name, as [futures](Blocking) for any runtime.
#![forbid(unsafe_code)]

mod blocking;
mod clock;
mod command;
mod config;
mod engine;
mod error;
mod frozen;
mod journal;
mod keyspace;
mod list;
mod object;
mod pattern;
mod shard;
pub mod stream;
mod timeout;
mod transaction;
pub mod value;
mod watch;

pub use bytes::Bytes;
pub use forebay_sync::Side;
pub use forebay_wal::{Level, Ticket};

pub use crate::blocking::Blocking;
pub use crate::clock::Clock;
pub use crate::command::edit::Position;
pub use crate::command::expiry::ExpireCondition;
pub use crate::command::keys::KeyType;
pub use crate::command::movement::{How, Order};
pub use crate::command::positions::LposOptions;
pub use crate::config::Config;
pub use crate::engine::{Durability, Durable, Engine, ScanOptions};
pub use crate::error::{Error, LogFile, Result};
pub use crate::list::List;
pub use crate::pattern::matches as matches_pattern;
pub use crate::stream::{Consumer, Entry, Fields, Group, Stream, StreamId};
pub use crate::timeout::Timeout;
pub use crate::transaction::Transaction;
pub use crate::watch::Watched;

/// Runs the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
