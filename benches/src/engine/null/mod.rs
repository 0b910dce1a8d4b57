//! `null`: no queue at all, but what it costs to make messages and to account for them.
//!
//! A push is counted and dropped; a pop makes up the message that is next for this consumer, so that
//! each comes out once, in order, and the audit of the timed runs is content. No thread ever waits
//! for another one. What a workload takes with it is what its own loop takes, the *generator*, and
//! no engine can be faster than that. It is nobody's peer.

pub mod keyed;
pub mod queue;
pub mod stream;
mod turn;

use core::cell::Cell;

pub use self::keyed::Keyed;
pub use self::queue::Queue;
pub use self::stream::Stream;
use crate::fault::Fault;
use crate::measure::{Case, Sample, Work};

/// The name in every report.
pub const NAME: &str = "null";

/// What a run will do, which an engine that makes its messages up has to know.
#[derive(Debug, Clone, Copy, Default)]
struct Plan {
    messages: u64,
    producers: u64,
    consumers: u64,
}

thread_local! {
    /// The plan of the run that this thread is about to begin.
    static PLAN: Cell<Plan> = const { Cell::new(Plan { messages: 0, producers: 1, consumers: 1 }) };
}

/// A case that `run` drives, with so many threads that push, and so many that share what there is.
pub fn case(
    producers: usize,
    consumers: usize,
    run: impl Fn(&Work) -> Result<Sample, Fault> + Send + Sync + 'static,
) -> Case {
    Case::new(NAME, None, move |work| {
        PLAN.set(Plan {
            messages: work.messages,
            producers: producers.max(1) as u64,
            consumers: consumers.max(1) as u64,
        });
        run(work)
    })
}

#[cfg(test)]
mod tests {
    use alloc::sync::Arc;

    use super::{Keyed, Queue, Stream, case};
    use crate::audit::Tally;
    use crate::drive::{Topology, closed};
    use crate::engine::KeyedQueues;
    use crate::measure::{Pulse, Work};
    use crate::workload::{stream_add, stream_group};

    fn work(messages: u64) -> Work {
        Work {
            messages,
            payload: 64,
            pulse: Arc::new(Pulse::default()),
        }
    }

    #[test]
    fn every_message_comes_out_once_whatever_the_numbers() {
        for (producers, consumers) in [(1, 1), (2, 1), (1, 3), (3, 2), (4, 4)] {
            for messages in [1, 7, 1_000, 10_001] {
                let topology = Topology {
                    producers,
                    consumers,
                };
                let case = case(producers, consumers, move |work| {
                    closed::run::<Queue, Tally>(topology, work)
                });
                let ran = case.time(&work(messages)).map(|sample| sample.messages);
                assert_eq!(ran, Ok(messages), "{producers} + {consumers}");
            }
        }
    }

    #[test]
    fn every_entry_is_delivered_once() {
        let topology = stream_group::LIVE;
        let group = case(topology.producers, topology.consumers, move |work| {
            stream_group::run::<Stream, Tally>(topology, 10, work)
        });
        assert!(group.time(&work(10_001)).is_ok(), "a group shares it");
        let add = case(2, 1, |work| stream_add::run::<Stream, Tally>(2, work));
        assert!(add.time(&work(10_001)).is_ok(), "and who reads all has all");
    }

    #[test]
    fn a_message_that_was_not_pushed_is_missed() {
        let none = case(1, 1, |work| {
            let queue = Keyed::new(&[]);
            let key = crate::engine::Key {
                index: 0,
                name: b"k",
            };
            assert!(queue.pop(key, |_| ()).is_none(), "nothing was pushed");
            closed::run::<Queue, Tally>(
                Topology {
                    producers: 0,
                    consumers: 1,
                },
                work,
            )
        });
        assert!(none.time(&work(10)).is_err(), "the audit counts the pushes");
    }
}
