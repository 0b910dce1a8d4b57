//! A log at one moment, for owners who look at it more than once, and who keep notes about places.

use core::cell::Cell;
use core::fmt;

use super::entry::{EntryRef, Place};
use super::finder::Finder;
use super::id::Id;
use super::log::StreamLog;
use super::segment::Segment;
use super::state::{Counters, State};
use super::view::View;
use crate::loom::AtomicU64;

/// A log as it was at one moment.
///
/// What is added later is not in it. What is trimmed later may still be read. What is deleted later
/// may be missed, so a caller who reads while others may delete asks [`Snapshot::is_whole`] *after*
/// it has read, and begins again when it is not.
///
/// It also knows the names of entries that were deleted or trimmed, as long as their segment is
/// there; see [`Snapshot::is_fixed`].
///
/// ```
/// use forebay_sync::stream_log::{Id, NewId, StreamLog};
///
/// let log: StreamLog<()> = StreamLog::new();
/// let added = log.add(NewId::Auto { now_ms: 1 }, &[(b"n", b"x")])?;
/// let reader = log.pin();
/// let before = reader.snapshot();
/// log.freeze().delete(added.place);
/// assert!(!before.is_whole());
/// assert_eq!(before.place_of(added.id), Some(added.place));
/// assert!(!reader.snapshot().is_live(added.place));
/// # Ok::<(), forebay_sync::stream_log::AddError>(())
/// ```
#[derive(Clone)]
pub struct Snapshot<'g> {
    view: View<'g>,
    counters: Counters,
    edits: &'g AtomicU64,
    deletions: &'g AtomicU64,
    /// Of the place that was looked at last: the next one is often near.
    recent: Cell<Option<Segment<'g>>>,
}

impl<'g> Snapshot<'g> {
    pub(super) const fn new<X>(view: View<'g>, counters: Counters, log: &'g StreamLog<X>) -> Self {
        Self {
            view,
            counters,
            edits: &log.edits,
            deletions: &log.deletions,
            recent: Cell::new(None),
        }
    }

    /// Whether adds were closed to all, see [`AddError::Attended`](super::AddError::Attended).
    #[inline]
    #[must_use]
    pub const fn is_attended(&self) -> bool {
        self.view.word.is_attended()
    }

    /// Whether nothing was deleted since: all that was read is as it was at that moment.
    #[inline]
    #[must_use]
    pub fn is_whole(&self) -> bool {
        StreamLog::<()>::is_unchanged(self.deletions, self.view.deletions)
    }

    /// Whether no segment was taken out since: what places and ids lead nowhere are of no segment
    /// that is there.
    #[inline]
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        StreamLog::<()>::is_unchanged(self.edits, self.view.edits)
    }

    /// How many entries there are.
    #[inline]
    #[must_use]
    pub fn len(&self) -> u64 {
        self.view.ordinal() - self.counters.removed
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The last id that was given out, or set.
    #[inline]
    #[must_use]
    pub fn last_id(&self) -> Id {
        self.view.last_id()
    }

    /// The counters.
    #[must_use]
    pub fn state(&self) -> State {
        self.view.state(self.counters)
    }

    /// The first entry.
    #[must_use]
    pub fn first(&self) -> Option<EntryRef<'g>> {
        self.view.first()
    }

    /// The last entry.
    #[must_use]
    pub fn last(&self) -> Option<EntryRef<'g>> {
        self.view.last()
    }

    /// The entry with this id. O(log n).
    #[must_use]
    pub fn get(&self, id: Id) -> Option<EntryRef<'g>> {
        self.view.get(id)
    }

    /// The entry at this place, unless it was deleted or trimmed. O(1) if it is in the same
    /// segment as the last one, O(log of the number of segments) otherwise.
    #[must_use]
    pub fn at(&self, place: Place) -> Option<EntryRef<'g>> {
        self.view.at_slot(self.segment(place)?, place.slot)
    }

    #[inline]
    fn segment(&self, place: Place) -> Option<Segment<'g>> {
        let recent = self.recent.get();
        if recent.is_some_and(|segment| segment.header().number == place.segment) {
            return recent;
        }
        let found = self.view.segment(place.segment);
        self.recent.set(found);
        found
    }

    /// The entries with ids from `from` to `to`, both included, in ascending order. O(log n) and
    /// what is taken.
    pub fn range(&self, from: Id, to: Id) -> impl Iterator<Item = EntryRef<'g>> + use<'g> {
        self.view.ascending(from, to)
    }

    /// The entries with ids from `from` down to `to`, both included, in descending order. O(log n)
    /// and what is taken.
    pub fn range_back(&self, from: Id, to: Id) -> impl Iterator<Item = EntryRef<'g>> + use<'g> {
        self.view.descending(from, to)
    }

    /// The entries with ids above `id`, in ascending order, found without a search when `place` is
    /// that of `id`.
    #[inline]
    pub fn after(
        &self,
        id: Id,
        place: Option<Place>,
    ) -> impl Iterator<Item = EntryRef<'g>> + use<'g> {
        self.view.ascending_after(id, place)
    }

    /// The place of the first entry with this id or a greater one, deleted and trimmed ones
    /// included as long as their segment is there. O(log n).
    #[must_use]
    pub fn seek(&self, id: Id) -> Option<Place> {
        self.view.seek_named(id).map(|(place, _)| place)
    }

    /// The place of the entry with this id, deleted or not, as long as its segment is there. O(log
    /// n).
    #[must_use]
    pub fn place_of(&self, id: Id) -> Option<Place> {
        let (place, found) = self.view.seek_named(id)?;
        (found == id).then_some(place)
    }

    /// Finds the places of many ids.
    #[inline]
    #[must_use]
    pub const fn finder(&self) -> Finder<'g> {
        Finder::new(self.view)
    }

    /// The id of the entry at this place, deleted or not, as long as its segment is there.
    /// Complexity as [`Snapshot::at`].
    #[must_use]
    pub fn id_at(&self, place: Place) -> Option<Id> {
        self.view.name(self.segment(place)?, place.slot)
    }

    /// Whether the entry at this place is there and was not deleted or trimmed.
    #[must_use]
    pub fn is_live(&self, place: Place) -> bool {
        self.at(place).is_some()
    }
}

impl fmt::Debug for Snapshot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("len", &self.len())
            .field("last_id", &self.last_id())
            .finish_non_exhaustive()
    }
}
