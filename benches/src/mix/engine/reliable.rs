//! A queue behind a mutex with a backup for each consumer, so that what one had when it died is not
//! lost.

use alloc::collections::VecDeque;
use core::time::Duration;

use parking_lot::{Condvar, Mutex};

use super::{Receiver, Sender, Setup, Target, emptied};
use crate::engine::Named;
use crate::engine::mutex_vecdeque::MutexVecDeque;
use crate::fault::Fault;

type Messages = VecDeque<Box<[u8]>>;

/// The queue and the backups behind one lock, so that a message moves between them in one step.
#[derive(Debug)]
pub struct Backups {
    lists: Mutex<Lists>,
    not_empty: Condvar,
}

#[derive(Debug)]
struct Lists {
    queue: Messages,
    backups: Vec<Messages>,
}

/// A consumer, or a producer.
#[derive(Debug)]
pub struct End<'a> {
    all: &'a Backups,
    number: usize,
    /// What the consumer works on.
    current: Option<Box<[u8]>>,
}

impl Named for Backups {
    const NAME: &'static str = MutexVecDeque::NAME;
}

impl Target for Backups {
    type Sender<'a> = End<'a>;
    type Receiver<'a> = End<'a>;

    fn open(setup: &Setup) -> Result<Self, Fault> {
        let backups = vec![Messages::new(); setup.consumers()];
        let lists = Mutex::new(Lists {
            queue: Messages::new(),
            backups,
        });
        Ok(Self {
            lists,
            not_empty: Condvar::new(),
        })
    }

    fn sender(&self) -> End<'_> {
        End {
            all: self,
            number: 0,
            current: None,
        }
    }

    fn receiver(&self, _: usize, member: usize) -> End<'_> {
        End {
            all: self,
            number: member,
            current: None,
        }
    }

    fn conclude(&self, _: &[u64]) -> Result<(), Fault> {
        let lists = self.lists.lock();
        let unfinished: usize = lists.backups.iter().map(VecDeque::len).sum();
        emptied((lists.queue.len() + unfinished) as u64)
    }
}

impl Sender for End<'_> {
    #[inline]
    fn send(&mut self, _: usize, message: &[u8]) {
        let message = message.into();
        self.all.lists.lock().queue.push_back(message);
        self.all.not_empty.notify_one();
    }
}

impl Receiver for End<'_> {
    #[inline]
    fn receive(&mut self, limit: Duration, mut visit: impl FnMut(usize, &[u8])) {
        let mut lists = self.all.lists.lock();
        let nothing = |lists: &mut Lists| lists.queue.is_empty();
        self.all
            .not_empty
            .wait_while_for(&mut lists, nothing, limit);
        let Some(message) = lists.queue.pop_front() else {
            return;
        };
        // The consumer works on one copy, the backup keeps the other.
        let copy = message.clone();
        lists.backups[self.number].push_front(message);
        drop(lists);
        visit(0, &copy);
        self.current = Some(copy);
    }

    #[inline]
    fn finish(&mut self) -> bool {
        let Some(current) = self.current.take() else {
            return false;
        };
        let mut lists = self.all.lists.lock();
        let backup = &mut lists.backups[self.number];
        let place = backup.iter().position(|other| *other == current);
        let removed = place.and_then(|place| backup.remove(place));
        drop(lists);
        removed.is_some()
    }

    fn die(&mut self) {
        self.current = None;
        let mut lists = self.all.lists.lock();
        let Lists { queue, backups } = &mut *lists;
        // The oldest of them is next.
        for message in backups[self.number].drain(..) {
            queue.push_front(message);
        }
        drop(lists);
        self.all.not_empty.notify_all();
    }
}
