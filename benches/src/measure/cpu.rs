//! Processor time of threads and processes, as the kernel counts it.

use core::fmt::Display;
use core::time::Duration;
use std::fs;

/// What `/proc/PID/stat` counts in: the same on every Linux that programs can see.
const TICK: Duration = Duration::from_millis(10);

/// What all living threads of a process have spent, in user and in system mode; none where the
/// kernel does not say.
///
/// To the nanosecond where the kernel keeps scheduler statistics, else to 10 ms.
#[must_use]
pub fn of_process(process: impl Display) -> Option<Duration> {
    precise(&process).or_else(|| {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        ticks(&stat)
    })
}

/// What the calling thread has spent.
#[must_use]
pub fn of_thread() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok();
    text.as_deref().and_then(nanoseconds).or_else(|| {
        let stat = fs::read_to_string("/proc/thread-self/stat").ok()?;
        ticks(&stat)
    })
}

fn precise(process: &impl Display) -> Option<Duration> {
    let mut sum = Duration::ZERO;
    for task in fs::read_dir(format!("/proc/{process}/task")).ok()? {
        let text = fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        sum += nanoseconds(&text)?;
    }
    Some(sum)
}

/// The first number of `schedstat` is the time on a processor. A kernel that does not keep it says
/// 0, which no running thread has.
fn nanoseconds(schedstat: &str) -> Option<Duration> {
    let ns: u64 = schedstat.split_whitespace().next()?.parse().ok()?;
    (ns > 0).then(|| Duration::from_nanos(ns))
}

/// Fields 14 and 15; the second field is a name in parentheses that may contain anything.
fn ticks(stat: &str) -> Option<Duration> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut number = || fields.next()?.parse::<u32>().ok();
    let (user, system) = (number()?, number()?);
    Some(TICK * user.checked_add(system)?)
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::process;
    use std::time::Instant;

    use super::{nanoseconds, of_process, of_thread, ticks};

    #[test]
    fn fields_are_those_of_the_kernel() {
        let stat = "7 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 150 25 0 0 20";
        assert_eq!(ticks(stat), Some(Duration::from_millis(1750)));
        assert_eq!(ticks("7 (a"), None);
        assert_eq!(
            nanoseconds("375238 0 2\n"),
            Some(Duration::from_nanos(375_238))
        );
        assert_eq!(nanoseconds("0 0 0"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn work_is_counted() {
        let (thread, whole) = (of_thread().unwrap(), of_process(process::id()).unwrap());
        let start = Instant::now();
        while of_thread().unwrap().saturating_sub(thread) < Duration::from_millis(30) {
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "a loop is not counted"
            );
        }
        let spent = of_process(process::id()).unwrap().saturating_sub(whole);
        assert!(spent >= Duration::from_millis(20), "{spent:?}");
    }
}
