//! Tests of the log as a whole, on the simulated disk and with the writer turned by hand.

mod boundaries;
mod corruption;
mod crashes;
mod errors;
mod history;
mod inspect;
mod levels;
mod space;
mod threads;

use crate::Config;
use core::time::Duration;

/// A log so small that everything happens often.
pub(crate) fn small() -> Config {
    Config {
        segment_bytes: 64 << 10,
        segments_max: 8,
        segments_reserved: 1,
        record_bytes_max: 8 << 10,
        frame_bytes_max: 4 << 10,
        vouch_after: Duration::from_millis(1),
        ..Config::default()
    }
}
