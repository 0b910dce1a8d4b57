//! From many ids to their places.

use core::fmt;

use super::entry::Place;
use super::id::Id;
use super::segment::Segment;
use super::view::View;
use super::word::Key;

/// Finds the places of ids, faster when they come in the order of the log.
///
/// ```
/// use forebay_sync::stream_log::{Id, NewId, StreamLog};
///
/// let log: StreamLog<()> = StreamLog::new();
/// let places: Vec<_> = (1..=1000)
///     .map(|ms| log.add(NewId::Exact(Id::new(ms, 0)), &[(b"n", b"x")]).unwrap().place)
///     .collect();
/// let reader = log.pin();
/// let mut finder = reader.snapshot().finder();
/// for (ms, place) in (1..).zip(places) {
///     assert_eq!(finder.place_of(Id::new(ms, 0)), Some(place));
/// }
/// assert_eq!(finder.place_of(Id::new(7, 7)), None);
/// ```
#[derive(Clone)]
pub struct Finder<'g> {
    view: View<'g>,
    /// Where the last one was found, and one past the last slot there.
    last: Option<(Segment<'g>, u32, u32)>,
}

impl<'g> Finder<'g> {
    pub(super) const fn new(view: View<'g>) -> Self {
        Self { view, last: None }
    }

    /// As [`Snapshot::place_of`](super::Snapshot::place_of).
    #[inline]
    pub fn place_of(&mut self, id: Id) -> Option<Place> {
        if let Some((segment, slot, end)) = self.last {
            let next = slot + 1;
            if next < end && name(segment, next) == id {
                return Some(self.found(segment, next, end));
            }
        }
        self.search(id)
    }

    fn search(&mut self, id: Id) -> Option<Place> {
        if let Some((segment, _, end)) = self.last
            && segment.header().base <= id
            && name(segment, end - 1) >= id
        {
            let key = Key::lower(segment.header().base, id);
            let slot = segment.lower_bound(key, end);
            return (name(segment, slot) == id).then(|| self.found(segment, slot, end));
        }
        let (segment, slot, end) = self.view.seek_slot(id)?;
        (name(segment, slot) == id).then(|| self.found(segment, slot, end))
    }

    #[inline]
    fn found(&mut self, segment: Segment<'g>, slot: u32, end: u32) -> Place {
        self.last = Some((segment, slot, end));
        Place {
            segment: segment.header().number,
            slot: slot as u16,
        }
    }
}

#[inline]
fn name(segment: Segment<'_>, slot: u32) -> Id {
    segment.published(slot).key().id(segment.header().base)
}

impl fmt::Debug for Finder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finder").finish_non_exhaustive()
    }
}
