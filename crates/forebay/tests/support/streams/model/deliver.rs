//! XREAD and XREADGROUP.

use bytes::Bytes;
use forebay::stream::{
    Delivered, Fields, GroupReadFrom, ReadFrom, XreadOptions, XreadgroupOptions,
};
use forebay::{Error, Result, StreamId};

use super::super::reply::Reply;
use super::group::Group;
use super::stream::Stream;
use super::{Dialect, Model, after, entry};

/// How much a call may still return.
struct Budget {
    entries: u64,
    bytes: u64,
    given: bool,
    /// Of one stream.
    count: u64,
}

impl Budget {
    fn new(count: Option<u64>, maxcount: Option<u64>, maxsize: Option<u64>) -> Self {
        Self {
            entries: maxcount.unwrap_or(u64::MAX),
            bytes: maxsize.unwrap_or(u64::MAX),
            given: false,
            count: count.filter(|&count| count > 0).unwrap_or(u64::MAX),
        }
    }

    /// Whether another entry may follow the `returned` ones of this stream.
    fn allows(&self, returned: usize) -> bool {
        let left = self.entries > 0 && self.bytes > 0;
        (left || !self.given) && (returned as u64) < self.count
    }

    fn take(&mut self, fields: Option<&Fields>) {
        let bytes: usize = fields
            .into_iter()
            .flatten()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        self.given = true;
        self.entries -= 1;
        self.bytes = self.bytes.saturating_sub(bytes as u64);
    }
}

impl Model {
    pub(super) fn xread(
        &mut self,
        options: &XreadOptions,
        streams: &[(Bytes, ReadFrom)],
    ) -> Result<Reply> {
        options.check()?;
        for (key, _) in streams {
            self.stream(key)?;
        }
        let mut budget = Budget::new(options.count, options.maxcount, options.maxsize);
        let mut read = Vec::new();
        for (key, from) in streams {
            let Some(stream) = self.streams.get(key) else {
                continue;
            };
            let from = match from {
                ReadFrom::After(id) => Some(*id),
                ReadFrom::Now => Some(stream.last_id),
                ReadFrom::Last => {
                    (stream.entries.last_key_value()).and_then(|(id, _)| id.previous())
                }
            };
            let mut entries = Vec::new();
            let unread = from.map(|from| stream.entries.range(after(from)));
            for (&id, fields) in unread.into_iter().flatten() {
                if !budget.allows(entries.len()) {
                    break;
                }
                budget.take(Some(fields));
                entries.push(entry(id, fields));
            }
            if !entries.is_empty() {
                read.push((key.clone(), entries));
            }
        }
        Ok(Reply::Read(read))
    }

    pub(super) fn xreadgroup(
        &mut self,
        now_ms: i64,
        group: &Bytes,
        consumer: &Bytes,
        options: &XreadgroupOptions,
        streams: &[(Bytes, GroupReadFrom)],
    ) -> Result<Reply> {
        options.check()?;
        for (at, (key, _)) in streams.iter().enumerate() {
            self.group(key, group).map_err(|error| match error {
                Error::NoGroup { .. } => Error::NoGroup { at },
                error => error,
            })?;
        }
        let dialect = self.dialect;
        let mut budget = Budget::new(options.count, options.maxcount, options.maxsize);
        let mut read = Vec::new();
        for (key, from) in streams {
            let delivered = self.with_group(key, group, |stream, group| {
                let mut call = Call {
                    now_ms,
                    dialect,
                    consumer,
                    options,
                    budget: &mut budget,
                };
                call.read(stream, group, *from)
            })?;
            if !delivered.is_empty() || *from != GroupReadFrom::New {
                read.push((key.clone(), delivered));
            }
        }
        Ok(Reply::Delivered(read))
    }
}

struct Call<'a> {
    now_ms: i64,
    dialect: Dialect,
    consumer: &'a Bytes,
    options: &'a XreadgroupOptions,
    budget: &'a mut Budget,
}

impl Call<'_> {
    fn read(
        &mut self,
        stream: &mut Stream,
        group: &mut Group,
        from: GroupReadFrom,
    ) -> Vec<Delivered> {
        let anything = match from {
            GroupReadFrom::PendingAfter(_) => true,
            GroupReadFrom::New => stream.entries.range(after(group.last_id)).next().is_some(),
        };
        if self.dialect == Dialect::Newest || anything {
            group.see(self.consumer, self.now_ms);
        }
        match from {
            GroupReadFrom::PendingAfter(id) => self.history(stream, group, id),
            GroupReadFrom::New => {
                let mut delivered = Vec::new();
                self.claim(stream, group, &mut delivered);
                self.deliver(stream, group, &mut delivered);
                delivered
            }
        }
    }

    /// What the consumer has pending.
    fn history(&mut self, stream: &Stream, group: &mut Group, from: StreamId) -> Vec<Delivered> {
        let pending: Vec<(StreamId, u64)> = (group.pending_of(self.consumer))
            .filter(|&(id, _)| id > from)
            .map(|(id, pending)| (id, pending.deliveries))
            .collect();
        let mut delivered = Vec::new();
        for (id, deliveries) in pending {
            if !self.budget.allows(delivered.len()) {
                break;
            }
            let fields = stream.entries.get(&id);
            if fields.is_some() {
                group.put(id, Some(self.consumer), self.now_ms, deliveries + 1);
            }
            self.budget.take(fields);
            delivered.push(Delivered {
                id,
                fields: fields.cloned(),
                idle_ms: Some(0),
                deliveries: 0,
            });
        }
        delivered
    }

    /// What others have left too long: first what was given back, then the longest idle.
    fn claim(&mut self, stream: &Stream, group: &mut Group, delivered: &mut Vec<Delivered>) {
        let Some(min_idle_ms) = self.options.claim else {
            return;
        };
        let mut candidates: Vec<_> = (group.pending.iter())
            .filter(|(_, pending)| pending.is_idle(self.now_ms, min_idle_ms))
            .map(|(&id, pending)| {
                let owned = pending.consumer.is_some();
                (owned, pending.delivered_ms, pending.step, id)
            })
            .collect();
        candidates.sort_unstable();
        for (.., id) in candidates {
            if !self.budget.allows(delivered.len()) {
                break;
            }
            let Some(fields) = stream.entries.get(&id) else {
                group.pending.remove(&id);
                continue;
            };
            let pending = group.pending[&id].clone();
            group.put(id, Some(self.consumer), self.now_ms, pending.deliveries + 1);
            group.activate(self.consumer, self.now_ms);
            self.budget.take(Some(fields));
            delivered.push(Delivered {
                id,
                fields: Some(fields.clone()),
                idle_ms: pending.idle_ms(self.now_ms),
                deliveries: pending.deliveries,
            });
        }
    }

    /// What nobody has been given.
    fn deliver(&mut self, stream: &Stream, group: &mut Group, delivered: &mut Vec<Delivered>) {
        for (&id, fields) in stream.entries.range(after(group.last_id)) {
            if !self.budget.allows(delivered.len()) {
                break;
            }
            stream.advance(self.dialect, group, id);
            if !self.options.noack {
                group.put(id, Some(self.consumer), self.now_ms, 1);
                group.activate(self.consumer, self.now_ms);
            }
            self.budget.take(Some(fields));
            delivered.push(Delivered {
                id,
                fields: Some(fields.clone()),
                idle_ms: Some(0),
                deliveries: 0,
            });
        }
    }
}
