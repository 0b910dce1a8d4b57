//! What those who wait for a stream look at.

use super::body::StreamBody;
use super::deliver::clamped;
use super::frozen::FrozenStream;
use super::ids::{id_of, log_id};
use crate::journal::{Code, put_bytes, put_number, put_signed};
use crate::stream::{ReadFrom, StreamId};

impl StreamBody {
    /// The last id that was given out. `None` when that cannot be said at once, or the stream needs
    /// attention: there is none, or somebody waits for it.
    #[inline]
    pub(crate) fn glimpse(&self) -> Option<StreamId> {
        let reader = self.log.pin();
        let snapshot = reader.without_waiting().snapshot().ok()?;
        (!snapshot.is_attended()).then(|| id_of(snapshot.last_id()))
    }
}

impl FrozenStream<'_> {
    /// Whether XREAD has anything to return.
    pub(crate) fn has_entry(&self, from: ReadFrom) -> bool {
        match from {
            ReadFrom::After(id) => self.snapshot().after(log_id(id), None).next().is_some(),
            ReadFrom::Now => false,
            ReadFrom::Last => !self.log.is_empty(),
        }
    }

    /// Whether there is such a group.
    pub(crate) fn has_group(&self, name: &[u8]) -> bool {
        self.body.groups.with(name, |_| ()).is_some()
    }

    /// Whether XREADGROUP has new entries to return, or some to take over with CLAIM. `None` when
    /// there is no such group.
    pub(crate) fn has_new(&self, name: &[u8], claim: Option<u64>, now_ms: i64) -> Option<bool> {
        let mut has_dropped = false;
        let has_any = self.with_group(name, |log, group| {
            let pending = group.pending_len();
            let cursor = *group.cursor();
            let place = cursor.place.map(super::ids::log_place);
            let mut unread = log.after(log_id(cursor.last_delivered), place);
            let mut can_claim = |min_idle_ms| group.has_idle(clamped(min_idle_ms), now_ms, log);
            let has_any = unread.next().is_some() || claim.is_some_and(&mut can_claim);
            has_dropped = group.pending_len() < pending;
            has_any
        });
        if let Some(min_idle_ms) = claim
            && has_dropped
        {
            // It has passed over what is no longer there.
            self.write(Code::DropDeleted, |to| {
                put_bytes(to, name);
                put_number(to, min_idle_ms);
                put_signed(to, now_ms);
            });
        }
        has_any
    }
}
