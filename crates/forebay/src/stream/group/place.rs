//! Where an entry is, and how its id leads there.

use crate::stream::id::StreamId;

/// Slots of a segment at most: what a [link](super::record::Link) can name.
pub(crate) const SLOTS_MAX: u16 = 1 << 10;
const _: () = assert!(
    forebay_sync::stream_log::Place::SLOTS_MAX <= SLOTS_MAX,
    "every slot of the log can be named"
);

/// Where an entry is in its log. Places rise as ids do. A place remains a name for its entry when
/// the segment is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    /// The number of the segment; numbers rise along the log and are not used again.
    pub(crate) segment: u64,
    /// The slot in the segment, below [`SLOTS_MAX`].
    pub(crate) slot: u16,
}

impl Place {
    pub(crate) const FIRST: Self = Self {
        segment: 0,
        slot: 0,
    };
}

/// What a group asks the log.
///
/// The log answers for every segment that it still has, for slots whose entries are deleted too. It
/// has told the group of every other one with [`Group::retire`](super::Group::retire). An answer
/// may be older than that: what the group was told comes first.
pub(crate) trait Ids {
    /// The first place with this id or a greater one, its entry deleted or not.
    fn seek(&self, id: StreamId) -> Option<Place>;

    /// The id at a place. `None` when its segment is gone.
    fn id(&self, place: Place) -> Option<StreamId>;

    /// Whether the entry is there and not deleted.
    fn is_live(&self, place: Place) -> bool;

    /// The place of the entry with exactly this id, deleted or not.
    fn locate(&self, id: StreamId) -> Option<Place> {
        self.seek(id)
            .filter(|&place| self.id(place).is_some_and(|found| found == id))
    }
}
