//! The threads of a run: they start together, each on a core of its own when there are enough.

use core::hint::spin_loop;
use core::sync::atomic::{
    AtomicUsize,
    Ordering::{AcqRel, Acquire, Release},
};
use core::time::Duration;
use std::thread;
use std::time::Instant;

use crate::fault::Fault;
use crate::measure::Pulse;

/// Where the threads of a crew wait for one another, as often as they like.
///
/// It spins: a parked thread would start tens of microseconds after the one that wakes it.
#[derive(Debug)]
pub struct Gate<'a> {
    threads: usize,
    arrived: AtomicUsize,
    opened: AtomicUsize,
    pulse: &'a Pulse,
}

impl Gate<'_> {
    /// Waits until all threads of the crew are here, or the run is stopped.
    pub fn wait(&self) {
        // Acquire: the opening that this thread passed last; pairs with the store in `wait`.
        let turn = self.opened.load(Acquire);
        // AcqRel: what each thread did before the gate is visible to all behind it.
        if self.arrived.fetch_add(1, AcqRel) + 1 == self.threads * (turn + 1) {
            // Release: opens the gate; pairs with the load below.
            self.opened.store(turn + 1, Release);
            return;
        }
        let mut spins = 0_u32;
        // Acquire: pairs with the store above.
        while self.opened.load(Acquire) == turn && !self.pulse.is_stopped() {
            spins = spins.wrapping_add(1);
            if spins.is_multiple_of(128) {
                thread::yield_now();
            } else {
                spin_loop();
            }
        }
    }
}

/// The time that one thread spent on the work, without its start and its end.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    start: Instant,
    end: Instant,
}

impl Span {
    /// Begins here.
    #[must_use]
    pub fn now() -> Self {
        let now = Instant::now();
        Self {
            start: now,
            end: now,
        }
    }

    /// Ends here instead.
    #[must_use]
    pub fn until_now(self) -> Self {
        Self {
            end: Instant::now(),
            ..self
        }
    }

    /// The time from another one's end to this one's.
    #[must_use]
    pub fn end_after(self, other: Self) -> Duration {
        self.end.saturating_duration_since(other.end)
    }

    /// Runs the work and takes its time.
    #[inline]
    pub fn of<T>(work: impl FnOnce() -> T) -> (Self, T) {
        let start = Instant::now();
        let result = work();
        (
            Self {
                start,
                end: Instant::now(),
            },
            result,
        )
    }

    /// From the first start to the last end.
    #[must_use]
    pub fn hull(spans: impl IntoIterator<Item = Self>) -> Duration {
        let hull = spans.into_iter().reduce(|hull, span| Self {
            start: hull.start.min(span.start),
            end: hull.end.max(span.end),
        });
        hull.map_or(Duration::ZERO, |span| {
            span.end.saturating_duration_since(span.start)
        })
    }
}

/// How many threads can run at once.
#[must_use]
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, core::num::NonZero::get)
}

/// Runs `body` on so many threads at once and returns what each returned.
///
/// Each thread is pinned to a core of its own when there are enough of them; otherwise the kernel
/// places them. `body` calls [`Gate::wait`] when it is ready to begin.
///
/// # Errors
/// [`Fault::Failed`] when a thread panicked.
pub fn run<T: Send>(
    threads: usize,
    pulse: &Pulse,
    body: impl Fn(usize, &Gate<'_>) -> T + Sync,
) -> Result<Vec<T>, Fault> {
    let gate = Gate {
        threads,
        arrived: AtomicUsize::new(0),
        opened: AtomicUsize::new(0),
        pulse,
    };
    let ids = core_affinity::get_core_ids().unwrap_or_default();
    let pins = if threads <= ids.len() {
        ids
    } else {
        Vec::new()
    };
    thread::scope(|scope| {
        let start = |index: usize| {
            let (gate, body, pin) = (&gate, &body, pins.get(index).copied());
            thread::Builder::new()
                .name(format!("crew-{index}"))
                .spawn_scoped(scope, move || {
                    if let Some(core) = pin {
                        core_affinity::set_for_current(core);
                    }
                    body(index, gate)
                })
        };
        let crew: Vec<_> = (0..threads)
            .map(start)
            .collect::<Result<_, _>>()
            .map_err(|error| Fault::Failed(format!("cannot start {threads} threads: {error}")))?;
        crew.into_iter()
            .map(|thread| thread.join().map_err(|panic| panicked(&*panic)))
            .collect()
    })
}

/// A panic as a fault, with its message.
#[must_use]
pub fn panicked(panic: &(dyn core::any::Any + Send)) -> Fault {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    Fault::Failed(text.unwrap_or("a thread panicked").to_owned())
}

#[cfg(test)]
mod tests {
    use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use super::run;
    use crate::fault::Fault;
    use crate::measure::Pulse;

    #[test]
    fn gate_holds_everybody_back_each_time() {
        let pulse = Pulse::default();
        let before = AtomicUsize::new(0);
        let seen = run(3, &pulse, |_, gate| {
            let mut seen = Vec::new();
            for _ in 0..50 {
                before.fetch_add(1, Relaxed);
                gate.wait();
                seen.push(before.load(Relaxed));
                gate.wait();
            }
            seen
        });
        let expected: Vec<usize> = (1..=50).map(|turn| turn * 3).collect();
        assert_eq!(seen, Ok(vec![expected; 3]));
    }

    #[test]
    fn a_panic_becomes_a_fault() {
        let failed = run(2, &Pulse::default(), |index, _| {
            assert_eq!(index, 0, "no second thread");
        });
        assert!(matches!(failed, Err(Fault::Failed(why)) if why.contains("no second thread")));
    }
}
