//! The machine and the build: figures hold only beside them.

use core::fmt;
use std::fs;

use crate::engine::redis;
use crate::measure::crew::cores;

/// What a report names beside its figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    cpu: String,
    cores: usize,
    kernel: String,
    governor: Option<String>,
    load: String,
    redis: Option<&'static str>,
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
            redis: redis::version(),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_unknown = |text: &'static str| if text.is_empty() { "unknown" } else { text };
        write!(f, "machine: {}, {} cores, ", self.cpu, self.cores)?;
        if let Some(governor) = &self.governor {
            write!(f, "governor {governor}, ")?;
        }
        writeln!(f, "kernel {}, load {}", self.kernel, self.load)?;
        let (rustc, commit) = (env!("FOREBAY_RUSTC"), env!("FOREBAY_COMMIT"));
        writeln!(
            f,
            "build:   {}, commit {}",
            or_unknown(rustc),
            or_unknown(commit)
        )?;
        let redis = self.redis.map_or_else(
            || "redis is not installed and left out".to_owned(),
            |version| format!("redis {version}"),
        );
        let peers = format!("{}, {redis}", or_unknown(env!("FOREBAY_PEERS")));
        write!(f, "peers:   {}", wrapped(&peers))
    }
}

/// Breaks a list that is wider than a narrow terminal at its commas.
fn wrapped(list: &str) -> String {
    const WIDTH: usize = 80;
    let mut lines = vec![String::new()];
    for item in list.split(", ") {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(item),
            Some(line) if line.len() + item.len() < WIDTH => {
                line.push_str(", ");
                line.push_str(item);
            }
            _ => lines.push(item.to_owned()),
        }
    }
    lines.join(",\n         ")
}
