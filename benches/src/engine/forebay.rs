//! Forebay itself, in its ways of use.

use core::fmt::Display;
use core::time::Duration;

use bytes::Bytes;
use forebay::{Config, Engine, List, Side, Timeout};

use crate::engine::{AsyncQueue, BlockingQueue, Key, KeyedQueues, Named, Queue, ReliableQueue};
use crate::key::Name;

const NAME: &str = "forebay";
const KEY: &str = "mq";
const BACKUP: &str = "mqback";

/// The value of a call that cannot fail here; a failure ends the run with its message.
#[inline]
#[track_caller]
pub(crate) fn must<T, E: Display>(result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("forebay: {error}"),
    }
}

/// An engine in memory with everything at its default.
#[must_use]
pub(crate) fn open() -> Engine {
    must(Engine::open(Config::in_memory()))
}

/// One list by handle: a slice in, a slice out.
#[derive(Debug)]
pub struct Slices {
    list: List,
    _engine: Engine,
}

impl Slices {
    fn open() -> Self {
        let engine = open();
        Self {
            list: must(engine.list(KEY)),
            _engine: engine,
        }
    }
}

impl Named for Slices {
    const NAME: &'static str = NAME;
}

impl Queue for Slices {
    fn new() -> Self {
        Self::open()
    }

    #[inline]
    fn push(&self, message: &[u8]) {
        must(self.list.lpush([message]));
    }

    #[inline]
    fn pop<R>(&self, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        must(self.list.rpop_with(read))
    }
}

impl BlockingQueue for Slices {
    fn new() -> Self {
        Self::open()
    }

    #[inline]
    fn push(&self, message: &[u8]) {
        must(self.list.lpush([message]));
    }

    #[inline]
    fn wait<R>(&self, read: impl FnOnce(&[u8]) -> R) -> R {
        match must(self.list.brpop(Timeout::FOREVER)) {
            Some(message) => read(&message),
            None => panic!("forebay: a pop without a timeout timed out"),
        }
    }

    fn wait_for<R>(&self, limit: Duration, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        must(self.list.brpop(limit)).map(|message| read(&message))
    }
}

/// One list by handle: `Bytes` in, `Bytes` out.
#[derive(Debug)]
pub struct Owned(Slices);

impl Named for Owned {
    const NAME: &'static str = NAME;
    const VARIANT: Option<&'static str> = Some("bytes");
}

impl Queue for Owned {
    fn new() -> Self {
        Self(Slices::open())
    }

    #[inline]
    fn push(&self, message: &[u8]) {
        must(self.0.list.lpush([Bytes::copy_from_slice(message)]));
    }

    #[inline]
    fn pop<R>(&self, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        must(self.0.list.rpop()).map(|message| read(&message))
    }
}

/// One list between tasks: `brpop_async`.
#[derive(Debug)]
pub struct Tasks;

impl Named for Tasks {
    const NAME: &'static str = NAME;
    const VARIANT: Option<&'static str> = Some("async");
}

impl AsyncQueue for Tasks {
    type Sender = (Engine, List);
    type Receiver = List;

    fn open() -> (Self::Sender, Self::Receiver) {
        let engine = open();
        let list = must(engine.list(KEY));
        ((engine, list.clone()), list)
    }

    #[inline]
    fn send((_, list): &Self::Sender, message: &[u8]) {
        must(list.lpush([message]));
    }

    async fn receive<R>(list: &mut List, read: impl FnOnce(&[u8]) -> R + Send) -> R {
        match must(list.brpop_async(Timeout::FOREVER).await) {
            Some(message) => read(&message),
            None => panic!("forebay: a pop without a timeout timed out"),
        }
    }
}

/// Many lists, each by a handle that was taken before.
#[derive(Debug)]
pub struct Handles {
    lists: Vec<List>,
    _engine: Engine,
}

impl Named for Handles {
    const NAME: &'static str = NAME;
}

impl KeyedQueues for Handles {
    fn new(names: &[Name]) -> Self {
        let engine = open();
        let lists = names.iter().map(|name| must(engine.list(name))).collect();
        Self {
            lists,
            _engine: engine,
        }
    }

    #[inline]
    fn push(&self, key: Key<'_>, message: &[u8]) {
        must(self.lists[key.index].lpush([message]));
    }

    #[inline]
    fn pop<R>(&self, key: Key<'_>, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        must(self.lists[key.index].rpop_with(read))
    }
}

/// Many lists, each call by the key's name.
#[derive(Debug)]
pub struct Names(Engine);

impl Named for Names {
    const NAME: &'static str = NAME;
    const VARIANT: Option<&'static str> = Some("name");
}

impl KeyedQueues for Names {
    fn new(_: &[Name]) -> Self {
        Self(open())
    }

    #[inline]
    fn push(&self, key: Key<'_>, message: &[u8]) {
        must(self.0.lpush(key.name, [message]));
    }

    #[inline]
    fn pop<R>(&self, key: Key<'_>, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        must(self.0.rpop_with(key.name, read))
    }
}

/// `BLMOVE` into a backup list, `LREM` from it when done.
#[derive(Debug)]
pub struct Backup {
    _engine: Engine,
    waiting: List,
    unfinished: List,
}

impl Named for Backup {
    const NAME: &'static str = NAME;
}

impl ReliableQueue for Backup {
    type Message = Bytes;

    fn new() -> Self {
        let engine = open();
        Self {
            waiting: must(engine.list(KEY)),
            unfinished: must(engine.list(BACKUP)),
            _engine: engine,
        }
    }

    #[inline]
    fn push(&self, message: &[u8]) {
        must(self.waiting.lpush([message]));
    }

    #[inline]
    fn take(&self) -> Bytes {
        let (from, to) = (Side::Right, Side::Left);
        match must(
            self.waiting
                .blmove(&self.unfinished, from, to, Timeout::FOREVER),
        ) {
            Some(message) => message,
            None => panic!("forebay: a move without a timeout timed out"),
        }
    }

    #[inline]
    fn finish(&self, message: &Bytes) -> bool {
        must(self.unfinished.lrem(1, message)) == 1
    }
}
