//! XCLAIM and XAUTOCLAIM.

use bytes::Bytes;
use forebay::StreamId;
use forebay::stream::{AutoClaimed, Entry};

use super::super::command::Command;
use super::super::reply::Reply;
use super::group::Group;
use super::stream::Stream;
use super::{Dialect, entry};

impl Group {
    /// Who asks is seen, even when there is nothing for it.
    fn see_claimer(&mut self, dialect: Dialect, consumer: &Bytes, now_ms: i64, gets: bool) {
        let known = self.consumers.contains_key(consumer);
        if dialect == Dialect::Newest || known || gets {
            self.see(consumer, now_ms);
        }
        if gets {
            self.activate(consumer, now_ms);
        }
    }

    pub(super) fn xclaim(
        &mut self,
        now_ms: i64,
        dialect: Dialect,
        stream: &Stream,
        command: &Command,
    ) -> Reply {
        let Command::Xclaim {
            consumer,
            min_idle_ms,
            ids,
            options,
            justid,
            ..
        } = command
        else {
            unreachable!("the caller looked")
        };
        if let Some(last_id) = options.lastid {
            self.last_id = self.last_id.max(last_id);
        }
        let mut claimed = Vec::new();
        for &id in ids {
            let Some(fields) = stream.entries.get(&id) else {
                self.pending.remove(&id);
                continue;
            };
            let before = match self.pending.get(&id) {
                Some(pending) if !pending.is_idle(now_ms, *min_idle_ms) => continue,
                Some(pending) => pending.deliveries,
                // Redis makes it as if it had been delivered, and then delivers it.
                None if options.force => 1,
                None => continue,
            };
            let counted = before + u64::from(!justid);
            let deliveries = options.retrycount.unwrap_or(counted);
            let delivered_ms = options.delivered.unix_ms(now_ms);
            self.put(id, Some(consumer), delivered_ms, deliveries);
            claimed.push(entry(id, fields));
        }
        self.see_claimer(dialect, consumer, now_ms, !claimed.is_empty());
        if *justid {
            Reply::Ids(claimed.into_iter().map(|entry| entry.id).collect())
        } else {
            Reply::Entries(claimed)
        }
    }

    pub(super) fn xautoclaim(
        &mut self,
        now_ms: i64,
        dialect: Dialect,
        stream: &Stream,
        start: StreamId,
        command: &Command,
    ) -> Reply {
        let Command::Xautoclaim {
            consumer,
            min_idle_ms,
            options,
            justid,
            ..
        } = command
        else {
            unreachable!("the caller looked")
        };
        let mut step = AutoClaimed {
            cursor: StreamId::MIN,
            claimed: Vec::new(),
            deleted: Vec::new(),
        };
        let looked_at_max = options.count.saturating_mul(10);
        let candidates: Vec<StreamId> = self.pending.range(start..).map(|(&id, _)| id).collect();
        for (at, id) in candidates.into_iter().enumerate() {
            let done = (step.claimed.len() + step.deleted.len()) as u64;
            if done == options.count || at as u64 == looked_at_max {
                step.cursor = id;
                break;
            }
            let pending = &self.pending[&id];
            let Some(fields) = stream.entries.get(&id) else {
                self.pending.remove(&id);
                step.deleted.push(id);
                continue;
            };
            if pending.is_idle(now_ms, *min_idle_ms) {
                let deliveries = pending.deliveries + u64::from(!justid);
                self.put(id, Some(consumer), now_ms, deliveries);
                step.claimed.push(entry(id, fields));
            }
        }
        self.see_claimer(dialect, consumer, now_ms, !step.claimed.is_empty());
        if *justid {
            let only_id = |entry: Entry| entry.id;
            Reply::AutoClaimedIds(AutoClaimed {
                cursor: step.cursor,
                claimed: step.claimed.into_iter().map(only_id).collect(),
                deleted: step.deleted,
            })
        } else {
            Reply::AutoClaimed(step)
        }
    }
}
