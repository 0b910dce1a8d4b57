//! What a peer takes out of its log under a lock: copies, in memory that is used again and again.
//!
//! So what a program does with an entry holds nobody up, as with Forebay, and nothing is allocated.
//! Copying a small message costs less than counting references to it.

use forebay::StreamId;

/// Entries in order, their messages one behind the other.
#[derive(Debug, Default)]
pub struct Copies {
    entries: Vec<(StreamId, usize)>,
    bytes: Vec<u8>,
}

impl Copies {
    /// Forgets all entries.
    #[inline]
    pub fn clear(&mut self) {
        self.entries.clear();
        self.bytes.clear();
    }

    /// Adds a copy.
    #[inline]
    pub fn push(&mut self, id: StreamId, message: &[u8]) {
        self.bytes.extend_from_slice(message);
        self.entries.push((id, self.bytes.len()));
    }

    /// Shows them all.
    #[inline]
    pub fn show(&self, mut visit: impl FnMut(StreamId, &[u8])) {
        let mut start = 0;
        for &(id, end) in &self.entries {
            visit(id, &self.bytes[start..end]);
            start = end;
        }
    }
}
