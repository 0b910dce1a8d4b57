//! `scale-payload`: one thread pushes and pops ever larger messages.

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
use crate::options::{Options, PAYLOAD_BYTES_DEFAULT};

const MESSAGES: u64 = 2_000_000;
const PAYLOADS: [usize; 6] = [8, 64, 1 << 10, 16 << 10, 64 << 10, 1 << 20];

/// One group for each size; other sizes where others are asked for.
#[must_use]
pub fn groups(options: &Options) -> Vec<Group> {
    if options.payloads == [PAYLOAD_BYTES_DEFAULT] {
        PAYLOADS.into_iter().map(group).collect()
    } else {
        options.payloads.iter().copied().map(group).collect()
    }
}

fn group(payload: usize) -> Group {
    let extent = Extent {
        threads: 1,
        keys: 1,
        waiting: 0,
    };
    let cases = vec![
        case::<Handles>(extent),
        case::<Separate<Channel>>(extent),
        case::<Separate<SegQueue>>(extent),
        case::<Separate<MutexVecDeque>>(extent),
        null::case(1, 1, move |work| run::<null::Keyed, Tally>(extent, work)),
    ];
    let shape = Shape {
        workload: "scale-payload",
        title: format!("{payload} bytes"),
        producers: 1,
        consumers: 1,
        threads: 1,
        keys: 1,
        extra: Vec::new(),
    };
    Group::new(shape, MESSAGES, Figure::NsPerOp, cases)
        .with_payload(payload)
        .with_instructions()
}
