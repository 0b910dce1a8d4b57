//! The queues and streams under test, one file each, behind the traits that the drivers are generic
//! over.
//!
//! Each is set up as its user would. A peer owns every message as a `Box<[u8]>` on the heap, made
//! by the producer and dropped by the consumer, for that is how one puts bytes into a queue of
//! values; Forebay takes a slice and gives a slice.

pub mod concurrent_queue;
pub mod condvar;
pub mod crossbeam_channel;
pub mod crossbeam_segqueue;
pub mod dashmap_mutex_vecdeque;
pub mod dashmap_segqueue;
pub mod durable;
pub mod flume;
pub mod forebay;
pub mod kanal;
pub mod mutex_vecdeque;
pub mod null;
pub mod redis;
pub mod resp;
pub mod separate;
pub mod stream;
pub mod tokio_mpsc;

use crate::key::Name;

/// An engine's name, and the way it is used where there are several.
pub trait Named {
    /// The name in every report.
    const NAME: &'static str;
    /// How it is used, unless in the plain way.
    const VARIANT: Option<&'static str> = None;
}

/// An unbounded queue that any number of threads push to and pop from.
pub trait Queue: Named + Send + Sync + Sized + 'static {
    /// An empty queue.
    fn new() -> Self;

    /// Adds a message.
    fn push(&self, message: &[u8]);

    /// Removes the oldest message and shows it to `read`.
    fn pop<R>(&self, read: impl FnOnce(&[u8]) -> R) -> Option<R>;
}

/// A queue whose consumers can sleep until a message comes.
pub trait BlockingQueue: Named + Send + Sync + Sized + 'static {
    /// An empty queue.
    fn new() -> Self;

    /// Adds a message and wakes a consumer.
    fn push(&self, message: &[u8]);

    /// Removes the oldest message, as soon as there is one, and shows it to `read`.
    fn wait<R>(&self, read: impl FnOnce(&[u8]) -> R) -> R;

    /// Like `wait`, but gives up after some time.
    fn wait_for<R>(&self, limit: core::time::Duration, read: impl FnOnce(&[u8]) -> R) -> Option<R>;
}

/// A queue between tasks of an asynchronous runtime.
pub trait AsyncQueue: Named + 'static {
    /// The end that sends.
    type Sender: Send + 'static;
    /// The end that receives.
    type Receiver: Send + 'static;

    /// Both ends of an empty queue.
    fn open() -> (Self::Sender, Self::Receiver);

    /// Adds a message.
    fn send(sender: &Self::Sender, message: &[u8]);

    /// Removes the oldest message, as soon as there is one, and shows it to `read`.
    fn receive<R>(
        receiver: &mut Self::Receiver,
        read: impl FnOnce(&[u8]) -> R + Send,
    ) -> impl Future<Output = R> + Send;
}

/// One of many queues: its name, and its number for those who hold it by something faster.
#[derive(Debug, Clone, Copy)]
pub struct Key<'a> {
    /// Its place among all keys.
    pub index: usize,
    /// Its name.
    pub name: &'a [u8],
}

/// Many queues, told apart by key.
pub trait KeyedQueues: Named + Send + Sync + Sized + 'static {
    /// Queues that will be used under these names; they may be made when they are first used.
    fn new(names: &[Name]) -> Self;

    /// Adds a message to the queue of a key.
    fn push(&self, key: Key<'_>, message: &[u8]);

    /// Removes the oldest message of a key and shows it to `read`.
    fn pop<R>(&self, key: Key<'_>, read: impl FnOnce(&[u8]) -> R) -> Option<R>;
}

/// A queue whose consumers keep each message safe until they have finished with it.
pub trait ReliableQueue: Named + Send + Sync + Sized + 'static {
    /// A message that a consumer works on.
    type Message: AsRef<[u8]>;

    /// An empty queue and an empty backup.
    fn new() -> Self;

    /// Adds a message.
    fn push(&self, message: &[u8]);

    /// Moves the oldest message into the backup, as soon as there is one.
    fn take(&self) -> Self::Message;

    /// Removes a message from the backup; false when it is not there.
    fn finish(&self, message: &Self::Message) -> bool;
}

/// Something to do with each engine of a kind, compiled for each.
pub trait Visitor {
    /// Does it.
    fn visit<Q: Queue>(&mut self);
}

/// Visits every queue: Forebay in its ways of use first, then the peers by name.
pub fn visit_queues(visitor: &mut impl Visitor) {
    visitor.visit::<forebay::Slices>();
    visitor.visit::<forebay::Owned>();
    visitor.visit::<concurrent_queue::Queue>();
    visitor.visit::<crossbeam_channel::Channel>();
    visitor.visit::<crossbeam_segqueue::SegQueue>();
    visitor.visit::<flume::Channel>();
    visitor.visit::<kanal::Channel>();
    visitor.visit::<mutex_vecdeque::MutexVecDeque>();
}

/// The name of every engine that some workload runs.
pub const NAMES: [&str; 18] = [
    <forebay::Slices as Named>::NAME,
    <concurrent_queue::Queue as Named>::NAME,
    <condvar::MutexCondvar as Named>::NAME,
    <crossbeam_channel::Channel as Named>::NAME,
    <crossbeam_segqueue::SegQueue as Named>::NAME,
    <stream::crossbeam_skiplist::Stream as Named>::NAME,
    <stream::dashmap_mutex_btreemap::Map as Named>::NAME,
    <dashmap_mutex_vecdeque::Map as Named>::NAME,
    <dashmap_segqueue::Map as Named>::NAME,
    <flume::Channel as Named>::NAME,
    <kanal::Channel as Named>::NAME,
    <stream::mutex_arena::Stream as Named>::NAME,
    <stream::mutex_btreemap::Stream as Named>::NAME,
    <mutex_vecdeque::MutexVecDeque as Named>::NAME,
    null::NAME,
    durable::RawFile::NAME,
    redis::NAME,
    <tokio_mpsc::Channel as Named>::NAME,
];

/// Whether an engine cannot be run here, because a program that it needs is not installed. Such a
/// peer is left out.
#[must_use]
pub fn is_missing(engine: &str) -> bool {
    engine == redis::NAME && redis::version().is_none()
}

/// Whether this is the engine that the others are there to be compared with.
#[must_use]
pub fn is_ours(engine: &str) -> bool {
    engine == <forebay::Slices as Named>::NAME
}

/// Whether this is no engine at all, but what the workload itself costs.
#[must_use]
pub fn is_generator(engine: &str) -> bool {
    engine == null::NAME
}

/// Whether this is no queue, but what the disk allows.
#[must_use]
pub fn is_limit(engine: &str) -> bool {
    engine == durable::RawFile::NAME
}

/// Whether this is one of the engines that ours is compared with.
#[must_use]
pub fn is_peer(engine: &str) -> bool {
    !is_ours(engine) && !is_generator(engine) && !is_limit(engine)
}
