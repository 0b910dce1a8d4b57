//! Forebay's stream: XADD, XREADGROUP BLOCK and XACK, and XREADGROUP CLAIM of what the dead have left.

use core::time::Duration;

use forebay::stream::{
    Delivered, GroupReadFrom, GroupStart, XgroupCreateOptions, XreadgroupOptions,
};
use forebay::{Fields, StreamId, Timeout};

use super::stream::{MIN_IDLE_MS, length};
use super::{Receiver, Sender, Setup, Target};
use crate::engine::Named;
use crate::engine::forebay::{Slices, must};
use crate::engine::stream::FIELD;
use crate::fault::Fault;

const KEY: &str = "stream";

/// One stream by handle, and its groups.
#[derive(Debug)]
pub struct Stream {
    handle: forebay::Stream,
    groups: Vec<forebay::Group>,
    members: Vec<usize>,
    count: usize,
}

impl Named for Stream {
    const NAME: &'static str = <Slices as Named>::NAME;
}

impl Target for Stream {
    type Sender<'a> = Adder<'a>;
    type Receiver<'a> = Consumer<'a>;

    fn open(setup: &Setup) -> Result<Self, Fault> {
        let handle = must(setup.engine()?.stream(KEY));
        let options = XgroupCreateOptions {
            mkstream: true,
            ..XgroupCreateOptions::default()
        };
        let group = |number: usize| {
            let name = number.to_string();
            must(handle.xgroup_create_with(&name, GroupStart::BEGINNING, &options));
            handle.group(name)
        };
        Ok(Self {
            groups: (0..setup.groups.len()).map(group).collect(),
            members: setup.groups.clone(),
            count: setup.count,
            handle,
        })
    }

    fn sender(&self) -> Adder<'_> {
        Adder(&self.handle)
    }

    fn receiver(&self, group: usize, member: usize) -> Consumer<'_> {
        Consumer {
            handle: self.groups[group].consumer(member.to_string()),
            all: self,
            group,
            number: member,
            ids: Vec::with_capacity(self.count),
            deaths: 0,
        }
    }

    fn conclude(&self, sent: &[u64]) -> Result<(), Fault> {
        for group in &self.groups {
            let found = must(group.xpending()).count;
            if found != 0 {
                return Err(Fault::Pending { expected: 0, found });
            }
        }
        length(must(self.handle.xlen()), sent.iter().sum())
    }
}

/// A producer.
#[derive(Debug)]
pub struct Adder<'a>(&'a forebay::Stream);

impl Sender for Adder<'_> {
    #[inline]
    fn send(&mut self, _: usize, message: &[u8]) {
        must(self.0.xadd([(FIELD, message)]));
    }
}

/// A consumer.
#[derive(Debug)]
pub struct Consumer<'a> {
    handle: forebay::Consumer,
    all: &'a Stream,
    group: usize,
    number: usize,
    ids: Vec<StreamId>,
    /// How many have died in this one's place.
    deaths: usize,
}

#[inline]
fn message(fields: &Fields) -> &[u8] {
    fields.iter().next().map_or(b"", |(_, value)| value)
}

impl Receiver for Consumer<'_> {
    #[inline]
    fn receive(&mut self, limit: Duration, mut visit: impl FnMut(usize, &[u8])) {
        self.ids.clear();
        let options = XreadgroupOptions {
            count: Some(self.all.count as u64),
            block: Some(Timeout::from(limit)),
            claim: (self.deaths > 0).then_some(MIN_IDLE_MS),
            ..XreadgroupOptions::default()
        };
        let delivered = must(self.handle.xreadgroup(GroupReadFrom::New, &options));
        for Delivered { id, fields, .. } in &delivered {
            self.ids.push(*id);
            visit(0, fields.as_ref().map_or(b"", message));
        }
    }

    #[inline]
    fn finish(&mut self) -> bool {
        must(self.handle.group().xack(&self.ids));
        true
    }

    fn die(&mut self) {
        self.deaths += 1;
        let number = self.number + self.deaths * self.all.members[self.group];
        self.handle = self.all.groups[self.group].consumer(number.to_string());
        self.ids.clear();
    }

    fn is_settled(&mut self) -> bool {
        must(self.handle.group().xpending()).count == 0
    }
}
