//! A list with two ends for any number of threads: one atomic step and one copy per message.
//!
//! # What it is
//! An unbounded multi-producer multi-consumer deque of byte strings. The messages lie one behind
//! the other in *segments* of up to 64 KiB, so a push allocates nothing and a backlog costs 4 bytes
//! per message beside the message. It draws on the segment queue of crossbeam (slots that a reader
//! waits for until they are published, a segment that is destroyed by its last user), on the
//! Disruptor (claim, write, publish), and on measurements: head and tail packed in *one* word were
//! two to four times as fast as in two words while the queue is short, because both sides then meet
//! on one cache line and not on two.
//!
//! # When to use, and when not
//! For messages that are pushed at one end and popped at the other (or, less often, at the same
//! end), by several threads, with operations on the middle now and then. Not when the values are
//! not bytes, not when a bound is wanted (the caller counts), and not when the middle is the hot
//! place: operations there are exclusive.
//!
//! # State
//! All of a list's coordination is in one 64-bit word:
//!
//! | bits | field | meaning | changed by |
//! |---|---|---|---|
//! | 0..10 | `lo` | first live slot of the head segment | pop: `+n`; exclusive mode |
//! | 10..20 | `hi` | slots claimed in the tail segment | push: `+n`; exclusive mode |
//! | 20..33 | `used` | 8-byte units claimed in the tail segment, its slot table included | push: `+units`; exclusive mode |
//! | 33 | frozen | a thread is in exclusive mode | set by CAS, cleared by that thread |
//! | 34 | attended | the owner wants to look at every operation: the fast paths give [`Attended`] | exclusive mode |
//! | 35 | apart | head and tail are different segments | exclusive mode |
//! | 36 | leftward | the tail is the left end | exclusive mode |
//! | 37..64 | generation | rises when a field beside the word changes | exclusive mode |
//!
//! Beside it stand `head`, `tail` (pointers), `room` (size of the tail segment), `limit` (end of
//! the head segment) and `carry` (what makes `hi - lo` the length). They are written in exclusive
//! mode only. The word and they share one cache line.
//!
//! A slot is a 32-bit word that goes round: *empty* -> *full* (length and place of the bytes) ->
//! *settled*.
//!
//! # Layout
//! ```text
//!            head                                            tail
//!             |                                               |
//!             v                                               v
//!   [ settled settled full full ] <-> [ full full full ] <-> [ full full empty empty ]
//!                      ^ lo                                              ^ hi
//!   pops claim here, `lo + 1`                              pushes claim here, `hi + 1`
//! ```
//! The first segment is part of the list itself: four slots and 64 bytes. A list of one small
//! message is one allocation.
//!
//! # Protocol
//! Push at the side of the tail:
//! 1. Load the word; if it is frozen wait, if attended return. Load `tail`, `room`, `carry`. If
//!    there is no room: exclusive mode.
//! 2. *Claim*: CAS the word with `hi + 1` and `used + units`.
//! 3. Copy the message to its units. 4. *Publish slot*: store *full*.
//!
//! Pop at the side of the head:
//! 1. Load the word, and `head` and `limit`. An empty list is seen in the word alone. If the head
//!    segment is used up: exclusive mode.
//! 2. *Claim*: CAS the word with `lo + 1`.
//! 3. *Read slot*: wait until it is *full*. Use the bytes where they are. 4. *Settle slot*: store
//!    *settled*.
//!
//! Exclusive mode, for all the rest (a new segment, the other side, the middle, several lists at
//! once):
//! 1. *Freeze*: CAS sets the frozen bit; from then on no claim succeeds. 2. Work alone, with plain
//!    reads and writes. A live slot that is not published yet is waited for where it is met. 3.
//!    *Unfreeze*: store the new word.
//!
//! A closure of the caller's never runs in exclusive mode. To freeze several lists, everybody
//! freezes them in the order of their addresses.
//!
//! # Invariants
//! * **I1** (a claim is made with the fields that belong to its word) `head`, `tail`, `room`,
//!   `limit` and `carry` change only while the word is frozen, and when one of them changes the
//!   generation rises. So if the CAS of a claim succeeds, the fields that were read between the
//!   load of the word and the CAS are those of that word.
//! * **I2** While the list is apart its tail segment has a live slot. So *empty* is `!apart && lo
//!   == hi`: one word.
//! * **I3** Segment headers, `X`, the spare segment and the segments in limbo are touched by the
//!   thread in exclusive mode only.
//! * **I4** The bytes of a message are written between claim and *publish slot* by the pusher, or
//!   in exclusive mode while the slot is live; they are not written again before the slot is
//!   settled.
//! * **I5** A segment is used again, or freed, only when it has no live slot and every slot that a
//!   pop has claimed is *settled*. So an unsettled claim keeps its segment alive. *Empty* is not
//!   *settled*: a popper may be waiting there for its pusher.
//! * **I6** Every slot below `lo` is, or will be, *settled*; every slot from `lo` to `hi` is, or
//!   will be, *full*; every slot from `hi` on is *empty*.
//!
//! I1 leans on the 27 bits of generation: a thread would have to sleep between its load and its CAS
//! for exactly 2^27 changes of the fields (or a multiple), and find all other bits equal as well. A
//! change is the end of a segment, which a short list comes to every few messages, or one operation
//! on the middle of a list of several segments. Each is a step of exclusive mode of some tens of
//! nanoseconds, so the thread would have to sleep for many seconds, and wake up in the nanoseconds
//! of the very word that matches.
//!
//! # Memory ordering
//! | release | acquire | what it carries |
//! |---|---|---|
//! | publish slot (push) | read slot (pop, exclusive mode) | the bytes of the message |
//! | settle slot (pop) | check settled (reuse of a segment, exclusive mode) | the end of the reads of the bytes |
//! | unfreeze | load word, claim (push, pop), freeze | the fields beside the word, segments, `X` |
//! | claim (push, pop) | freeze | the loads of the fields before the claim stay before it (I1; load buffering) |
//! | set carry | the fence in `len` | the frozen word: a carry that is too new is noticed |
//!
//! A claim does not carry the message: whoever pops it reads its slot. The read-modify-writes of
//! the word continue the release sequence that *unfreeze* begins, so a thread that reads any later
//! word has what it published.
//!
//! # Progress
//! Honest words, because the parts differ:
//! * A **push with room** in the tail segment never waits for another push or pop: lock-free, like
//!   a pop's claim.
//! * A **pop** waits for the pusher of the very message that it has claimed, if that thread has
//!   been interrupted in the middle of its copy (as in crossbeam's queues). It spins, yields, then
//!   sleeps for short times, so that the pusher gets the processor.
//! * **Exclusive mode is a lock** of one list. A thread that is interrupted in it delays all others
//!   that use the list. The fast paths enter it once per segment, for some tens of nanoseconds,
//!   with the new segment already allocated. It has no queue, but who has waited for a millisecond
//!   is given way by all who want to freeze the list.
//! * [`SegmentList::is_empty`] and [`SegmentList::len`] wait for exclusive mode only.
//!
//! # Linearization points
//! Push and pop: the claim. A pop that finds nothing: its last load of the word. What exclusive
//! mode does: unfreeze. `len`: its first load of the word that was confirmed.
//!
//! # Reclamation
//! No epochs and no hazard pointers, because every access to a segment is covered by a claim or by
//! exclusive mode: the fast paths read pointers before they claim, but follow them only afterwards.
//! A drained segment with unsettled slots goes to the list's *limbo* and is looked at again when
//! the next segment is retired. One settled segment is kept as the *spare*, so a busy short queue
//! goes round in two. A short list in a small segment stays there: what is left in it moves to its
//! start when its end is reached, and only lists that take a good share of all such laps grow. A
//! consumer that stays long in its closure delays the reuse of one segment, and nothing else.
//!
//! # Complexity and memory
//! Push, pop and `len` are O(1), with one read-modify-write on the shared word each (none for
//! `len`) and no allocation in the steady state. Per message: its bytes rounded up to 8, and 4
//! bytes for the slot; over 1 KiB: 16 bytes for the address of its own allocation. Per list: 176
//! bytes with an `X` of 8 bytes, the first four messages (of 64 bytes together) included. Middle
//! operations say their cost themselves.
//!
//! # Tested by
//! `loom-tests/tests/segment_list*.rs` (models, and the mutants that kill them),
//! `tests/segment_list_*.rs` (battery, random operations against a `VecDeque`, stress), and the
//! linearizability test of the crate `forebay`.

// Slots have 10 bits and units 13: what is kept of them in 16 bits, or cut out of a word, is never
// cut off.
#![expect(
    clippy::cast_possible_truncation,
    reason = "fields have fewer bits than their integers"
)]

mod compaction;
mod contents;
mod edit;
mod exclusive;
mod iter;
mod list;
#[cfg(loom)]
mod model;
mod orphans;
mod pace;
mod patience;
mod plan;
mod segment;
mod side;
mod slot;
mod taken;
mod word;

use core::fmt;

pub use contents::Contents;
pub use exclusive::Exclusive;
pub use iter::Iter;
pub use list::SegmentList;
pub use side::Side;

/// The owner of the list wants to look at every operation: nothing was done; freeze the list and
/// look.
///
/// The answer of the fast paths after [`Exclusive::set_attended`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attended;

impl fmt::Display for Attended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the list is attended: freeze it to go on")
    }
}

impl core::error::Error for Attended {}
