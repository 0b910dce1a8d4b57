//! A log of entries with rising ids, for any number of threads.

#![expect(
    clippy::cast_possible_truncation,
    reason = "fields have fewer bits than their integers"
)]

mod add;
mod contents;
#[cfg(not(loom))]
mod duplicate;
mod edit;
mod encoding;
mod entry;
mod exclusive;
mod finder;
mod garbage;
mod id;
mod index;
mod log;
mod look;
mod measure;
#[cfg(loom)]
mod model;
mod node;
mod payload;
mod plan;
mod range;
mod reader;
mod reclaim;
mod roll;
mod segment;
mod slots;
mod snapshot;
mod state;
mod view;
mod word;

pub use add::AddError;
pub use contents::StreamContents;
pub use edit::LeavingSegment;
pub use encoding::{Encoded, Field, Fields};
pub use entry::{Added, EntryRef, Place};
pub use exclusive::StreamExclusive;
pub use finder::Finder;
pub use id::{Id, IdError, NewId};
pub use log::StreamLog;
pub use reader::{Entries, Frozen, Reader, TryReader};
pub use snapshot::Snapshot;
pub use state::State;
