//! `list-wake`: how long a sleeping consumer takes to get a message.

use crate::drive::wake::{self, task_case, thread_case};
use crate::engine::condvar::MutexCondvar;
use crate::engine::crossbeam_channel::Channel;
use crate::engine::forebay::{Slices, Tasks};
use crate::engine::tokio_mpsc;
use crate::measure::Group;

/// Threads and tasks apart, each without a pause and with one.
#[must_use]
pub fn groups() -> Vec<Group> {
    wake::groups(
        "list-wake",
        &|pause| {
            vec![
                thread_case::<Slices>(pause),
                thread_case::<MutexCondvar>(pause),
                thread_case::<Channel>(pause),
            ]
        },
        &|pause| {
            vec![
                task_case::<Tasks>(pause),
                task_case::<tokio_mpsc::Channel>(pause),
            ]
        },
    )
}
