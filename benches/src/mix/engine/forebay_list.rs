//! Forebay's lists: one, many by key, and one with a backup for each consumer.

use core::time::Duration;

use bytes::Bytes;
use forebay::{Engine, List, Side};

use super::keyed::{key_of, token};
use super::{Receiver, Sender, Setup, Target, emptied};
use crate::engine::Named;
use crate::engine::forebay::{Slices, must};
use crate::fault::Fault;
use crate::key::{Name, name, names};

const KEY: &str = "mq";
const READY: &str = "ready";

/// One list by handle: LPUSH and BRPOP.
#[derive(Debug)]
pub struct One(List);

/// One thread's way to it.
#[derive(Debug)]
pub struct OneEnd<'a>(&'a List);

impl Named for One {
    const NAME: &'static str = <Slices as Named>::NAME;
}

impl Target for One {
    type Sender<'a> = OneEnd<'a>;
    type Receiver<'a> = OneEnd<'a>;

    fn open(setup: &Setup) -> Result<Self, Fault> {
        Ok(Self(must(setup.engine()?.list(KEY))))
    }

    fn sender(&self) -> OneEnd<'_> {
        OneEnd(&self.0)
    }

    fn receiver(&self, _: usize, _: usize) -> OneEnd<'_> {
        OneEnd(&self.0)
    }

    fn conclude(&self, _: &[u64]) -> Result<(), Fault> {
        emptied(must(self.0.llen()))
    }
}

impl Sender for OneEnd<'_> {
    #[inline]
    fn send(&mut self, _: usize, message: &[u8]) {
        must(self.0.lpush([message]));
    }
}

impl Receiver for OneEnd<'_> {
    #[inline]
    fn receive(&mut self, limit: Duration, mut visit: impl FnMut(usize, &[u8])) {
        if let Some(message) = must(self.0.brpop(limit)) {
            visit(0, &message);
        }
    }
}

/// Many lists, each by a handle that was taken before, and a list of the keys that have something.
#[derive(Debug)]
pub struct Handles {
    lists: Vec<List>,
    ready: List,
}

/// One thread's way to them.
#[derive(Debug)]
pub struct HandlesEnd<'a>(&'a Handles);

impl Named for Handles {
    const NAME: &'static str = <Slices as Named>::NAME;
}

impl Target for Handles {
    type Sender<'a> = HandlesEnd<'a>;
    type Receiver<'a> = HandlesEnd<'a>;

    fn open(setup: &Setup) -> Result<Self, Fault> {
        let engine = setup.engine()?;
        let lists = names(setup.keys)
            .iter()
            .map(|name| must(engine.list(name)))
            .collect();
        Ok(Self {
            lists,
            ready: must(engine.list(READY)),
        })
    }

    fn sender(&self) -> HandlesEnd<'_> {
        HandlesEnd(self)
    }

    fn receiver(&self, _: usize, _: usize) -> HandlesEnd<'_> {
        HandlesEnd(self)
    }

    fn conclude(&self, _: &[u64]) -> Result<(), Fault> {
        let left: u64 = self.lists.iter().map(|list| must(list.llen())).sum();
        emptied(left + must(self.ready.llen()))
    }
}

impl Sender for HandlesEnd<'_> {
    #[inline]
    fn send(&mut self, key: usize, message: &[u8]) {
        must(self.0.lists[key].lpush([message]));
        must(self.0.ready.lpush([token(key)]));
    }
}

impl Receiver for HandlesEnd<'_> {
    #[inline]
    fn receive(&mut self, limit: Duration, mut visit: impl FnMut(usize, &[u8])) {
        if let Some(token) = must(self.0.ready.brpop(limit)) {
            let key = key_of(&token);
            // What is not there is found missing in the end.
            let _ = must(self.0.lists[key].rpop_with(|message| visit(key, message)));
        }
    }
}

/// Many lists, each call by the key's name, and a list of the names that have something.
#[derive(Debug)]
pub struct Names {
    engine: Engine,
    names: Vec<Name>,
}

/// One thread's way to them.
#[derive(Debug)]
pub struct NamesEnd<'a>(&'a Names);

