//! How one run went on over time.

use serde::{Deserialize, Serialize};

use super::Place;

/// Samples at even distances of one run, all of the same length. Rates are of the time since the
/// sample before.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// The row it belongs to.
    #[serde(flatten)]
    pub place: Place,
    /// Milliseconds since the start, at the end of each sample.
    pub at_ms: Vec<u64>,
    /// Messages per second that fell due.
    pub offered_per_s: Vec<u64>,
    /// Messages per second that the engine took.
    pub accepted_per_s: Vec<u64>,
    /// Messages per second that were done, by all consumers together.
    pub consumed_per_s: Vec<u64>,
    /// Messages that wait, or that wait for the slowest group.
    pub backlog: Vec<u64>,
    /// Resident memory of the process that holds the engine, in bytes.
    pub rss_bytes: Vec<u64>,
}
