//! Lanes: where threads leave their records, and the epochs that cut them into batches.
//!
//! # What it is
//! Each appending thread has a lane, which holds two buffers: one for the records of even epochs,
//! one for those of odd epochs. The one writer advances the epoch and takes, from every lane, the
//! buffer of the epoch that has ended. Those buffers together are one batch.
//!
//! # State
//! The epoch is one shared word that only the writer changes. A lane is behind a lock that nobody
//! but its thread and, once per batch, the writer takes.
//!
//! # Protocol
//! 1. *Append*: lock the lane; read the epoch `E`; add the record to the buffer of `E`'s parity;
//!    unlock. `E` is the record's tag. If the lane's `wake` is set, clear it and wake the writer.
//! 2. *Gather*: store `E + 1` as the epoch. Lock the list of lanes, then each lane in turn, and
//!    take the buffer of `E`'s parity. In a lane that was empty and is left empty, set `wake`.
//! 3. *New lane*: lock the list and add it, with `wake` set, before its first append.
//! 4. *Sleep*: the writer may sleep after a gathering that found and left all lanes empty.
//! 5. *Close*: lock the list, then each lane in turn, and set `closed`: no record comes after that,
//!    and by L1 the next gathering takes all that is left.
//!
//! # Invariants
//! * **L1** When a lane has been gathered for `E`, no record with a tag up to `E` is or will be in
//!   it. The lock orders every append before or after the gathering: one before it has its record in
//!   one of the buffers, one after it reads `E + 1` or later, because the store came before the lock.
//!   A lane that joined the list too late to be gathered reads `E + 1` or later for the same reason.
//! * **L2** A buffer has records of one epoch only. Tags in a lane are `E` or `E + 1` between two
//!   gatherings, and those have different parities.
//! * **L3** If one append reads the epoch after another one's record could be seen (the cause was
//!   published after its append, the consequence was appended after it was read), its tag is not
//!   smaller: reads of one word by threads that are so ordered never go back. So the records with
//!   tags up to `E` are a consistent cut for every `E`.
//! * **L4** No lost wake-up: the writer sleeps only after it has set `wake` under the lock of every
//!   lane, so the next append, which locks that lane later, sees it.
//!
//! # Progress
//! An append waits for the writer at most while that exchanges two buffers of its lane.

use crate::buffer::{Buffer, Pool};
use crate::loom::{AtomicBool, AtomicU64, Mutex, Ordering, PerThread, Site, skips};
use crate::record::Record;
use crossbeam_utils::CachePadded;
use std::sync::Arc;

#[derive(Debug)]
struct State {
    buffers: [Buffer; 2],
    /// Bytes of the log's space that this lane may use without asking.
    credit: i64,
    wake: bool,
    closed: bool,
}

/// One thread's lane.
#[derive(Debug)]
pub(crate) struct Lane(CachePadded<Mutex<State>>);

/// What an append says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Appended {
    pub(crate) epoch: u64,
    /// The writer sleeps and has to be woken.
    pub(crate) wake: bool,
}

/// The log takes no more records.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LanesClosed;

/// All lanes, and the epoch.
#[derive(Debug)]
pub(crate) struct Lanes {
    epoch: AtomicU64,
    own: PerThread<Arc<Lane>>,
    all: Mutex<Vec<Arc<Lane>>>,
    pub(crate) pool: Pool,
    /// Whether lanes that come now are closed from the start. Changed under the lock of `all`.
    closed: AtomicBool,
}

/// What a gathering found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gathered {
    pub(crate) epoch: u64,
    /// Nothing was found and nothing was left: the writer may sleep.
    pub(crate) quiet: bool,
}

impl Lanes {
    pub(crate) fn new(epoch: u64) -> Self {
        Self {
            epoch: AtomicU64::new(epoch),
            own: PerThread::new(),
            all: Mutex::new(Vec::new()),
            pool: Pool::default(),
            closed: AtomicBool::new(false),
        }
    }

    pub(crate) fn epoch(&self) -> u64 {
        // Relaxed: L3 asks only that no thread sees the word go back, and the locks of the lanes
        // order the rest.
        self.epoch.load(Ordering::Relaxed)
    }

    /// Whether nothing is taken any more.
    pub(crate) fn is_closed(&self) -> bool {
        // Acquire: the store in `close`, before which it is known why.
        self.closed.load(Ordering::Acquire)
    }

    /// The lane of this thread.
    pub(crate) fn own(&self) -> &Arc<Lane> {
        self.own.get_or(|| self.add())
    }

    /// A lane more.
    pub(crate) fn add(&self) -> Arc<Lane> {
        let mut all = self.all.lock();
        let lane = Arc::new(Lane(CachePadded::new(Mutex::new(State {
            buffers: [Buffer::default(), Buffer::default()],
            credit: 0,
            wake: !skips(Site::LaneNewWake),
            // Relaxed: it changes only under the lock that is held here.
            closed: self.closed.load(Ordering::Relaxed),
        }))));
        all.push(Arc::clone(&lane));
        lane
    }

    /// Adds a record that has its space.
    pub(crate) fn append(&self, lane: &Lane, record: &Record<'_>) -> Result<Appended, LanesClosed> {
        let early = skips(Site::LaneTagInside).then(|| self.epoch());
        let mut state = lane.0.lock();
        if state.closed {
            return Err(LanesClosed);
        }
        let epoch = early.unwrap_or_else(|| self.epoch());
        state.buffers[parity(epoch)].add(record, &self.pool);
        let wake = core::mem::replace(&mut state.wake, false);
        Ok(Appended { epoch, wake })
    }

