//! A stream without its key: what DEL, RENAME and COPY take out and put in.

use core::fmt;

use forebay_sync::stream_log;

use super::body::Alone;
use super::frozen::FrozenStream;
use crate::stream::group::Group;

/// All entries, groups and counters of a stream. Dropping it is work: do it when nothing is frozen.
pub(crate) struct StreamContents {
    log: stream_log::StreamContents,
    groups: Vec<(Box<[u8]>, Group)>,
    alone: Alone,
}

impl FrozenStream<'_> {
    /// Takes everything out and leaves the stream as new. O(number of groups). From here on the
    /// groups are gone for whoever has looked them up before.
    #[must_use]
    pub(crate) fn take_contents(&mut self) -> StreamContents {
        let log = self.log.take_all();
        self.retire();
        StreamContents {
            log,
            groups: self.body.groups.take(),
            alone: self.log.extra_mut().take(),
        }
    }

    /// Puts in what was taken out of a stream, this one or another. What was here must have been
    /// taken out.
    pub(crate) fn put_contents(&mut self, contents: StreamContents) {
        debug_assert!(
            self.log.is_empty() && self.body.groups.len() == 0,
            "the contents were taken out"
        );
        self.log.put_all(contents.log);
        self.retire_none();
        self.body.groups.put(contents.groups);
        self.log.take_out_dead();
        self.retire();
        *self.log.extra_mut() = contents.alone;
    }

    /// A copy of everything. O(bytes of the stream).
    pub(crate) fn copy_contents(&self) -> StreamContents {
        let mut groups = Vec::new();
        let copy = |name: &[u8], group: &mut Group| groups.push((name.into(), group.clone()));
        self.body.groups.for_each(copy);
        StreamContents {
            log: self.log.copy_all(),
            groups,
            alone: self.log.extra().clone(),
        }
    }
}

impl fmt::Debug for StreamContents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StreamContents").field(&self.log).finish()
    }
}
