//! A connection whose commands are the same ones again and again, but for their messages' headers.

use core::ops::Range;

use crate::audit::Audit;
use crate::drive::resp::{KEY, Run};
use crate::engine::resp::command;
use crate::engine::resp::load::{Batch, Talk};
use crate::engine::resp::reply::{self, Cursor, Part, Stop, unexpected};
use crate::engine::stream::FIELD;
use crate::message::{Header, share};

/// One of the commands that are repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// LPUSH of one message; answers the length.
    Lpush,
    /// RPOP; answers a message.
    Rpop,
    /// XADD of one message; answers an id, above those before.
    Xadd,
}

/// Commands that were made once.
#[derive(Debug)]
pub struct Cycle<A> {
    steps: &'static [Step],
    /// As many commands as both the steps and the pipeline go into.
    output: Vec<u8>,
    /// Where each command begins, and where the last one ends.
    bounds: Vec<usize>,
    payload: usize,
    pipeline: usize,
    producer: u16,
    /// Commands in all, those that were said, those whose replies were heard.
    total: u64,
    said: u64,
    heard: u64,
    pushed: u64,
    lengths: u64,
    last_id: u128,
    audit: A,
}

impl<A: Audit> Cycle<A> {
    /// The talk of one connection of a run: its share of the messages goes through all steps.
    #[must_use]
    pub fn new(steps: &'static [Step], run: &Run<'_>, connection: usize) -> Self {
        let payload = vec![b'.'; run.work.payload];
        let commands = if run.pipeline.is_multiple_of(steps.len()) {
            run.pipeline
        } else {
            run.pipeline * steps.len()
        };
        let (mut output, mut bounds) = (Vec::new(), vec![0]);
        for step in steps.iter().cycle().take(commands) {
            match step {
                Step::Lpush => command::put(&mut output, &[b"LPUSH", KEY, &payload]),
                Step::Rpop => command::put(&mut output, &[b"RPOP", KEY]),
                Step::Xadd => {
                    command::put(&mut output, &[b"XADD", KEY, b"*", FIELD, &payload]);
                }
            }
            bounds.push(output.len());
        }
        let messages = share(run.work.messages, run.connections, connection);
        Self {
            steps,
            output,
            bounds,
            payload: payload.len(),
            pipeline: run.pipeline,
            producer: u16::try_from(connection).unwrap_or(u16::MAX),
            total: messages * steps.len() as u64,
            said: 0,
            heard: 0,
            pushed: 0,
            lengths: 0,
            last_id: 0,
            audit: A::default(),
        }
    }

    /// The talks of all connections of a run.
    #[must_use]
    pub fn each(steps: &'static [Step], run: &Run<'_>) -> Vec<Self> {
        (0..run.connections)
            .map(|connection| Self::new(steps, run, connection))
            .collect()
    }

    /// What was heard of messages, and the sum of the lengths.
    #[must_use]
    pub fn heard(self) -> (A, u64) {
        (self.audit, self.lengths)
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "the remainder is below a number of steps"
    )]
    fn step(&self, command: u64) -> Step {
        self.steps[(command % self.steps.len() as u64) as usize]
    }

    /// The message of a command ends where the command does.
    fn message(&mut self, command: usize) -> &mut [u8] {
        let end = self.bounds[command + 1] - b"\r\n".len();
        &mut self.output[end - self.payload..end]
    }
}

impl<A: Audit> Talk for Cycle<A> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a place among the commands, and a number of them"
    )]
    fn next(&mut self) -> Option<Batch> {
        let commands = self.bounds.len() - 1;
        let replies = (self.total - self.said).min(self.pipeline as u64) as usize;
        if replies == 0 {
            return None;
        }
        let first = (self.said % commands as u64) as usize;
        for command in first..first + replies {
            if self.step(self.said) != Step::Rpop {
                let header = Header::new(self.producer, self.pushed);
                A::write(self.message(command), header);
                self.pushed += 1;
            }
            self.said += 1;
        }
        let bytes: Range<usize> = self.bounds[first]..self.bounds[first + replies];
        Some(Batch { bytes, replies })
    }

    fn output(&self) -> &[u8] {
        &self.output
    }

    fn hear(&mut self, input: &[u8]) -> Result<usize, Stop> {
        let mut cursor = Cursor::new(input);
        match self.step(self.heard) {
            Step::Lpush => self.lengths += cursor.integer()?.unsigned_abs(),
            Step::Rpop => match cursor.part()? {
                Part::Bulk(message) if message.len() == self.payload => self.audit.read(message),
                other => return Err(unexpected(&other, "a message")),
            },
            Step::Xadd => {
                let id = reply::id(cursor.bulk()?)?;
                if id <= self.last_id {
                    return Err(Stop::Wrong("an id that is not above the last".to_owned()));
                }
                self.last_id = id;
            }
        }
        self.heard += 1;
        Ok(cursor.read())
    }
}

#[cfg(test)]
mod tests {
    use alloc::sync::Arc;

    use super::{Cycle, Step};
    use crate::audit::Tally;
    use crate::drive::resp::Run;
    use crate::engine::resp::load::{Batch, Talk};
    use crate::engine::resp::reply::Stop;
    use crate::measure::{Pulse, Work};
    use crate::message::Header;

    fn work(messages: u64) -> Work {
        Work {
            messages,
            payload: 8,
            pulse: Arc::new(Pulse::default()),
        }
    }

    fn talk(steps: &'static [Step], pipeline: usize, work: &Work) -> Cycle<Tally> {
        let run = Run {
            work,
            connections: 1,
            pipeline,
        };
        Cycle::new(steps, &run, 0)
    }

    #[test]
    fn batches_are_the_commands_in_turn() {
        let work = work(5);
        let mut talk = talk(&[Step::Lpush, Step::Rpop], 3, &work);
        let mut said = Vec::new();
        let mut replies = Vec::new();
        while let Some(Batch { bytes, replies: n }) = talk.next() {
            said.extend_from_slice(&talk.output()[bytes]);
            replies.push(n);
        }
        assert_eq!(replies, [3, 3, 3, 1]);
        let mut expected = Vec::new();
        for sequence in 0..5 {
            expected.extend_from_slice(b"*3\r\n$5\r\nLPUSH\r\n$2\r\nmq\r\n$8\r\n");
            let at = expected.len();
            expected.extend_from_slice(b"........\r\n*2\r\n$4\r\nRPOP\r\n$2\r\nmq\r\n");
            Header::new(0, sequence).write(&mut expected[at..]);
        }
        assert_eq!(said, expected);
    }

    #[test]
    fn replies_must_be_of_their_kind() {
        let work = work(9);
        let mut lists = talk(&[Step::Lpush, Step::Rpop], 1, &work);
        assert_eq!(lists.hear(b":7\r"), Err(Stop::Incomplete));
        assert_eq!(lists.hear(b":7\r\n$8"), Ok(4));
        assert!(
            matches!(lists.hear(b"$-1\r\n"), Err(Stop::Wrong(_))),
            "lost"
        );
        assert!(
            matches!(lists.hear(b"$1\r\na\r\n"), Err(Stop::Wrong(_))),
            "short"
        );
        let mut stream = talk(&[Step::Xadd], 1, &work);
        assert_eq!(stream.hear(b"$3\r\n7-1\r\n"), Ok(9));
        assert!(
            matches!(stream.hear(b"$3\r\n7-1\r\n"), Err(Stop::Wrong(_))),
            "again"
        );
        assert_eq!(stream.hear(b"$3\r\n7-2\r\n"), Ok(9));
    }
}
