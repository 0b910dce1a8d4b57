//! What decides who is better.

use serde::{Deserialize, Serialize};

/// How a figure of a group is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Figure {
    /// Nanoseconds per message.
    #[serde(rename = "ns_per_op")]
    NsPerOp,
    /// The median latency.
    #[serde(rename = "p50_ns")]
    P50,
    /// Bytes per message.
    #[serde(rename = "bytes_per_message")]
    Bytes,
    /// The server's processor time per command.
    Cpu,
}
