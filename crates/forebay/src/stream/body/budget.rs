//! How much a read may return: COUNT, MAXCOUNT and MAXSIZE.

use forebay_sync::stream_log::EntryRef;

use super::entries::size;
use crate::stream::{XreadOptions, XreadgroupOptions};

/// What a read may still return, over all its streams.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    /// Entries of one stream.
    count: u64,
    /// Entries and bytes of all streams.
    entries: u64,
    bytes: Option<u64>,
    /// At least one entry comes, however long it is.
    has_given: bool,
}

impl Budget {
    fn new(count: Option<u64>, maxcount: Option<u64>, maxsize: Option<u64>) -> Self {
        Self {
            count: count.filter(|&count| count > 0).unwrap_or(u64::MAX),
            entries: maxcount.unwrap_or(u64::MAX),
            bytes: maxsize,
            has_given: false,
        }
    }

    /// The budget of an XREAD.
    pub(crate) fn of_read(options: &XreadOptions) -> Self {
        Self::new(options.count, options.maxcount, options.maxsize)
    }

    /// The budget of an XRANGE.
    pub(super) const fn of_range(limit: u64) -> Self {
        Self {
            count: limit,
            entries: u64::MAX,
            bytes: None,
            has_given: false,
        }
    }

    /// The budget of an XREADGROUP.
    pub(crate) fn of_group_read(options: &XreadgroupOptions) -> Self {
        Self::new(options.count, options.maxcount, options.maxsize)
    }

    /// Whether another entry may follow so many ones of the same stream.
    #[inline]
    pub(super) fn allows(&self, returned: usize) -> bool {
        let is_left = self.entries > 0 && self.bytes != Some(0);
        (is_left || !self.has_given) && (returned as u64) < self.count
    }

    /// How many entries may follow so many ones of the same stream, should they have no bytes.
    pub(super) fn left(&self, returned: usize) -> u64 {
        let of_stream = self.count.saturating_sub(returned as u64);
        of_stream.min(self.entries)
    }

    /// An entry is returned; `None` for one that is no longer in the log.
    #[inline]
    pub(super) fn take(&mut self, entry: Option<EntryRef<'_>>) {
        self.has_given = true;
        self.entries = self.entries.saturating_sub(1);
        if let Some(bytes) = &mut self.bytes {
            *bytes = bytes.saturating_sub(entry.map_or(0, size));
        }
    }
}
