//! XGROUP.

use super::frozen::FrozenStream;
use super::ids::figures;
use crate::error::{Error, Result};
use crate::journal::{Code, put_bytes, put_signed};
use crate::stream::group::Group;
use crate::stream::{GroupStart, StreamId};

impl FrozenStream<'_> {
    /// XGROUP CREATE.
    pub(crate) fn create_group(
        &mut self,
        name: &[u8],
        start: GroupStart,
        entries_read: Option<u64>,
    ) -> Result<()> {
        if self.body.groups.find(name).is_some() {
            return Err(Error::GroupExists);
        }
        let figures = figures(&self.log.state());
        let start = self.start(start);
        let group = Group::new(start, entries_read, &figures);
        self.body.groups.insert(name, group);
        self.write_group(Code::CreateGroup, name, start, entries_read);
        Ok(())
    }

    /// XGROUP SETID. `None` when there is no such group.
    pub(crate) fn set_group_id(
        &mut self,
        name: &[u8],
        start: GroupStart,
        entries_read: Option<u64>,
    ) -> Option<()> {
        let start = self.start(start);
        self.with_group(name, |log, group| {
            group.set_id(start, entries_read, &figures(&log.state()));
        })?;
        self.write_group(Code::SetGroupId, name, start, entries_read);
        Some(())
    }

    fn start(&self, start: GroupStart) -> StreamId {
        match start {
            GroupStart::Now => self.last_id(),
            GroupStart::After(id) => id,
        }
    }

    /// XGROUP DESTROY: whether there was such a group. What comes back is dropped when nothing is
    /// frozen.
    pub(crate) fn destroy_group(&mut self, name: &[u8]) -> Option<Group> {
        let removed = self.body.groups.remove(name)?;
        self.write(Code::DestroyGroup, |to| put_bytes(to, name));
        Some(removed)
    }

    /// XGROUP CREATECONSUMER: whether it is new. `None` when there is no such group.
    pub(crate) fn create_consumer(
        &self,
        name: &[u8],
        consumer: &[u8],
        now_ms: i64,
    ) -> Option<bool> {
        let is_new = self.with_group(name, |_, group| group.create_consumer(consumer, now_ms))?;
        if is_new {
            self.write(Code::CreateConsumer, |to| {
                put_bytes(to, name);
                put_bytes(to, consumer);
                put_signed(to, now_ms);
            });
        }
        Some(is_new)
    }

    /// XGROUP DELCONSUMER: how many entries are pending no more. `None` when there is no such
    /// group.
    pub(crate) fn delete_consumer(&self, name: &[u8], consumer: &[u8]) -> Option<u64> {
        let (removed, is_gone) = self.with_group(name, |_, group| {
            let consumers = group.consumers_len();
            let removed = group.delete_consumer(consumer);
            (removed, group.consumers_len() < consumers)
        })?;
        if is_gone {
            self.write(Code::DeleteConsumer, |to| {
                put_bytes(to, name);
                put_bytes(to, consumer);
            });
        }
        Some(removed)
    }
}
