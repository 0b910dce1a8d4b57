//! The one door to what threads share and sleep on: the real things, or loom's under `cfg(loom)`.
//!
//! Lanes, the gate, the callers' wishes and all sleeping come through here, so the models in
//! `loom-tests` run the code of the log itself. What is behind other locks (the space, what the
//! writer shows of itself, the simulated disk) is a step that nobody interrupts to a model: those
//! locks are never held while something of this file is touched.

pub(crate) use forebay_sync::loom::{AtomicBool, AtomicU64, Ordering};
pub(crate) use forebay_sync::teeth::{Site, ord, skips};
/// A lock that models do not see.
pub(crate) use parking_lot::Mutex as UnseenMutex;

#[cfg(loom)]
pub(crate) use self::model::{Mutex, Parking, PerThread, Sleeper};
#[cfg(not(loom))]
pub(crate) use self::native::{Mutex, Parking, PerThread, Sleeper};

#[cfg(not(loom))]
mod native {
    //! Production: thin names for what `std` and well-known crates have.

    pub(crate) use parking_lot::Mutex;
    pub(crate) use thread_local::ThreadLocal as PerThread;

    use core::task::Waker;
    use core::time::Duration;
    use std::sync::{Arc, OnceLock};
    use std::task::Wake;
    use std::thread::{self, Thread};

    /// Where one thread sleeps and the others wake it.
    #[derive(Debug, Default)]
    pub(crate) struct Sleeper(OnceLock<Thread>);

    impl Sleeper {
        /// The thread that will sleep; wakes before this are lost, and so it is woken now.
        pub(crate) fn bind(&self, thread: &Thread) {
            let known = self.0.set(thread.clone());
            debug_assert!(known.is_ok(), "there is one writer");
            self.wake();
        }

        pub(crate) fn wake(&self) {
            if let Some(thread) = self.0.get() {
                thread.unpark();
            }
        }

        /// Sleeps until woken since the last return, or for this time; may return early.
        #[expect(clippy::unused_self, reason = "a model sleeps on an object of its own")]
        pub(crate) fn sleep(&self, time: Option<Duration>) {
            match time {
                None => thread::park(),
                Some(time) => thread::park_timeout(time),
            }
        }
    }

    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }

        fn wake_by_ref(self: &Arc<Self>) {
            self.0.unpark();
        }
    }

    thread_local! {
        static WAKER: Waker = Waker::from(Arc::new(Unpark(thread::current())));
    }

    /// The sleep of the calling thread, and the waker that ends it.
    #[derive(Debug)]
    pub(crate) struct Parking;

    impl Parking {
        pub(crate) fn current() -> Self {
            Self
        }

        #[expect(clippy::unused_self, reason = "a model has a waker for each wait")]
        pub(crate) fn with_waker<R>(&self, run: impl FnOnce(&Waker) -> R) -> R {
            WAKER.with(run)
        }

        /// Sleeps until the waker was used since the last return; may return early.
        #[expect(clippy::unused_self, reason = "a model has a sleep for each wait")]
        pub(crate) fn park(&self) {
            thread::park();
        }
    }
}

#[cfg(loom)]
mod model {
    //! A model: loom's lock and its notifications.

    use core::task::Waker;
    use core::time::Duration;
    use loom::sync::{MutexGuard, Notify};
    use loom::thread::{self, ThreadId};
    use std::sync::{Arc, OnceLock, PoisonError};
    use std::task::Wake;

    /// loom's lock, which is never poisoned.
    #[derive(Debug, Default)]
    pub(crate) struct Mutex<T>(loom::sync::Mutex<T>);

    impl<T> Mutex<T> {
        pub(crate) fn new(value: T) -> Self {
            Self(loom::sync::Mutex::new(value))
        }

        #[track_caller]
        pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }

    /// One value for each thread of a model, all of which are one thread to the system.
    #[derive(Debug, Default)]
    pub(crate) struct PerThread<T>([OnceLock<(ThreadId, T)>; 5]);

    impl<T> PerThread<T> {
        pub(crate) fn new() -> Self {
            Self([const { OnceLock::new() }; 5])
        }

        pub(crate) fn get_or(&self, make: impl FnOnce() -> T) -> &T {
            let current = thread::current().id();
            for place in &self.0 {
                match place.get() {
                    Some((thread, value)) if *thread == current => return value,
                    Some(_) => {}
                    None => break,
                }
            }
            // Making the value may let other threads run, who take places too.
            let mut made = (current, make());
            for place in &self.0 {
                match place.set(made) {
                    Ok(()) => {
                        let (_, value) = place.get().unwrap_or_else(|| unreachable!());
                        return value;
                    }
                    Err(back) => made = back,
                }
            }
            unreachable!("a model has no more threads than that")
        }
    }

    /// Where one thread sleeps and the others wake it.
    #[derive(Debug, Default)]
    pub(crate) struct Sleeper(Notify);

    impl Sleeper {
        /// A model's writer needs no introduction: who sleeps here is woken here.
        pub(crate) fn bind(&self, _thread: &std::thread::Thread) {
            self.wake();
        }

        pub(crate) fn wake(&self) {
            self.0.notify();
        }

        /// A model has no time: a sleep with a limit gives way to the other threads, unless the
        /// limit is for ever.
        pub(crate) fn sleep(&self, time: Option<Duration>) {
            match time {
                None | Some(Duration::MAX) => self.0.wait(),
                Some(_) => thread::yield_now(),
            }
        }
    }

    struct Unpark(Notify);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.notify();
        }
    }

    /// The sleep of the calling thread, and the waker that ends it.
    pub(crate) struct Parking(Arc<Unpark>);

    impl Parking {
        pub(crate) fn current() -> Self {
            Self(Arc::new(Unpark(Notify::new())))
        }

        pub(crate) fn with_waker<R>(&self, run: impl FnOnce(&Waker) -> R) -> R {
            run(&Waker::from(Arc::clone(&self.0)))
        }

        /// Sleeps until the waker was used since the last return; may return early.
        pub(crate) fn park(&self) {
            self.0.0.wait();
        }
    }
}
