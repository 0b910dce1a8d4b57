//! Forebay's own streams, by handle and by name.

use forebay::stream::{
    Delivered, GroupReadFrom, GroupStart, IdBound, Trim, XaddOptions, XautoclaimOptions,
    XgroupCreateOptions, XreadOptions, XreadgroupOptions,
};
use forebay::{Consumer, Engine, Entry, Fields, Group, StreamId};

use crate::engine::forebay::{must, open};
use crate::engine::stream::{FIELD, KeyedStreams, Member, Session};
use crate::engine::{Key, Named, stream};

const NAME: &str = "forebay";
const KEY: &str = "mq";

/// One stream by handle, and its groups.
#[derive(Debug)]
pub struct Stream<const AUTOCLAIM: bool> {
    handle: forebay::Stream,
    groups: Vec<Group>,
    _engine: Engine,
}

/// Takes over with XREADGROUP CLAIM, which finds what has been idle longest at once.
pub type Handles = Stream<false>;
/// Takes over with XAUTOCLAIM, which walks through all that is pending, by id.
pub type Autoclaiming = Stream<true>;

impl<const AUTOCLAIM: bool> Named for Stream<AUTOCLAIM> {
    const NAME: &'static str = NAME;
    const VARIANT: Option<&'static str> = if AUTOCLAIM { Some("autoclaim") } else { None };
}

impl<const AUTOCLAIM: bool> stream::Stream for Stream<AUTOCLAIM> {
    type Session<'a> = &'a forebay::Stream;
    type Member<'a> = Working<AUTOCLAIM>;

    fn new(groups: usize) -> Self {
        let engine = open();
        let handle = must(engine.stream(KEY));
        let options = XgroupCreateOptions {
            mkstream: true,
            ..XgroupCreateOptions::default()
        };
        let group = |number: usize| {
            let name = number.to_string();
            must(handle.xgroup_create_with(&name, GroupStart::BEGINNING, &options));
            handle.group(name)
        };
        Self {
            groups: (0..groups).map(group).collect(),
            handle,
            _engine: engine,
        }
    }

    fn session(&self) -> &forebay::Stream {
        &self.handle
    }

    fn member(&self, group: usize, consumer: usize) -> Working<AUTOCLAIM> {
        Working {
            consumer: self.groups[group].consumer(consumer.to_string()),
            cursor: StreamId::MIN,
        }
    }
}

/// The message in an entry.
#[inline]
fn message(fields: &Fields) -> &[u8] {
    fields.iter().next().map_or(b"", |(_, value)| value)
}

#[inline]
fn show(entries: &[Entry], mut visit: impl FnMut(StreamId, &[u8])) {
    for Entry { id, fields } in entries {
        visit(*id, message(fields));
    }
}

impl Session for &forebay::Stream {
    #[inline]
    fn add(&mut self, message: &[u8]) {
        must(self.xadd([(FIELD, message)]));
    }

    #[inline]
    fn add_bounded(&mut self, message: &[u8], maxlen: u64) {
        let options = XaddOptions {
            trim: Some(Trim::maxlen(maxlen).approximately()),
            ..XaddOptions::default()
        };
        must(self.xadd_with(&options, [(FIELD, message)]));
    }

    #[inline]
    fn read(&mut self, after: StreamId, count: usize, visit: impl FnMut(StreamId, &[u8])) {
        let options = XreadOptions {
            count: Some(count as u64),
            ..XreadOptions::default()
        };
        show(&must(self.xread(after, &options)), visit);
    }

    #[inline]
    fn range(
        &mut self,
        from: StreamId,
        to: StreamId,
        count: usize,
        visit: impl FnMut(StreamId, &[u8]),
    ) {
        show(&must(self.xrange(from..=to, Some(count as u64))), visit);
    }

    #[inline]
    fn range_back(
        &mut self,
        from: StreamId,
        to: StreamId,
        count: usize,
        visit: impl FnMut(StreamId, &[u8]),
    ) {
        show(&must(self.xrevrange(from..=to, Some(count as u64))), visit);
    }

    fn length(&mut self) -> u64 {
        must(self.xlen())
    }
}

/// One consumer by handle.
#[derive(Debug)]
pub struct Working<const AUTOCLAIM: bool> {
    consumer: Consumer,
    /// Where XAUTOCLAIM goes on.
    cursor: StreamId,
}

impl<const AUTOCLAIM: bool> Working<AUTOCLAIM> {
    #[inline]
    fn deliver(&self, count: u64, claim: Option<u64>, mut visit: impl FnMut(StreamId, &[u8])) {
        let options = XreadgroupOptions {
            count: Some(count),
            claim,
            ..XreadgroupOptions::default()
        };
        for Delivered { id, fields, .. } in
            &must(self.consumer.xreadgroup(GroupReadFrom::New, &options))
        {
            visit(*id, fields.as_ref().map_or(b"", message));
        }
    }

    fn autoclaim(
        &mut self,
        min_idle_ms: u64,
        options: XautoclaimOptions,
        mut visit: impl FnMut(StreamId, &[u8]),
    ) {
        // A step may find nothing although there is more.
        loop {
            let start = IdBound::from(self.cursor);
            let step = must(self.consumer.xautoclaim(min_idle_ms, start, &options));
            self.cursor = step.cursor;
            show(&step.claimed, &mut visit);
            if step.is_last() || !step.claimed.is_empty() {
                return;
            }
        }
    }
}

impl<const AUTOCLAIM: bool> Member for Working<AUTOCLAIM> {
    #[inline]
    fn take(&mut self, count: usize, visit: impl FnMut(StreamId, &[u8])) {
        self.deliver(count as u64, None, visit);
    }

    #[inline]
    fn ack(&mut self, ids: &[StreamId]) {
        must(self.consumer.group().xack(ids));
    }

    fn claim(&mut self, min_idle_ms: u64, count: usize, visit: impl FnMut(StreamId, &[u8])) {
        let count = count as u64;
        if AUTOCLAIM {
            self.autoclaim(min_idle_ms, XautoclaimOptions { count }, visit);
            return;
        }
        self.deliver(count, Some(min_idle_ms), visit);
    }

    fn pending(&mut self) -> u64 {
        must(self.consumer.group().xpending()).count
    }
}

/// Many streams, each call by the key's name.
#[derive(Debug)]
pub struct Names(Engine);

impl Named for Names {
    const NAME: &'static str = NAME;
    const VARIANT: Option<&'static str> = Some("name");
}

impl KeyedStreams for Names {
    fn new() -> Self {
        Self(open())
    }

    #[inline]
    fn add(&self, key: Key<'_>, message: &[u8]) {
        must(self.0.xadd(key.name, [(FIELD, message)]));
    }

    #[inline]
    fn first(&self, key: Key<'_>, mut visit: impl FnMut(&[u8])) {
        for entry in must(self.0.xrange(key.name, .., Some(1))) {
            visit(message(&entry.fields));
        }
    }
}
