//! A write-ahead log: what it has acknowledged is there after a crash.
//!
//! Any number of threads append [`Record`]s; each has a lane of its own. One writer gathers the lanes
//! into a frame, writes it, syncs once, and wakes all that wait: the next batch is what came
//! meanwhile. While nobody waits it lets records come together for [`Config::pace`]. Which crash an
//! acknowledgement survives is the [`Level`]. What happens when a part of the store is damaged is
//! one table, and damage is never passed over in silence: a log opens with all that it has
//! acknowledged, or names the file and the offset and does not open.
//!
//! * Every byte goes through one [`Storage`]; [`DiskStorage`] is the real one. With the feature `sim`
//!   there is a simulated one that keeps no more than it has promised.
//! * After a failed write or sync nothing more is written: who waits gets [`Error::Indeterminate`],
//!   who comes gets [`Error::Poisoned`].
//! * A log that is full refuses what would fill it further and takes what drains it: see
//!   [`Purpose`].
//! * The bytes, the invariants and what the medium is trusted with are in `docs/log-format.md`.
//!
//! # Examples
//! ```
//! use forebay_wal::{Config, DiskStorage, Level, Record, Wal};
//! use std::sync::Arc;
//!
//! let path = std::env::temp_dir().join(format!("forebay-wal-{}", std::process::id()));
//! # drop(std::fs::remove_dir_all(&path));
//! let config = Config {
//!     segment_bytes: 1 << 20,
//!     record_bytes_max: 1 << 16,
//!     ..Config::default()
//! };
//! let (log, _) = Wal::open(Arc::new(DiskStorage::new(&path)), config.clone())?;
//! let ticket = log.append(Record::new(1, 0, b"hello"))?;
//! log.wait(ticket, Level::Group)?;
//! drop(log);
//!
//! let (_log, mut recovery) = Wal::open(Arc::new(DiskStorage::new(&path)), config)?;
//! let record = recovery.replay.next_record()?.expect("what was acknowledged is there");
//! assert_eq!(record.body(), b"hello");
//! # drop(std::fs::remove_dir_all(&path));
//! # Ok::<(), forebay_wal::Error>(())
//! ```
#![forbid(unsafe_code)]

extern crate alloc;

mod buffer;
mod checkpoint;
mod config;
mod error;
mod files;
mod format;
mod gate;
mod inspect;
mod lane;
mod level;
mod loom;
#[cfg(loom)]
#[doc(hidden)]
pub mod model;
mod position;
mod record;
mod recovery;
mod replay;
mod shared;
#[cfg(any(test, feature = "sim"))]
pub mod sim;
mod space;
mod stats;
mod storage;
#[cfg(test)]
mod tests;
mod ticket;
mod wal;
mod writer;

pub use checkpoint::{CheckpointReader, CheckpointWriter};
pub use config::Config;
pub use error::{Corruption, Damage, Error, Result};
pub use inspect::{
    CheckpointSummary, Inspection, KindSummary, LeftOut, Salvage, SegmentSummary, inspect, salvage,
};
pub use level::Level;
pub use position::Position;
pub use record::Record;
pub use recovery::Report;
pub use replay::Replay;
pub use space::Purpose;
pub use stats::Stats;
pub use storage::{DiskStorage, Storage, StorageFile};
pub use ticket::{Durable, Ticket};
pub use wal::{Permit, Recovery, Room, Wal};
