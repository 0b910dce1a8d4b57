//! The counters of a log, as they were at one moment.

use super::id::Id;

/// What a log says about itself; all of it at the same moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Entries in the log.
    pub len: u64,
    /// The id of the first of them.
    pub first_id: Option<Id>,
    /// The last id that was given out, or set. It never goes back by itself.
    pub last_id: Id,
    /// How many entries were ever added, or what was set instead and those after it.
    pub entries_added: u64,
    /// The greatest id that was ever deleted, trimming not included; `0-0` when there is none.
    pub max_deleted_id: Id,
}

/// The fields of a log that its counters are computed with.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counters {
    /// Entries that were deleted or trimmed.
    pub(super) removed: u64,
    /// What must be added to the ordinal of the next entry to have the number of added ones.
    pub(super) offset: u64,
    pub(super) max_deleted_id: Id,
}
