//! The machine and the build: figures hold only beside them.

use core::fmt;
use std::fs;

use serde::{Deserialize, Serialize};

use crate::engine::redis;
use crate::measure::crew::cores;

/// What a report names beside its figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The model of the processor.
    pub cpu: String,
    /// How many cores this process may use.
    pub cores: usize,
    /// The release of the kernel.
    pub kernel: String,
    /// How the frequency is governed, where the kernel says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub governor: Option<String>,
    /// The load averages of 1, 5 and 15 minutes when it was read.
    pub load: String,
    /// The compiler, or empty when it is not known.
    pub rustc: String,
    /// The commit, or empty when it is not known.
    pub commit: String,
    /// `name version` of each peer, the last one Redis where it is installed.
    pub peers: Vec<String>,
}

impl Machine {
    /// This machine, now.
    #[must_use]
    pub fn read() -> Self {
        let line = |path: &str| Some(fs::read_to_string(path).ok()?.trim().to_owned());
        let unknown = || "unknown".to_owned();
        let cpuinfo = line("/proc/cpuinfo").unwrap_or_default();
        let cpu = cpuinfo.lines().find(|line| line.starts_with("model name"));
        let cpu = cpu
            .and_then(|line| line.split_once(": "))
            .map(|(_, model)| model.to_owned());
        let load = line("/proc/loadavg").unwrap_or_else(unknown);
        Self {
            cpu: cpu.unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            cores: cores(),
            kernel: line("/proc/sys/kernel/osrelease").unwrap_or_else(unknown),
            governor: line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
            load: load
                .split_whitespace()
                .take(3)
                .collect::<Vec<_>>()
                .join(" "),
            rustc: env!("FOREBAY_RUSTC").to_owned(),
            commit: env!("FOREBAY_COMMIT").to_owned(),
            peers: peers(),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_unknown = |text: &str| {
            if text.is_empty() {
                "unknown".to_owned()
            } else {
                text.to_owned()
            }
        };
        write!(f, "machine: {}, {} cores, ", self.cpu, self.cores)?;
        if let Some(governor) = &self.governor {
            write!(f, "governor {governor}, ")?;
        }
        writeln!(f, "kernel {}, load {}", self.kernel, self.load)?;
        let (rustc, commit) = (or_unknown(&self.rustc), or_unknown(&self.commit));
        writeln!(f, "build:   {rustc}, commit {commit}")?;
        let mut peers = self.peers.clone();
        if !peers.iter().any(|peer| peer.starts_with("redis ")) {
            peers.push("redis is not installed and left out".to_owned());
        }
        write!(f, "peers:   {}", wrapped(&peers))
    }
}

fn peers() -> Vec<String> {
    let locked = env!("FOREBAY_PEERS").split(", ");
    let redis = redis::version().map(|version| format!("redis {version}"));
    locked
        .filter(|peer| !peer.is_empty())
        .map(str::to_owned)
        .chain(redis)
        .collect()
}

/// Breaks a list that is wider than a narrow terminal at its commas.
fn wrapped(list: &[String]) -> String {
    const WIDTH: usize = 80;
    let mut lines = vec![String::new()];
    for item in list {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(item),
            Some(line) if line.len() + item.len() < WIDTH => {
                line.push_str(", ");
                line.push_str(item);
            }
            _ => lines.push(item.clone()),
        }
    }
    lines.join(",\n         ")
}
