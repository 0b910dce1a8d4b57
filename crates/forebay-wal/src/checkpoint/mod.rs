//! Checkpoints: what bounds the log.
//!
//! A checkpoint is a file with whatever its user needs instead of the records before a position. It
//! is written under a temporary name and takes its own when all of it is durable, so there is a
//! whole one or none. It is *fuzzy*: the user looks at its state piece by piece while it changes, and
//! records from the position on may be replayed onto what already has their effect.
//!
//! # Protocol
//! 1. *Begin*: note the end of what is written, `position`. All records before it are of operations
//!    that were appended before.
//! 2. *Write* the state, in any number of pieces.
//! 3. *Commit*: sync the log up to now, so that no effect in the state is without its record; write
//!    the end of what is durable behind the state; sync the file; rename it; sync the names. Only
//!    then remove the checkpoint before, and let the writer free the segments before `position`.
//!
//! # What the user has to keep
//! A record must be appended before its effect is looked at, and who looks at a piece of state must
//! see the effect of, or wait for, every operation on it whose record was appended before. Replaying
//! a record onto a state that has its effect must change nothing.

mod chunks;
mod reader;
mod writer;

pub(crate) use reader::CheckpointFile;
pub use reader::CheckpointReader;
pub use writer::CheckpointWriter;
