//! Taking a view of a log that others change meanwhile: look, and look again.
//!
//! Exclusive mode changes several fields, so a reader counts on counters: `edits` rises before a
//! section changes the fields beside the tail, `deletions` before it marks slots. Who finds the
//! same count before and after has read nothing of a later section's work, and all of the earlier
//! ones'.

use super::id::Id;
use super::log::StreamLog;
use super::reclaim::Guard;
use super::segment::Segment;
use super::state::Counters;
use super::view::View;
use crate::backoff::Backoff;
use crate::loom::Ordering::{Acquire, Relaxed};
use crate::loom::{AtomicU64, fence, spin_loop};
use crate::teeth::{Site, ord, skips};

impl<X> StreamLog<X> {
    /// The log as it is now, with what `fields` reads of the fields beside the tail, all of the
    /// same moment. `None` when the log is frozen and the caller does not wait.
    #[inline]
    pub(super) fn look<'g, C>(
        &self,
        guard: &'g Guard,
        waits: bool,
        fields: impl Fn(&Self) -> C,
    ) -> Option<(View<'g>, C)> {
        let mut backoff = Backoff::new();
        loop {
            // Acquire: the frozen word of the section that has begun with this number; pairs with
            // "edit" in `StreamExclusive`.
            let edits = self.edits.load(ord(Site::StreamEditsLoad, Acquire));
            let tail = self.tail(guard);
            let word = Self::load_word(tail);
            if word.is_frozen() {
                if !waits && self.tail(guard) == tail {
                    return None;
                }
                backoff.snooze();
                continue;
            }
            // Relaxed: checked by the second look at `edits`, as what `fields` reads.
            let head = self.head.load(Relaxed);
            let view = View {
                // SAFETY: as the tail; not followed before the check below.
                head: unsafe { Segment::from_link(head) },
                first: self.first.load(Relaxed),
                tail,
                word,
                root: self.index.root(),
                edits,
                deletions: self.deletions.load(Relaxed),
            };
            let fields = fields(self);
            if Self::is_unchanged(&self.edits, edits) || skips(Site::StreamViewConfirm) {
                return Some((view, fields));
            }
            spin_loop();
        }
    }

    /// The same for a caller who waits.
    pub(super) fn now<'g, C>(
        &self,
        guard: &'g Guard,
        fields: impl Fn(&Self) -> C,
    ) -> (View<'g>, C) {
        loop {
            if let Some(now) = self.look(guard, true, &fields) {
                return now;
            }
        }
    }

    pub(super) fn load_removed(&self) -> u64 {
        // Relaxed: in `look`, or in exclusive mode.
        self.removed.load(Relaxed)
    }

    pub(super) fn load_counters(&self) -> Counters {
        // Relaxed: in `look`, or in exclusive mode.
        let [ms, seq] = [0, 1].map(|part| self.max_deleted_id[part].load(Relaxed));
        Counters {
            removed: self.load_removed(),
            // Relaxed: as above.
            offset: self.offset.load(Relaxed),
            max_deleted_id: Id::new(ms, seq),
        }
    }

    /// Whether a counter of sections still is what it was, and so nothing that was read meanwhile
    /// is the work of a later one.
    #[inline]
    pub(super) fn is_unchanged(counter: &AtomicU64, before: u64) -> bool {
        // Acquire fence: the work of a later section brings its count along; pairs with "edit",
        // "delete", "link" and "take out" in exclusive mode.
        if !skips(Site::StreamViewFence) {
            fence(Acquire);
        }
        // Relaxed: after the fence.
        counter.load(Relaxed) == before
    }
}
