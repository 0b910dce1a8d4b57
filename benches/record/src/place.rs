//! Which row something belongs to.

use serde::{Deserialize, Serialize};

/// What one row is told from all others by.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The workload, such as `list-spsc`.
    pub workload: String,
    /// What distinguishes its group from the others of the workload, in words.
    pub title: String,
    /// The size of a message.
    pub payload_bytes: usize,
    /// The engine, such as `forebay` or `kanal`.
    pub engine: String,
    /// How the engine was used, where there are several ways.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}
