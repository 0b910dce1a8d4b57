//! The walk through all segments that are needed: where the log ends, or why the store is refused.

use super::decision::{Place, Verdict, decide};
use super::segment::{Cursor, Segment, records_are_whole};
use crate::error::{Damage, Error, Result};
use crate::format::{Flags, Frame, SegmentHeader, Store};
use crate::position::Position;
use crate::storage::Storage;

/// Where the log begins, as far as it is needed, and how far it must reach.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) start: Position,
    /// The log must reach this place, for a checkpoint says so.
    pub(crate) durable: Position,
}

/// What the walk has found.
#[derive(Debug)]
pub(crate) struct Walked {
    /// The end of the last whole epoch.
    pub(crate) end: Cursor,
    /// Everything before this place was known to be durable.
    pub(crate) durable: Position,
    /// Bytes of whole frames behind the end.
    pub(crate) cut_bytes: u64,
    pub(crate) frames: u64,
    pub(crate) records: u64,
}

/// Walks through `segments`, which are in order and without a gap.
pub(crate) fn walk(
    storage: &dyn Storage,
    store: &Store,
    segments: &[u64],
    bounds: Bounds,
) -> Result<Walked> {
    let first = bounds.start.segment();
    let missing = || Error::corrupt(&Segment::name(first), 0, Damage::Missing);
    if segments.first() != Some(&first) {
        return Err(missing());
    }
    let mut segment = Segment::read(storage, store, first)?;
    let mut walk = Walk {
        bounds,
        cursor: Cursor::before(&segment.header),
        walked: Walked {
            end: Cursor::before(&segment.header),
            durable: bounds.durable,
            cut_bytes: 0,
            frames: 0,
            records: 0,
        },
        whole_bytes: 0,
        start_met: false,
        dirty: None,
    };
    for number in &segments[1..] {
        let next = Segment::read(storage, store, *number)?;
        walk.walked.durable = walk.walked.durable.max(next.header.previous);
        walk.segment(&segment, Some(&next.header))?;
        walk.cursor.position = Cursor::before(&next.header).position;
        segment = next;
    }
    walk.segment(&segment, None)?;
    walk.finish()
}

struct Walk {
    bounds: Bounds,
    cursor: Cursor,
    walked: Walked,
    /// Bytes of the frames since the last whole epoch.
    whole_bytes: u64,
    start_met: bool,
    /// The first byte of an accepted frame's padding that is not zero, and the end of that frame.
    dirty: Option<(Position, Position)>,
}

impl Walk {
    fn segment(&mut self, segment: &Segment, next: Option<&SegmentHeader>) -> Result<()> {
        let name = Segment::name(segment.header.number);
        let refuse = |cursor: &Cursor, damage| {
            Err(Error::corrupt(
                &name,
                u64::from(cursor.position.offset()),
                damage,
            ))
        };
        loop {
            self.start_met |= self.cursor.position == self.bounds.start;
            let place = self.place(next);
            let (found, frame) = segment.find(&self.cursor);
            if let Some(frame) = &frame {
                self.walked.durable = self.walked.durable.max(frame.header.durable);
            }
            // A place is vouched for by what is behind it, which is looked for only at the end.
            let vouched = place == Place::Last && frame.is_none_or(|frame| seals(&frame)) && {
                let behind = segment.vouched_behind(self.cursor.position.offset());
                self.walked.durable = self.walked.durable.max(behind);
                self.walked.durable > self.cursor.position
            };
            match (decide(found, place, vouched), frame) {
                (Verdict::Accept, Some(frame)) => {
                    if !records_are_whole(&frame) {
                        return refuse(&self.cursor, Damage::Records);
                    }
                    self.accept(segment, &frame);
                }
                // A seal is where it should be: it is the segment behind it that is not.
                (Verdict::Refuse(Damage::Missing), _) => {
                    let next = Segment::name(segment.header.number + 1);
                    return Err(Error::corrupt(&next, 0, Damage::Missing));
                }
                (Verdict::Refuse(damage), _) => return refuse(&self.cursor, damage),
                (Verdict::Next | Verdict::Cut, _) => return Ok(()),
                (Verdict::Accept, None) => return refuse(&self.cursor, Damage::Unreadable),
            }
        }
    }

    fn place(&self, next: Option<&SegmentHeader>) -> Place {
        let Some(next) = next else {
            return Place::Last;
        };
        let chains = next.chain == self.cursor.chain && next.sequence == self.cursor.sequence;
        match self.cursor.position.cmp(&next.previous) {
            core::cmp::Ordering::Less => Place::Before,
            core::cmp::Ordering::Equal if chains => Place::End,
            core::cmp::Ordering::Equal => Place::EndOfOther,
            core::cmp::Ordering::Greater => Place::Behind,
        }
    }

    fn accept(&mut self, segment: &Segment, frame: &Frame<'_>) {
        let next = self.cursor.behind(frame);
        let at = self.cursor.position;
        if let Some(offset) = segment.dirty_padding(at.offset(), frame) {
            let dirty = (Position::new(at.segment(), offset), next.position);
            self.dirty.get_or_insert(dirty);
        }
        let bytes = next.position.offset() - at.offset();
        self.cursor = next;
        self.whole_bytes += u64::from(bytes);
        self.walked.frames += 1;
        self.walked.records += u64::from(frame.header.records);
        if frame.header.flags.has(Flags::EPOCH_END) {
            self.walked.end = self.cursor;
            self.whole_bytes = 0;
        }
    }

    fn finish(mut self) -> Result<Walked> {
        self.walked.cut_bytes = self.whole_bytes;
        let end = self.walked.end.position;
        let name = Segment::name(end.segment());
        let refuse = |damage| Err(Error::corrupt(&name, u64::from(end.offset()), damage));
        if end < self.bounds.durable || end < self.bounds.start {
            return refuse(Damage::Unreadable);
        }
        if !self.start_met {
            return refuse(Damage::Broken);
        }
        // Of a frame that was not synced the records may be there and the padding not yet.
        if let Some((at, behind)) = self.dirty
            && behind <= self.walked.durable
        {
            let name = Segment::name(at.segment());
            return Err(Error::corrupt(&name, at.offset().into(), Damage::Padding));
        }
        Ok(self.walked)
    }
}

fn seals(frame: &Frame<'_>) -> bool {
    frame.header.flags.has(Flags::SEAL)
}
