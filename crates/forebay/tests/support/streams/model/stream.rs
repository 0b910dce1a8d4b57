//! A stream: its entries, and how they come and go.

use alloc::collections::BTreeMap;

use bytes::Bytes;
use forebay::stream::{
    Deletion, Entry, Fields, GroupStart, References, XaddOptions, XsetidOptions,
};
use forebay::{Error, Result, StreamId};

use super::super::reply::Reply;
use super::group::Group;
use super::idempotence::Remembered;
use super::trim::Nodes;
use super::{Dialect, entry};

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Stream {
    pub(super) entries: BTreeMap<StreamId, Fields>,
    pub(super) last_id: StreamId,
    pub(super) max_deleted_id: StreamId,
    pub(super) entries_added: u64,
    pub(super) groups: BTreeMap<Bytes, Group>,
    pub(super) idmp: Remembered,
    pub(super) nodes: Nodes,
}

impl Stream {
    pub(super) fn new(node_entries_max: u64) -> Self {
        Self {
            nodes: Nodes::new(node_entries_max),
            ..Self::default()
        }
    }

    pub(super) fn len(&self) -> u64 {
        self.entries.len() as u64
    }

    /// 0-0 when there is none.
    pub(super) fn first_id(&self) -> StreamId {
        self.entries.keys().next().copied().unwrap_or_default()
    }

    pub(super) fn between(&self, start: StreamId, end: StreamId) -> Vec<Entry> {
        if start > end {
            return Vec::new();
        }
        let entries = self.entries.range(start..=end);
        entries.map(|(&id, fields)| entry(id, fields)).collect()
    }

    pub(super) fn xadd(
        &mut self,
        now_ms: i64,
        options: &XaddOptions,
        fields: &[(Bytes, Bytes)],
    ) -> Result<Reply> {
        if let Some(idempotence) = &options.idempotence
            && let Some(id) = self.idmp.find(now_ms, idempotence, fields)
        {
            return Ok(Reply::Id(id));
        }
        let id = options.id.after(self.last_id, now_ms.unsigned_abs())?;
        self.entries.insert(id, fields.iter().cloned().collect());
        self.nodes.add(id);
        self.last_id = id;
        self.entries_added += 1;
        if let Some(idempotence) = &options.idempotence {
            self.idmp.remember(idempotence, fields, id);
        }
        if let Some(trim) = &options.trim {
            self.trim(trim);
        }
        Ok(Reply::Id(id))
    }

    /// Removes an entry for another reason than trimming.
    pub(super) fn delete(&mut self, id: StreamId) -> bool {
        let existed = self.remove(id);
        if existed {
            self.max_deleted_id = self.max_deleted_id.max(id);
        }
        existed
    }

    pub(super) fn remove(&mut self, id: StreamId) -> bool {
        self.nodes.remove(id);
        self.entries.remove(&id).is_some()
    }

    /// Nobody has it pending any more.
    pub(super) fn forget(&mut self, id: StreamId) {
        for group in self.groups.values_mut() {
            group.pending.remove(&id);
        }
    }

    /// Whether a group has not come to it yet, or has it pending.
    pub(super) fn is_referenced(&self, id: StreamId) -> bool {
        self.groups
            .values()
            .any(|group| group.last_id < id || group.pending.contains_key(&id))
    }

    pub(super) fn xdelex(&mut self, id: StreamId, references: References) -> Deletion {
        match references {
            References::Delete => self.forget(id),
            References::Acked if self.entries.contains_key(&id) && self.is_referenced(id) => {
                return Deletion::Referenced;
            }
            References::Keep | References::Acked => {}
        }
        if self.delete(id) {
            Deletion::Deleted
        } else {
            Deletion::NotFound
        }
    }

    pub(super) fn xackdel(
        &mut self,
        group: &Bytes,
        id: StreamId,
        references: References,
    ) -> Deletion {
        let acked = (self.groups.get_mut(group)).and_then(|group| group.pending.remove(&id));
        if acked.is_none() {
            return Deletion::NotFound;
        }
        match self.xdelex(id, references) {
            Deletion::Referenced => Deletion::Referenced,
            // What was gone is gone.
            Deletion::Deleted | Deletion::NotFound => Deletion::Deleted,
        }
    }

    pub(super) fn start(&self, start: GroupStart) -> StreamId {
        match start {
            GroupStart::Now => self.last_id,
            GroupStart::After(id) => id,
        }
    }

    pub(super) fn xsetid(
        &mut self,
        dialect: Dialect,
        id: StreamId,
        options: &XsetidOptions,
    ) -> Result<()> {
        if dialect == Dialect::Newest && id < self.max_deleted_id {
            return Err(Error::SetidBelowDeleted);
        }
        if let Some((&last, _)) = self.entries.last_key_value() {
            if id < last {
                return Err(Error::SetidBelowLastEntry);
            }
            if options
                .entries_added
                .is_some_and(|added| added < self.len())
            {
                return Err(Error::SetidBelowLength);
            }
        }
        self.last_id = id;
        if let Some(added) = options.entries_added {
            self.entries_added = added;
            if dialect == Dialect::Newest {
                for group in self.groups.values_mut() {
                    group.entries_read = group.entries_read.map(|read| read.min(added));
                }
            }
        }
        if let Some(deleted) = options.max_deleted_id.filter(|&id| id != StreamId::MIN) {
            self.max_deleted_id = deleted;
        }
        Ok(())
    }
}
