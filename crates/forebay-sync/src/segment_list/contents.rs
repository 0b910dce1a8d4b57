//! The messages of a list, taken out as a whole.

use super::edit::carry_over;
use super::exclusive::{Exclusive, header_of};
use super::list::SegmentList;
use super::segment::{INLINE_SLOTS, NONE, Segment};

/// All messages of a list, without a list: what [`Exclusive::take_all`] takes and
/// [`Exclusive::put_all`] puts. Dropping it drops them.
///
/// ```
/// use forebay_sync::{SegmentList, Side};
///
/// let (from, to) = (SegmentList::<()>::new(), SegmentList::<()>::new());
/// from.push(Side::Right, b"kept")?;
/// let contents = from.freeze().take_all();
/// assert_eq!(contents.len(), 1);
/// to.freeze().put_all(contents);
/// assert_eq!((from.len(), to.len()), (0, 1));
/// # Ok::<(), forebay_sync::Attended>(())
/// ```
// The chain of a list that nobody shares.
#[derive(Debug, Default)]
pub struct Contents(SegmentList<()>);

impl Contents {
    /// How many messages there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.0.len()
    }

    /// Whether there is no message.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<X> Exclusive<'_, X> {
    /// Takes all messages out and leaves the list empty. O(1): their memory is freed when the
    /// result is dropped.
    #[must_use]
    pub fn take_all(&mut self) -> Contents {
        let contents = Contents::default();
        self.give_chain(&mut contents.0.freeze_at_once());
        contents
    }

    /// Puts messages that were taken out of a list into this one, in front of nothing: what this
    /// list had is dropped. O(1).
    pub fn put_all(&mut self, contents: Contents) {
        self.clear();
        contents.0.freeze_at_once().give_chain(self);
        drop(contents);
    }

    /// Hands the chain of segments to an empty list.
    fn give_chain<Y>(&mut self, target: &mut Exclusive<'_, Y>) {
        debug_assert!(target.is_empty(), "what the target had is gone");
        if self.is_empty() {
            return;
        }
        self.leave_inline();
        target.drop_drained_ends();
        let idle = target.tail;
        (target.head, target.tail, target.len) = (self.head, self.tail, self.len);
        target.set_push_side(self.push_side());
        target.retire(idle);
        let inline = self.list.inline_segment();
        // SAFETY: alive as long as the list, out of the chain, and drained; we are alone.
        let fresh = if unsafe { inline.is_settled() } {
            // SAFETY: as above.
            unsafe { inline.relayout(INLINE_SLOTS) };
            inline
        } else {
            self.obtain(None, 1)
        };
        (self.head, self.tail, self.len) = (fresh, fresh, 0);
        self.moved = true;
    }

    /// Moves what is in the inline segment to one that can change its owner.
    fn leave_inline(&mut self) {
        self.drop_drained_ends();
        let inline = self.list.inline_segment();
        let header = header_of(inline);
        let is_linked = self.head == inline || self.tail == inline || header.prev.get() != NONE;
        if !is_linked {
            return;
        }
        let (lo, hi) = (u32::from(header.lo.get()), u32::from(header.hi.get()));
        let outer = Segment::alloc(u32::from(header.slots.get()), u32::from(header.units));
        for index in lo..hi {
            carry_over(inline, index, outer);
        }
        let (prev, next) = (header.prev.get(), header.next.get());
        header_of(outer).prev.set(prev);
        header_of(outer).next.set(next);
        if prev == NONE {
            self.head = outer;
        } else {
            header_of(self.resolve(prev)).next.set(outer.as_link());
        }
        if next == NONE {
            self.tail = outer;
        } else {
            header_of(self.resolve(next)).prev.set(outer.as_link());
        }
        header.prev.set(NONE);
        header.next.set(NONE);
        header.hi.set(header.lo.get());
        self.moved = true;
    }
}
