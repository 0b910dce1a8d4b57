//! The drivers that several workloads share, each generic over the queue or stream and the audit.

pub mod closed;
pub mod open_loop;
pub mod resp;
pub mod scale;
pub mod stream;
pub mod wake;

/// How many threads push and how many pop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Topology {
    /// Threads that only push.
    pub producers: usize,
    /// Threads that only pop.
    pub consumers: usize,
}

impl Topology {
    /// All threads.
    #[must_use]
    pub const fn threads(self) -> usize {
        self.producers + self.consumers
    }

    /// So many threads, half of them producers; of an odd number, the odd one produces.
    #[must_use]
    pub const fn halves(threads: usize) -> Self {
        Self {
            producers: threads.div_ceil(2),
            consumers: threads / 2,
        }
    }
}
