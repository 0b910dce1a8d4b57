//! The space that is left: who may still append, and the reserve for draining.
//!
//! All space is counted in bytes of segments that exist already, so that no write of the log ever
//! asks the file system for more. Lanes take their share in pieces: appending changes no shared
//! word but once per piece. What frames cost beside their records, the writer takes afterwards, and
//! for a small record in a frame of its own that is much more than the record. So who has a share
//! still looks whether anything is left before he uses it; the floor below which nobody is served is
//! for the frames that are on their way at that moment.

use crossbeam_utils::atomic::AtomicCell;
use parking_lot::{Condvar, Mutex};

/// What a record does to the memory of its user, and so whether it may use the reserve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It adds something. Refused when only the reserve is left.
    Fill,
    /// It takes something away (a pop, an acknowledgement, a deletion): may use the reserve, so that
    /// a full log can always be drained.
    Drain,
}

/// What a lane takes at once.
const PIECE_BYTES: i64 = 64 << 10;

#[derive(Debug, Default)]
struct Growth {
    /// Nothing can be added at present.
    stuck: bool,
    /// Segments are about to be freed.
    promised: bool,
    wanted: bool,
    attempts: u64,
}

#[derive(Debug)]
pub(crate) struct Space {
    free: AtomicCell<i64>,
    reserve: i64,
    floor: i64,
    growth: Mutex<Growth>,
    attempted: Condvar,
}

impl Space {
    pub(crate) fn new(reserve: i64, floor: i64) -> Self {
        Self {
            free: AtomicCell::new(0),
            reserve,
            floor,
            growth: Mutex::default(),
            attempted: Condvar::new(),
        }
    }

    /// What is not for this purpose.
    fn floor(&self, purpose: Purpose) -> i64 {
        match purpose {
            Purpose::Fill => self.floor + self.reserve,
            Purpose::Drain => self.floor,
        }
    }

    /// Whether what was taken before may still be used.
    pub(crate) fn is_open(&self, purpose: Purpose) -> bool {
        self.free.load() >= self.floor(purpose)
    }

    /// At least `need` bytes, if they are there.
    pub(crate) fn take(&self, need: i64, purpose: Purpose) -> Option<i64> {
        let floor = self.floor(purpose);
        let piece = match purpose {
            Purpose::Fill => PIECE_BYTES,
            Purpose::Drain => 0,
        };
        let mut free = self.free.load();
        loop {
            let left = free - floor;
            if left < need {
                return None;
            }
            // The less is left the smaller the pieces, so that little is idle in other lanes.
            let taken = need.max(piece.min(left / 16));
            match self.free.compare_exchange(free, free - taken) {
                Ok(_) => return Some(taken),
                Err(now) => free = now,
            }
        }
    }

    /// Adds what has become free, or takes what was used: then `bytes` is negative.
    pub(crate) fn add(&self, bytes: i64) {
        self.free.fetch_add(bytes);
    }

    pub(crate) fn free(&self) -> i64 {
        self.free.load()
    }

    /// Asks the writer for more. False if it has tried in vain; else its number of attempts so far.
    pub(crate) fn want(&self) -> Option<u64> {
        let mut growth = self.growth.lock();
        if growth.stuck {
            return None;
        }
        growth.wanted = true;
        Some(growth.attempts)
    }

    /// Waits until the writer has tried again since `attempts`.
    pub(crate) fn wait(&self, attempts: u64) {
        let mut growth = self.growth.lock();
        while growth.attempts == attempts {
            self.attempted.wait(&mut growth);
        }
    }

    /// The writer was told to free segments: who comes now waits until it has.
    pub(crate) fn promise(&self) {
        let mut growth = self.growth.lock();
        growth.promised = true;
        growth.stuck = false;
    }

    /// The writer is about to look what it was told to free.
    pub(crate) fn keep_promise(&self) {
        self.growth.lock().promised = false;
    }

    pub(crate) fn is_wanted(&self) -> bool {
        self.growth.lock().wanted
    }

    /// The writer has tried to grow.
    pub(crate) fn tried(&self, stuck: bool) {
        let mut growth = self.growth.lock();
        growth.stuck = stuck && !growth.promised;
        growth.wanted = false;
        growth.attempts += 1;
        drop(growth);
        self.attempted.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserve_is_for_draining() {
        let space = Space::new(100, 10);
        space.add(210);
        assert_eq!(space.take(100, Purpose::Fill), Some(100));
        assert_eq!(space.take(1, Purpose::Fill), None);
        assert_eq!(space.take(100, Purpose::Drain), Some(100));
        assert_eq!(space.take(1, Purpose::Drain), None);
        space.add(101);
        assert_eq!(space.take(1, Purpose::Fill), Some(1));
    }

    #[test]
    fn a_share_is_closed_when_frames_have_taken_the_rest() {
        let space = Space::new(100, 10);
        space.add(1_000);
        assert_eq!(space.take(50, Purpose::Fill), Some(55));
        assert!(space.is_open(Purpose::Fill));
        space.add(-840);
        assert!(!space.is_open(Purpose::Fill));
        assert!(space.is_open(Purpose::Drain));
        space.add(-100);
        assert!(!space.is_open(Purpose::Drain));
    }
}
