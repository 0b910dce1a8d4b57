//! The entries of a log, taken out as a whole.

use core::fmt;
use core::mem::{self, ManuallyDrop};

use super::exclusive::StreamExclusive;
use super::garbage::Garbage;
use super::id::Id;
use super::node::NodeLink;
use super::plan::Size;
use super::reclaim::{Guard, Reclaim};
use super::segment::{Link, Segment};
use super::state::Counters;

/// All entries and counters of a log, without a log: what [`StreamExclusive::take_all`] takes and
/// [`StreamExclusive::put_all`] puts. Dropping it drops them.
///
/// ```
/// use forebay_sync::stream_log::{Id, NewId, StreamLog};
///
/// let (from, to) = (StreamLog::<()>::new(), StreamLog::<()>::new());
/// let added = from.add(NewId::Auto { now_ms: 1 }, &[(b"n", b"x")])?;
/// let contents = from.freeze().take_all();
/// assert_eq!(contents.len(), 1);
/// to.freeze().put_all(contents);
/// assert_eq!((from.len(), to.len()), (0, 1));
/// assert_eq!((from.last_id(), to.last_id()), (Id::MIN, added.id));
/// assert_eq!(to.pin().at(added.place).unwrap().id(), added.id);
/// # Ok::<(), forebay_sync::stream_log::AddError>(())
/// ```
pub struct StreamContents {
    head: Link,
    first: u32,
    /// A segment without slots that no log ever published.
    tail: Link,
    segments: u64,
    index: NodeLink,
    len: u64,
    counters: Counters,
}

// SAFETY: it owns its segments, whose entries are bytes; readers of the log where they were only
// use what any thread may (I4).
unsafe impl Send for StreamContents {}
// SAFETY: a shared reference gives the length and nothing else.
unsafe impl Sync for StreamContents {}

impl StreamContents {
    /// A chain of segments with the counters of `alone`.
    pub(super) fn new<X>(
        alone: &StreamExclusive<'_, X>,
        head: Segment<'_>,
        first: u32,
        tail: Segment<'_>,
        segments: u64,
        index: NodeLink,
    ) -> Self {
        Self {
            head: head.as_link(),
            first,
            tail: tail.as_link(),
            segments,
            index,
            len: alone.len(),
            counters: alone.counters,
        }
    }

    /// How many entries there are.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// Whether there is no entry.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl<X> StreamExclusive<'_, X> {
    /// Takes all entries and counters out and leaves the log as new; places stay what they were.
    /// O(1): the memory of the entries is freed when the result is dropped.
    #[must_use]
    pub fn take_all(&mut self) -> StreamContents {
        // The tail may be known to threads that are about to add to it: it stays sealed for ever,
        // and the contents go on with a new one.
        self.roll_hollow(self.last_id());
        // Readers of this log would not hear of what is deleted elsewhere.
        self.delete_begins();
        let root = self.log.index.take();
        let segments = mem::take(&mut self.alone().segments);
        let (head, first, tail) = (self.head, self.first, self.tail);
        let contents = StreamContents::new(self, head, first, tail, segments, root);
        self.start_over();
        contents
    }

    /// Puts what was taken out of a log into this one. What this one had is dropped. O(number of
    /// segments dropped).
    ///
    /// Places of the contents lead to their entries here as well; those that this log gave out
    /// before have lost their meaning.
    pub fn put_all(&mut self, contents: StreamContents) {
        self.clear();
        let fresh = self.tail;
        self.edit();
        // SAFETY: owned by the contents, and by this log from here on.
        self.head = unsafe { Segment::from_link(contents.head) };
        // SAFETY: as above.
        self.tail = unsafe { Segment::from_link(contents.tail) };
        self.word = self.tail.word().plain();
        self.first = contents.first;
        self.counters = contents.counters;
        self.log.index.set_root(contents.index);
        self.alone().segments = contents.segments;
        let _moved = ManuallyDrop::new(contents);
        // Its number is above all that this log has used for entries of its own: none is used
        // again. (That of the contents' tail cannot be changed: readers of the log where they were
        // may look at it.)
        self.roll(self.last_id(), fresh);
    }

    /// Takes out the last segment if all its entries were deleted or trimmed: a copy may begin with
    /// one, for places in it still have ids. O(1).
    ///
    /// To be called after [`StreamExclusive::put_all`], when whoever keeps notes about places can be
    /// told: it is [leaving](StreamExclusive::leaving) then.
    pub fn take_out_dead(&mut self) {
        if self.head == self.tail || !self.tail.is_hollow() {
            return;
        }
        // SAFETY: the tail is not the head.
        let last = unsafe { self.tail.prev() };
        if u32::from(last.header().dead.get()) == last.word().slots() {
            self.take_out(last);
        }
    }

    /// Drops all entries and counters: the log is as new. O(number of segments).
    pub fn clear(&mut self) {
        self.edit();
        let root = self.log.index.take();
        self.garbage.push_tree(root);
        self.seal();
        self.garbage.push_chain(self.head);
        self.alone().segments = 0;
        self.start_over();
    }

    /// An empty chain.
    fn start_over(&mut self) {
        self.edit();
        let tail = Segment::alloc(Size::HOLLOW, &[]);
        let number = self.tail.header().number + 1;
        // SAFETY: nobody else knows it yet.
        unsafe { tail.open(Id::MIN, number, 0) };
        (self.head, self.tail, self.word) = (tail, tail, tail.word());
        (self.first, self.counters) = (0, Counters::default());
    }
}

impl Drop for StreamContents {
    fn drop(&mut self) {
        let mut garbage = Garbage::new();
        // SAFETY: the contents own their segments.
        garbage.push_chain(unsafe { Segment::from_link(self.head) });
        garbage.push_tree(self.index);
        // SAFETY: in no log any more; but in the one that it was in readers may still be.
        unsafe { garbage.retire(&Guard::pin()) };
    }
}

impl fmt::Debug for StreamContents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamContents")
            .field("len", &self.len)
            .finish_non_exhaustive()
    }
}
