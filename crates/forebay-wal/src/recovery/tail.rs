//! The end of a recovered log: what nothing vouches for is written again, into a new segment.
//!
//! The last frames may have been read from memory, after a process was killed, or after a sync that
//! failed and left them marked as clean. They may also be durable and acknowledged. So they are not
//! written again where they are, for a crash could tear them: they become the first frames of the
//! segment in which the log goes on, and that is durable before it has its name.

use super::segment::{Cursor, Segment};
use super::walk::Walked;
use crate::error::{Damage, Error, Result};
use crate::format::{
    FRAME_HEADER_BYTES, FRAMES_START, FrameHeader, SegmentHeader, Store, seal_frame,
};
use crate::position::Position;
use crate::storage::Storage;
use crate::writer::Resume;

/// The segment in which the log goes on, and its first frames.
pub(crate) fn resume(walked: &Walked, store: &Store, storage: &dyn Storage) -> Result<Resume> {
    let end = walked.end.position;
    let segment = Segment::read(storage, store, end.segment())?;
    let mut cursor = Cursor::before(&segment.header);
    // Over the frames that are known to be durable.
    while cursor.position < end {
        let next = cursor.behind(&frame(&segment, &cursor)?);
        if next.position > walked.durable {
            break;
        }
        cursor = next;
    }
    let salt = storage.random().map_err(Error::io("asking for chance"))?;
    let whole = cursor.position.offset() == FRAMES_START;
    let header = SegmentHeader {
        store: store.id,
        // A segment of which all is written again is replaced.
        number: if whole {
            end.segment()
        } else {
            end.segment() + 1
        },
        salt,
        previous: if whole {
            segment.header.previous
        } else {
            cursor.position
        },
        chain: cursor.chain,
        sequence: cursor.sequence,
        epoch: cursor.epoch,
    };
    let mut resume = Resume::at(header, walked.end.epoch);
    while cursor.position < end {
        let frame = frame(&segment, &cursor)?;
        let fields = FrameHeader {
            chain: resume.chain,
            segment: header.number,
            durable: Position::new(header.number, FRAMES_START),
            ..frame.header
        };
        let mut bytes = vec![0; FRAME_HEADER_BYTES];
        bytes.extend_from_slice(frame.records);
        resume.chain = seal_frame(&mut bytes, header.seed(), &fields);
        resume.frames.append(&mut bytes);
        resume.sequence += 1;
        cursor = cursor.behind(&frame);
    }
    Ok(resume)
}

fn frame<'a>(segment: &'a Segment, cursor: &Cursor) -> Result<crate::format::Frame<'a>> {
    segment.frame(cursor.position.offset()).ok_or_else(|| {
        let name = Segment::name(segment.header.number);
        Error::corrupt(
            &name,
            u64::from(cursor.position.offset()),
            Damage::Unreadable,
        )
    })
}
