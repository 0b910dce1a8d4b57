//! `Mutex<VecDeque>`, the queue that everybody writes first.
//!
//! The mutex is `parking_lot`'s, which spins before it sleeps: on two cores it is the stronger
//! opponent.

use alloc::collections::VecDeque;
use core::time::Duration;

use parking_lot::{Condvar, Mutex};

use crate::engine::{BlockingQueue, Named, Queue, ReliableQueue};

/// A ring buffer behind a lock.
#[derive(Debug, Default)]
pub struct MutexVecDeque(Mutex<VecDeque<Box<[u8]>>>);

impl Named for MutexVecDeque {
    const NAME: &'static str = "mutex-vecdeque";
}

impl Queue for MutexVecDeque {
    fn new() -> Self {
        Self::default()
    }

    #[inline]
    fn push(&self, message: &[u8]) {
        // The allocation is made outside the lock.
        let message = message.into();
        self.0.lock().push_back(message);
    }

    #[inline]
    fn pop<R>(&self, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        // The lock is released before the message is read and freed.
        let message = self.0.lock().pop_front();
        message.map(|message| read(&message))
    }
}

/// The same with a condition variable, for consumers that sleep.
#[derive(Debug, Default)]
pub struct Blocking {
    messages: Mutex<VecDeque<Box<[u8]>>>,
    not_empty: Condvar,
}

impl Named for Blocking {
    const NAME: &'static str = MutexVecDeque::NAME;
}

impl BlockingQueue for Blocking {
    fn new() -> Self {
        Self::default()
    }

    #[inline]
    fn push(&self, message: &[u8]) {
        let message = message.into();
        self.messages.lock().push_back(message);
        self.not_empty.notify_one();
    }

    #[inline]
    #[expect(
        clippy::expect_used,
        reason = "without a limit it waits until there is one"
    )]
    fn wait<R>(&self, read: impl FnOnce(&[u8]) -> R) -> R {
        self.wait_for(Duration::MAX, read).expect("a message")
    }

    fn wait_for<R>(&self, limit: Duration, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        let mut messages = self.messages.lock();
        let nothing = |messages: &mut VecDeque<_>| messages.is_empty();
        self.not_empty.wait_while_for(&mut messages, nothing, limit);
        let message = messages.pop_front();
        drop(messages);
        message.map(|message| read(&message))
    }
}

/// A queue and its backup behind one lock, so that a message moves between them in one step.
#[derive(Debug, Default)]
pub struct TwoVecDeques {
    lists: Mutex<Lists>,
    not_empty: Condvar,
}

#[derive(Debug, Default)]
struct Lists {
    queue: VecDeque<Box<[u8]>>,
    backup: VecDeque<Box<[u8]>>,
}

impl Named for TwoVecDeques {
    const NAME: &'static str = MutexVecDeque::NAME;
}

impl ReliableQueue for TwoVecDeques {
    type Message = Box<[u8]>;

    fn new() -> Self {
        Self::default()
    }

    #[inline]
    fn push(&self, message: &[u8]) {
        let message = message.into();
        self.lists.lock().queue.push_back(message);
        self.not_empty.notify_one();
    }

    #[inline]
    fn take(&self) -> Box<[u8]> {
        let mut lists = self.lists.lock();
        loop {
            if let Some(message) = lists.queue.pop_front() {
                // The consumer works on one copy, the backup keeps the other.
                let copy = message.clone();
                lists.backup.push_front(message);
                return copy;
            }
            self.not_empty.wait(&mut lists);
        }
    }

    #[inline]
    fn finish(&self, message: &Box<[u8]>) -> bool {
        let mut lists = self.lists.lock();
        let place = lists.backup.iter().position(|other| other == message);
        let removed = place.and_then(|place| lists.backup.remove(place));
        drop(lists);
        removed.is_some()
    }
}
