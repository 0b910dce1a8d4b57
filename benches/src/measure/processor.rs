//! Processor time of threads, as the kernel counts it.

use core::fmt::Display;
use core::time::Duration;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// Threads of a process.
#[derive(Debug, Clone)]
pub struct Threads {
    process: String,
    numbers: BTreeSet<u32>,
}

impl Threads {
    /// The threads of this process at this moment.
    #[must_use]
    pub fn of_this_process() -> Self {
        Self::of("self")
    }

    /// The threads of another process at this moment, by its number.
    #[must_use]
    pub fn of(process: impl Display) -> Self {
        let process = process.to_string();
        let tasks = fs::read_dir(PathBuf::from(format!("/proc/{process}/task")));
        let names = tasks.into_iter().flatten().flatten();
        let numbers = names.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        Self {
            numbers: numbers.collect(),
            process,
        }
    }

    /// Those that are not among others.
    #[must_use]
    pub fn without(mut self, others: &Self) -> Self {
        self.numbers = &self.numbers - &others.numbers;
        self
    }

    /// How long they have run, in all; none where the kernel does not say, or where one has ended.
    #[must_use]
    pub fn used(&self) -> Option<Duration> {
        let each = self.numbers.iter().map(|number| {
            let path = format!("/proc/{}/task/{number}/schedstat", self.process);
            let text = fs::read_to_string(path).ok()?;
            let ns = text.split_whitespace().next()?.parse().ok()?;
            Some(Duration::from_nanos(ns))
        });
        each.sum()
    }
}

#[cfg(test)]
mod tests {
    use super::Threads;
    use core::time::Duration;
    use std::time::Instant;

    #[test]
    fn a_thread_that_works_uses_time_and_one_that_waits_does_not() {
        let before = Threads::of_this_process();
        let (told, tell) = std::sync::mpsc::channel::<()>();
        let waiting = std::thread::spawn(move || tell.recv().is_err());
        let waits = Threads::of_this_process().without(&before);
        let working = std::thread::spawn(|| {
            let start = Instant::now();
            while start.elapsed() < Duration::from_millis(300) {
                core::hint::spin_loop();
            }
        });
        let all = Threads::of_this_process().without(&before);
        std::thread::sleep(Duration::from_millis(150));
        let (some, most) = (waits.used(), all.used());
        drop(told);
        waiting.join().unwrap();
        working.join().unwrap();
        // Other tests may run in threads that began meanwhile.
        assert!(some < most, "{some:?} {most:?}");
    }
}
