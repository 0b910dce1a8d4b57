//! The ids of pending entries whose segment is gone.

use crate::stream::id::StreamId;

/// Slots and their ids, both rising.
#[derive(Clone, Debug, Default)]
pub(super) struct Retired {
    slots: Vec<u16>,
    ids: Vec<StreamId>,
    /// The first id of all, which the index of retired arrays knows them by.
    first: Option<StreamId>,
}

impl Retired {
    pub(super) fn push(&mut self, slot: u16, id: StreamId) {
        debug_assert!(
            self.ids.last().is_none_or(|last| *last < id),
            "ids rise with slots"
        );
        self.first.get_or_insert(id);
        self.slots.push(slot);
        self.ids.push(id);
    }

    /// The name of the array in the index; it stays when the entry itself is acknowledged.
    pub(super) fn first(&self) -> StreamId {
        self.first.unwrap_or(StreamId { ms: 0, seq: 0 })
    }

    pub(super) fn id(&self, slot: u16) -> Option<StreamId> {
        let index = self.slots.binary_search(&slot).ok()?;
        Some(self.ids[index])
    }

    /// The first slot with this id or a greater one.
    pub(super) fn seek(&self, id: StreamId) -> Option<u16> {
        let index = self.ids.partition_point(|&other| other < id);
        self.slots.get(index).copied()
    }

    /// Keeps only what is still pending.
    pub(super) fn retain(&mut self, is_pending: impl Fn(u16) -> bool) {
        let kept = self.slots.iter().zip(&self.ids);
        let kept = kept.filter(|(slot, _)| is_pending(**slot));
        (self.slots, self.ids) = kept.map(|(slot, id)| (*slot, *id)).unzip();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(ms: u64) -> StreamId {
        StreamId { ms, seq: 0 }
    }

    #[test]
    fn slots_and_ids_lead_to_each_other() {
        let mut retired = Retired::default();
        for slot in [2, 5, 9] {
            retired.push(slot, id(u64::from(slot) * 10));
        }
        assert_eq!(retired.first(), id(20));
        assert_eq!(retired.id(5), Some(id(50)));
        assert_eq!(retired.id(6), None);
        assert_eq!(retired.seek(id(0)), Some(2));
        assert_eq!(retired.seek(id(50)), Some(5));
        assert_eq!(retired.seek(id(51)), Some(9));
        assert_eq!(retired.seek(id(91)), None);
        retired.retain(|slot| slot == 9);
        assert_eq!(retired.id(5), None);
        assert_eq!(retired.seek(id(0)), Some(9));
        assert_eq!(retired.first(), id(20), "the name stays");
    }
}
