//! This machine and this build: figures hold only beside them.

use std::fs;

use jiff::Timestamp;

use crate::engine::redis;
use crate::measure::crew::cores;

pub use crate::record::Machine;

/// This machine, now.
#[must_use]
pub fn read() -> Machine {
    let line = |path: &str| Some(fs::read_to_string(path).ok()?.trim().to_owned());
    let unknown = || "unknown".to_owned();
    let cpuinfo = line("/proc/cpuinfo").unwrap_or_default();
    let cpu = cpuinfo.lines().find(|line| line.starts_with("model name"));
    let cpu = cpu
        .and_then(|line| line.split_once(": "))
        .map(|(_, model)| model.to_owned());
    let load = line("/proc/loadavg").unwrap_or_else(unknown);
    Machine {
        date: Timestamp::now().strftime("%Y-%m-%d").to_string(),
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

fn peers() -> Vec<String> {
    let locked = env!("FOREBAY_PEERS").split(", ");
    let redis = redis::version().map(|version| format!("redis {version}"));
    locked
        .filter(|peer| !peer.is_empty())
        .map(str::to_owned)
        .chain(redis)
        .collect()
}
