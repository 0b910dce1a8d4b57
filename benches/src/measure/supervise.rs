//! Runs that never hang the program: each has a watcher.

use alloc::sync::Arc;
use core::panic::AssertUnwindSafe;
use core::time::Duration;
use std::panic::catch_unwind;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Instant;

use crate::fault::Fault;
use crate::measure::Pulse;
use crate::measure::crew::panicked;

/// How long a run may go without a sign of life.
pub const STALL: Duration = Duration::from_secs(15);
/// How long the threads of a run may take to return once it is stopped.
const GRACE: Duration = Duration::from_secs(3);
const TICK: Duration = Duration::from_millis(100);

/// Runs `work` on a thread of its own and watches the pulse.
///
/// # Errors
/// The fault of the work, [`Fault::Stalled`] when nothing moved for `limit`, and [`Fault::Hung`]
/// when its threads did not even return afterwards: they still run then.
pub fn supervise<T: Send + 'static>(
    pulse: &Arc<Pulse>,
    limit: Duration,
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    supervise_and(pulse, limit, work, || ())
}

/// Does the same, and something ten times a second while the work goes on: on the thread that
/// watches, which is awake then anyway.
///
/// # Errors
/// Those of [`supervise`].
pub fn supervise_and<T: Send + 'static>(
    pulse: &Arc<Pulse>,
    limit: Duration,
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
    mut on_tick: impl FnMut(),
) -> Result<T, Fault> {
    let (done, result) = mpsc::sync_channel(1);
    let runner = move || {
        let result = catch_unwind(AssertUnwindSafe(work));
        // Nobody listens any more when the run was given up.
        drop(done.send(result.unwrap_or_else(|panic| Err(panicked(&*panic)))));
    };
    thread::Builder::new()
        .name("run".to_owned())
        .spawn(runner)
        .map_err(|error| Fault::Failed(format!("cannot start a thread: {error}")))?;
    let (mut beats, mut moved) = (pulse.beats(), Instant::now());
    let mut stopped: Option<Instant> = None;
    loop {
        match result.recv_timeout(TICK) {
            Ok(_) if stopped.is_some() && !pulse.is_interrupted() => {
                pulse.revive();
                return Err(Fault::Stalled(limit));
            }
            Ok(result) => return result,
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Fault::Failed("the run ended without a result".to_owned()));
            }
            Err(RecvTimeoutError::Timeout) => on_tick(),
        }
        let now = pulse.beats();
        if now != beats {
            (beats, moved) = (now, Instant::now());
        }
        if moved.elapsed() > limit {
            pulse.stall();
        }
        if pulse.is_stopped() && stopped.get_or_insert_with(Instant::now).elapsed() > GRACE {
            return Err(if pulse.is_interrupted() {
                Fault::Interrupted
            } else {
                Fault::Hung(limit)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::sync::Arc;
    use core::time::Duration;
    use std::thread;

    use super::supervise;
    use crate::fault::Fault;
    use crate::measure::Pulse;

    const LIMIT: Duration = Duration::from_millis(150);

    #[test]
    fn gives_up_a_run_without_a_pulse_and_goes_on() {
        let pulse = Arc::new(Pulse::default());
        let inner = Arc::clone(&pulse);
        let stalled = supervise(&pulse, LIMIT, move || {
            while !inner.is_stopped() {
                thread::yield_now();
            }
            Ok(())
        });
        assert_eq!(stalled, Err(Fault::Stalled(LIMIT)));
        assert_eq!(supervise(&pulse, LIMIT, || Ok(7)), Ok(7));
    }

    #[test]
    fn a_beating_run_may_take_its_time() {
        let pulse = Arc::new(Pulse::default());
        let inner = Arc::clone(&pulse);
        let slow = supervise(&pulse, LIMIT, move || {
            for _ in 0..8 {
                thread::sleep(LIMIT / 3);
                inner.beat();
            }
            Ok(())
        });
        assert_eq!(slow, Ok(()));
    }

    #[test]
    fn an_interruption_stays() {
        let pulse = Arc::new(Pulse::default());
        pulse.interrupt();
        pulse.revive();
        assert!(pulse.is_interrupted());
    }
}
