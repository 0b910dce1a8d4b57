//! Streams: what their commands are given and what they answer.
//!
//! A stream is a log of [entries](Entry), each with an [id](StreamId) that is larger than all
//! before it. Anybody can read any part of it, and *consumer groups* share its entries among their
//! consumers: an entry that a consumer of the group has been given is *pending* until it is
//! acknowledged, so that what a consumer left unfinished when it went away can be taken over.
//!
//! Types are named by the command that takes them ([`XaddOptions`]) or by what they are
//! ([`PendingEntry`]). What a command takes as text can be parsed, and is refused as Redis refuses
//! it.
//!
//! # Examples
//! ```
//! use forebay::StreamId;
//! use forebay::stream::{Entry, Fields, IdRange, Trim, XaddOptions};
//!
//! // XADD mq MAXLEN ~ 1000 * stock 5
//! let options = XaddOptions {
//!     trim: Some(Trim::maxlen(1_000).approximately()),
//!     ..XaddOptions::default()
//! };
//! options.check()?;
//! let id = options.id.after(StreamId::MIN, 1_599_203_861_727)?;
//! let entry = Entry { id, fields: Fields::from([("stock", "5")]) };
//! assert_eq!(entry.id.to_string(), "1599203861727-0");
//! // XRANGE mq 1599203861727 +
//! assert!(IdRange::parse("1599203861727", "+")?.resolve()?.contains(&entry.id));
//! # Ok::<(), forebay::Error>(())
//! ```

mod add;
pub(crate) mod body;
mod claim;
mod delete;
mod deliver;
mod entry;
mod entry_ref;
mod fields;
pub(crate) mod group;
mod group_start;
mod handle;
mod id;
mod info;
mod nack;
mod new_id;
mod pending;
mod range;
mod read;
mod settings;
mod trim;

pub use self::add::{Idempotence, XaddOptions};
pub use self::claim::{AutoClaimed, ClaimTime, XautoclaimOptions, XclaimOptions};
pub use self::delete::Deletion;
pub use self::deliver::{Delivered, GroupReadFrom, XreadgroupOptions};
pub use self::entry::Entry;
pub use self::entry_ref::{EntryRef, FieldsRef};
pub use self::fields::{Fields, FieldsIntoIter, FieldsIter};
pub use self::group_start::{GroupStart, XgroupCreateOptions};
pub use self::handle::{Consumer, Entries, Group, Stream};
pub use self::id::StreamId;
pub use self::info::{
    ConsumerInfo, FullConsumerInfo, FullGroupInfo, FullPendingEntry, FullStreamInfo, GroupInfo,
    StreamCounters, StreamInfo,
};
pub use self::nack::{NackMode, XnackOptions};
pub use self::new_id::NewId;
pub use self::pending::{PendingEntry, PendingSummary, XpendingOptions};
pub use self::range::{IdBound, IdRange};
pub use self::read::{ReadFrom, XreadOptions};
pub use self::settings::{XcfgsetOptions, XsetidOptions};
pub use self::trim::{Precision, References, Trim, TrimTo};

/// The largest number of times that an entry counts as delivered.
pub const DELIVERIES_MAX: u64 = i64::MAX.unsigned_abs();
