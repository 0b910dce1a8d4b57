//! XDEL, XDELEX and XACKDEL.

use super::frozen::FrozenStream;
use super::ids::log_id;
use super::trim::is_referenced;
use crate::journal::{Code, put_id};
use crate::stream::{Deletion, References, StreamId};

impl FrozenStream<'_> {
    /// XDEL: how many entries there were.
    pub(crate) fn delete_all(&mut self, ids: &[StreamId]) -> u64 {
        let deleted = ids.iter().filter(|&&id| self.delete(id)).count();
        deleted as u64
    }

    /// XDELEX of one entry.
    pub(crate) fn delete_with(&mut self, id: StreamId, references: References) -> Deletion {
        match references {
            References::Keep => {}
            References::Delete => {
                let snapshot = self.snapshot();
                let mut is_acked = false;
                self.body.groups.for_each(|_, group| {
                    is_acked |= group.ack(id, &snapshot);
                });
                if is_acked {
                    self.write(Code::AckEverywhere, |to| put_id(to, id));
                }
            }
            References::Acked => {
                let is_needed = self.snapshot().get(log_id(id)).is_some_and(|entry| {
                    let groups = &self.body.groups;
                    groups.with_all(|groups| is_referenced(groups, entry))
                });
                if is_needed {
                    return Deletion::Referenced;
                }
            }
        }
        if self.delete(id) {
            Deletion::Deleted
        } else {
            Deletion::NotFound
        }
    }

    /// XACKDEL of one entry.
    pub(crate) fn ack_and_delete(
        &mut self,
        group: &[u8],
        id: StreamId,
        references: References,
    ) -> Deletion {
        if self.with_group(group, |log, group| group.ack(id, log)) != Some(true) {
            return Deletion::NotFound;
        }
        self.write_acked(group, &[id]);
        match self.delete_with(id, references) {
            Deletion::Referenced => Deletion::Referenced,
            // What was gone is gone.
            Deletion::Deleted | Deletion::NotFound => Deletion::Deleted,
        }
    }

    /// Whether there was such an entry.
    pub(super) fn delete(&mut self, id: StreamId) -> bool {
        let found = self.log.get(log_id(id)).map(|entry| entry.place());
        let is_deleted = found.is_some_and(|place| self.log.delete(place));
        if is_deleted {
            self.write(Code::DeleteEntry, |to| put_id(to, id));
            self.retire();
        }
        is_deleted
    }
}
