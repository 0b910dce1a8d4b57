//! How far a group has read, and how much is ahead of it.

use super::place::Place;
use crate::stream::id::StreamId;

/// What a cursor needs to know of its log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LogFigures {
    /// Entries that are there.
    pub(crate) len: u64,
    /// Entries ever added.
    pub(crate) entries_added: u64,
    /// The id of the first entry that is there; 0-0 when there is none.
    pub(crate) first: StreamId,
    /// The last id given out.
    pub(crate) last: StreamId,
    /// The greatest id ever deleted; 0-0 when none was.
    pub(crate) max_deleted: StreamId,
}

const ZERO: StreamId = StreamId { ms: 0, seq: 0 };

impl LogFigures {
    /// Whether an entry at or after `id` was deleted, so that counting from there is no use.
    fn is_holed_from(&self, id: StreamId) -> bool {
        self.len > 0 && self.max_deleted != ZERO && id <= self.max_deleted
    }

    /// How many entries were added up to this id, if that can be known.
    fn entries_up_to(&self, id: StreamId) -> Option<u64> {
        if self.entries_added == 0 {
            return Some(0);
        }
        if self.len == 0 && id <= self.last {
            return Some(self.entries_added);
        }
        if id != ZERO && id < self.max_deleted {
            return None;
        }
        if id >= self.last {
            return (id == self.last).then_some(self.entries_added);
        }
        let is_whole = self.max_deleted == ZERO || self.max_deleted < self.first;
        let before_first = self.entries_added.saturating_sub(self.len);
        match id.cmp(&self.first) {
            core::cmp::Ordering::Less if is_whole => Some(before_first),
            core::cmp::Ordering::Equal if is_whole => Some(before_first + 1),
            _ => None,
        }
    }
}

/// The position of a group in its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// The id of the last entry that was delivered.
    pub(crate) last_delivered: StreamId,
    /// Where that entry is, if the group came to it by reading.
    pub(crate) place: Option<Place>,
    /// How many entries were added up to that one. `None` when nobody knows.
    pub(crate) entries_read: Option<u64>,
}

impl Cursor {
    /// XGROUP CREATE and SETID. A counter that is greater than the log's is cut down to it.
    pub(super) fn new(id: StreamId, entries_read: Option<u64>, figures: &LogFigures) -> Self {
        Self {
            last_delivered: id,
            place: None,
            entries_read: entries_read.map(|read| read.min(figures.entries_added)),
        }
    }

    /// Moves on to an entry that is delivered; not backwards.
    #[inline]
    pub(super) fn advance(&mut self, id: StreamId, place: Place, figures: &LogFigures) {
        if id <= self.last_delivered {
            return;
        }
        self.entries_read = match self.entries_read {
            Some(read) if self.is_counting(figures) => Some(read + 1),
            unknown if figures.entries_added == 0 => unknown,
            _ => figures.entries_up_to(id),
        };
        self.last_delivered = id;
        self.place = Some(place);
    }

    /// Whether each further entry adds one to the counter. It remains so while only the cursor
    /// moves.
    #[inline]
    pub(super) fn is_counting(&self, figures: &LogFigures) -> bool {
        self.entries_read.is_some()
            && self.last_delivered >= figures.first
            && !figures.is_holed_from(self.last_delivered)
    }

    /// Moves on over so many entries, up to this one, while it [is counting](Self::is_counting).
    #[inline]
    pub(super) fn advance_counting(&mut self, entries: u64, id: StreamId, place: Place) {
        debug_assert!(id > self.last_delivered, "{id:?} is not ahead of {self:?}");
        self.entries_read = self.entries_read.map(|read| read + entries);
        self.last_delivered = id;
        self.place = Some(place);
    }

    /// XCLAIM with LASTID: only upwards. The counter stays.
    pub(super) fn raise(&mut self, id: StreamId) {
        if id > self.last_delivered {
            self.last_delivered = id;
            self.place = None;
        }
    }

