//! Consumer groups: what was delivered to whom, and how far the group has read.
//!
//! # What it is
//! The state of one group of one stream, as sequential code. It holds no entries: it knows them by
//! their [`Place`], and asks the log for ids through [`Ids`].
//!
//! # Why under a lock
//! Each group has a mutex of its own. Nobody who adds to the log or reads it without the group
//! takes it, and groups do not share it. Free, it is one read-modify-write; changing every record
//! by compare-exchange would be one for each entry, and some more for the counters. In return every
//! command on a group is one step, the counters are exact, and there can be an order of time.
//!
//! # State
//! ```text
//! Group --> Cursor                 last-delivered-id, entries-read
//!       --> Consumers              name <-> index, seen, active
//!       --> PendingTable --> Arrays    segment --> Array: one Record of 16 bytes for each slot
//!                        --> Order     two chains through the records: released, then by time
//!                        --> Values    what does not fit into 16 bytes
//! ```
//! A record is {neighbours in the order of time, time, consumer, count}. Its slot in the array of
//! its segment is the slot of the entry, so that the way from an entry to its record is an index.
//! An array grows with what is delivered, goes when nothing in it is pending, and closes up when
//! little is: some 16 bytes for each pending entry when many are, and not many more when few are.
//!
//! # When entries go
//! A deleted or trimmed entry remains pending, as in Redis, until it is acknowledged or somebody
//! claims it. When its segment goes, the group [keeps the ids](Group::retire) of those.
//!
//! # Invariants
//! * **I1.** There is an array for each segment with pending entries, and at most one more: the
//!   last may be empty.
//! * **I2.** Every pending record is in exactly one chain: in that of what was released if nobody
//!   has it, in that of times otherwise. Times do not fall along the latter.
//! * **I3.** The counts of the consumers and of what was released are those of the records, and add
//!   up to the number of pending entries.
//! * **I4.** A record says that it has values aside if and only if there are some.
//! * **I5.** The pending entries of a segment that is gone have their ids in their array.
//!
//! # Limits
//! Entries of four million segments can be pending at once; beyond, fewer entries are delivered.
//!
//! # Tested by
//! `tests/`: each sentence on groups as a test, and random commands against a plain model with a
//! check of the invariants.

mod array;
mod arrays;
mod claim;
mod consumer;
mod cursor;
mod deliver;
#[expect(
    clippy::module_inception,
    reason = "the file is named by what it defines"
)]
mod group;
mod order;
mod pending;
mod place;
mod record;
mod release;
mod report;
mod restore;
mod retired;
mod values;

#[cfg(test)]
mod tests;

pub(crate) use claim::{ClaimOptions, Claimed, DeliveredAt};
pub(crate) use cursor::LogFigures;
pub(crate) use deliver::Historic;
pub(crate) use group::Group;
pub(crate) use place::{Ids, Place};
pub(crate) use record::ConsumerIndex;
#[cfg(test)]
pub(crate) use record::{COUNT_MAX, Pending};
pub(crate) use release::{NackMode, NackOptions};
pub(crate) use report::{PendingQuery, PendingRow};
pub(crate) use restore::PendingState;
