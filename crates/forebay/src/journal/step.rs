//! The record of one step, while it is made.

use forebay_wal::{Room, Ticket};

use super::bytes::put_bytes;
use super::operation::{Code, SAME_KEY};

/// Where the order of the step stands in its record.
pub(super) const ORDER_BYTES: usize = 8;
/// A buffer that has grown larger than this is not kept.
const KEPT_BYTES_MAX: usize = 64 << 10;

/// What a thread writes down of the step that it is in, and what it keeps between two steps.
#[derive(Debug, Default)]
pub(super) struct Step {
    /// The record; empty while nothing has happened.
    pub(super) body: Vec<u8>,
    /// The key of the last operation, in the record.
    key: core::ops::Range<usize>,
    /// The number of elements of the last operation, in the record, if that is a pop with this code.
    popped: Option<(Code, usize)>,
    /// Room in the log, some of which may be left from earlier steps.
    pub(super) room: Room,
    /// Bytes appended since the thread has looked how long the log is.
    pub(super) appended: usize,
    /// Covers all that this thread has done, and has seen of what others have done.
    pub(super) ticket: Ticket,
}

impl Step {
    /// Writes down an operation on a key.
    #[inline]
    pub(super) fn write(&mut self, code: Code, key: &[u8], arguments: impl FnOnce(&mut Vec<u8>)) {
        self.popped = None;
        let body = &mut self.body;
        if body.is_empty() {
            body.extend_from_slice(&[0; ORDER_BYTES]);
            self.key = 0..0;
        }
        if !self.key.is_empty() && body.get(self.key.clone()) == Some(key) {
            body.push(code as u8 | SAME_KEY);
        } else {
            body.push(code as u8);
            put_bytes(body, key);
            self.key = body.len() - key.len()..body.len();
        }
        arguments(body);
    }

    /// Writes down that one more element has left.
    #[inline]
    pub(super) fn write_pop(&mut self, code: Code, key: &[u8]) {
        if let Some((last, at)) = self.popped
            && last == code
            && self.body.get(self.key.clone()) == Some(key)
            && let Some(count) = self.body[at..].first_chunk_mut()
        {
            *count = u32::from_le_bytes(*count).wrapping_add(1).to_le_bytes();
            // A count that is full is left alone.
            if *count == u32::MAX.to_le_bytes() {
                self.popped = None;
            }
            return;
        }
        self.write(code, key, |body| {
            body.extend_from_slice(&1_u32.to_le_bytes());
        });
        self.popped = Some((code, self.body.len() - size_of::<u32>()));
    }

    /// Forgets the record.
    pub(super) fn clear(&mut self) {
        self.popped = None;
        self.body.clear();
        if self.body.capacity() > KEPT_BYTES_MAX {
            self.body = Vec::new();
        }
    }
}
