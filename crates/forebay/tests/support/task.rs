//! A task that is polled by hand: whether it waits, and whether it was woken, is certain.

use alloc::sync::Arc;
use alloc::task::Wake;
use core::pin::Pin;
use core::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use core::task::{Context, Poll, Waker};

/// Counts how often a task was woken.
#[derive(Debug, Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// A future and its waker.
pub(crate) struct Task<'a, T> {
    future: Pin<Box<dyn Future<Output = T> + Send + 'a>>,
    wakes: Arc<Wakes>,
}

impl<'a, T> Task<'a, T> {
    /// A task that has not begun.
    pub(crate) fn new(future: impl Future<Output = T> + Send + 'a) -> Self {
        Self {
            future: Box::pin(future),
            wakes: Arc::default(),
        }
    }

    /// A task that has begun and waits.
    ///
    /// # Panics
    /// When it did not have to.
    pub(crate) fn waiting(future: impl Future<Output = T> + Send + 'a) -> Self {
        let mut task = Self::new(future);
        assert!(task.poll().is_pending(), "there is nothing to be had yet");
        task
    }

    /// Polls once.
    pub(crate) fn poll(&mut self) -> Poll<T> {
        let waker = Waker::from(Arc::clone(&self.wakes));
        self.future.as_mut().poll(&mut Context::from_waker(&waker))
    }

    /// Polls once with a new waker, so that the old one must not be woken any more.
    pub(crate) fn poll_with_new_waker(&mut self) -> Poll<T> {
        self.wakes = Arc::default();
        self.poll()
    }

    /// Whether its waker was called.
    pub(crate) fn is_woken(&self) -> bool {
        self.wakes.0.load(SeqCst) > 0
    }

    /// What a woken task has come to.
    ///
    /// # Panics
    /// When it was not woken, or still waits.
    pub(crate) fn output(mut self) -> T {
        assert!(self.is_woken(), "nobody woke the task");
        match self.poll() {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("woken for nothing"),
        }
    }
}
