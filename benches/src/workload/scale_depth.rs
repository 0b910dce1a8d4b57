//! `scale-depth`: one thread pushes and pops while ever more messages wait.

use crate::audit::Tally;
use crate::drive::scale::{Extent, case, run};
use crate::engine::crossbeam_channel::Channel;
use crate::engine::crossbeam_segqueue::SegQueue;
use crate::engine::forebay::Handles;
use crate::engine::mutex_vecdeque::MutexVecDeque;
use crate::engine::null;
use crate::engine::separate::Separate;
use crate::measure::Group;
use crate::measure::case::{Figure, Shape};
use crate::options::Options;

const MESSAGES: u64 = 1_000_000;
const DEPTHS: [u64; 6] = [100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];

/// One group for each depth.
#[must_use]
pub fn groups(options: &Options) -> Vec<Group> {
    let mut groups: Vec<Group> = DEPTHS.into_iter().map(group).collect();
    groups.retain(|group| options.has_enough_for(group.waiting, &group.shape.title));
    groups
}

fn group(depth: u64) -> Group {
    let extent = Extent {
        threads: 1,
        keys: 1,
        waiting: depth,
    };
    let cases = vec![
        case::<Handles>(extent),
        case::<Separate<Channel>>(extent),
        case::<Separate<SegQueue>>(extent),
        case::<Separate<MutexVecDeque>>(extent),
        null::case(1, 1, move |work| run::<null::Keyed, Tally>(extent, work)),
    ];
    let shape = Shape {
        workload: "scale-depth",
        title: format!("{depth} waiting"),
        producers: 1,
        consumers: 1,
        threads: 1,
        keys: 1,
        extra: vec![("depth", depth.into())],
    };
    Group::new(shape, MESSAGES, Figure::NsPerOp, cases)
        .with_waiting(depth)
        .with_instructions()
}
