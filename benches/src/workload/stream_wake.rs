//! `stream-wake`: how long a consumer that sleeps in XREAD or XREADGROUP takes to get an entry.

use crate::drive::wake::{self, task_case, thread_case};
use crate::engine::redis;
use crate::engine::stream::forebay_wake::{Consuming, Reading, Tasks};
use crate::engine::stream::mutex_btreemap::{Blocking, Notifying};
use crate::measure::Group;

/// Threads and tasks apart, each without a pause and with one.
#[must_use]
pub fn groups() -> Vec<Group> {
    wake::groups(
        "stream-wake",
        &|pause| {
            let mut cases = vec![
                thread_case::<Reading>(pause),
                thread_case::<Consuming>(pause),
                thread_case::<Blocking>(pause),
            ];
            if redis::version().is_some() {
                cases.push(thread_case::<redis::Blocking>(pause));
            }
            cases
        },
        &|pause| vec![task_case::<Tasks>(pause), task_case::<Notifying>(pause)],
    )
}
