//! Consumers of Forebay's streams that sleep until there is an entry: threads and tasks.

use core::time::Duration;

use forebay::stream::{
    GroupReadFrom, GroupStart, XgroupCreateOptions, XreadOptions, XreadgroupOptions,
};
use forebay::{Consumer, Engine, Entry, Fields, Stream, StreamId, Timeout};
use parking_lot::Mutex;

use crate::engine::forebay::{must, open};
use crate::engine::stream::FIELD;
use crate::engine::{AsyncQueue, BlockingQueue, Named};

const NAME: &str = "forebay";
const KEY: &str = "mq";

fn message(fields: &Fields) -> &[u8] {
    fields.iter().next().map_or(b"", |(_, value)| value)
}

fn one_entry(block: Timeout) -> XreadOptions {
    XreadOptions {
        count: Some(1),
        block: Some(block),
        ..XreadOptions::default()
    }
}

/// Shows the first entry and notes that it was seen.
fn show<R>(entries: &[Entry], seen: &mut StreamId, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
    let Entry { id, fields } = entries.first()?;
    *seen = *id;
    Some(read(message(fields)))
}

/// A thread in XREAD BLOCK.
#[derive(Debug)]
pub struct Reading {
    stream: Stream,
    seen: Mutex<StreamId>,
    _engine: Engine,
}

impl Named for Reading {
    const NAME: &'static str = NAME;
}

impl BlockingQueue for Reading {
    fn new() -> Self {
        let engine = open();
        Self {
            stream: must(engine.stream(KEY)),
            seen: Mutex::default(),
            _engine: engine,
        }
    }

    #[inline]
    fn push(&self, message: &[u8]) {
        must(self.stream.xadd([(FIELD, message)]));
    }

    #[inline]
    fn wait<R>(&self, read: impl FnOnce(&[u8]) -> R) -> R {
        let mut seen = self.seen.lock();
        let entries = must(self.stream.xread(*seen, &one_entry(Timeout::FOREVER)));
        match show(&entries, &mut seen, read) {
            Some(result) => result,
            None => panic!("forebay: a read without a timeout timed out"),
        }
    }

    fn wait_for<R>(&self, limit: Duration, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        let mut seen = self.seen.lock();
        let entries = must(self.stream.xread(*seen, &one_entry(limit.into())));
        show(&entries, &mut seen, read)
    }
}

/// A thread in XREADGROUP BLOCK, which acknowledges what it was given.
#[derive(Debug)]
pub struct Consuming {
    stream: Stream,
    consumer: Consumer,
    _engine: Engine,
}

impl Consuming {
    fn read_one<R>(&self, block: Timeout, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        let options = XreadgroupOptions {
            count: Some(1),
            block: Some(block),
            ..XreadgroupOptions::default()
        };
        let delivered = must(self.consumer.xreadgroup(GroupReadFrom::New, &options));
        let entry = delivered.first()?;
        let result = read(entry.fields.as_ref().map_or(b"", message));
        must(self.consumer.group().xack([entry.id]));
        Some(result)
    }
}

impl Named for Consuming {
    const NAME: &'static str = NAME;
    const VARIANT: Option<&'static str> = Some("group");
}

impl BlockingQueue for Consuming {
    fn new() -> Self {
        let engine = open();
        let stream = must(engine.stream(KEY));
        let options = XgroupCreateOptions {
            mkstream: true,
            ..XgroupCreateOptions::default()
        };
        must(stream.xgroup_create_with("group", GroupStart::BEGINNING, &options));
        Self {
            consumer: stream.group("group").consumer("consumer"),
            stream,
            _engine: engine,
        }
    }

    #[inline]
    fn push(&self, message: &[u8]) {
        must(self.stream.xadd([(FIELD, message)]));
    }

    #[inline]
    fn wait<R>(&self, read: impl FnOnce(&[u8]) -> R) -> R {
        match self.read_one(Timeout::FOREVER, read) {
            Some(result) => result,
            None => panic!("forebay: a read without a timeout timed out"),
        }
    }

    fn wait_for<R>(&self, limit: Duration, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        self.read_one(limit.into(), read)
    }
}

/// A task that awaits XREAD BLOCK.
#[derive(Debug)]
pub struct Tasks;

impl Named for Tasks {
    const NAME: &'static str = NAME;
    const VARIANT: Option<&'static str> = Some("async");
}

impl AsyncQueue for Tasks {
    type Sender = (Engine, Stream);
    type Receiver = (Stream, StreamId);

    fn open() -> (Self::Sender, Self::Receiver) {
        let engine = open();
        let stream = must(engine.stream(KEY));
        ((engine, stream.clone()), (stream, StreamId::MIN))
    }

    #[inline]
    fn send((_, stream): &Self::Sender, message: &[u8]) {
        must(stream.xadd([(FIELD, message)]));
    }

    async fn receive<R>(
        (stream, seen): &mut Self::Receiver,
        read: impl FnOnce(&[u8]) -> R + Send,
    ) -> R {
        let options = one_entry(Timeout::FOREVER);
        let entries = must(stream.xread_async(*seen, &options).await);
        match show(&entries.unwrap_or_default(), seen, read) {
            Some(result) => result,
            None => panic!("forebay: a read without a timeout timed out"),
        }
    }
}
