//! A row: medians of one engine's rounds, in the form that programs read.

use alloc::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Curve, Figure, Place, Series};

/// One object of `forebay bench --json`. A figure that was not measured is null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The workload.
    pub workload: Cow<'static, str>,
    /// What distinguishes its group from the others of the workload, in words.
    pub title: String,
    /// What decides who is better.
    pub figure: Figure,
    /// The engine.
    pub engine: Cow<'static, str>,
    /// Threads that push.
    pub producers: usize,
    /// Threads that pop.
    pub consumers: usize,
    /// The size of a message.
    pub payload_bytes: usize,
    /// How many queues there are.
    pub keys: u64,
    /// Messages of one run that went all the way through.
    pub messages: u64,
    /// How long they took.
    pub seconds: Option<f64>,
    /// Messages per second.
    pub ops_per_s: Option<u64>,
    /// Nanoseconds per message.
    pub ns_per_op: Option<f64>,
    /// Half of the messages took no longer.
    pub p50_ns: Option<u64>,
    /// 99 of 100 messages took no longer.
    pub p99_ns: Option<u64>,
    /// 999 of 1000 messages took no longer.
    pub p999_ns: Option<u64>,
    /// The slowest message.
    pub max_ns: Option<u64>,
    /// The most memory that was resident in a process that did this and nothing else.
    pub peak_rss_bytes: Option<u64>,
    /// Memory per waiting message, its payload included.
    pub bytes_per_message: Option<f64>,
    /// How the engine was used, where there are several ways.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<Cow<'static, str>>,
    /// Threads in all.
    pub threads: usize,
    /// How many rounds the medians are of.
    pub rounds: usize,
    /// Nanoseconds per message of each round, in the order in which they were run.
    pub rounds_ns: Vec<f64>,
    /// The median distance of the rounds' `ns_per_op` from their median.
    pub mad_ns: Option<f64>,
    /// The best peer's figure by this one's: above 1 is better than every peer.
    pub vs_best_peer: Option<f64>,
    /// Why there is no figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// How its latencies are distributed; in files of their own.
    #[serde(skip)]
    pub curves: Vec<Curve>,
    /// How its rounds went on over time; in files of their own.
    #[serde(skip)]
    pub series: Vec<Series>,
    /// Fields of single workloads.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Row {
    /// The figure that decides who is better; less is better.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a latency is below 2^53 ns")]
    pub fn figure(&self, figure: Figure) -> Option<f64> {
        match figure {
            Figure::NsPerOp => self.ns_per_op,
            Figure::P50 => self.p50_ns.map(|ns| ns as f64),
            Figure::Bytes => self.bytes_per_message,
            Figure::Cpu => self.number("cpu_s_per_million"),
        }
    }

    /// What this row is told from all others by.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            workload: self.workload.clone().into_owned(),
            title: self.title.clone(),
            payload_bytes: self.payload_bytes,
            engine: self.engine.clone().into_owned(),
            variant: self.variant.clone().map(Cow::into_owned),
        }
    }

    /// `engine`, or `engine:variant`.
    #[must_use]
    pub fn label(&self) -> String {
        self.variant.as_ref().map_or_else(
            || self.engine.clone().into_owned(),
            |variant| format!("{}:{variant}", self.engine),
        )
    }

    /// A further figure.
    #[must_use]
    pub fn number(&self, field: &str) -> Option<f64> {
        self.extra.get(field).and_then(Value::as_f64)
    }
}
