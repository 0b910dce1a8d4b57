//! A stream in a checkpoint: its counters, its entries, its groups, and what producers have sent.
//!
//! Groups keep entries pending that are not in the log any more. Such an entry is written among the
//! others, as one that was deleted. When it is read it is added, so that it has a place, and deleted
//! again when the groups are there.

use std::collections::BTreeSet;
use std::io;

use bytes::Bytes;
use forebay_sync::stream_log::{EntryRef, Id, NewId};
use smallvec::SmallVec;

use super::frozen::FrozenStream;
use super::idempotence::{Name, Producer, Remembered};
use super::ids::{figures, id_of, log_id};
use crate::journal::{Source, put_bytes, put_flag, put_id, put_number, put_optional, put_signed};
use crate::stream::StreamId;
use crate::stream::group::{Group, Ids, PendingState};

impl FrozenStream<'_> {
    /// Appends all that the stream is to `to`; `flush` is called whenever something was appended.
    pub(crate) fn save(&self, to: &mut Vec<u8>, mut flush: impl FnMut(&mut Vec<u8>)) {
        let state = self.log.state();
        put_id(to, id_of(state.last_id));
        put_number(to, state.entries_added);
        put_id(to, id_of(state.max_deleted_id));
        let deleted = self.pending_deleted();
        put_number(to, state.len + deleted.len() as u64);
        let mut deleted = deleted.into_iter().peekable();
        for entry in self.snapshot().range(Id::MIN, Id::MAX) {
            while let Some(id) = deleted.next_if(|&id| id < id_of(entry.id())) {
                put_deleted(to, id);
            }
            put_entry(to, entry);
            flush(to);
        }
        deleted.for_each(|id| put_deleted(to, id));
        put_number(to, self.body.groups.len() as u64);
        let snapshot = self.snapshot();
        self.body.groups.for_each(|name, group| {
            put_bytes(to, name);
            put_group(to, group, &snapshot, &mut flush);
        });
        put_remembered(to, self.log.extra().as_deref());
        flush(to);
    }

    /// Entries that are pending somewhere and not in the log.
    fn pending_deleted(&self) -> BTreeSet<StreamId> {
        let snapshot = self.snapshot();
        let mut deleted = BTreeSet::new();
        self.body.groups.for_each(|_, group| {
            group.each_pending(&snapshot, |id, is_live, _| {
                if !is_live {
                    deleted.insert(id);
                }
            });
        });
        deleted
    }

    /// Reads what was saved into a stream that is new.
    pub(crate) fn load(&mut self, from: &mut Source) -> io::Result<()> {
        let last_id = from.id()?;
        let entries_added = from.number()?;
        let max_deleted_id = from.id()?;
        let deleted = self.load_entries(from)?;
        if !self.log.set_last_id(log_id(last_id)) {
            return Err(Source::malformed());
        }
        self.log.set_entries_added(entries_added);
        for _ in 0..from.number()? {
            self.load_group(from)?;
        }
        *self.log.extra_mut() = load_remembered(from)?;
        for id in deleted {
            let place = self.log.get(log_id(id)).map(|entry| entry.place());
            let place = place.ok_or_else(Source::malformed)?;
            self.log.delete(place);
            self.retire();
        }
        self.log.set_max_deleted_id(log_id(max_deleted_id));
        Ok(())
    }

    /// Adds the entries, and returns those that are to be deleted.
    fn load_entries(&mut self, from: &mut Source) -> io::Result<Vec<StreamId>> {
        let mut deleted = Vec::new();
        let mut bytes = Vec::new();
        for _ in 0..from.number()? {
            let id = from.id()?;
            let count = from.number()?;
            let mut ends: SmallVec<[(usize, usize); 8]> = SmallVec::new();
            bytes.clear();
            for _ in 0..count {
                bytes.extend_from_slice(from.bytes()?);
                let name = bytes.len();
                bytes.extend_from_slice(from.bytes()?);
                ends.push((name, bytes.len()));
            }
            let mut start = 0;
            let mut fields: SmallVec<[_; 8]> = SmallVec::new();
            for (name, end) in ends {
                fields.push((&bytes[start..name], &bytes[name..end]));
                start = end;
            }
            if count == 0 {
                deleted.push(id);
                fields.push((&[], &[]));
            }
            let added = self.log.add(NewId::Exact(log_id(id)), &fields);
            added.map_err(|_| Source::malformed())?;
        }
        Ok(deleted)
    }

    fn load_group(&mut self, from: &mut Source) -> io::Result<()> {
        let name = from.bytes()?.to_vec();
        let (last_delivered, entries_read) = (from.id()?, from.optional()?);
        let figures = figures(&self.log.state());
        let mut group = Group::new(last_delivered, entries_read, &figures);
        for _ in 0..from.number()? {
            let consumer = from.bytes()?.to_vec();
            let seen_ms = from.signed()?;
            let active_ms = from.flag()?.then(|| from.signed()).transpose()?;
            group.restore_consumer(&consumer, seen_ms, active_ms);
        }
        let snapshot = self.log.snapshot();
        for _ in 0..from.number()? {
            let id = from.id()?;
            let consumer = from.flag()?.then(|| from.bytes().map(<[u8]>::to_vec));
            let consumer = consumer.transpose()?;
            let state = PendingState {
                consumer: consumer.as_deref(),
                delivered_ms: from.signed()?,
                count: from.number()?,
            };
            let place = Ids::locate(&snapshot, id).ok_or_else(Source::malformed)?;
            if !group.restore_pending(place, &state) {
                return Err(Source::malformed());
            }
        }
        self.body.groups.insert(&name, group);
        Ok(())
    }
}

