//! A stream in exclusive mode.

use core::fmt;

use forebay_sync::stream_log::{Snapshot, StreamExclusive};

use super::body::{Alone, StreamBody};
use super::ids::id_of;
use crate::journal::{Code, Pen};
use crate::stream::group::Group;

/// A stream in exclusive mode, which ends when it is dropped. Its methods are the commands.
///
/// Nobody else adds, and nobody begins to read; who has locked a group goes on with what was there
/// before.
pub(crate) struct FrozenStream<'a> {
    pub(super) body: &'a StreamBody,
    pub(super) log: StreamExclusive<'a, Alone>,
    /// Segments on their way out that the groups know of.
    retired: usize,
    pen: Option<Pen<'a>>,
}

impl<'a> FrozenStream<'a> {
    pub(super) fn new(body: &'a StreamBody, log: StreamExclusive<'a, Alone>) -> Self {
        let mut frozen = Self {
            body,
            log,
            retired: 0,
            pen: None,
        };
        frozen.retire();
        frozen
    }

    /// From now on what happens to the stream is written down.
    pub(super) const fn set_pen(&mut self, pen: Option<Pen<'a>>) {
        self.pen = pen;
    }

    /// Writes down an operation on the stream.
    #[inline]
    pub(super) fn write(&self, code: Code, arguments: impl FnOnce(&mut Vec<u8>)) {
        if let Some(pen) = self.pen {
            pen.write_sized(code, arguments);
        }
    }

    /// Whether the fast paths are closed.
    #[inline]
    pub(crate) const fn is_attended(&self) -> bool {
        self.log.is_attended()
    }

    /// Closes the fast paths from the end of this exclusive mode on, or opens them: they are closed
    /// while the key holds no stream, has an expiry, or somebody waits.
    #[inline]
    pub(crate) const fn set_attended(&mut self, attended: bool) {
        self.log.set_attended(attended);
    }

    /// The log as it is now.
    pub(super) fn snapshot(&self) -> Snapshot<'_> {
        self.log.snapshot()
    }

    /// Calls `f` with the log and a group. `None` when there is no such group.
    pub(super) fn with_group<R>(
        &self,
        name: &[u8],
        f: impl FnOnce(&Snapshot<'_>, &mut Group) -> R,
    ) -> Option<R> {
        let snapshot = self.snapshot();
        (self.body.groups).with(name, |group| f(&snapshot, group))
    }

    /// Tells the groups of segments that go. To be called when entries were removed.
    pub(super) fn retire(&mut self) {
        let mut known = self.retired;
        for segment in self.log.leaving().skip(known) {
            self.body.groups.for_each(|_, group| {
                if group.has_pending_in(segment.number()) {
                    let id_at = |slot| segment.id(slot).map(id_of).unwrap_or_default();
                    group.retire(segment.number(), id_at);
                }
            });
            known += 1;
        }
        self.retired = known;
    }

    /// The groups need not be told of segments that go: they were other groups'.
    pub(super) fn retire_none(&mut self) {
        self.retired = self.log.leaving().count();
    }
}

impl fmt::Debug for FrozenStream<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FrozenStream").field(&self.log).finish()
    }
}
