//! What XREAD waits for.

use std::sync::Arc;

use smallvec::SmallVec;

use super::Keys;
use crate::error::Result;
use crate::frozen::{FrozenKey, position};
use crate::object::Object;
use crate::stream::body::{Budget, FrozenStream, StreamBody, copies};
use crate::stream::{Entry, ReadFrom, StreamId, XreadOptions};

/// Entries of several of the keys of a call, in the order of its arguments.
pub(crate) type KeyedEntries = Vec<(usize, Vec<Entry>)>;

/// XREAD, with a place to read from for each of its keys.
pub(crate) struct Read {
    pub(crate) from: SmallVec<[ReadFrom; 1]>,
    pub(crate) options: XreadOptions,
}

impl Read {
    /// What there is at once without freezing anything; none also when that cannot be known.
    pub(super) fn glance(&self, object: &Object) -> Vec<Entry> {
        let mut budget = Budget::of_read(&self.options);
        let read = |stream: &StreamBody| {
            let from = *self.from.first()?;
            stream.read_from(from, &mut budget, copies).ok()
        };
        object.stream().and_then(read).unwrap_or_default()
    }

    /// What there is in the keys that are frozen.
    pub(super) fn read(&self, keys: &Keys, members: &[FrozenKey<'_>]) -> KeyedEntries {
        let mut budget = Budget::of_read(&self.options);
        let mut read = KeyedEntries::new();
        for (at, key) in frozen(keys, members) {
            if let Ok(Some(stream)) = key.stream() {
                let entries = stream.read_from(self.from[at], &mut budget);
                if !entries.is_empty() {
                    read.push((at, entries));
                }
            }
        }
        read
    }

    /// Whether there is something in one of the keys.
    pub(super) fn is_served_by(&self, keys: &Keys, key: &FrozenKey<'_>) -> bool {
        let Ok(Some(stream)) = key.stream() else {
            return false;
        };
        let is_it = |(object, _): &(&Arc<Object>, _)| Arc::ptr_eq(object, key.object());
        keys.iter()
            .zip(&self.from)
            .filter(is_it)
            .any(|(_, &from)| stream.has_entry(from))
    }

    /// The call begins to look at its only key, whose last id this is.
    pub(super) fn begin_to_look(&mut self, last_id: StreamId) {
        for from in &mut self.from {
            if *from == ReadFrom::Now {
                *from = ReadFrom::After(last_id);
            }
        }
    }

    /// The call begins to wait: what comes after now is what comes after the last id.
    pub(super) fn begin_to_wait(&mut self, keys: &Keys, members: &[FrozenKey<'_>]) {
        for (at, key) in frozen(keys, members) {
            if self.from[at] == ReadFrom::Now {
                let stream = key.stream().ok().flatten();
                let last_id = stream.map_or(StreamId::MIN, FrozenStream::last_id);
                self.from[at] = ReadFrom::After(last_id);
            }
        }
    }
}

/// Refuses keys that hold something else.
pub(super) fn check_types(keys: &Keys, members: &[FrozenKey<'_>]) -> Result<()> {
    frozen(keys, members).try_for_each(|(_, key)| key.stream().map(drop))
}

/// The keys of a call that are frozen, and which ones they are, in the order of the arguments.
pub(super) fn frozen<'s, 'a>(
    keys: &Keys,
    members: &'s [FrozenKey<'a>],
) -> impl Iterator<Item = (usize, &'s FrozenKey<'a>)> {
    let places = keys.iter().map(|object| position(members, object));
    places
        .enumerate()
        .filter_map(|(at, place)| Some((at, &members[place?])))
}