impl Named for Names {
    const NAME: &'static str = <Slices as Named>::NAME;
    const VARIANT: Option<&'static str> = Some("name");
}

impl Target for Names {
    type Sender<'a> = NamesEnd<'a>;
    type Receiver<'a> = NamesEnd<'a>;

    fn open(setup: &Setup) -> Result<Self, Fault> {
        Ok(Self {
            engine: setup.engine()?,
            names: names(setup.keys),
        })
    }

    fn sender(&self) -> NamesEnd<'_> {
        NamesEnd(self)
    }

    fn receiver(&self, _: usize, _: usize) -> NamesEnd<'_> {
        NamesEnd(self)
    }

    fn conclude(&self, _: &[u64]) -> Result<(), Fault> {
        // An emptied list is a key that does not exist.
        emptied(must(self.engine.dbsize()))
    }
}

impl Sender for NamesEnd<'_> {
    #[inline]
    fn send(&mut self, key: usize, message: &[u8]) {
        must(self.0.engine.lpush(self.0.names[key], [message]));
        must(self.0.engine.lpush(READY, [token(key)]));
    }
}

impl Receiver for NamesEnd<'_> {
    #[inline]
    fn receive(&mut self, limit: Duration, mut visit: impl FnMut(usize, &[u8])) {
        if let Some((_, token)) = must(self.0.engine.brpop(&[READY], limit)) {
            let key = key_of(&token);
            // What is not there is found missing in the end.
            let name = self.0.names[key];
            let _ = must(self.0.engine.rpop_with(name, |message| visit(key, message)));
        }
    }
}

/// BLMOVE into the consumer's backup, LREM from it when done, LMOVE back when it has died.
#[derive(Debug)]
pub struct Reliable {
    waiting: List,
    backups: Vec<List>,
}

/// A consumer, or a producer.
#[derive(Debug)]
pub struct ReliableEnd<'a> {
    waiting: &'a List,
    backup: &'a List,
    /// What the consumer works on.
    current: Option<Bytes>,
}

impl Named for Reliable {
    const NAME: &'static str = <Slices as Named>::NAME;
}

impl Target for Reliable {
    type Sender<'a> = ReliableEnd<'a>;
    type Receiver<'a> = ReliableEnd<'a>;

    fn open(setup: &Setup) -> Result<Self, Fault> {
        let engine = setup.engine()?;
        let backup = |number| must(engine.list(name(number)));
        let backups = (0..).take(setup.consumers()).map(backup).collect();
        Ok(Self {
            waiting: must(engine.list(KEY)),
            backups,
        })
    }

    fn sender(&self) -> ReliableEnd<'_> {
        self.receiver(0, 0)
    }

    fn receiver(&self, _: usize, member: usize) -> ReliableEnd<'_> {
        ReliableEnd {
            waiting: &self.waiting,
            backup: &self.backups[member],
            current: None,
        }
    }

    fn conclude(&self, _: &[u64]) -> Result<(), Fault> {
        let unfinished: u64 = self.backups.iter().map(|backup| must(backup.llen())).sum();
        emptied(unfinished + must(self.waiting.llen()))
    }
}

impl Sender for ReliableEnd<'_> {
    #[inline]
    fn send(&mut self, _: usize, message: &[u8]) {
        must(self.waiting.lpush([message]));
    }
}

impl Receiver for ReliableEnd<'_> {
    #[inline]
    fn receive(&mut self, limit: Duration, mut visit: impl FnMut(usize, &[u8])) {
        let moved = self
            .waiting
            .blmove(self.backup, Side::Right, Side::Left, limit);
        if let Some(message) = must(moved) {
            visit(0, &message);
            self.current = Some(message);
        }
    }

    #[inline]
    fn finish(&mut self) -> bool {
        let current = self.current.take();
        current.is_some_and(|current| must(self.backup.lrem(1, &current)) == 1)
    }

    fn die(&mut self) {
        self.current = None;
        // The oldest of them is next.
        while must(self.backup.lmove(self.waiting, Side::Left, Side::Right)).is_some() {}
    }
}
