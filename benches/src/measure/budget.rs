//! How many messages fit in the time that a group may take.

use core::time::Duration;
use std::time::Instant;

use crate::measure::case::as_f64;

/// Rounds that are run even when the time is over: the fewest that have a middle.
const ROUNDS_MIN: u32 = 3;

/// The time of one group, from its first check to its last reading of memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    begun: Instant,
    seconds: f64,
    /// What comes after the timed rounds.
    reserved: f64,
}

impl Budget {
    /// Begins now; `reserved` seconds are kept for what comes after the rounds.
    pub(super) fn begin(seconds: f64, reserved: f64) -> Self {
        Self {
            begun: Instant::now(),
            seconds,
            reserved,
        }
    }

    /// What is left for timed rounds.
    pub(super) fn left(&self) -> f64 {
        self.seconds - self.reserved - self.begun.elapsed().as_secs_f64()
    }

    /// Whether a round that takes as long as the last one is too much.
    pub(super) fn is_over(&self, round: u32, last: Duration) -> bool {
        round >= ROUNDS_MIN && last.as_secs_f64() > self.left()
    }
}

/// A trial of all engines: so many messages for each, and the seconds that all took together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trial {
    pub(super) messages: u64,
    pub(super) seconds: f64,
}

/// The messages of one run, when all engines together may take so many seconds. A run takes some
/// time of its own and some for each message; two trials tell them apart.
pub(super) fn fitting(first: Trial, second: Option<Trial>, seconds: f64) -> u64 {
    let simple = |trial: Trial| (0.0, trial.seconds / as_f64(trial.messages.max(1)));
    let (fixed, each) = match second {
        Some(second) if second.messages > first.messages && second.seconds > first.seconds => {
            let each = (second.seconds - first.seconds) / as_f64(second.messages - first.messages);
            let fixed = first.seconds - each * as_f64(first.messages);
            if fixed < 0.0 {
                simple(second)
            } else {
                (fixed, each)
            }
        }
        Some(second) => simple(second),
        None => simple(first),
    };
    #[expect(clippy::cast_possible_truncation, reason = "a float saturates")]
    #[expect(clippy::cast_sign_loss, reason = "the maximum comes first")]
    let messages = ((seconds - fixed).max(0.0) / each.max(f64::MIN_POSITIVE)) as u64;
    // Where even the fixed part does not fit, the time is exceeded rather than nothing measured.
    messages.max(first.messages)
}

/// The largest of 1, 2, 3, 5, 10, 20 and so on that is not larger: the same in most runs, so that
/// their rows can be compared.
pub(super) fn steady(messages: u64) -> u64 {
    let mut scale = 1_u64;
    while scale <= messages / 10 {
        scale *= 10;
    }
    let steps = [5_u64, 3, 2].into_iter();
    let steps = steps.filter_map(|step| step.checked_mul(scale));
    steps
        .filter(|step| *step <= messages)
        .max()
        .unwrap_or_else(|| scale.min(messages))
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::{Budget, Trial, fitting, steady};

    const fn trial(messages: u64, seconds: f64) -> Trial {
        Trial { messages, seconds }
    }

    #[test]
    fn time_that_every_run_takes_is_told_from_time_that_messages_take() {
        // 0.1 s, and 1 us for each message.
        let (first, second) = (trial(10_000, 0.11), trial(40_000, 0.14));
        let messages = fitting(first, Some(second), 1.1);
        assert!(messages.abs_diff(1_000_000) < 10, "{messages}");
        // One trial alone takes it for a part of each message, and stays below.
        assert_eq!(fitting(first, None, 1.1), 100_000);
        // Noise: the larger one was no slower.
        let messages = fitting(first, Some(trial(40_000, 0.1)), 1.0);
        assert!(messages.abs_diff(400_000) < 10, "{messages}");
        assert_eq!(fitting(first, Some(second), 0.01), 10_000, "never fewer");
    }

    #[test]
    fn numbers_are_the_same_when_the_time_is_nearly() {
        for (messages, expected) in [
            (1, 1),
            (4, 3),
            (9, 5),
            (10, 10),
            (19, 10),
            (1_234_567, 1_000_000),
            (2_000_000, 2_000_000),
            (4_999_999, 3_000_000),
            (u64::MAX, 10_000_000_000_000_000_000),
        ] {
            assert_eq!(steady(messages), expected, "{messages}");
        }
    }

    #[test]
    fn three_rounds_are_run_in_any_time() {
        let none = Budget::begin(0.0, 0.0);
        assert!(!none.is_over(2, Duration::from_secs(1)), "the third round");
        assert!(none.is_over(3, Duration::from_secs(1)), "the fourth");
        let much = Budget::begin(100.0, 10.0);
        assert!(!much.is_over(3, Duration::from_secs(80)), "it fits");
        assert!(much.is_over(3, Duration::from_secs(91)), "it does not");
    }
}
