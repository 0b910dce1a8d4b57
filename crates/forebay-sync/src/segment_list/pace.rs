//! Which lists are hot: how fast a list uses up its small segments, beside all the others.
//!
//! A small segment costs a lap of exclusive mode every few messages, a large one costs memory. So a
//! list without a backlog has a large one only if it takes a good share of all laps in the process:
//! of ten thousand short queues that are used in turn, each stays small however long that goes on.

/// Laps after which a list is judged.
pub(super) const LAPS_MAX: u8 = if cfg!(loom) { 4 } else { 64 };

/// A list is hot if it made one lap in so many at least.
const SHARE_MIN: u32 = 64;

/// Whether a list is hot that has made [`LAPS_MAX`] laps while all lists together made `all`.
pub(super) fn is_hot(all: u32) -> bool {
    all <= u32::from(LAPS_MAX) * SHARE_MIN
}

/// Counts a lap, and returns how many there were. Wraps round; off by some for each thread.
pub(super) fn count_lap() -> u32 {
    // In a model all lists are hot.
    #[cfg(loom)]
    return 0;
    #[cfg(not(loom))]
    laps::count()
}

#[cfg(not(loom))]
mod laps {
    use core::cell::Cell;

    use crate::loom::AtomicU32;
    use crate::loom::Ordering::Relaxed;

    /// Laps that a thread counts before it tells the others.
    const BATCH: u32 = 32;

    static TOLD: AtomicU32 = AtomicU32::new(0);

    thread_local! {
        static UNTOLD: Cell<u32> = const { Cell::new(0) };
    }

    pub(super) fn count() -> u32 {
        let untold = UNTOLD.get() + 1;
        if untold < BATCH {
            UNTOLD.set(untold);
            // Relaxed: a statistic that carries nothing.
            return TOLD.load(Relaxed).wrapping_add(untold);
        }
        UNTOLD.set(0);
        // Relaxed: as above.
        TOLD.fetch_add(BATCH, Relaxed).wrapping_add(BATCH)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn laps_are_counted_over_threads() {
        let before = count_lap();
        std::thread::scope(|scope| {
            scope.spawn(|| (0..1000).for_each(|_| _ = count_lap()));
        });
        let counted = count_lap().wrapping_sub(before);
        assert!(counted >= 960, "{counted} laps, some of which are not told");
    }

    #[test]
    fn a_good_share_is_hot() {
        assert!(is_hot(64), "all laps are its own");
        assert!(is_hot(64 * 64), "one in 64");
        assert!(!is_hot(64 * 100), "one in 100");
    }
}
