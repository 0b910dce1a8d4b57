//! The stream that a key holds, and what the commands do to it: each once.
//!
//! # State
//! ```text
//! StreamBody --> StreamLog                    entries, ids and counters; see `forebay_sync::stream_log`
//!            |     `- Alone                   what producers have sent (IDMP); only in exclusive mode
//!            `-> Groups --> SharedGroup       name, and under a lock of its own: the state of the group
//! ```
//! A body stays with its key for as long as the key's object does; commands on keys move its
//! contents.
//!
//! # Three ways to work on a stream
//! 1. **Shared**, while the log is not *attended*: adding, reading, delivering new entries and
//!    acknowledging. Adds are one atomic step, reads take no lock, and the latter two take that of their
//!    group. They answer [`Detour`] when the log is attended, or when they need more than that.
//! 2. **Frozen** while the log is not attended: [`StreamBody::freeze_unattended`] makes a
//!    [`FrozenStream`], and the commands are functions of that.
//! 3. **Frozen with its key**: the same functions, when the key needs attention, because it holds no
//!    stream, or somebody waits for it, or it will expire. That is what [`crate::frozen`] is about.
//!
//! # Locks
//! The log is frozen after the key's list, and groups are locked after the log was frozen. Who
//! holds the lock of a group never waits for a frozen log: it lets go, waits, and begins again. A
//! group is changed with a [snapshot](forebay_sync::stream_log::Snapshot) of the log that was taken
//! under the group's lock, so that everything that began to freeze the log before that has been
//! done with the group, and everything that begins later waits for the lock when it comes to the
//! group.
//!
//! # Segments that go
//! Groups know pending entries by their places, and need their ids when the segment is gone. So
//! whoever removes entries in exclusive mode tells the groups before it does anything else.

mod ack;
mod add;
#[expect(
    clippy::module_inception,
    reason = "the file is named by what it defines"
)]
mod body;
mod budget;
mod claim;
mod contents;
mod delete;
mod deliver;
mod entries;
mod frozen;
mod groups;
mod idempotence;
mod ids;
mod info;
mod manage;
mod pending;
mod read;
mod settings;
mod trim;
mod waiting;

pub(crate) use self::body::StreamBody;
pub(crate) use self::budget::Budget;
pub(crate) use self::claim::Claimer;
pub(crate) use self::contents::StreamContents;
pub(crate) use self::deliver::GroupRead;
pub(crate) use self::entries::{copies, lend};
pub(crate) use self::frozen::FrozenStream;
pub(crate) use self::groups::SharedGroup;
pub(crate) use self::read::Run;
