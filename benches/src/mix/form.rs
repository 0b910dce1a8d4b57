//! The form of a description, as TOML has it; [`Description`](super::Description) is what it means.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Form {
    pub(super) kind: Kind,
    pub(super) seconds: f64,
    #[serde(default = "one")]
    pub(super) seed: u64,
    #[serde(default = "one_thread")]
    pub(super) producers: usize,
    /// Entries that a consumer of a stream asks for at once.
    #[serde(default)]
    pub(super) count: Option<usize>,
    #[serde(default)]
    pub(super) figure: Figure,
    pub(super) arrival: Arrival,
    #[serde(default)]
    pub(super) payload: Option<Payload>,
    #[serde(default)]
    pub(super) keys: Option<Keys>,
    pub(super) consumers: Vec<Consumers>,
    #[serde(default)]
    pub(super) reliable: Option<Reliable>,
    #[serde(default)]
    pub(super) durability: Option<Durability>,
    #[serde(default)]
    pub(super) budget: Budget,
}

const fn one() -> u64 {
    1
}

const fn one_thread() -> usize {
    1
}

/// What the messages go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Lists, each message to one consumer.
    List,
    /// A stream, each message to one consumer of each group.
    Stream,
    /// A list and a stream, in turn.
    Both,
}

/// What decides which engine is better.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Figure {
    /// The median time in queue.
    #[default]
    TimeInQueue,
    /// The time per message, from the start until all are done.
    Throughput,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Arrival {
    pub(super) process: Process,
    pub(super) per_s: Option<f64>,
    pub(super) times: Option<f64>,
    pub(super) capacity: Option<Capacity>,
    pub(super) spacing: Option<Spacing>,
    pub(super) on_ms: Option<f64>,
    pub(super) off_ms: Option<f64>,
    pub(super) rates: Option<Vec<f64>>,
    pub(super) times_ms: Option<Vec<f64>>,
    pub(super) rates_file: Option<String>,
    pub(super) times_ms_file: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Process {
    Constant,
    Poisson,
    Bursts,
    Trace,
}

/// How it is known what the consumers take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Capacity {
    /// By arithmetic from their service times.
    #[default]
    Service,
    /// In a short run before, in which all is due at once.
    Measured,
}

/// How arrivals lie between one another where the rate does not change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spacing {
    /// At equal distances.
    #[default]
    Even,
    /// Each at any time, whenever the one before was.
    Poisson,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Payload {
    pub(super) size: Size,
    pub(super) bytes: Option<usize>,
    pub(super) bytes_min: Option<usize>,
    pub(super) bytes_max: Option<usize>,
    pub(super) bytes_median: Option<f64>,
    pub(super) sigma: Option<f64>,
    pub(super) weights: Option<Vec<(usize, f64)>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Size {
    Constant,
    Uniform,
    LogNormal,
    Weighted,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    pub(super) count: usize,
    pub(super) choice: Choice,
    pub(super) theta: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Choice {
    Uniform,
    Zipf,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Consumers {
    #[serde(default = "one_thread")]
    pub(super) count: usize,
    pub(super) group: Option<String>,
    #[serde(default)]
    pub(super) service_us: f64,
    #[serde(default)]
    pub(super) spread: Spread,
    #[serde(default)]
    pub(super) how: How,
}

/// How service times differ from message to message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spread {
    /// Not at all.
    #[default]
    Constant,
    /// As the times between events that know nothing of one another.
    Exponential,
}

/// What a consumer does while it works on a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// It computes.
    #[default]
    Busy,
    /// It waits for something else, such as a database.
    Sleep,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reliable {
    #[serde(default)]
    pub(super) crash: f64,
    #[serde(default)]
    pub(super) restart_ms: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Durability {
    pub(super) levels: Vec<LevelName>,
    pub(super) interval_ms: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum LevelName {
    Memory,
    None,
    Interval,
    Group,
}

/// What a run may not go beyond, so that the machine survives it.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Budget {
    /// Arrivals and what comes after them, together.
    pub seconds: f64,
    /// Messages of a run.
    pub messages: u64,
    /// Bytes of messages that wait.
    pub backlog_bytes: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            seconds: 60.0,
            messages: 50_000_000,
            backlog_bytes: 1 << 30,
        }
    }
}