fn put_entry(to: &mut Vec<u8>, entry: EntryRef<'_>) {
    put_id(to, id_of(entry.id()));
    put_number(to, entry.fields().count() as u64);
    for (name, value) in entry.fields() {
        put_bytes(to, name);
        put_bytes(to, value);
    }
}

/// An entry without fields, which there is not otherwise.
fn put_deleted(to: &mut Vec<u8>, id: StreamId) {
    put_id(to, id);
    put_number(to, 0);
}

fn put_group(
    to: &mut Vec<u8>,
    group: &Group,
    log: &impl Ids,
    flush: &mut impl FnMut(&mut Vec<u8>),
) {
    let cursor = group.cursor();
    put_id(to, cursor.last_delivered);
    put_optional(to, cursor.entries_read);
    put_number(to, group.consumers_len() as u64);
    group.each_consumer(|consumer| {
        put_bytes(to, &consumer.name);
        put_signed(to, consumer.seen_ms);
        put_flag(to, consumer.active_ms.is_some());
        if let Some(active_ms) = consumer.active_ms {
            put_signed(to, active_ms);
        }
    });
    put_number(to, group.pending_len());
    group.each_pending(log, |id, _, state| {
        put_id(to, id);
        put_flag(to, state.consumer.is_some());
        if let Some(consumer) = state.consumer {
            put_bytes(to, consumer);
        }
        put_signed(to, state.delivered_ms);
        put_number(to, state.count);
        flush(to);
    });
}

fn put_remembered(to: &mut Vec<u8>, remembered: Option<&Remembered>) {
    put_flag(to, remembered.is_some());
    let Some(remembered) = remembered else {
        return;
    };
    put_number(to, remembered.duration_s);
    put_number(to, remembered.maxsize);
    put_number(to, remembered.added);
    put_number(to, remembered.duplicates);
    put_number(to, remembered.producers.len() as u64);
    for (producer, sent) in &remembered.producers {
        put_bytes(to, producer);
        put_number(to, sent.names.len() as u64);
        for name in &sent.names {
            match name {
                Name::Given(name) => {
                    put_flag(to, true);
                    put_bytes(to, name);
                }
                Name::Fields(hash) => {
                    put_flag(to, false);
                    for &part in hash {
                        put_number(to, part);
                    }
                }
            }
            put_id(to, sent.ids.get(name).copied().unwrap_or_default());
        }
    }
}

fn load_remembered(from: &mut Source) -> io::Result<Option<Box<Remembered>>> {
    if !from.flag()? {
        return Ok(None);
    }
    let mut remembered = Remembered {
        duration_s: from.number()?,
        maxsize: from.number()?,
        added: from.number()?,
        duplicates: from.number()?,
        ..Remembered::default()
    };
    for _ in 0..from.number()? {
        let producer = Bytes::copy_from_slice(from.bytes()?);
        let mut sent = Producer::default();
        for _ in 0..from.number()? {
            let name = if from.flag()? {
                Name::Given(Bytes::copy_from_slice(from.bytes()?))
            } else {
                let mut hash = [0; 4];
                for part in &mut hash {
                    *part = from.number()?;
                }
                Name::Fields(hash)
            };
            sent.ids.insert(name.clone(), from.id()?);
            sent.names.push_back(name);
        }
        remembered.producers.insert(producer, sent);
    }
    Ok(Some(Box::new(remembered)))
}
