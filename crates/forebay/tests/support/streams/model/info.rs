//! XINFO.

use bytes::Bytes;
use forebay::StreamId;
use forebay::stream::{
    ConsumerInfo, FullConsumerInfo, FullGroupInfo, FullPendingEntry, FullStreamInfo, GroupInfo,
    StreamCounters, StreamInfo,
};

use super::group::{Consumer, Group, Pending};
use super::stream::Stream;
use super::{Dialect, entry};

impl Stream {
    fn counters(&mut self, now_ms: i64) -> StreamCounters {
        self.idmp.expire(now_ms);
        let (pids_tracked, iids_tracked) = self.idmp.tracked();
        StreamCounters {
            length: self.len(),
            radix_tree_keys: 0,
            radix_tree_nodes: 0,
            last_generated_id: self.last_id,
            max_deleted_entry_id: self.max_deleted_id,
            entries_added: self.entries_added,
            recorded_first_entry_id: self.first_id(),
            idmp_duration_s: self.idmp.duration_s,
            idmp_maxsize: self.idmp.maxsize,
            pids_tracked,
            iids_tracked,
            iids_added: self.idmp.added,
            iids_duplicates: self.idmp.duplicates,
        }
    }

    pub(super) fn info(&mut self, now_ms: i64) -> StreamInfo {
        StreamInfo {
            counters: self.counters(now_ms),
            groups: self.groups.len() as u64,
            first_entry: (self.entries.first_key_value()).map(|(&id, fields)| entry(id, fields)),
            last_entry: (self.entries.last_key_value()).map(|(&id, fields)| entry(id, fields)),
        }
    }

    pub(super) fn full_info(
        &mut self,
        now_ms: i64,
        dialect: Dialect,
        count: u64,
    ) -> FullStreamInfo {
        let count = match count {
            0 => usize::MAX,
            count => usize::try_from(count).unwrap_or(usize::MAX),
        };
        let mut entries = self.between(StreamId::MIN, StreamId::MAX);
        entries.truncate(count);
        FullStreamInfo {
            counters: self.counters(now_ms),
            entries,
            groups: (self.groups.iter())
                .map(|(name, group)| self.full_group(dialect, name, group, count))
                .collect(),
        }
    }

    fn full_group(
        &self,
        dialect: Dialect,
        name: &Bytes,
        group: &Group,
        count: usize,
    ) -> FullGroupInfo {
        let nacked = (group.pending.values()).filter(|pending| pending.consumer.is_none());
        FullGroupInfo {
            name: name.clone(),
            last_delivered_id: group.last_id,
            entries_read: group.entries_read,
            lag: self.lag(dialect, group),
            pel_count: group.pending.len() as u64,
            nacked_count: nacked.count() as u64,
            pending: (group.pending.iter().take(count))
                .map(|(&id, pending)| full_pending(id, pending))
                .collect(),
            consumers: (group.consumers.iter())
                .map(|(name, consumer)| group.full_consumer(name, consumer, count))
                .collect(),
        }
    }

    pub(super) fn groups_info(&self, dialect: Dialect) -> Vec<GroupInfo> {
        (self.groups.iter())
            .map(|(name, group)| GroupInfo {
                name: name.clone(),
                consumers: group.consumers.len() as u64,
                pending: group.pending.len() as u64,
                last_delivered_id: group.last_id,
                entries_read: group.entries_read,
                lag: self.lag(dialect, group),
            })
            .collect()
    }
}

impl Group {
    fn full_consumer(&self, name: &Bytes, consumer: &Consumer, count: usize) -> FullConsumerInfo {
        FullConsumerInfo {
            name: name.clone(),
            seen_time_ms: consumer.seen_ms,
            active_time_ms: consumer.active_ms,
            pel_count: self.pending_of(name).count() as u64,
            pending: (self.pending_of(name).take(count))
                .map(|(id, pending)| full_pending(id, pending))
                .collect(),
        }
    }

    pub(super) fn consumers_info(&self, now_ms: i64) -> Vec<ConsumerInfo> {
        let since = |ms: i64| (now_ms - ms).max(0).unsigned_abs();
        (self.consumers.iter())
            .map(|(name, consumer)| ConsumerInfo {
                name: name.clone(),
                pending: self.pending_of(name).count() as u64,
                idle_ms: since(consumer.seen_ms),
                inactive_ms: consumer.active_ms.map(since),
            })
            .collect()
    }
}

fn full_pending(id: StreamId, pending: &Pending) -> FullPendingEntry {
    FullPendingEntry {
        id,
        consumer: pending.consumer.clone(),
        delivered_at_ms: pending.delivered_ms,
        deliveries: pending.deliveries,
    }
}
