//! A log of entries with rising ids, for any number of threads: one atomic step and one copy per
//! entry.
//!
//! # What it is
//! Entries are fields, names and values, under a 128-bit [`Id`] of a time and a number. They are
//! added at the end by any number of threads, read from anywhere by any number of threads, and
//! deleted and trimmed now and then. They lie one behind the other in *segments* of up to 64 KiB,
//! so an add allocates nothing; names that repeat from entry to entry stand once in a segment.
//!
//! It draws on the log of the LMAX Disruptor (claim, write, publish), on Linux' sequence locks
//! (readers look again, and delay no writer), on epoch-based reclamation (Fraser 2004, in the form
//! of crossbeam), and on Redis' own radix tree of packed nodes, for what a stream must be able to
//! do.
//!
//! # When to use, and when not
//! For records that many read, each at his own place, and that go in the order in which they came.
//! Not for messages of which each is taken by one reader and then gone: the
//! [`SegmentList`](crate::SegmentList) needs no epochs and no ids. Deleting in the middle and
//! trimming are exclusive.
//!
//! # State
//! Each segment has a 64-bit word. That of the last segment, the *tail*, is the state of the log:
//!
//! | bits | field | meaning | changed by |
//! |---|---|---|---|
//! | 0..10 | `slots` | slots claimed | add: `+1`; exclusive mode |
//! | 10..23 | `used` | 8-byte units claimed, slot table and names included | add: `+units`; exclusive mode |
//! | 23 | frozen | a thread is in exclusive mode; or the segment is sealed, for ever | set by CAS, cleared by that thread |
//! | 24 | attended | the owner wants to look at every add: [`AddError::Attended`] | exclusive mode |
//! | 25..40 | `seq` | of the last id: its number; from the base's on while the time is the base's | add; exclusive mode |
//! | 40..64 | `ms` | of the last id: milliseconds since the base | add; exclusive mode |
//!
//! So slot, bytes and id are claimed in one step, and ids rise with slots. An id that these bits
//! cannot say (a clock that jumped by hours, a number that jumped) opens a new segment, whose base
//! it is: every id up to [`Id::MAX`] can be had.
//!
//! A slot is a 64-bit word: the id in the same bits, where the bytes are, and flags: *full*,
//! *deleted*, *boxed* (an entry of more than 1 KiB has an allocation of its own), *unboxed* (and
//! lost it). It is 0 until it is published, changes its flags in exclusive mode only, and never
//! changes its id and place.
//!
//! Beside the tail stand `head` and `first` (in front of which all is trimmed), the index, and the
//! counters. They are written in exclusive mode only. Two of them count the sections: `edits` those
//! that changed one of these fields or took a segment out, `deletions` those that deleted entries.
//!
//! # Layout
//! ```text
//!   StreamLog: head, first ---+     index (radix tree over the numbers of the segments)     tail
//!                             |        |              |                    |                 |
//!                             v        v              v                    v                 v
//!                   [ trimmed | full full ] <-> [ full deleted full ] <-> [ full full | claimed | empty ]
//!                             ^ first             sealed                                ^ slots
//!
//!   segment: | header, 64 bytes | slot table | names | entries, in 8-byte units, in order of claim |
//! ```
//! The index maps an id, or the number of a segment, to the segment: nodes of 64 places, from 8
//! segments on. The last segment may be *hollow*: only there for its base, which is the last id.
//!
//! # Protocol
//! Add:
//! 1. Pin an epoch guard. Load the tail; measure the entry for its names. Load its word; if it is
//!    frozen wait, if attended return; without room for the entry or its id: exclusive mode.
//! 2. *Claim*: CAS the word with `slots + 1`, `used + units` and the id.
//! 3. Copy the entry to its units. 4. *Publish slot*: store *full*. Nothing between 2 and 4 can
//!    fail, waits, or runs the caller's code.
//!
//! Read:
//! 1. Pin. *Look*: load `edits`, the tail, its word (frozen: wait, or give up), then `head`,
//!    `first`, the root of the index, `deletions`; look again at `edits`, and begin again if it has
//!    changed. What was found is the view of one moment: slots below `slots` of the tail, from
//!    `first` of the head on.
//! 2. Read the entries of the view. *Read slot*: wait until a claimed slot is full; none is skipped.
//! 3. Look at `deletions`: if it has changed, what was read may be half of a deletion. Begin again;
//!    after a few times in exclusive mode.
//!
//! Exclusive mode, for all the rest (a new segment, deleting, trimming, setting ids, moving the
//! contents):
//! 1. *Freeze*: CAS sets the frozen bit of the tail's word; from then on no claim succeeds, and no
//!    read begins.
//! 2. Work alone. Before the first change of a field beside the tail, count `edits`; before the
//!    first deletion, `deletions` too. A new segment is linked, the old one *sealed*: its word
//!    stays frozen. A claimed slot that is not published yet is waited for where it is met.
//! 3. Store the fields. *Unfreeze*: store the word, or, with a new segment, the tail.
//! 4. Retire what was taken out.
//!
//! To freeze several logs, everybody freezes them in one order.
//!
//! # Invariants
//! * **I1** (a claim is for ever) Only the tail's word can be unfrozen, so a claim that succeeds
//!   was made in the tail, and its slot, units and id belong to one entry for good. Ids rise with
//!   slots, and from segment to segment; among the live entries at least, when the last id was set
//!   back.
//! * **I2** A segment that was the tail and is not any more is sealed: its word never changes, and
//!   says how many slots it has.
//! * **I3** `X`, `dead` of the segments, and all that [`StreamExclusive`] has are touched by the
//!   thread in exclusive mode only.
//! * **I4** The bytes of an entry are written between its claim and *publish slot*, by the adder or
//!   in exclusive mode, and never again.
//! * **I5** What is retired was taken out of the log before: no guard that is made later can find
//!   it. So what a view shows is there as long as the guard that was there before it.
//! * **I6** A segment that is taken out keeps its links, and what they lead to is retired later or
//!   not at all: so a reader finds its way on from a segment that is gone.
//! * **I7** The link of the head to the front has no meaning: nobody follows it, because a view
//!   knows the number of its head.
//! * **I8** `dead` counts the slots of a segment that are deleted or trimmed. A segment all of
//!   whose slots are dead is not in the log, unless it is the tail, or an add has left it there for
//!   the owner.
//!
//! # Memory ordering
//! | release | acquire | what it carries |
//! |---|---|---|
//! | publish slot (add) | read slot (read, exclusive mode) | the bytes of the entry |
//! | unfreeze: word, or tail | load tail, load word (read), freeze | the fields, the segments, `X` |
//! | edit: the count | load `edits` (look) | the frozen word: no view with the count of a section and the word before it |
//! | set field, take out of the index, set root | the fence in the second look | the count: a field that is too new is noticed |
//! | count deletions | the same | the count of edits: no view has one without the other |
//! | delete: mark slot; link | read slot, follow link, then the fence | the count: a deletion that is too new is noticed |
//! | link; place in the index | follow link; search | the header of the segment behind it |
//!
//! A claim carries nothing: who reads an entry reads its slot. The read-modify-writes of the word
//! continue the release sequence that *unfreeze* begins.
//!
//! # Progress
//! * An **add with room** in the tail never waits for another add or a read: lock-free, until a
//!   freeze comes.
//! * A **read** delays no add. It waits for an adder that was interrupted in the middle of its copy
//!   below the end of the read (spinning, yielding, sleeping for short times), and for exclusive
//!   mode; [`Reader::without_waiting`] gives up instead of the latter.
//! * **Exclusive mode is a lock**. The adds enter it once per segment, with the new segment already
//!   allocated.
//! * A thread that stays long with a guard delays the freeing of memory, of all logs, and nothing
//!   else.
//!
//! # Linearization points
//! Add: the claim. A read: the load of the tail's word in the look that was confirmed. What
//! exclusive mode does: unfreeze.
//!
//! # Reclamation
//! crossbeam's epochs, with the collector of the process: segments, nodes of the index and boxes
//! are retired when exclusive mode ends. Claims alone would not do, as they do in the segment list:
//! a reader claims nothing. The guard costs an add about 3 ns.
//!
//! # Complexity and memory
//! Add: O(1), one read-modify-write of a shared word, no allocation in the steady state. Find an
//! id: O(log n): 6 bits of the number of segments per node, then a binary search in the slot table.
//! Trimming: O(segments that go), and the slots of one. Per entry: 8 bytes for the slot, 1 for its
//! length, 1 for that of each short value, and up to 7 to the next unit. Per log: 112 bytes with an
//! `X` of 8 bytes, and the first segment of 160 bytes; then 512 bytes, 4, 16, 32 and 64 KiB, as far
//! as 1023 slots can fill them. The largest come from the shared blocks of huge pages.
//!
//! # Tested by
//! `loom-tests/tests/stream_log` (models, and the mutants that kill them), `tests/stream_log_*.rs`
//! (battery, random operations against a `BTreeMap`, stress, limits, memory).

// Slots have 10 bits and units 13: what is kept of them in 16 bits, or cut out of a word, is never
// cut off.
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
