//! XPENDING.

use std::sync::Arc;

use bytes::Bytes;

use super::deliver::clamped;
use super::frozen::FrozenStream;
use crate::stream::group::{PendingQuery, PendingRow};
use crate::stream::{PendingEntry, PendingSummary, StreamId};

/// Names as [`Bytes`], of which the same one mostly comes several times in a row.
#[derive(Debug, Default)]
pub(super) struct Names {
    last: Option<(Arc<[u8]>, Bytes)>,
}

impl Names {
    pub(super) fn bytes(&mut self, name: &Arc<[u8]>) -> Bytes {
        match &self.last {
            Some((last, bytes)) if Arc::ptr_eq(last, name) => bytes.clone(),
            _ => {
                let bytes = Bytes::copy_from_slice(name);
                self.last = Some((Arc::clone(name), bytes.clone()));
                bytes
            }
        }
    }
}

impl FrozenStream<'_> {
    /// XPENDING without a range. `None` when there is no such group.
    pub(crate) fn pending_summary(&self, group: &[u8]) -> Option<PendingSummary> {
        let summary = self.with_group(group, |log, group| group.summary(log))?;
        let named = |(name, count): (Arc<[u8]>, u64)| (Bytes::copy_from_slice(&name), count);
        Some(PendingSummary {
            count: summary.len,
            range: summary.bounds,
            consumers: summary.consumers.into_iter().map(named).collect(),
        })
    }

    /// XPENDING with a range, both ends included. `None` when there is no such group.
    pub(crate) fn pending(
        &self,
        group: &[u8],
        (from, to): (StreamId, StreamId),
        count: u64,
        consumer: Option<&[u8]>,
        min_idle_ms: u64,
        now_ms: i64,
    ) -> Option<Vec<PendingEntry>> {
        let query = PendingQuery {
            from,
            to,
            count,
            consumer,
            min_idle_ms: clamped(min_idle_ms),
        };
        let rows = self.with_group(group, |log, group| group.pending_rows(&query, now_ms, log))?;
        let mut names = Names::default();
        let row = |row: PendingRow| PendingEntry {
            id: row.id,
            consumer: row.consumer.as_ref().map(|name| names.bytes(name)),
            idle_ms: row.pending.idle_ms(now_ms).map(i64::unsigned_abs),
            deliveries: row.pending.count,
        };
        Some(rows.into_iter().map(row).collect())
    }
}
