//! `list-spsc`, `list-mpsc`, `list-mpmc`: producers and consumers on one hot queue.

use crate::audit::{Ledger, Tally};
use crate::drive::{Topology, closed, open_loop};
use crate::engine::{Queue, Visitor, null, visit_queues};
use crate::measure::case::{Figure, Shape};
use crate::measure::crew::cores;
use crate::measure::{Case, Group};
use crate::options::Options;

const MESSAGES: u64 = 2_000_000;
/// Rounds of many threads are long enough with fewer.
const MESSAGES_OF_MANY: u64 = 1_000_000;
const MANY: usize = 8;
/// Four threads as in the table, and two numbers that no common machine of today has cores for.
const MPMC_THREADS: [usize; 3] = [4, 8, 16];

/// One producer, one consumer.
#[must_use]
pub fn spsc() -> Vec<Group> {
    vec![group(
        "list-spsc",
        Topology {
            producers: 1,
            consumers: 1,
        },
    )]
}

/// Two producers, one consumer.
#[must_use]
pub fn mpsc() -> Vec<Group> {
    vec![group(
        "list-mpsc",
        Topology {
            producers: 2,
            consumers: 1,
        },
    )]
}

/// As many producers as consumers.
#[must_use]
pub fn mpmc(options: &Options) -> Vec<Group> {
    let threads = options.threads_or(&MPMC_THREADS);
    // Fewer than two threads would be a producer without a consumer.
    let topologies = threads
        .into_iter()
        .map(|threads| Topology::halves(threads.max(2)));
    topologies
        .map(|topology| group("list-mpmc", topology))
        .collect()
}

fn group(workload: &'static str, topology: Topology) -> Group {
    let mut cases = Cases {
        topology,
        cases: Vec::new(),
    };
    visit_queues(&mut cases);
    let Topology {
        producers,
        consumers,
    } = topology;
    let generator = move |work: &_| closed::run::<null::Queue, Tally>(topology, work);
    let generator = null::case(producers, consumers, generator);
    cases.cases.push(generator);
    let shape = Shape {
        workload,
        title: format!("{producers} + {consumers} threads"),
        producers,
        consumers,
        threads: topology.threads(),
        keys: 1,
        extra: Vec::new(),
    };
    let many = topology.threads() >= MANY;
    let messages = if many { MESSAGES_OF_MANY } else { MESSAGES };
    Group::new(shape, messages, Figure::NsPerOp, cases.cases)
}

struct Cases {
    topology: Topology,
    cases: Vec<Case>,
}

impl Visitor for Cases {
    fn visit<Q: Queue>(&mut self) {
        let topology = self.topology;
        let run = move |work: &_| closed::run::<Q, Tally>(topology, work);
        let check = move |work: &_| closed::run::<Q, Ledger>(topology, work);
        let mut case = Case::new(Q::NAME, Q::VARIANT, run).checked(check);
        // With more threads than cores, the scheduler's time slices are all that a latency shows.
        if topology.threads() <= cores() {
            let none = open_loop::Service::NONE;
            case = case.paced(move |work, rate| open_loop::run::<Q>(topology, rate, none, work));
        }
        self.cases.push(case);
    }
}