    /// How many entries there are ahead, if that can be known.
    pub(crate) fn lag(&self, figures: &LogFigures) -> Option<u64> {
        if figures.entries_added == 0 || figures.len == 0 {
            return Some(0);
        }
        if self.last_delivered < figures.first && figures.max_deleted < figures.first {
            return Some(figures.len);
        }
        let read = match self.entries_read {
            Some(read) if !figures.is_holed_from(self.last_delivered) => read,
            _ => figures.entries_up_to(self.last_delivered)?,
        };
        Some(figures.entries_added.saturating_sub(read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn id(ms: u64) -> StreamId {
        StreamId { ms, seq: 0 }
    }

    /// Entries `first..=last`, without holes.
    const fn figures(first: u64, last: u64) -> LogFigures {
        LogFigures {
            len: last - first + 1,
            entries_added: last,
            first: id(first),
            last: id(last),
            max_deleted: ZERO,
        }
    }

    const PLACE: Place = Place::FIRST;

    #[test]
    fn the_counter_follows_what_is_read() {
        let log = figures(1, 5);
        let mut cursor = Cursor::new(ZERO, None, &log);
        assert_eq!(cursor.lag(&log), Some(5), "nothing was read");
        for read in 1..=5 {
            cursor.advance(id(read), PLACE, &log);
            assert_eq!(cursor.entries_read, Some(read));
            assert_eq!(cursor.lag(&log), Some(5 - read));
        }
        cursor.advance(id(3), PLACE, &log);
        assert_eq!(cursor.last_delivered, id(5), "not backwards");
    }

    #[test]
    fn a_group_in_the_middle_does_not_know() {
        let log = figures(1, 5);
        let mut cursor = Cursor::new(id(2), None, &log);
        assert_eq!(cursor.lag(&log), None);
        cursor.advance(id(3), PLACE, &log);
        assert_eq!(cursor.entries_read, None);
        cursor.advance(id(4), PLACE, &log);
        cursor.advance(id(5), PLACE, &log);
        assert_eq!(cursor.entries_read, Some(5), "the end is known again");
        assert_eq!(cursor.lag(&log), Some(0));
    }

    #[test]
    fn a_hole_ahead_makes_the_counter_useless() {
        let mut log = figures(1, 5);
        let mut cursor = Cursor::new(ZERO, None, &log);
        cursor.advance(id(1), PLACE, &log);
        log.max_deleted = id(3);
        log.len = 4;
        assert_eq!(cursor.lag(&log), None);
        cursor.advance(id(2), PLACE, &log);
        assert_eq!(cursor.entries_read, None);
        cursor.advance(id(4), PLACE, &log);
        assert_eq!(cursor.entries_read, None);
        cursor.advance(id(5), PLACE, &log);
        assert_eq!(cursor.entries_read, Some(5));
    }

    #[test]
    fn a_hole_behind_does_not_matter() {
        let mut log = figures(1, 5);
        let mut cursor = Cursor::new(id(2), Some(2), &log);
        // 1-0 was deleted.
        (log.max_deleted, log.len, log.first) = (id(1), 4, id(2));
        assert_eq!(cursor.lag(&log), Some(3));
        cursor.advance(id(3), PLACE, &log);
        assert_eq!(cursor.entries_read, Some(3));
    }

    #[test]
    fn trimming_keeps_the_lag_right() {
        let log = figures(4, 6);
        let mut cursor = Cursor::new(id(1), Some(1), &log);
        assert_eq!(cursor.lag(&log), Some(3), "what was trimmed is not ahead");
        cursor.advance(id(4), PLACE, &log);
        assert_eq!(cursor.entries_read, Some(4), "estimated, not counted");
        assert_eq!(cursor.lag(&log), Some(2));
    }

    #[test]
    fn an_empty_log_has_nothing_ahead() {
        let log = LogFigures {
            len: 0,
            first: ZERO,
            ..figures(1, 5)
        };
        assert_eq!(Cursor::new(id(2), None, &log).lag(&log), Some(0));
        let unused = LogFigures {
            entries_added: 0,
            last: ZERO,
            ..log
        };
        assert_eq!(Cursor::new(id(9), None, &unused).lag(&unused), Some(0));
    }

    #[test]
    fn a_given_counter_is_cut_down() {
        let log = figures(1, 5);
        assert_eq!(Cursor::new(id(5), Some(9), &log).entries_read, Some(5));
        assert_eq!(Cursor::new(id(5), None, &log).entries_read, None);
    }

    #[test]
    fn lastid_only_raises() {
        let log = figures(1, 5);
        let mut cursor = Cursor::new(id(3), Some(3), &log);
        cursor.raise(id(2));
        assert_eq!(cursor.last_delivered, id(3));
        cursor.raise(id(4));
        assert_eq!(cursor.last_delivered, id(4));
        assert_eq!(cursor.entries_read, Some(3), "the counter stays");
    }

    #[test]
    fn a_cursor_in_the_future_does_not_know() {
        let log = figures(1, 5);
        assert_eq!(Cursor::new(id(9), None, &log).lag(&log), None);
    }
}
