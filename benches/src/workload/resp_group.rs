//! `resp-group`: XREADGROUP COUNT 100 and XACK over TCP, of entries that are there already.

use crate::audit::Audit;
use crate::drive::resp::{Exchange, KEY, Run, failed, stock};
use crate::engine::resp::load::{Batch, Talk};
use crate::engine::resp::reply::{Cursor, Stop, any};
use crate::engine::resp::{Server, command};
use crate::fault::Fault;

const GROUP: &[u8] = b"g";

/// Every connection is a consumer of one group.
#[derive(Debug)]
pub struct Group;

/// One consumer: it reads, and acknowledges what it has read together with its next reads, until
/// nothing is left.
#[derive(Debug)]
pub struct Member<A> {
    /// XREADGROUP as often as the pipeline is deep.
    reads: Vec<u8>,
    pipeline: usize,
    /// What goes out next; the XACK of what was read last come first.
    output: Vec<u8>,
    /// The ids of one read, as they arrived.
    ids: Vec<u8>,
    /// XACK in the batch that is under way, in the order of their replies: how many ids each has.
    acks: Vec<usize>,
    heard: usize,
    /// Those for the next batch.
    next_acks: Vec<usize>,
    next_output: Vec<u8>,
    is_drained: bool,
    audit: A,
}

impl<A: Audit> Member<A> {
    fn new(connection: usize, pipeline: usize) -> Self {
        let consumer = connection.to_string();
        let mut reads = Vec::new();
        for _ in 0..pipeline {
            let start: [&[u8]; 9] = [
                b"XREADGROUP",
                b"GROUP",
                GROUP,
                consumer.as_bytes(),
                b"COUNT",
                b"100",
                b"STREAMS",
                KEY,
                b">",
            ];
            command::put(&mut reads, &start);
        }
        Self {
            reads,
            pipeline,
            output: Vec::new(),
            ids: Vec::new(),
            acks: Vec::new(),
            heard: 0,
            next_acks: Vec::new(),
            next_output: Vec::new(),
            is_drained: false,
            audit: A::default(),
        }
    }

    /// Reads what one XREADGROUP gave, and puts its XACK.
    fn entries(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Stop> {
        // Nothing may be noted before all of it is known to be here.
        cursor.clone().skip()?;
        if cursor.array()? == 0 {
            self.is_drained = true;
            return Ok(());
        }
        cursor.array_of(2)?;
        cursor.skip()?;
        let entries = cursor.array()?;
        self.ids.clear();
        for _ in 0..entries {
            cursor.array_of(2)?;
            let start = cursor.read();
            cursor.bulk()?;
            self.ids.extend_from_slice(cursor.since(start));
            cursor.array_of(2)?;
            cursor.skip()?;
            self.audit.read(cursor.bulk()?);
        }
        command::begin(&mut self.next_output, 3 + entries);
        for part in [&b"XACK"[..], KEY, GROUP] {
            command::bulk(&mut self.next_output, part);
        }
        self.next_output.extend_from_slice(&self.ids);
        self.next_acks.push(entries);
        Ok(())
    }
}

impl<A: Audit> Talk for Member<A> {
    fn next(&mut self) -> Option<Batch> {
        core::mem::swap(&mut self.output, &mut self.next_output);
        core::mem::swap(&mut self.acks, &mut self.next_acks);
        self.next_output.clear();
        self.next_acks.clear();
        self.heard = 0;
        let mut replies = self.acks.len();
        if !self.is_drained {
            self.output.extend_from_slice(&self.reads);
            replies += self.pipeline;
        }
        (replies > 0).then_some(Batch {
            bytes: 0..self.output.len(),
            replies,
        })
    }

    fn output(&self) -> &[u8] {
        &self.output
    }

