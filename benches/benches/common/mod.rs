//! What all the small benchmarks have alike.

use core::fmt::Display;
use core::time::Duration;

use criterion::Criterion;

/// The message that is sent everywhere.
pub(crate) const MESSAGE: [u8; 64] = [b'x'; 64];

/// Short, for there are many of them.
pub(crate) fn criterion() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(1))
        .sample_size(50)
}

/// The value of a call that cannot fail here; a failure ends the run with its message.
#[track_caller]
pub(crate) fn must<T, E: Display>(result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{error}"),
    }
}
