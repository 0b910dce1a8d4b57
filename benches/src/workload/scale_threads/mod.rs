//! `scale-threads`: ever more threads push and pop, on one key, on a key each, and on one stream.

use crate::measure::Group;
use crate::measure::case::Shape;
use crate::measure::crew::cores;
use crate::options::Options;

mod list;
mod stream;

const THREADS: [usize; 5] = [1, 2, 4, 8, 16];

/// One group for each number of threads and what they share.
#[must_use]
pub fn groups(options: &Options) -> Vec<Group> {
    let threads = options.threads_or(&THREADS);
    let of = |group: fn(usize) -> Group| threads.iter().copied().map(group);
    of(list::one_key)
        .chain(of(list::key_each))
        .chain(of(stream::one_stream))
        .collect()
}

/// Every thread both pushes and pops.
fn shape(what: &str, threads: usize, keys: usize) -> Shape {
    let plural = if threads == 1 { "" } else { "s" };
    Shape {
        workload: "scale-threads",
        title: format!("{what}, {threads} thread{plural}"),
        producers: threads,
        consumers: threads,
        threads,
        keys: keys as u64,
        extra: vec![("oversubscribed", (threads > cores()).into())],
    }
}
