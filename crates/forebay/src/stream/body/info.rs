//! XINFO.

use bytes::Bytes;

use super::entries::{copies, entry};
use super::frozen::FrozenStream;
use super::idempotence::Remembered;
use super::ids::{figures, id_of};
use super::pending::Names;
use super::read::Found;
use crate::stream::group::{Group, LogFigures, PendingQuery, PendingRow};
use crate::stream::{
    ConsumerInfo, FullConsumerInfo, FullGroupInfo, FullPendingEntry, FullStreamInfo, GroupInfo,
    StreamCounters, StreamId, StreamInfo,
};
use forebay_sync::stream_log::{Id, Snapshot};

impl FrozenStream<'_> {
    /// XINFO STREAM.
    pub(crate) fn info(&mut self, now_ms: i64) -> StreamInfo {
        StreamInfo {
            counters: self.counters(now_ms),
            groups: self.body.groups.len() as u64,
            first_entry: self.log.first().map(entry),
            last_entry: self.log.last().map(entry),
        }
    }

    /// XINFO STREAM FULL: of each list the first `count`; 0 is all.
    pub(crate) fn full_info(&mut self, count: u64, now_ms: i64) -> FullStreamInfo {
        let count = if count == 0 { u64::MAX } else { count };
        let counters = self.counters(now_ms);
        let snapshot = self.snapshot();
        let figures = figures(&snapshot.state());
        let limit = usize::try_from(count).unwrap_or(usize::MAX);
        let first: Found<'_> = snapshot.range(Id::MIN, Id::MAX).take(limit).collect();
        let mut groups = Vec::new();
        self.body.groups.for_each(|name, group| {
            groups.push(full_group(name, group, &snapshot, &figures, count, now_ms));
        });
        FullStreamInfo {
            counters,
            entries: copies(&first),
            groups,
        }
    }

    /// XINFO GROUPS.
    pub(crate) fn groups_info(&self) -> Vec<GroupInfo> {
        let figures = figures(&self.log.state());
        let mut groups = Vec::new();
        self.body.groups.for_each(|name, group| {
            let cursor = group.cursor();
            groups.push(GroupInfo {
                name: Bytes::copy_from_slice(name),
                consumers: group.consumers_len() as u64,
                pending: group.pending_len(),
                last_delivered_id: cursor.last_delivered,
                entries_read: cursor.entries_read,
                lag: cursor.lag(&figures),
            });
        });
        groups
    }

    /// XINFO CONSUMERS. `None` when there is no such group.
    pub(crate) fn consumers_info(&self, group: &[u8], now_ms: i64) -> Option<Vec<ConsumerInfo>> {
        let figures = self.with_group(group, |_, group| group.consumer_figures())?;
        let info = figures.into_iter().map(|consumer| ConsumerInfo {
            name: Bytes::copy_from_slice(&consumer.name),
            pending: consumer.pending,
            idle_ms: consumer.idle_ms(now_ms).unsigned_abs(),
            inactive_ms: consumer.inactive_ms(now_ms).map(i64::unsigned_abs),
        });
        Some(info.collect())
    }

    fn counters(&mut self, now_ms: i64) -> StreamCounters {
        let now_ms = now_ms.max(0).unsigned_abs();
        if let Some(remembered) = self.log.extra_mut() {
            remembered.expire(now_ms);
        }
        let unset = Remembered::default();
        let remembered = self.log.extra().as_deref().unwrap_or(&unset);
        let (pids_tracked, iids_tracked) = remembered.tracked();
        let state = self.log.state();
        StreamCounters {
            length: state.len,
            radix_tree_keys: self.log.segments(),
            radix_tree_nodes: self.log.index_nodes(),
            last_generated_id: id_of(state.last_id),
            max_deleted_entry_id: id_of(state.max_deleted_id),
            entries_added: state.entries_added,
            recorded_first_entry_id: state.first_id.map(id_of).unwrap_or_default(),
            idmp_duration_s: remembered.duration_s,
            idmp_maxsize: remembered.maxsize,
            pids_tracked,
            iids_tracked,
            iids_added: remembered.added,
            iids_duplicates: remembered.duplicates,
        }
    }
}

fn full_group(
    name: &[u8],
    group: &Group,
    log: &Snapshot<'_>,
    figures: &LogFigures,
    count: u64,
    now_ms: i64,
) -> FullGroupInfo {
    let cursor = group.cursor();
    let pending = |consumer: Option<&[u8]>| {
        let query = PendingQuery {
            from: StreamId::MIN,
            to: StreamId::MAX,
            count,
            consumer,
            min_idle_ms: 0,
        };
        let mut names = Names::default();
        let row = |row: PendingRow| FullPendingEntry {
            id: row.id,
            consumer: row.consumer.as_ref().map(|name| names.bytes(name)),
            delivered_at_ms: row.pending.delivered_ms,
            deliveries: row.pending.count,
        };
        let rows = group.pending_rows(&query, now_ms, log);
        rows.into_iter().map(row).collect::<Vec<_>>()
    };
    let consumers = group.consumer_figures().into_iter();
    FullGroupInfo {
        name: Bytes::copy_from_slice(name),
        last_delivered_id: cursor.last_delivered,
        entries_read: cursor.entries_read,
        lag: cursor.lag(figures),
        pel_count: group.pending_len(),
        nacked_count: group.nacked_len(),
        pending: pending(None),
        consumers: consumers
            .map(|consumer| FullConsumerInfo {
                name: Bytes::copy_from_slice(&consumer.name),
                seen_time_ms: consumer.seen_ms,
                active_time_ms: consumer.active_ms,
                pel_count: consumer.pending,
                pending: pending(Some(&consumer.name)),
            })
            .collect(),
    }
}
