//! Streams under test, behind the traits that the drivers of the `stream-` workloads are generic
//! over.
//!
//! Every entry has one field, of a name that never changes, and the message is its value. The peers
//! inside this process are a log of their own each, made a stream with groups by [`peer`].

pub mod copies;
pub mod crossbeam_skiplist;
pub mod dashmap_mutex_btreemap;
pub mod fields;
pub mod forebay;
pub mod forebay_wake;
pub mod group;
pub mod mutex_arena;
pub mod mutex_btreemap;
pub mod peer;

use ::forebay::StreamId;

use crate::engine::redis;
use crate::engine::{Key, Named};
use crate::measure::memory;

/// The name of the one field that every entry has.
pub const FIELD: &[u8] = b"m";

/// A stream and its groups, which any number of threads use at once.
pub trait Stream: Named + Send + Sync + Sized + 'static {
    /// What one thread reads and writes through.
    type Session<'a>: Session
    where
        Self: 'a;
    /// What one consumer of a group works through.
    type Member<'a>: Member
    where
        Self: 'a;

    /// How many commands are sent before their answers are waited for, of one that is served
    /// through a connection.
    const PIPELINE: Option<u32> = None;

    /// An empty stream, and so many groups that are to be delivered all of it.
    fn new(groups: usize) -> Self;

    /// For the calling thread.
    fn session(&self) -> Self::Session<'_>;

    /// For the calling thread, as one consumer of one group.
    fn member(&self, group: usize, consumer: usize) -> Self::Member<'_>;

    /// Resident bytes of the process that has the stream.
    fn resident(&self) -> Option<u64> {
        memory::resident()
    }

    /// The most that was ever resident in it.
    fn peak_resident(&self) -> Option<u64> {
        memory::peak_resident()
    }
}

/// One thread's way to a stream.
pub trait Session {
    /// XADD `*`. What is pipelined may be sent later.
    fn add(&mut self, message: &[u8]);

    /// XADD MAXLEN `~` `*`.
    fn add_bounded(&mut self, message: &[u8], maxlen: u64);

    /// Waits until all that was added is in the stream.
    fn settle(&mut self) {}

    /// XREAD COUNT: shows the first entries after an id.
    fn read(&mut self, after: StreamId, count: usize, visit: impl FnMut(StreamId, &[u8]));

    /// XRANGE COUNT: shows the first entries of a range.
    fn range(
        &mut self,
        from: StreamId,
        to: StreamId,
        count: usize,
        visit: impl FnMut(StreamId, &[u8]),
    );

    /// XREVRANGE COUNT: shows the last entries of a range, the last one first.
    fn range_back(
        &mut self,
        from: StreamId,
        to: StreamId,
        count: usize,
        visit: impl FnMut(StreamId, &[u8]),
    );

    /// XLEN.
    fn length(&mut self) -> u64;
}

/// One consumer of a group.
pub trait Member {
    /// XREADGROUP COUNT `>`: shows entries that the group was not delivered yet. What is pipelined
    /// asks several times at once.
    fn take(&mut self, count: usize, visit: impl FnMut(StreamId, &[u8]));

    /// XACK. What is pipelined may be sent with the next `take`.
    fn ack(&mut self, ids: &[StreamId]);

    /// Waits until all that was acknowledged is so.
    fn settle(&mut self) {}

    /// Takes over and shows entries that another consumer was delivered so long ago and did not
    /// acknowledge, until there are `count` of them; fewer are left when none is shown.
    fn claim(&mut self, min_idle_ms: u64, count: usize, visit: impl FnMut(StreamId, &[u8]));

    /// XPENDING: how many entries of the group wait for an acknowledgement.
    fn pending(&mut self) -> u64;
}

/// Many streams, told apart by key.
pub trait KeyedStreams: Named + Send + Sync + Sized + 'static {
    /// No stream yet.
    fn new() -> Self;

    /// XADD `*`.
    fn add(&self, key: Key<'_>, message: &[u8]);

    /// Waits until all that was added is in its stream.
    fn settle(&self) {}

    /// XRANGE `-` `+` COUNT 1: shows the first entry.
    fn first(&self, key: Key<'_>, visit: impl FnMut(&[u8]));

    /// Resident bytes of the process that has the streams.
    fn resident(&self) -> Option<u64> {
        memory::resident()
    }

    /// The most that was ever resident in it.
    fn peak_resident(&self) -> Option<u64> {
        memory::peak_resident()
    }
}

/// Something to do with each stream, compiled for each.
pub trait StreamVisitor {
    /// Does it.
    fn visit<S: Stream>(&mut self);
}

/// Visits every stream: Forebay first, then the peers by name. A peer that is
/// not installed is left out.
pub fn visit_streams(visitor: &mut impl StreamVisitor) {
    visitor.visit::<forebay::Handles>();
    visitor.visit::<crossbeam_skiplist::Stream>();
    visitor.visit::<mutex_arena::Stream>();
    visitor.visit::<mutex_btreemap::Stream>();
    if redis::version().is_some() {
        visitor.visit::<redis::Stream>();
    }
}
