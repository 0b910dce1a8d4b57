//! Every whole frame of a segment, also behind damage.

use super::LeftOut;
use crate::error::{Damage, Error, Result};
use crate::format::{
    BLOCK_BYTES, FRAME_HEADER_BYTES, FRAMES_START, Flags, STORE_NAME, SegmentHeader, Store, padded,
};
use crate::record::Record;
use crate::recovery::segment::records_are_whole;
use crate::recovery::{Inventory, Segment, read_store};
use crate::storage::Storage;
use crate::storage::io::read_full;

/// No segment is larger.
const SEGMENT_BYTES_MAX: u64 = 1 << 30;

/// Which store this is: what `STORE` says, or else what the headers of the segments say.
pub(super) fn identify(storage: &dyn Storage, inventory: &Inventory) -> Result<Store> {
    let refusal = match read_store(storage) {
        Ok(Some(store)) => return Ok(store),
        Ok(None) if inventory.segments.is_empty() && inventory.checkpoints.is_empty() => {
            return Err(Error::Config("there is no store in this directory"));
        }
        Ok(None) => Error::corrupt(STORE_NAME, 0, Damage::Missing),
        Err(error) => error,
    };
    for number in &inventory.segments {
        let bytes = read(storage, &Segment::name(*number))?.0;
        let id = bytes
            .get(12..28)
            .and_then(|id| <[u8; 16]>::try_from(id).ok());
        if let (Some(id), Ok(segment_bytes)) = (id, u32::try_from(bytes.len()))
            && SegmentHeader::decode(&bytes, id, *number).is_ok()
        {
            return Ok(Store { id, segment_bytes });
        }
    }
    Err(refusal)
}

/// As much of a file as the medium gives, with zeroes for what it does not, and its length.
fn read(storage: &dyn Storage, name: &str) -> Result<(Vec<u8>, u64)> {
    let file = storage.open(name).map_err(Error::io("opening a segment"))?;
    let length = file.len().map_err(Error::io("reading a segment"))?;
    let kept = usize::try_from(length.min(SEGMENT_BYTES_MAX)).unwrap_or_default();
    let mut bytes = vec![0; kept];
    if read_full(&*file, &mut bytes, 0).is_err() {
        for (index, block) in bytes.chunks_mut(BLOCK_BYTES).enumerate() {
            let offset = (index * BLOCK_BYTES) as u64;
            if read_full(&*file, block, offset).is_err() {
                block.fill(0);
            }
        }
    }
    Ok((bytes, length))
}

/// Goes through segments from the last one to the first.
pub(super) struct Scan<'a> {
    storage: &'a dyn Storage,
    store: Store,
    next: Option<SegmentHeader>,
}

impl<'a> Scan<'a> {
    pub(super) fn new(storage: &'a dyn Storage, store: Store) -> Self {
        Self {
            storage,
            store,
            next: None,
        }
    }

    pub(super) fn segment(&mut self, number: u64) -> Result<Scanned> {
        let (bytes, length) = read(self.storage, &Segment::name(number))?;
        let header = SegmentHeader::decode(&bytes, self.store.id, number);
        let next = core::mem::replace(&mut self.next, header.ok());
        let end = next.filter(|next| next.previous.segment() == number);
        Ok(Scanned {
            number,
            length,
            expected: u64::from(self.store.segment_bytes),
            ended: end.map(|next| next.previous.offset() as usize),
            segment: header.map(|header| Segment::of(header, bytes)),
        })
    }
}

/// One segment.
pub(super) struct Scanned {
    number: u64,
    pub(super) length: u64,
    expected: u64,
    /// Where it ends, if the next one says so.
    ended: Option<usize>,
    segment: Result<Segment, Damage>,
}

/// A part of a segment.
pub(super) enum Part<'a> {
    Frame(Whole<'a>),
    Damage(LeftOut),
}

/// A whole frame.
pub(super) struct Whole<'a> {
    pub(super) offset: u64,
    pub(super) end: u64,
    pub(super) epoch: u64,
    pub(super) sequence: u64,
    /// Whether its epoch ends with it.
    pub(super) ends: bool,
    bytes: &'a [u8],
}

impl<'a> Whole<'a> {
    pub(super) fn records(&self) -> impl Iterator<Item = Record<'a>> + use<'a> {
        let mut rest = self.bytes;
        core::iter::from_fn(move || {
            let (record, behind) = Record::decode(rest)?;
            rest = behind;
            Some(record)
        })
    }
}

impl Scanned {
    /// Frames and damage in order. What was never written, or is behind the end, is neither.
    pub(super) fn parts(&self) -> Vec<Part<'_>> {
        let file = Segment::name(self.number);
        let left_out = |offset: usize, end: usize, damage| LeftOut {
            file: file.clone(),
            offset: offset as u64,
            bytes: (end - offset) as u64,
            damage,
        };
        let segment = match &self.segment {
            Ok(segment) => segment,
            Err(damage) => {
                let length = usize::try_from(self.length).unwrap_or(usize::MAX);
                return vec![Part::Damage(left_out(0, length, *damage))];
            }
        };
        let mut parts = Vec::new();
        let limit = self.ended.unwrap_or(segment.bytes.len());
        let limit = limit.min(segment.bytes.len());
        let mut at = FRAMES_START as usize;
        let mut gap = None;
        // What was durable is damaged when it is unreadable; other unreadable places are free.
        let mut vouched = self.ended.unwrap_or_default();
        while at < limit {
            let offset = u32::try_from(at).unwrap_or(u32::MAX);
            let frame = segment.frame(offset).filter(records_are_whole);
            let Some(frame) = frame else {
                gap.get_or_insert(at);
                at += BLOCK_BYTES;
                continue;
            };
            if let Some(start) = gap.take() {
                // The seal stands alone in the last block, and what is in front of it is free.
                if !frame.header.flags.has(Flags::SEAL) {
                    parts.push(Part::Damage(left_out(start, at, Damage::Unreadable)));
                }
            }
            let end = at + padded(FRAME_HEADER_BYTES + frame.records.len());
            if frame.header.durable.segment() == self.number {
                vouched = vouched.max(frame.header.durable.offset() as usize);
            }
            parts.push(Part::Frame(Whole {
                offset: at as u64,
                end: end as u64,
                epoch: frame.header.epoch,
                sequence: frame.header.sequence,
                ends: frame.header.flags.has(Flags::EPOCH_END),
                bytes: frame.records,
            }));
            at = end;
        }
        if let Some(start) = gap
            && start < vouched
        {
            parts.push(Part::Damage(left_out(start, vouched, Damage::Unreadable)));
        }
        if self.length != self.expected {
            let length = segment.bytes.len();
            parts.push(Part::Damage(left_out(length, length, Damage::Length)));
        }
        parts
    }
}
