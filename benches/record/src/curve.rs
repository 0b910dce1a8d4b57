//! How one kind of latency is distributed.

use serde::{Deserialize, Serialize};

use super::Place;

/// A distribution of latencies, of all rounds together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// The row it belongs to.
    #[serde(flatten)]
    pub place: Place,
    /// What was timed: `latency`, `enqueue`, `time-in-queue`, `wake-up`.
    pub kind: String,
    /// How many were timed.
    pub count: u64,
    /// Quantiles from 0 to 1, rising, and the nanoseconds that such a part took at most.
    pub points: Vec<(f64, u64)>,
}
