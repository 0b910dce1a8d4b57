//! What a lane holds of one epoch: records one behind the other, in slabs.
//!
//! A buffer grows by whole slabs and never moves what it has, so a record is copied once on its way
//! to the writer however many come before a batch is taken. Its first slab stays with it; the
//! others come from a pool of all lanes and go back to it when they are written.

use crate::loom::UnseenMutex;
use crate::record::Record;

/// What a slab holds; a record that is larger gets one of its own.
const SLAB_BYTES: usize = 256 << 10;
/// How many slabs are kept for the next burst.
const SLABS_KEPT_MAX: usize = 64;

/// Encoded records one behind the other.
#[derive(Debug, Default)]
pub(crate) struct Slab {
    pub(crate) bytes: Vec<u8>,
    pub(crate) records: u32,
}

/// Encoded records of one epoch from one lane.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    slabs: Vec<Slab>,
    records: u64,
}

/// Empty slabs.
#[derive(Debug, Default)]
pub(crate) struct Pool(UnseenMutex<Vec<Vec<u8>>>);

impl Buffer {
    pub(crate) const fn is_empty(&self) -> bool {
        self.records == 0
    }

    pub(crate) const fn records(&self) -> u64 {
        self.records
    }

    /// In the order in which they were filled.
    pub(crate) fn slabs(&self) -> &[Slab] {
        &self.slabs
    }

    pub(crate) fn add(&mut self, record: &Record<'_>, pool: &Pool) {
        let len = record.encoded_bytes();
        let fits = |slab: &&mut Slab| slab.records == 0 || slab.bytes.len() + len <= SLAB_BYTES;
        let slab = if let Some(slab) = self.slabs.last_mut().filter(fits) {
            slab
        } else {
            self.slabs.push(self.next(len, pool));
            let last = self.slabs.len() - 1;
            &mut self.slabs[last]
        };
        record.encode(&mut slab.bytes);
        slab.records += 1;
        self.records += 1;
    }

    /// The first slab grows with what is put into it: most threads write little at once.
    fn next(&self, len: usize, pool: &Pool) -> Slab {
        let bytes = if self.slabs.is_empty() {
            Vec::new()
        } else if len > SLAB_BYTES {
            Vec::with_capacity(len)
        } else {
            pool.take()
        };
        Slab { bytes, records: 0 }
    }

    /// Forgets the records.
    pub(crate) fn clear(&mut self, pool: &Pool) {
        self.records = 0;
        for slab in self.slabs.drain(1.min(self.slabs.len())..) {
            pool.give(slab.bytes);
        }
        if let Some(first) = self.slabs.first_mut() {
            first.records = 0;
            first.bytes.clear();
            if first.bytes.capacity() > SLAB_BYTES {
                first.bytes = Vec::new();
            }
        }
    }
}

impl Pool {
    fn take(&self) -> Vec<u8> {
        let slab = self.0.lock().pop();
        slab.unwrap_or_else(|| Vec::with_capacity(SLAB_BYTES))
    }

    fn give(&self, mut slab: Vec<u8>) {
        if slab.capacity() != SLAB_BYTES {
            return;
        }
        slab.clear();
        let mut slabs = self.0.lock();
        if slabs.len() < SLABS_KEPT_MAX {
            slabs.push(slab);
        }
    }

    /// Gives the memory back: nobody has written for some time.
    pub(crate) fn empty(&self) {
        let slabs = core::mem::take(&mut *self.0.lock());
        drop(slabs);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(buffer: &Buffer) -> Vec<usize> {
        let slabs = buffer.slabs().iter();
        slabs.map(|slab| slab.bytes.len()).collect()
    }

    #[test]
    fn records_fill_slabs_and_large_ones_have_their_own() {
        let (mut buffer, pool) = (Buffer::default(), Pool::default());
        let small = vec![1; SLAB_BYTES / 2 - 100];
        let large = vec![2; SLAB_BYTES + 1];
        for body in [&small, &small, &small, &large, &small] {
            buffer.add(&Record::new(0, 0, body), &pool);
        }
        let (small, large) = (small.len() + 9, large.len() + 9);
        assert_eq!(bytes(&buffer), [2 * small, small, large, small]);
        assert_eq!(buffer.records(), 5);
        let records: u32 = buffer.slabs().iter().map(|slab| slab.records).sum();
        assert_eq!(records, 5);
        buffer.clear(&pool);
        assert_eq!((buffer.is_empty(), bytes(&buffer)), (true, vec![0]));
        assert_eq!(
            pool.0.lock().len(),
            2,
            "what is larger than a slab is not kept"
        );
        pool.empty();
        assert_eq!(pool.0.lock().len(), 0);
    }

    #[test]
    fn a_first_record_that_is_large_is_not_kept() {
        let (mut buffer, pool) = (Buffer::default(), Pool::default());
        buffer.add(&Record::new(0, 0, &vec![0; SLAB_BYTES]), &pool);
        assert_eq!(buffer.slabs().len(), 1);
        buffer.clear(&pool);
        assert_eq!(buffer.slabs()[0].bytes.capacity(), 0);
    }

    #[test]
    fn the_pool_is_bounded() {
        let pool = Pool::default();
        for _ in 0..=SLABS_KEPT_MAX {
            pool.give(Vec::with_capacity(SLAB_BYTES));
        }
        assert_eq!(pool.0.lock().len(), SLABS_KEPT_MAX);
    }
}
