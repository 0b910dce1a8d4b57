//! Forebay's own streams, by handle and by name.

use forebay::stream::{
    Delivered, EntryRef, GroupReadFrom, GroupStart, IdBound, Trim, XaddOptions, XautoclaimOptions,
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
pub struct Stream<const WAY: u8> {
    handle: forebay::Stream,
    groups: Vec<Group>,
    _engine: Engine,
}

const LENT: u8 = 0;
const COPIED: u8 = 1;
const AUTOCLAIM: u8 = 2;

/// Reads entries where they are, and takes over with XREADGROUP CLAIM, which finds what has been
/// idle longest at once.
pub type Handles = Stream<LENT>;
/// Reads entries that are copied as shared `Bytes`.
pub type Copying = Stream<COPIED>;
/// Takes over with XAUTOCLAIM, which walks through all that is pending, by id.
pub type Autoclaiming = Stream<AUTOCLAIM>;

impl<const WAY: u8> Named for Stream<WAY> {
    const NAME: &'static str = NAME;
    const VARIANT: Option<&'static str> = match WAY {
        COPIED => Some("bytes"),
        AUTOCLAIM => Some("autoclaim"),
        _ => None,
    };
}

impl<const WAY: u8> stream::Stream for Stream<WAY> {
    type Session<'a> = Reading<'a, WAY>;
    type Member<'a> = Working<WAY>;

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

    fn session(&self) -> Reading<'_, WAY> {
        Reading(&self.handle)
    }

    fn member(&self, group: usize, consumer: usize) -> Working<WAY> {
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

/// The message in an entry that is lent.
#[inline]
fn lent(entry: EntryRef<'_>) -> (StreamId, &[u8]) {
    let value = entry.fields.iter().next();
    (entry.id, value.map_or(b"", |(_, value)| value))
}

/// A thread's way to the stream.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a, const WAY: u8>(&'a forebay::Stream);

impl<const WAY: u8> Session for Reading<'_, WAY> {
    #[inline]
    fn add(&mut self, message: &[u8]) {
        must(self.0.xadd([(FIELD, message)]));
    }

    #[inline]
    fn add_bounded(&mut self, message: &[u8], maxlen: u64) {
        let options = XaddOptions {
            trim: Some(Trim::maxlen(maxlen).approximately()),
            ..XaddOptions::default()
        };
        must(self.0.xadd_with(&options, [(FIELD, message)]));
    }

    #[inline]
    fn read(&mut self, after: StreamId, count: usize, visit: impl FnMut(StreamId, &[u8])) {
        let options = XreadOptions {
            count: Some(count as u64),
            ..XreadOptions::default()
        };
        if WAY == COPIED {
            show(&must(self.0.xread(after, &options)), visit);
            return;
        }
        let mut visit = visit;
        must(self.0.xread_with(after, &options, |entry| {
            let (id, message) = lent(entry);
            visit(id, message);
        }));
    }

    #[inline]
    fn range(
        &mut self,
        from: StreamId,
        to: StreamId,
        count: usize,
        visit: impl FnMut(StreamId, &[u8]),
    ) {
        let (range, count) = (from..=to, Some(count as u64));
        if WAY == COPIED {
            show(&must(self.0.xrange(range, count)), visit);
            return;
        }
        let mut visit = visit;
        must(self.0.xrange_with(range, count, |entry| {
            let (id, message) = lent(entry);
            visit(id, message);
        }));
    }

    #[inline]
    fn range_back(
        &mut self,
        from: StreamId,
        to: StreamId,
        count: usize,
        visit: impl FnMut(StreamId, &[u8]),
    ) {
        let (range, count) = (from..=to, Some(count as u64));
        if WAY == COPIED {
            show(&must(self.0.xrevrange(range, count)), visit);
            return;
        }
        let mut visit = visit;
        must(self.0.xrevrange_with(range, count, |entry| {
            let (id, message) = lent(entry);
            visit(id, message);
        }));
    }

    fn length(&mut self) -> u64 {
        must(self.0.xlen())
    }
}

/// One consumer by handle.
#[derive(Debug)]
pub struct Working<const WAY: u8> {
    consumer: Consumer,
    /// Where XAUTOCLAIM goes on.
    cursor: StreamId,
}

impl<const WAY: u8> Working<WAY> {
    #[inline]
    fn take_over(&self, count: u64, min_idle_ms: u64, mut visit: impl FnMut(StreamId, &[u8])) {
        let options = XreadgroupOptions {
            count: Some(count),
            claim: Some(min_idle_ms),
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

impl<const WAY: u8> Member for Working<WAY> {
    #[inline]
    fn take(&mut self, count: usize, mut visit: impl FnMut(StreamId, &[u8])) {
        if WAY == COPIED {
            show(&must(self.consumer.read(count as u64)), visit);
            return;
        }
        must(self.consumer.read_with(count as u64, |entry| {
            let (id, message) = lent(entry);
            visit(id, message);
        }));
    }

    #[inline]
    fn ack(&mut self, ids: &[StreamId]) {
        must(self.consumer.group().xack(ids));
    }

    fn claim(&mut self, min_idle_ms: u64, count: usize, visit: impl FnMut(StreamId, &[u8])) {
        let count = count as u64;
        if WAY == AUTOCLAIM {
            self.autoclaim(min_idle_ms, XautoclaimOptions { count }, visit);
            return;
        }
        self.take_over(count, min_idle_ms, visit);
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
