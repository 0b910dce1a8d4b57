//! The standard library's `Mutex` and `Condvar` around a `VecDeque`.

use alloc::collections::VecDeque;
use core::time::Duration;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::engine::{BlockingQueue, Named};

type Messages = VecDeque<Box<[u8]>>;

/// The blocking queue of every textbook.
#[derive(Debug, Default)]
pub struct MutexCondvar {
    messages: Mutex<Messages>,
    not_empty: Condvar,
}

impl MutexCondvar {
    fn lock(&self) -> MutexGuard<'_, Messages> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Named for MutexCondvar {
    const NAME: &'static str = "condvar";
}

impl BlockingQueue for MutexCondvar {
    fn new() -> Self {
        Self::default()
    }

    #[inline]
    fn push(&self, message: &[u8]) {
        let message = message.into();
        self.lock().push_back(message);
        self.not_empty.notify_one();
    }

    #[inline]
    fn wait<R>(&self, read: impl FnOnce(&[u8]) -> R) -> R {
        let mut messages = self.lock();
        loop {
            if let Some(message) = messages.pop_front() {
                drop(messages);
                return read(&message);
            }
            messages = self
                .not_empty
                .wait(messages)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn wait_for<R>(&self, limit: Duration, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        let (mut messages, _) = self
            .not_empty
            .wait_timeout_while(self.lock(), limit, |messages| messages.is_empty())
            .unwrap_or_else(PoisonError::into_inner);
        let message = messages.pop_front();
        drop(messages);
        message.map(|message| read(&message))
    }
}
