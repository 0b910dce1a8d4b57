//! Each thread pushes a message and pops one.

use super::shape;
use crate::audit::Tally;
use crate::drive::scale::{Extent, case, run};
use crate::engine::crossbeam_channel::Channel;
use crate::engine::crossbeam_segqueue::SegQueue;
use crate::engine::forebay::{Handles, Names};
use crate::engine::mutex_vecdeque::MutexVecDeque;
use crate::engine::separate::Separate;
use crate::engine::{dashmap_mutex_vecdeque, null};
use crate::measure::Group;
use crate::measure::case::Figure;

const MESSAGES: u64 = 1_000_000;

/// All on the same key.
pub(super) fn one_key(threads: usize) -> Group {
    group("one list", threads, 1)
}

/// Each on its own.
pub(super) fn key_each(threads: usize) -> Group {
    group("a list each", threads, threads)
}

fn group(what: &str, threads: usize, keys: usize) -> Group {
    let extent = Extent {
        threads,
        keys,
        waiting: 0,
    };
    let cases = vec![
        case::<Handles>(extent),
        case::<Names>(extent),
        case::<Separate<Channel>>(extent),
        case::<Separate<SegQueue>>(extent),
        case::<dashmap_mutex_vecdeque::Map>(extent),
        case::<Separate<MutexVecDeque>>(extent),
        null::case(threads, threads, move |work| {
            run::<null::Keyed, Tally>(extent, work)
        }),
    ];
    Group::new(shape(what, threads, keys), MESSAGES, Figure::NsPerOp, cases).with_instructions()
}