    fn hear(&mut self, input: &[u8]) -> Result<usize, Stop> {
        let mut cursor = Cursor::new(input);
        if let Some(&entries) = self.acks.get(self.heard) {
            let acknowledged = cursor.integer()?;
            if usize::try_from(acknowledged) != Ok(entries) {
                let what = format!("XACK of {entries} entries acknowledged {acknowledged}");
                return Err(Stop::Wrong(what));
            }
        } else {
            self.entries(&mut cursor)?;
        }
        self.heard += 1;
        Ok(cursor.read())
    }
}

impl Exchange for Group {
    type Talk<A: Audit> = Member<A>;

    const WORKLOAD: &'static str = "resp-group";
    const COMMANDS: &'static str = "XREADGROUP COUNT 100 and XACK";
    const ROLES: fn(usize) -> (usize, usize) = |connections| (0, connections);
    const SELECTION: &'static [(usize, usize, u64)] = &[
        (1, 1, 200_000),
        (1, 16, 200_000),
        (50, 1, 400_000),
        (1_000, 1, 400_000),
    ];
    const MESSAGES: [u64; 2] = [400_000, 400_000];

    fn prepare<A: Audit>(server: &Server, run: &Run<'_>) -> Result<Vec<Member<A>>, Fault> {
        stock::fill_stream::<A>(server, run)?;
        let create: [&[u8]; 5] = [b"XGROUP", b"CREATE", KEY, GROUP, b"0"];
        let mut control = server.control().map_err(failed)?;
        control.call(&create, any).map_err(failed)?;
        let member = |connection| Member::new(connection, run.pipeline);
        Ok((0..run.connections).map(member).collect())
    }

    fn verdict<A: Audit>(
        server: &Server,
        run: &Run<'_>,
        talks: Vec<Member<A>>,
    ) -> Result<(), Fault> {
        let mut control = server.control().map_err(failed)?;
        let found = control
            .call(&[b"XPENDING", KEY, GROUP], |cursor| {
                let whole = cursor.clone();
                cursor.skip()?;
                let mut parts = whole;
                parts.array()?;
                parts.integer()
            })
            .map_err(failed)?;
        if found != 0 {
            let (expected, found) = (0, found.unsigned_abs());
            return Err(Fault::Pending { expected, found });
        }
        stock::expect_length(server, b"XLEN", run.work.messages)?;
        let consumers = talks.into_iter().map(|talk| talk.audit).collect();
        A::verdict(consumers, &[run.work.messages])
    }
}

#[cfg(test)]
mod tests {
    use super::Member;
    use crate::audit::Tally;
    use crate::engine::resp::load::{Batch, Talk};
    use crate::engine::resp::reply::Stop;

    const ENTRIES: &[u8] =
        b"*1\r\n*2\r\n$2\r\nmq\r\n*2\r\n*2\r\n$3\r\n7-0\r\n*2\r\n$1\r\nm\r\n$1\r\na\
        \r\n*2\r\n$4\r\n7-10\r\n*2\r\n$1\r\nm\r\n$1\r\nb\r\n";

    #[test]
    fn what_was_read_is_acknowledged_with_the_next_read() {
        let mut member = Member::<Tally>::new(3, 1);
        let Some(Batch { bytes, replies: 1 }) = member.next() else {
            panic!("one read")
        };
        let read = member.output()[bytes].to_vec();
        for end in 0..ENTRIES.len() {
            assert_eq!(member.hear(&ENTRIES[..end]), Err(Stop::Incomplete), "{end}");
        }
        assert_eq!(member.hear(ENTRIES), Ok(ENTRIES.len()));
        let ack = b"*5\r\n$4\r\nXACK\r\n$2\r\nmq\r\n$1\r\ng\r\n$3\r\n7-0\r\n$4\r\n7-10\r\n";
        let batch = member.next().unwrap();
        assert_eq!(batch.replies, 2);
        assert_eq!(member.output()[batch.bytes], [&ack[..], &read].concat());
        assert!(
            matches!(member.hear(b":1\r\n"), Err(Stop::Wrong(_))),
            "one of two"
        );
        assert_eq!(member.hear(b":2\r\n"), Ok(4));
        assert_eq!(member.hear(b"*-1\r\n"), Ok(5));
        assert_eq!(
            member.next(),
            None,
            "nothing was read, so nothing is to be done"
        );
    }
}
