//! `durable-group`: entries are added, delivered to a consumer of a group, and acknowledged, with so
//! many of them under way, and each of the three answers waits until it is durable.
//!
//! The thread stands for as many clients, which go through the three steps together: all add, all
//! get one entry, all acknowledge theirs. So there is a wait for the medium behind each step, for
//! every engine the same.

use core::cell::RefCell;
use core::time::Duration;

use std::time::Instant;

use forebay::stream::{GroupReadFrom, GroupStart, XgroupCreateOptions, XreadgroupOptions};
use forebay::{Config, Consumer, Engine, Group as StreamGroup, Level, Stream, StreamId};

use crate::audit::{Audit, Tally};
use crate::engine::durable::{Directory, RawFile};
use crate::engine::stream::FIELD;
use crate::engine::{Named, forebay as ours, redis};
use crate::fault::Fault;
use crate::measure::case::{Figure, Shape};
use crate::measure::latency::Latency;
use crate::measure::{Case, Group, Sample, Span, Work};
use crate::message::Header;

/// Entries under way, and entries of a run.
const OUTSTANDING: [(usize, u64); 4] = [(1, 1_000), (16, 15_000), (256, 150_000), (4096, 400_000)];
/// What is in the log of an entry beside its message, of its delivery, and of its XACK, about.
const STEP_BYTES: [usize; 3] = [45, 60, 35];
const BLOCK_BYTES: usize = 4096;
const KEY: &str = "mq";
const GROUP: &str = "workers";
const CONSUMER: &str = "w";

/// One group for each number of entries under way.
#[must_use]
pub fn groups() -> Vec<Group> {
    OUTSTANDING.into_iter().map(group).collect()
}

fn group((outstanding, messages): (usize, u64)) -> Group {
    let shape = Shape {
        workload: "durable-group",
        title: format!("XADD, XREADGROUP, XACK, {outstanding} outstanding"),
        producers: 1,
        consumers: 1,
        threads: 1,
        keys: 1,
        extra: vec![("outstanding", outstanding.into())],
    };
    let forebay = <ours::Slices as Named>::NAME;
    let ours = |variant, is_durable: bool| {
        let run = move |work: &Work| embedded(is_durable, outstanding, work);
        Case::new(forebay, Some(variant), run)
    };
    let mut cases = vec![
        ours("group", true),
        ours("memory", false),
        Case::new(RawFile::NAME, None, move |work| raw(outstanding, work)),
    ];
    if redis::version().is_some() {
        let run = move |work: &Work| served(outstanding, work);
        cases.push(Case::new(redis::NAME, Some("always"), run));
    }
    Group::new(shape, messages, Figure::NsPerOp, cases).with_slow_messages()
}

fn failed(error: impl core::fmt::Display) -> Fault {
    Fault::Failed(error.to_string())
}

/// What clients do together.
trait Clients {
    /// One entry each.
    fn add(&mut self, first: u64, count: u64) -> Result<(), Fault>;
    /// One entry for each; `ids` is how many came.
    fn take(&mut self, count: u64) -> Result<u64, Fault>;
    /// What each has got.
    fn ack(&mut self) -> Result<u64, Fault>;
}

/// Lets the clients work until all is done, in this thread.
fn drive(clients: &mut impl Clients, outstanding: usize, work: &Work) -> Result<Sample, Fault> {
    let mut latency = Latency::default();
    let mut done = 0;
    let (span, driven) = Span::of(|| {
        while done < work.messages {
            let batch = (outstanding as u64).min(work.messages - done);
            let begun = Instant::now();
            clients.add(done, batch)?;
            let (taken, acked) = (clients.take(batch)?, clients.ack()?);
            if (taken, acked) != (batch, batch) {
                let text = format!("{taken} delivered and {acked} acknowledged of {batch}");
                return Err(Fault::Failed(text));
            }
            for _ in 0..batch {
                latency.record(begun.elapsed());
            }
            done += batch;
            if !work.pulse.after(done) {
                break;
            }
        }
        Ok(())
    });
    driven?;
    work.check_stopped()?;
    let mut sample = Sample::new(done, Duration::ZERO);
    sample.elapsed = Span::hull([span]);
    sample.latency = latency;
    Ok(sample)
}

struct Embedded {
    engine: Engine,
    hasty: Engine,
    stream: Stream,
    group: StreamGroup,
    consumer: Consumer,
    message: Vec<u8>,
    ids: Vec<StreamId>,
}

impl Embedded {
    fn durable(&self) -> Result<(), Fault> {
        self.engine.durable(self.hasty.ticket()).map_err(failed)
    }
}

impl Clients for Embedded {
    fn add(&mut self, first: u64, count: u64) -> Result<(), Fault> {
        for sequence in first..first + count {
            Tally::write(&mut self.message, Header::new(0, sequence));
            let added = self.stream.xadd([(FIELD, &self.message)]);
            added.map_err(failed)?;
        }
        self.durable()
    }

    fn take(&mut self, count: u64) -> Result<u64, Fault> {
        let one = XreadgroupOptions {
            count: Some(1),
            ..XreadgroupOptions::default()
        };
        self.ids.clear();
        for _ in 0..count {
            let read = self.consumer.xreadgroup(GroupReadFrom::New, &one);
            let read = read.map_err(failed)?;
            self.ids.extend(read.iter().map(|entry| entry.id));
        }
        self.durable()?;
        Ok(self.ids.len() as u64)
    }

