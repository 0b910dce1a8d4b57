//! The journal: what makes an engine durable.
//!
//! # What it is
//! The engine's operations as records of a write-ahead log, and the way back from these to the
//! engine. The log itself (lanes, epochs, group commit, files, recovery) is `forebay-wal`, which
//! knows no list and no stream; here stands what a record says, in which order records are replayed,
//! and what a checkpoint has. The bytes are in `docs/log-format.md`.
//!
//! # Steps and records
//! A *step* is what one call does while it has its keys in [exclusive mode](crate::frozen): a push, a
//! move between two lists, a transaction on a hundred keys, and also what it hands to those who wait.
//! In an engine with a journal every key needs attention, so there is no other way to change one. A
//! step is **one record**: its *order*, and its operations one behind the other, each with its key.
//! A step that changes nothing writes nothing.
//!
//! # Order
//! Each key has the order of the last step on it. A step's order is one more than the largest of its
//! keys, all of which then have it. It is set, and the record is appended, while all keys of the step
//! are frozen. So
//!
//! * **J1** two steps with a key in common have different orders, and the one that came later has the
//!   larger one. Steps without a common key may have equal orders, and it does not matter which of
//!   them comes first. Replaying any set of records by their orders is replaying them as they came,
//!   as far as anybody could tell.
//! * **J2** the epoch of a record is not smaller than that of any record of an earlier step on one of
//!   its keys, nor than that of any step whose result its thread had seen. The epoch is read when the
//!   record is appended, which is before its keys are let go and before anybody who waited gets what
//!   the step has for him; whoever sees an effect of the step reads the epoch later, and the epoch
//!   never goes back.
//!
//! The order is per key and not one counter for all, so steps on different keys share no memory. An
//! object that leaves the keyspace while its key does not exist leaves its order in the *floor*, from
//! which keys that are new take theirs.
//!
//! # Recovery is a consistent cut
//! The log recovers all records of the epochs up to some epoch, which is not smaller than any that
//! was acknowledged, and none of the later ones. By J2 that set has, with a step, every step that it
//! depends on: no element is moved that was not pushed, and no entry is pending that was not added.
//! By J1 sorting the records of an epoch by order, epoch after epoch, replays the history. A record
//! is there as a whole or not at all, and so is its step. What was acknowledged is in the cut; what
//! was popped in it does not come back, for its pop is behind its push, and both are there.
//!
//! # Checkpoints
//! A checkpoint is a walk over all keys, each frozen for as long as it takes to write it down with
//! its order, while others go on. At the beginning the walk notes where the log ends (everything
//! before was appended before) and the floor. When it is replayed onto,
//!
//! * **J3** an operation of order `n` on a key is skipped if the checkpoint has the key with an order
//!   of `n` or more, or does not have the key and the floor is `n` or more. In both cases the key was
//!   written, or was not there, when it had the effect of the operation.
//!
//! No key leaves the keyspace while a checkpoint is taken, so each that was there is written, also
//! those that do not exist any more. An operation whose result needs nothing but its own key and
//! arguments can be replayed for each key alone. RENAME and COPY need what their source had:
//!
//! * **J4** who is about to carry contents from key to key while a checkpoint is taken first puts the
//!   source into it, if it is not there yet. So a checkpoint never has a source after the step and
//!   its destination before it.
//!
//! # Waiting
//! Each thread has a *ticket* which covers all that it has done, and has seen of what others have
//! done, in the keys that it has frozen. A call waits for that ticket, with nothing frozen, as its
//! level says. So at the level Group nothing that was ever answered is undone by a crash, answers to
//! reads included.
//!
//! # Space
//! Before anything is done a step makes room for what it will write: [`Cost`]. What adds is refused
//! when the log is full; what takes away may use a reserve.
//!
//! A step must fit into a record, and FLUSHALL names every key that it deletes: with more names than
//! that it is refused, with nothing done. One small record, *all keys of an order below this are
//! gone*, would not be the same step. A key that comes into being meanwhile may stay, and has no
//! order in common with the step, so on replay nothing would say whether it came before or after
//! (J1); and a checkpoint that has such a key may have begun before or after it (J3). It would take a
//! lock against new keys in every call that makes one.
//!
//! # Failure
//! When the log fails, the steps that were not durable end with
//! [`Indeterminate`](crate::Error::Indeterminate), later ones are refused with
//! [`Poisoned`](crate::Error::Poisoned) before they have done anything, and reads go on.

mod apply;
mod bytes;
mod checkpoint;
mod cost;
#[expect(clippy::module_inception, reason = "the journal of the journal")]
mod journal;
mod operation;
mod pen;
mod recovery;
mod source;
mod step;
mod upkeep;

pub(crate) use self::bytes::{
    Malformed, Parsed, Parser, put_bytes, put_flag, put_id, put_number, put_optional, put_signed,
};
pub(crate) use self::cost::Cost;
pub(crate) use self::journal::{Journal, Logged};
pub(crate) use self::operation::Code;
pub(crate) use self::pen::Pen;
pub(crate) use self::recovery::recover;
pub(crate) use self::source::Source;
pub(crate) use self::upkeep::{Lengths, start_upkeep};
