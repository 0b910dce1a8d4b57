//! `scale-keys`: one thread pushes and pops on ever more keys, by handle and by name.

use crate::audit::Tally;
use crate::drive::scale::{Extent, case, run};
use crate::engine::forebay::{Handles, Names};
use crate::engine::{dashmap_mutex_vecdeque, null};
use crate::measure::Group;
use crate::measure::case::{Figure, Shape};
use crate::options::Options;

const MESSAGES: u64 = 1_000_000;
const KEYS: [usize; 7] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];
/// So many messages wait in each key, on average: few of them ever run empty.
const PER_KEY: u64 = 2;

/// One group for each number of keys.
#[must_use]
pub fn groups(options: &Options) -> Vec<Group> {
    let mut groups: Vec<Group> = KEYS.into_iter().map(group).collect();
    groups.retain(|group| options.has_enough_for(group.waiting, &group.shape.title));
    groups
}

fn group(keys: usize) -> Group {
    let waiting = PER_KEY * keys as u64;
    let extent = Extent {
        threads: 1,
        keys,
        waiting,
    };
    let cases = vec![
        case::<Handles>(extent),
        case::<Names>(extent),
        case::<dashmap_mutex_vecdeque::Map>(extent),
        null::case(1, 1, move |work| run::<null::Keyed, Tally>(extent, work)),
    ];
    let plural = if keys == 1 { "" } else { "s" };
    let shape = Shape {
        workload: "scale-keys",
        title: format!("{keys} key{plural}"),
        producers: 1,
        consumers: 1,
        threads: 1,
        keys: keys as u64,
        extra: Vec::new(),
    };
    Group::new(shape, MESSAGES, Figure::NsPerOp, cases)
        .with_waiting(waiting)
        .with_instructions()
}
