//! The bytes on the medium: what `docs/log-format.md` says, as code.

mod fields;
mod frame;
mod name;
mod segment_header;
mod store;

pub(crate) use fields::{Reader, Writer};
pub(crate) use frame::{FRAME_HEADER_BYTES, Flags, Frame, FrameHeader, parse_frame, seal_frame};
pub(crate) use name::{FileName, TEMPORARY_SUFFIX};
pub(crate) use segment_header::SegmentHeader;
pub(crate) use store::{STORE_NAME, Store};

/// What headers and frames are aligned to.
pub(crate) const BLOCK_BYTES: usize = 4096;

/// Where the first frame of a segment is.
pub(crate) const FRAMES_START: u32 = 4096;

/// The version of everything that is written.
pub(crate) const VERSION: u16 = 1;

/// `bytes` rounded up to whole blocks.
pub(crate) const fn padded(bytes: usize) -> usize {
    bytes.next_multiple_of(BLOCK_BYTES)
}
