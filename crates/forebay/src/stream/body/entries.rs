//! Entries on their way out of the log.

use bytes::Bytes;
use forebay_sync::stream_log::{Encoded, EntryRef};

use super::ids::id_of;
use crate::stream::{self, Entry, Fields, FieldsRef, StreamId};

/// Copies entries into one block of memory, which what is handed out shares.
#[derive(Debug, Default)]
pub(super) struct Copier {
    block: Vec<u8>,
    /// Where the fields of each entry end.
    ends: Vec<(StreamId, usize)>,
}

impl Copier {
    pub(super) fn with_capacity(entries: usize) -> Self {
        Self {
            block: Vec::new(),
            ends: Vec::with_capacity(entries),
        }
    }

    #[inline]
    pub(super) fn push(&mut self, entry: EntryRef<'_>) {
        append(&mut self.block, entry.encoded());
        if self.ends.is_empty() {
            // The others are about as long.
            let others = self.ends.capacity().saturating_sub(1);
            self.block.reserve(others * (self.block.len() + 2));
        }
        self.ends.push((id_of(entry.id()), self.block.len()));
    }

    /// What was copied, in order.
    pub(super) fn finish(self) -> impl ExactSizeIterator<Item = (StreamId, Fields)> {
        let block = Bytes::from(self.block);
        let mut start = 0;
        self.ends.into_iter().map(move |(id, end)| {
            let fields = Fields::from_block(block.slice(start..end));
            start = end;
            (id, fields)
        })
    }
}

/// Copies of these entries.
pub(crate) fn copies(found: &[EntryRef<'_>]) -> Vec<Entry> {
    let mut copier = Copier::with_capacity(found.len());
    for &entry in found {
        copier.push(entry);
    }
    let copied = copier.finish();
    copied.map(|(id, fields)| Entry { id, fields }).collect()
}

/// Lends these entries where they are, and returns how many there are.
#[inline]
pub(crate) fn lend(found: &[EntryRef<'_>], mut f: impl FnMut(stream::EntryRef<'_>)) -> usize {
    for entry in found {
        f(stream::EntryRef {
            id: id_of(entry.id()),
            fields: FieldsRef::new(entry.encoded()),
        });
    }
    found.len()
}

/// A copy of one entry.
pub(super) fn entry(found: EntryRef<'_>) -> Entry {
    let mut block = Vec::new();
    append(&mut block, found.encoded());
    Entry {
        id: id_of(found.id()),
        fields: Fields::from_block(Bytes::from(block)),
    }
}

/// How many bytes names and values have.
pub(super) fn size(entry: EntryRef<'_>) -> u64 {
    let bytes = entry.fields().map(|(name, value)| name.len() + value.len());
    bytes.sum::<usize>() as u64
}

/// Appends names and values in turns, each with its length in front.
///
/// The log writes lengths as [`Fields`] does, so they are copied along.
#[inline]
fn append(block: &mut Vec<u8>, encoded: Encoded<'_>) {
    let Encoded { names, mut body } = encoded;
    let Some(mut names) = names else {
        block.extend_from_slice(body);
        return;
    };
    block.reserve(names.len() + body.len());
    if names.first().map(|&len| usize::from(len) + 1) == Some(names.len()) {
        // One name, and one value behind it.
        block.extend_from_slice(names);
        block.extend_from_slice(body);
        return;
    }
    while let Some((name, value)) = piece(&mut names).zip(piece(&mut body)) {
        block.extend_from_slice(name);
        block.extend_from_slice(value);
    }
}

/// Takes a length, and as many bytes, from the front, and returns both.
#[inline]
fn piece<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (mut len, mut shift, mut head) = (0, 0, 0);
    loop {
        let group = *bytes.get(head)?;
        len |= usize::from(group & 0x7f) << shift;
        head += 1;
        if group < 0x80 {
            break;
        }
        shift += 7;
    }
    let (piece, rest) = bytes.split_at_checked(head + len)?;
    *bytes = rest;
    Some(piece)
}

#[cfg(test)]
mod tests {
    use forebay_sync::stream_log::{Id, NewId, StreamLog};

    use super::*;

    #[test]
    fn what_was_added_comes_out() {
        let log: StreamLog<()> = StreamLog::new();
        let long = vec![7; 20_000];
        let cases: [&[(&[u8], &[u8])]; 4] = [
            &[(b"a", b"1"), (b"b", b"")],
            &[(b"a", b"2"), (b"b", &long[..300])],
            &[(b"", b"x")],
            &[(b"a", &long), (&long[..200], b"y")],
        ];
        for fields in cases {
            log.add(NewId::Auto { now_ms: 1 }, fields).unwrap();
        }
        let reader = log.pin();
        let copied = copies(&reader.range(Id::MIN, Id::MAX, 10).collect::<Vec<_>>());
        assert_eq!(copied.len(), cases.len());
        for (copy, fields) in copied.iter().zip(cases) {
            assert!(copy.fields.iter().eq(fields.iter().copied()), "{copy:?}");
        }
        let sizes = reader.range(Id::MIN, Id::MAX, 10).map(size);
        assert!(sizes.eq([3, 303, 1, 20_202]));
        assert_eq!(entry(reader.first().unwrap()), copied[0]);
    }
}