    fn ack(&mut self) -> Result<u64, Fault> {
        let mut acked = 0;
        for id in &self.ids {
            acked += self.group.xack([*id]).map_err(failed)?;
        }
        self.durable()?;
        Ok(acked)
    }
}

fn embedded(is_durable: bool, outstanding: usize, work: &Work) -> Result<Sample, Fault> {
    let directory = Directory::new().map_err(failed)?;
    let config = if is_durable {
        Config::at(directory.path()).level(Level::Group)
    } else {
        Config::in_memory()
    };
    let engine = Engine::open(config).map_err(failed)?;
    let hasty = engine.at_level(Level::None);
    let stream = hasty.stream(KEY).map_err(failed)?;
    let options = XgroupCreateOptions {
        mkstream: true,
        ..XgroupCreateOptions::default()
    };
    let made = stream.xgroup_create_with(GROUP, GroupStart::BEGINNING, &options);
    made.map_err(failed)?;
    let group = stream.group(GROUP);
    let mut clients = Embedded {
        consumer: group.consumer(CONSUMER),
        engine,
        hasty,
        stream,
        group,
        message: vec![0; work.payload],
        ids: Vec::with_capacity(outstanding),
    };
    let sample = drive(&mut clients, outstanding, work)?;
    let pending = clients.group.xpending().map_err(failed)?;
    if pending.count != 0 || clients.stream.xlen() != Ok(work.messages) {
        return Err(Fault::Failed("an entry is missing or pending".to_owned()));
    }
    Ok(sample)
}

struct Served {
    connection: redis::Connection,
    message: Vec<u8>,
    ids: Vec<StreamId>,
}

impl Clients for Served {
    fn add(&mut self, first: u64, count: u64) -> Result<(), Fault> {
        for sequence in first..first + count {
            Tally::write(&mut self.message, Header::new(0, sequence));
            let command: [&[u8]; 5] = [b"XADD", b"mq", b"*", FIELD, &self.message];
            self.connection.put(&command);
        }
        self.connection.flush();
        (0..count).for_each(|_| self.connection.skip());
        Ok(())
    }

    fn take(&mut self, count: u64) -> Result<u64, Fault> {
        for _ in 0..count {
            let command: [&[u8]; 9] = [
                b"XREADGROUP",
                b"GROUP",
                GROUP.as_bytes(),
                CONSUMER.as_bytes(),
                b"COUNT",
                b"1",
                b"STREAMS",
                b"mq",
                b">",
            ];
            self.connection.put(&command);
        }
        self.connection.flush();
        self.ids.clear();
        for _ in 0..count {
            // One stream: its key and its one entry, which is an id and fields.
            if self.connection.array() == 1 && self.connection.array() == 2 {
                self.connection.skip();
                if self.connection.array() == 1 && self.connection.array() == 2 {
                    self.ids.push(self.connection.read_id());
                    self.connection.skip();
                }
            }
        }
        Ok(self.ids.len() as u64)
    }

    fn ack(&mut self) -> Result<u64, Fault> {
        for id in &self.ids {
            self.connection.begin(4);
            for part in [b"XACK", KEY.as_bytes(), GROUP.as_bytes()] {
                self.connection.part(part);
            }
            self.connection.id(*id);
        }
        self.connection.flush();
        Ok((0..self.ids.len()).map(|_| self.connection.integer()).sum())
    }
}

fn served(outstanding: usize, work: &Work) -> Result<Sample, Fault> {
    let server = redis::Server::start_durable("always");
    let mut connection = server.connect();
    let create: [&[u8]; 6] = [
        b"XGROUP",
        b"CREATE",
        b"mq",
        GROUP.as_bytes(),
        b"0",
        b"MKSTREAM",
    ];
    connection.put(&create);
    connection.flush();
    connection.skip();
    let mut clients = Served {
        connection,
        message: vec![0; work.payload],
        ids: Vec::with_capacity(outstanding),
    };
    drive(&mut clients, outstanding, work)
}

/// The limit: what each step of all writes, as one block, and a sync.
fn raw(outstanding: usize, work: &Work) -> Result<Sample, Fault> {
    struct Raw(RefCell<RawFile>, [Vec<u8>; 3], u64);

    impl Raw {
        fn step(&self, step: usize) -> Result<(), Fault> {
            let written = self.0.borrow_mut().write_and_sync(&self.1[step]);
            written.map_err(failed)
        }
    }

    impl Clients for Raw {
        fn add(&mut self, _: u64, count: u64) -> Result<(), Fault> {
            self.2 = count;
            self.step(0)
        }

        fn take(&mut self, _: u64) -> Result<u64, Fault> {
            self.step(1)?;
            Ok(self.2)
        }

        fn ack(&mut self) -> Result<u64, Fault> {
            self.step(2)?;
            Ok(self.2)
        }
    }

    let directory = Directory::new().map_err(failed)?;
    let file = RawFile::create(&directory).map_err(failed)?;
    let payloads = [work.payload, 0, 0];
    let blocks = [0, 1, 2].map(|step| {
        let bytes = outstanding * (payloads[step] + STEP_BYTES[step]);
        vec![0x5a; bytes.next_multiple_of(BLOCK_BYTES)]
    });
    drive(&mut Raw(RefCell::new(file), blocks, 0), outstanding, work)
}
