//! How far a group has come: the counter of the entries that it has read, and how many are left.

use forebay::StreamId;

use super::Dialect;
use super::group::Group;
use super::stream::Stream;

impl Stream {
    /// Nobody has read more entries than were added.
    pub(super) fn clamp(&self, dialect: Dialect, entries_read: Option<u64>) -> Option<u64> {
        match dialect {
            Dialect::Newest => entries_read.map(|read| read.min(self.entries_added)),
            Dialect::Redis70 => entries_read,
        }
    }

    /// Whether an entry from `id` on may have been deleted, so that counting entries is no use.
    fn has_gaps_from(&self, dialect: Dialect, id: StreamId) -> bool {
        if dialect == Dialect::Redis70 && self.max_deleted_id < self.first_id() {
            return false;
        }
        !self.entries.is_empty()
            && self.max_deleted_id != StreamId::MIN
            && id <= self.max_deleted_id
    }

    /// How many entries were ever added up to `id`, if that can be told.
    fn ordinal(&self, dialect: Dialect, id: StreamId) -> Option<u64> {
        if self.entries_added == 0 {
            return Some(0);
        }
        if self.entries.is_empty() && id <= self.last_id {
            return Some(self.entries_added);
        }
        if dialect == Dialect::Newest && id != StreamId::MIN && id < self.max_deleted_id {
            return None;
        }
        if id >= self.last_id {
            return (id == self.last_id).then_some(self.entries_added);
        }
        let whole = self.max_deleted_id == StreamId::MIN || self.max_deleted_id < self.first_id();
        let before_first = self.entries_added.wrapping_sub(self.len());
        match id.cmp(&self.first_id()) {
            core::cmp::Ordering::Less if whole => Some(before_first),
            core::cmp::Ordering::Equal if whole => Some(before_first + 1),
            _ => None,
        }
    }

    /// The group is given the entry `id`, which it had not come to.
    pub(super) fn advance(&self, dialect: Dialect, group: &mut Group, id: StreamId) {
        let counts = match dialect {
            Dialect::Newest => {
                group.last_id >= self.first_id() && !self.has_gaps_from(dialect, group.last_id)
            }
            Dialect::Redis70 => !self.has_gaps_from(dialect, id),
        };
        match group.entries_read {
            Some(read) if counts => group.entries_read = Some(read + 1),
            _ if self.entries_added > 0 => group.entries_read = self.ordinal(dialect, id),
            _ => {}
        }
        group.last_id = id;
    }

    /// How many entries the group has not come to, if that can be told.
    pub(super) fn lag(&self, dialect: Dialect, group: &Group) -> Option<u64> {
        // XSETID can make the number of entries smaller than it was.
        let left = |read: u64| match dialect {
            Dialect::Newest => self.entries_added.saturating_sub(read),
            Dialect::Redis70 => self.entries_added.wrapping_sub(read),
        };
        if self.entries_added == 0 {
            return Some(0);
        }
        if dialect == Dialect::Newest {
            if self.entries.is_empty() {
                return Some(0);
            }
            if group.last_id < self.first_id() && self.max_deleted_id < self.first_id() {
                return Some(self.len());
            }
        }
        match group.entries_read {
            Some(read) if !self.has_gaps_from(dialect, group.last_id) => Some(left(read)),
            _ => self.ordinal(dialect, group.last_id).map(left),
        }
    }
}
