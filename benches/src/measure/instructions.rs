//! Instructions that a thread executes, as the processor counts them.
//!
//! Where there is no such counter (virtual machines often have none, and other systems than Linux)
//! or the kernel does not permit it (`/proc/sys/kernel/perf_event_paranoid` above 2), nothing is
//! counted, and nothing fails.

#[cfg(target_os = "linux")]
use perf_event::{Builder, Counter, events::Hardware};

/// Counts the instructions of the calling thread in user mode.
#[derive(Debug, Default)]
pub struct Instructions {
    #[cfg(target_os = "linux")]
    counter: Option<Counter>,
}

impl Instructions {
    /// A counter that stands still; [`Instructions::begin`] must be called on this thread.
    #[must_use]
    #[cfg(target_os = "linux")]
    pub fn of_this_thread() -> Self {
        // The kernel and the hypervisor are excluded unless one asks for them.
        let counter = Builder::new(Hardware::INSTRUCTIONS).build();
        Self {
            counter: counter.ok(),
        }
    }

    /// Nothing is counted here.
    #[must_use]
    #[cfg(not(target_os = "linux"))]
    pub const fn of_this_thread() -> Self {
        Self {}
    }

    /// Counts from here.
    #[cfg(target_os = "linux")]
    pub fn begin(&mut self) {
        let enabled = self.counter.as_mut().map(Counter::enable);
        // A counter that cannot be started would say 0.
        if !matches!(enabled, Some(Ok(()))) {
            self.counter = None;
        }
    }

    /// Nothing is counted here.
    #[cfg(not(target_os = "linux"))]
    pub const fn begin(&mut self) {}

    /// Counts no more and says how many there were; none where they cannot be counted, or where
    /// the counter was taken away for a part of the time.
    #[cfg(target_os = "linux")]
    pub fn end(&mut self) -> Option<u64> {
        let mut counter = self.counter.take()?;
        counter.disable().ok()?;
        let counted = counter.read_full().ok()?;
        let is_whole = counted.time_enabled() == counted.time_running();
        is_whole.then(|| counted.count())
    }

    /// Nothing is counted here.
    #[must_use]
    #[cfg(not(target_os = "linux"))]
    pub const fn end(&mut self) -> Option<u64> {
        None
    }
}

#[cfg(test)]
mod tests {
    use core::hint::black_box;

    use super::Instructions;

    fn of_steps(steps: u64) -> Option<u64> {
        let mut instructions = Instructions::of_this_thread();
        instructions.begin();
        for step in 0..steps {
            black_box(step);
        }
        instructions.end()
    }

    #[test]
    fn more_steps_are_more_instructions_or_none_are_counted_at_all() {
        let (few, many) = (of_steps(10_000), of_steps(1_000_000));
        assert_eq!(few.is_some(), many.is_some(), "{few:?} {many:?}");
        if let (Some(few), Some(many)) = (few, many) {
            assert!(few >= 10_000, "each step is an instruction: {few}");
            let part = many / few;
            assert!((50..200).contains(&part), "a hundred times: {few} {many}");
        }
    }

    #[test]
    fn what_was_not_begun_has_no_count() {
        let mut instructions = Instructions::default();
        assert_eq!(instructions.end(), None);
    }
}
