//! What can be wrong with a run.

use core::fmt;
use core::time::Duration;

use forebay::StreamId;

/// Why a run gave no figure.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Messages that were pushed and never came out.
    Lost {
        /// How many were pushed.
        pushed: u64,
        /// How many of them came out.
        popped: u64,
    },
    /// A message that came out more often than it was pushed.
    Duplicated {
        /// Who pushed it.
        producer: u16,
        /// Its number among that producer's messages.
        sequence: u64,
    },
    /// A consumer that received two messages of one producer in the wrong order.
    Reordered {
        /// Who pushed both.
        producer: u16,
        /// The number that came first.
        earlier: u64,
        /// The smaller number that came after it.
        later: u64,
    },
    /// A message whose bytes are not the ones that were pushed.
    Damaged {
        /// Who pushed it, as far as can be told.
        producer: u16,
        /// Its number among that producer's messages, as far as can be told.
        sequence: u64,
    },
    /// The messages that came out add up to something else than those that went in.
    Miscounted,
    /// A reader that was shown an entry whose id is not larger than the one before.
    Disordered {
        /// The id that came first.
        earlier: StreamId,
        /// The id that came after it.
        later: StreamId,
    },
    /// A stream that says it has another number of entries than it must have.
    Length {
        /// The fewest that it must have.
        least: u64,
        /// The most.
        most: u64,
        /// What it says.
        found: u64,
    },
    /// A group that says it waits for another number of acknowledgements than it must.
    Pending {
        /// What it must wait for.
        expected: u64,
        /// What it says.
        found: u64,
    },
    /// Nothing moved for this long, and the threads could be stopped.
    Stalled(Duration),
    /// Nothing moved for this long, and the threads do not stop: nothing more can be measured.
    Hung(Duration),
    /// The engine returned an error or panicked.
    Failed(String),
    /// The run was stopped from outside.
    Interrupted,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost { pushed, popped } => {
                write!(f, "lost {} of {pushed} messages", pushed - popped)
            }
            Self::Duplicated { producer, sequence } => {
                write!(
                    f,
                    "delivered message {sequence} of producer {producer} twice"
                )
            }
            Self::Reordered {
                producer,
                earlier,
                later,
            } => write!(
                f,
                "delivered message {earlier} of producer {producer} before message {later}"
            ),
            Self::Damaged { producer, sequence } => {
                write!(
                    f,
                    "changed the bytes of message {sequence} of producer {producer}"
                )
            }
            Self::Miscounted => f.write_str("delivered other messages than were pushed"),
            Self::Disordered { earlier, later } => {
                write!(f, "showed entry {later} after entry {earlier}")
            }
            Self::Length { least, most, found } if least == most => {
                write!(f, "says it has {found} entries instead of {most}")
            }
            Self::Length { least, most, found } => {
                write!(
                    f,
                    "says it has {found} entries instead of {least} to {most}"
                )
            }
            Self::Pending { expected, found } => {
                write!(
                    f,
                    "says that {found} entries are pending instead of {expected}"
                )
            }
            Self::Stalled(limit) => write!(f, "made no progress for {} s", limit.as_secs()),
            Self::Hung(limit) => write!(
                f,
                "made no progress for {} s and its threads do not return",
                limit.as_secs()
            ),
            Self::Failed(why) => write!(f, "failed: {why}"),
            Self::Interrupted => f.write_str("interrupted"),
        }
    }
}

impl core::error::Error for Fault {}