    /// Ends the epoch and moves its buffers into `batch`, whose own buffers are empty.
    pub(crate) fn gather(&self, batch: &mut Vec<Buffer>) -> Gathered {
        let epoch = self.epoch();
        // Relaxed, as the loads: the locks that are taken below make it known.
        let advance = || self.epoch.store(epoch + 1, Ordering::Relaxed);
        if !skips(Site::LaneEpochFirst) {
            advance();
        }
        let mut quiet = true;
        let all = self.all.lock();
        if batch.len() < all.len() {
            batch.resize_with(all.len(), Buffer::default);
        }
        for (lane, taken) in all.iter().zip(batch) {
            debug_assert!(taken.is_empty(), "the last batch was written");
            let mut state = lane.0.lock();
            core::mem::swap(taken, &mut state.buffers[parity(epoch)]);
            let left = !state.buffers[parity(epoch + 1)].is_empty();
            state.wake = taken.is_empty() && !left && !skips(Site::LaneWake);
            quiet &= taken.is_empty() && !left;
        }
        drop(all);
        if skips(Site::LaneEpochFirst) {
            advance();
        }
        Gathered { epoch, quiet }
    }

    /// Takes no more records. What is there stays, for the next gathering.
    pub(crate) fn close(&self) {
        let all = self.all.lock();
        // Release: the load in `is_closed`.
        self.closed.store(true, Ordering::Release);
        for lane in all.iter() {
            lane.0.lock().closed = true;
        }
    }
}

impl Lane {
    /// Uses `bytes` of what the lane may use; false if that is not enough.
    pub(crate) fn take_credit(&self, bytes: i64) -> bool {
        let mut state = self.0.lock();
        let enough = state.credit >= bytes;
        if enough {
            state.credit -= bytes;
        }
        enough
    }

    /// All of what the lane may use.
    pub(crate) fn take_rest(&self) -> i64 {
        core::mem::take(&mut self.0.lock().credit)
    }

    pub(crate) fn add_credit(&self, bytes: i64) {
        self.0.lock().credit += bytes;
    }
}

fn parity(epoch: u64) -> usize {
    usize::from(epoch & 1 == 1 && !skips(Site::LaneParity))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(lanes: &Lanes, batch: &mut [Buffer]) -> u64 {
        let count = batch.iter().map(Buffer::records).sum();
        for buffer in batch {
            buffer.clear(&lanes.pool);
        }
        count
    }

    #[test]
    fn a_record_is_gathered_with_its_epoch_and_once() {
        let lanes = Lanes::new(4);
        let mut batch = Vec::new();
        let record = Record::new(0, 0, b"x");
        let first = lanes.append(lanes.own(), &record);
        assert_eq!(first.map(|done| (done.epoch, done.wake)), Ok((4, true)));
        assert_eq!(
            lanes.append(lanes.own(), &record).map(|done| done.wake),
            Ok(false)
        );
        assert_eq!(lanes.gather(&mut batch).epoch, 4);
        assert_eq!(taken(&lanes, &mut batch), 2);
        assert!(lanes.gather(&mut batch).quiet);
        assert_eq!(
            lanes.append(lanes.own(), &record).map(|done| done.epoch),
            Ok(6)
        );
    }

    #[test]
    fn a_closed_lane_takes_nothing_and_loses_nothing() {
        let lanes = Lanes::new(1);
        let record = Record::new(0, 0, b"x");
        assert!(lanes.append(lanes.own(), &record).is_ok());
        lanes.close();
        assert_eq!(lanes.append(lanes.own(), &record), Err(LanesClosed));
        assert_eq!(lanes.append(&lanes.add(), &record), Err(LanesClosed));
        let mut batch = Vec::new();
        lanes.gather(&mut batch);
        assert_eq!(taken(&lanes, &mut batch), 1);
    }

    #[test]
    fn no_record_of_an_ended_epoch_comes_later() {
        let lanes = Lanes::new(1);
        let (threads, each) = (4_u64, 5_000_u64);
        std::thread::scope(|scope| {
            let appenders: Vec<_> = (0..threads)
                .map(|_| {
                    scope.spawn(|| {
                        let mut body = [0; 8];
                        for _ in 0..each {
                            // The tag that the record will have is not smaller than this.
                            body.copy_from_slice(&lanes.epoch().to_le_bytes());
                            let done = lanes.append(lanes.own(), &Record::new(0, 0, &body));
                            assert!(done.is_ok());
                        }
                    })
                })
                .collect();
            let mut batch = Vec::new();
            let mut count = 0;
            while count < threads * each {
                let ended = lanes.gather(&mut batch).epoch;
                for slab in batch.iter().flat_map(Buffer::slabs) {
                    let mut rest = &slab.bytes[..];
                    while let Some((record, behind)) = Record::decode(rest) {
                        let before = u64::from_le_bytes(record.body().try_into().unwrap());
                        assert!(before <= ended, "{before} in the batch of {ended}");
                        rest = behind;
                    }
                }
                count += taken(&lanes, &mut batch);
                std::thread::yield_now();
            }
            for appender in appenders {
                appender.join().unwrap();
            }
        });
        assert!(lanes.gather(&mut Vec::new()).quiet);
    }
}
