//! What XREADGROUP waits for.

use std::sync::Arc;

use smallvec::SmallVec;

use super::read::frozen;
use super::{Keys, Want};
use crate::error::{Error, Result};
use crate::frozen::FrozenKey;
use crate::journal::Cost;
use crate::object::Object;
use crate::stream::body::{Budget, FrozenStream, GroupRead, SharedGroup};
use crate::stream::{Delivered, GroupReadFrom, XreadgroupOptions};

/// Entries of several of the keys of a call, in the order of its arguments.
pub(crate) type KeyedDelivered = Vec<(usize, Vec<Delivered>)>;

/// XREADGROUP, with a place to read from for each of its keys.
pub(crate) struct GroupReading {
    pub(crate) group: Arc<[u8]>,
    pub(crate) consumer: Arc<[u8]>,
    pub(crate) from: SmallVec<[GroupReadFrom; 1]>,
    pub(crate) options: XreadgroupOptions,
    /// The group of the only key, if it was looked up before.
    pub(crate) hint: Option<Arc<SharedGroup>>,
}

/// Groups of one stream, and what their consumers claim, that have nothing for anybody.
pub(super) type Exhausted = SmallVec<[(Arc<[u8]>, Option<u64>); 2]>;

impl GroupReading {
    fn of_key(&self, at: usize, now_ms: i64) -> GroupRead<'_> {
        GroupRead {
            consumer: &self.consumer,
            from: self.from[at],
            options: &self.options,
            now_ms,
        }
    }

    /// What reading costs.
    pub(super) fn cost(&self) -> Cost {
        Cost::drain(self.group.len().saturating_add(self.consumer.len()))
    }

    /// Whether it waits when there is nothing: what was pending before never comes later.
    pub(super) fn can_wait(&self) -> bool {
        self.from.iter().all(|from| *from == GroupReadFrom::New)
    }

    /// What there is at once without freezing anything; none also when that cannot be known.
    pub(super) fn glance(&self, object: &Object, now_ms: i64) -> Vec<Delivered> {
        let mut budget = Budget::of_group_read(&self.options);
        let read = self.of_key(0, now_ms);
        let delivered = object.stream().and_then(|stream| {
            let delivered = stream.deliver(&self.group, self.hint.as_ref(), &read, &mut budget);
            delivered.ok()
        });
        delivered.unwrap_or_default()
    }

    /// Delivers what there is in the keys that are frozen.
    pub(super) fn read(
        &self,
        keys: &Keys,
        members: &[FrozenKey<'_>],
        now_ms: i64,
    ) -> Result<KeyedDelivered> {
        let mut streams: SmallVec<[(usize, &FrozenStream<'_>); 4]> = SmallVec::new();
        for (at, key) in frozen(keys, members) {
            let stream = key.stream()?.ok_or(Error::NoGroup { at })?;
            if !stream.has_group(&self.group) {
                return Err(Error::NoGroup { at });
            }
            streams.push((at, stream));
        }
        let mut budget = Budget::of_group_read(&self.options);
        let mut read = KeyedDelivered::new();
        for (at, stream) in streams {
            let of_key = self.of_key(at, now_ms);
            let delivered = stream.deliver(&self.group, &of_key, &mut budget);
            let delivered = delivered.unwrap_or_default();
            if !delivered.is_empty() || self.from[at] != GroupReadFrom::New {
                read.push((at, delivered));
            }
        }
        Ok(read)
    }

    /// Whether there is something in this key, or the call has to fail because of it.
    pub(super) fn is_served_by(
        &self,
        key: &FrozenKey<'_>,
        now_ms: i64,
        exhausted: &mut Exhausted,
    ) -> bool {
        let Ok(Some(stream)) = key.stream() else {
            return true;
        };
        let claim = self.options.claim;
        if exhausted
            .iter()
            .any(|known| (&known.0, known.1) == (&self.group, claim))
        {
            return false;
        }
        let has_any = stream.has_new(&self.group, claim, now_ms);
        if has_any == Some(false) {
            exhausted.push((Arc::clone(&self.group), claim));
        }
        has_any != Some(false)
    }
}

/// When the first of those who wait can claim what others have left.
pub(crate) fn claimable_at_ms(key: &FrozenKey<'_>) -> Option<i64> {
    let waiters = &key.watched()?.waiters;
    if !waiters.has_claimers() {
        return None;
    }
    let stream = key.stream().ok().flatten()?;
    let mut asked: SmallVec<[(&[u8], u64); 2]> = SmallVec::new();
    let mut first_at_ms = None;
    for registration in waiters.iter() {
        if let Want::GroupRead(read) = &registration.call.want
            && let Some(min_idle_ms) = read.options.claim
            && !asked.contains(&(&*read.group, min_idle_ms))
            && registration.call.waiter.is_waiting()
        {
            asked.push((&read.group, min_idle_ms));
            let at_ms = stream.claimable_at_ms(&read.group, min_idle_ms);
            first_at_ms = first_at_ms.into_iter().chain(at_ms).min();
        }
    }
    first_at_ms
}
