//! Memory is measured in a process of its own: allocators keep what an earlier run needed.

use core::time::Duration;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

use crate::fault::Fault;
use crate::measure::Pulse;
use crate::measure::memory::MemoryUse;

const POLL: Duration = Duration::from_millis(2);

/// How to start a program that measures the memory of one case and prints it.
#[derive(Debug, Clone)]
pub struct Isolate {
    program: PathBuf,
    before: Vec<OsString>,
    option: &'static str,
    after: Vec<OsString>,
}

/// Which case a process is asked to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The group, among those that the options lead to.
    pub group: usize,
    /// The case in it.
    pub case: usize,
    /// Messages of the run.
    pub messages: u64,
    /// The size of each.
    pub payload: usize,
}

impl Isolate {
    /// A program, the option by which it is told a [`Place`], and the arguments before and after
    /// it: those that choose the same workloads and engines as in this process.
    #[must_use]
    pub const fn new(
        program: PathBuf,
        before: Vec<OsString>,
        option: &'static str,
        after: Vec<OsString>,
    ) -> Self {
        Self {
            program,
            before,
            option,
            after,
        }
    }

    /// Runs the program for one case; it is killed when the pulse stops.
    ///
    /// # Errors
    /// The fault of the run, or why it could not be started or understood.
    pub fn measure(&self, place: Place, pulse: &Pulse) -> Result<MemoryUse, Fault> {
        let mut child = Command::new(&self.program)
            .args(&self.before)
            .arg(format!("{}={place}", self.option))
            .args(&self.after)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| failed(&error))?;
        // Its output is one line, which a pipe takes without anybody reading.
        while child.try_wait().map_err(|error| failed(&error))?.is_none() {
            if !pulse.beat() {
                // It may have ended by itself just now.
                drop(child.kill());
            }
            thread::sleep(POLL);
        }
        let output = child.wait_with_output().map_err(|error| failed(&error))?;
        if !output.status.success() {
            let errors = String::from_utf8_lossy(&output.stderr);
            return Err(failed(&errors.lines().last().unwrap_or("no reason given")));
        }
        serde_json::from_slice(&output.stdout).map_err(|error| failed(&error))
    }
}

fn failed(why: &dyn core::fmt::Display) -> Fault {
    Fault::Failed(format!("measuring memory: {why}"))
}

impl core::fmt::Display for Place {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(
            f,
            "{}:{}:{}:{}",
            self.group, self.case, self.messages, self.payload
        )
    }
}

impl core::str::FromStr for Place {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "a place is GROUP:CASE:MESSAGES:PAYLOAD";
        let parts: Result<Vec<u64>, _> = text.split(':').map(str::parse).collect();
        let parts: [u64; 4] = parts.map_err(|_| FORM)?.try_into().map_err(|_| FORM)?;
        let index = |part: u64| usize::try_from(part).map_err(|_| FORM);
        let [group, case, messages, payload] = parts;
        let (group, case, payload) = (index(group)?, index(case)?, index(payload)?);
        Ok(Self {
            group,
            case,
            messages,
            payload,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn place_round_trip() {
        let place = Place {
            group: 3,
            case: 0,
            messages: 10_000_000,
            payload: 64,
        };
        assert_eq!(place.to_string().parse(), Ok(place));
        for bad in ["", "1:2:3", "1:2:3:4:5", "1:2:x:4", "-1:2:3:4"] {
            assert!(bad.parse::<Place>().is_err(), "{bad}");
        }
    }
}
