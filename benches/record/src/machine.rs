//! The machine and the build: figures hold only beside them.

use core::fmt;

use serde::{Deserialize, Serialize};

/// What a report names beside its figures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The day, in UTC, such as `2026-11-23`; empty when it is not known.
    #[serde(default)]
    pub date: String,
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
