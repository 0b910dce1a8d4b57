//! Where a description comes from: it is built in, or a file of the user's own.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use super::description::Description;
use super::error::MixError;

/// No description is longer, and no recorded trace.
const DESCRIPTION_BYTES_MAX: u64 = 1 << 20;
const TRACE_BYTES_MAX: u64 = 64 << 20;

/// A description as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    name: &'static str,
    summary: &'static str,
    text: &'static str,
    trace: Option<&'static str>,
}

macro_rules! built_in {
    ($name:literal, $summary:literal) => {
        Source {
            name: concat!("mix-", $name),
            summary: $summary,
            text: include_str!(concat!("../../mixes/", $name, ".toml")),
            trace: None,
        }
    };
}

impl Source {
    /// What is built in, in the order in which it is run.
    pub const ALL: [Self; 10] = [
        built_in!(
            "steady-2x",
            "Poisson arrivals at twice what the consumer takes"
        ),
        built_in!(
            "steady-4x",
            "Poisson arrivals at four times what the consumer takes"
        ),
        built_in!(
            "steady-8x",
            "Poisson arrivals at eight times what the consumer takes"
        ),
        built_in!(
            "lunch-burst",
            "a day in a second: a quiet morning, a rush at noon, the evening"
        ),
        built_in!(
            "slow-consumer",
            "four consumers that wait for a database, one for a slow one"
        ),
        built_in!("hot-key", "10 000 keys, of which few get nearly everything"),
        built_in!("fan-out-lag", "a stream, three groups, one of which lags"),
        built_in!(
            "reliable-crash",
            "consumers that die, and whose work is done by others"
        ),
        built_in!(
            "mixed",
            "a list and a stream at once, messages of many sizes"
        ),
        built_in!(
            "durable-burst",
            "bursts that have to be on the disk, at each level"
        ),
    ];

    /// Reads a file, and the trace that it names, whose path is relative to it.
    ///
    /// # Errors
    /// With the file, the line or the field, and what is allowed.
    pub fn load(path: &Path) -> Result<Self, MixError> {
        let origin = path.display().to_string();
        let text = read(path, DESCRIPTION_BYTES_MAX)?;
        let trace = match Description::trace_file(&origin, &text)? {
            Some(file) => {
                let folder = path.parent().unwrap_or(Path::new(""));
                Some(read(&folder.join(file), TRACE_BYTES_MAX)?)
            }
            None => None,
        };
        Description::parse(&origin, &text, trace.as_deref())?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        Ok(Self {
            name: lasting(format!("mix-{stem}")),
            summary: "a mix of one's own",
            text: lasting(text),
            trace: trace.map(lasting),
        })
    }

    /// The name in every report.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What happens, in one line.
    #[must_use]
    pub const fn summary(&self) -> &'static str {
        self.summary
    }

    /// What it means.
    ///
    /// # Errors
    /// Of what is built in, none; a file was understood when it was loaded.
    pub fn description(&self) -> Result<Description, MixError> {
        Description::parse(self.name, self.text, self.trace)
    }
}

/// Some few texts of the command line, which live as long as what is built in.
fn lasting(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

fn read(path: &Path, bytes_max: u64) -> Result<String, MixError> {
    let origin = path.display().to_string();
    let problem = |problem: &dyn core::fmt::Display| MixError::new(&origin, problem);
    let metadata = fs::metadata(path).map_err(|error| problem(&error))?;
    if !metadata.is_file() {
        return Err(problem(&"is not a file"));
    }
    let too_long = || {
        problem(&format!(
            "has more than {bytes_max} bytes, the most allowed"
        ))
    };
    if metadata.len() > bytes_max {
        return Err(too_long());
    }
    let mut text = String::new();
    let file = File::open(path).map_err(|error| problem(&error))?;
    // It may have grown since.
    file.take(bytes_max + 1)
        .read_to_string(&mut text)
        .map_err(|error| problem(&error))?;
    if text.len() as u64 > bytes_max {
        return Err(too_long());
    }
    Ok(text)
}
