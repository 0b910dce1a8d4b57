//! The one door to atomics, cells and parking: the real ones, or loom's under `cfg(loom)`.
//!
//! No other file names `core::sync::atomic`, `core::cell::UnsafeCell`, `std::thread::park` or the
//! `loom` crate, so every access of the crate can be explored by the models in `loom-tests`.
//!
//! # The rules that the models put on this crate
//! 1. **A word that others change by read-modify-write is never plainly stored while it is shared.**
//!    loom lets such a store land between the two halves of somebody's read-modify-write. A thread
//!    that owns the word for the moment stores it with [`OwnedAtomic::store_owned`]: a plain store
//!    in production, a `swap` in a model. (A swap continues release sequences where a store cuts
//!    them, so the model is a little kinder than the code: what is published by `store_owned` must
//!    be published by its own ordering.)
//! 2. **No ordering is `SeqCst` on an access**, only on a [`fence`]: loom runs such an access as
//!    acquire-release.
//! 3. **A loop that waits calls [`spin_loop`] or [`yield_now`]**: loom must be told to run others.
//! 4. **No statics**: constructors are not `const` in a model.
//!
//! # The companion
//! loom decides which accesses to reorder by looking at the last access of a location only. A
//! thread's own load in front of its compare-exchange hides other threads' earlier loads, and the
//! search then skips executions. So in a model every atomic has a companion flag, and every access
//! first makes a relaxed store to it. Nobody loads the companion, so no happens-before edge is
//! added; but all accesses of a location are stores of one location now, and each pair of them is
//! tried in both orders. `loom-tests/tests/canary.rs` shows the hole and that this closes it.

#[cfg(loom)]
pub use self::model::{
    Arc, AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Parker, Unparker, UnsafeCell,
    fence, lazy_static, skip_branch, sleep, spin_loop, yield_now,
};
#[cfg(not(loom))]
pub use self::native::{
    Arc, AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Parker, Unparker, UnsafeCell,
    fence, sleep, spin_loop, yield_now,
};
pub use core::sync::atomic::Ordering;

/// What the owner of an atomic may do beside the shared operations.
pub trait OwnedAtomic {
    /// The type of the value inside.
    type Value;

    /// Stores as the thread that owns the word at this moment: nobody else writes it meanwhile,
    /// although others may try to (their compare-exchange fails) and may read.
    fn store_owned(&self, value: Self::Value, order: Ordering);

    /// The value, when nobody else can reach the atomic.
    fn load_mut(&mut self) -> Self::Value;
}

#[cfg(not(loom))]
mod native {
    //! Production: thin names for what `core` and `std` have.

    pub use alloc::sync::Arc;
    pub use core::hint::spin_loop;
    pub use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, fence};
    pub use std::thread::{sleep, yield_now};

    use super::{Ordering, OwnedAtomic};
    use core::fmt;
    use core::marker::PhantomData;
    use core::time::Duration;

    macro_rules! owned_atomic {
        ($($atomic:ty => $value:ty $(, <$of:ident>)?;)*) => {$(
            impl$(<$of>)? OwnedAtomic for $atomic {
                type Value = $value;

                #[inline]
                fn store_owned(&self, value: $value, order: Ordering) {
                    self.store(value, order);
                }

                #[inline]
                fn load_mut(&mut self) -> $value {
                    *self.get_mut()
                }
            }
        )*};
    }

    owned_atomic! {
        AtomicBool => bool;
        AtomicU32 => u32;
        AtomicU64 => u64;
        AtomicUsize => usize;
        AtomicPtr<P> => *mut P, <P>;
    }

    /// `core::cell::UnsafeCell` with loom's closure interface.
    #[repr(transparent)]
    pub struct UnsafeCell<T>(core::cell::UnsafeCell<T>);

    impl<T> UnsafeCell<T> {
        /// A cell that holds `value`.
        #[inline]
        pub const fn new(value: T) -> Self {
            Self(core::cell::UnsafeCell::new(value))
        }

        /// Reads through a pointer that is good for the duration of `f`.
        #[inline]
        pub fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
            f(self.0.get())
        }

        /// Writes through a pointer that is good for the duration of `f`.
        #[inline]
        pub fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
            f(self.0.get())
        }

        /// The value.
        #[inline]
        pub fn into_inner(self) -> T {
            self.0.into_inner()
        }
    }

    impl<T> fmt::Debug for UnsafeCell<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("UnsafeCell").finish_non_exhaustive()
        }
    }

    /// Puts the calling thread to sleep. Stays on the thread that made it.
    #[derive(Debug)]
    pub struct Parker {
        // A pointer is neither Send nor Sync, and this type must be neither.
        thread_bound: PhantomData<*mut ()>,
    }

    impl Parker {
        /// The parker of the calling thread.
        #[must_use]
        pub const fn current() -> Self {
            Self {
                thread_bound: PhantomData,
            }
        }

        /// Sleeps until unparked since the last return; may return early.
        pub fn park(&self) {
            std::thread::park();
        }

        /// As [`Parker::park`], for about `limit` at most.
        pub fn park_timeout(&self, limit: Duration) {
            std::thread::park_timeout(limit);
        }

        /// What another thread ends the sleep with.
        #[must_use]
        pub fn unparker(&self) -> Unparker {
            Unparker(std::thread::current())
        }
    }

    /// Ends the sleep of one thread.
    #[derive(Debug)]
    pub struct Unparker(std::thread::Thread);

    impl Unparker {
        /// Ends the thread's sleep, or its next one when it is awake.
        pub fn unpark(self) {
            self.0.unpark();
        }
    }
}

#[cfg(loom)]
mod model {
    //! A model: loom's types, the atomics with their companion.

    pub use ::loom::cell::UnsafeCell;
    pub use ::loom::hint::spin_loop;
    pub use ::loom::lazy_static;
    pub use ::loom::skip_branch;
    pub use ::loom::sync::Arc;
    pub use ::loom::sync::atomic::fence;
    pub use ::loom::thread::yield_now;

    use super::{Ordering, OwnedAtomic};
    use ::loom::sync::Notify;
    use ::loom::sync::atomic as looms;
    use core::time::Duration;

    macro_rules! model_atomic {
        ($name:ident $(<$of:ident>)?, $value:ty $(, $fetch:ident)*) => {
            /// loom's atomic of this name, and its companion.
            #[derive(Debug)]
            pub struct $name$(<$of>)? {
                inner: looms::$name$(<$of>)?,
                companion: looms::AtomicBool,
            }

            impl$(<$of>)? $name$(<$of>)? {
                /// An atomic that holds `value`.
                #[track_caller]
                pub fn new(value: $value) -> Self {
                    Self { inner: looms::$name::new(value), companion: looms::AtomicBool::new(false) }
                }

                #[track_caller]
                fn touched(&self) -> &looms::$name$(<$of>)? {
                    // Relaxed: only tells the search that this location is accessed.
                    self.companion.store(false, Ordering::Relaxed);
                    &self.inner
                }

                /// As in `core`.
                #[track_caller]
                pub fn load(&self, order: Ordering) -> $value {
                    self.touched().load(order)
                }

                /// As in `core`; see rule 1 of the file.
                #[track_caller]
                pub fn store(&self, value: $value, order: Ordering) {
                    self.touched().store(value, order);
                }

                /// As in `core`.
                #[track_caller]
                pub fn swap(&self, value: $value, order: Ordering) -> $value {
                    self.touched().swap(value, order)
                }

                /// As in `core`.
                ///
                /// # Errors
                /// The value found, when it is not `current`.
                #[track_caller]
                pub fn compare_exchange(
                    &self,
                    current: $value,
                    new: $value,
                    success: Ordering,
                    failure: Ordering,
                ) -> Result<$value, $value> {
                    self.touched().compare_exchange(current, new, success, failure)
                }

                /// As in `core`; a model never fails it spuriously.
                ///
                /// # Errors
                /// The value found, when it is not `current`.
                #[track_caller]
                pub fn compare_exchange_weak(
                    &self,
                    current: $value,
                    new: $value,
                    success: Ordering,
                    failure: Ordering,
                ) -> Result<$value, $value> {
                    self.touched().compare_exchange(current, new, success, failure)
                }

                $(
                    /// As in `core`.
                    #[track_caller]
                    pub fn $fetch(&self, value: $value, order: Ordering) -> $value {
                        self.touched().$fetch(value, order)
                    }
                )*
            }

            impl$(<$of>)? OwnedAtomic for $name$(<$of>)? {
                type Value = $value;

                #[track_caller]
                fn store_owned(&self, value: $value, order: Ordering) {
                    self.swap(value, order);
                }

                #[track_caller]
                fn load_mut(&mut self) -> $value {
                    // SAFETY: the exclusive borrow says that no other thread reaches the atomic.
                    unsafe { self.inner.unsync_load() }
                }
            }
        };
    }

    model_atomic!(AtomicBool, bool, fetch_or, fetch_and);
    model_atomic!(AtomicU32, u32, fetch_add, fetch_sub, fetch_or, fetch_and);
    model_atomic!(AtomicU64, u64, fetch_add, fetch_sub, fetch_or, fetch_and);
    model_atomic!(
        AtomicUsize,
        usize,
        fetch_add,
        fetch_sub,
        fetch_or,
        fetch_and
    );
    model_atomic!(AtomicPtr<P>, *mut P);

    /// A model has no time: gives way to the other threads.
    pub fn sleep(_time: Duration) {
        yield_now();
    }

    /// Puts the calling thread to sleep.
    ///
    /// Not loom's `park`, which goes wrong when the thread is unparked in a `join`.
    #[derive(Debug)]
    pub struct Parker(Arc<Notify>);

    impl Parker {
        /// A parker for the calling thread.
        #[must_use]
        pub fn current() -> Self {
            Self(Arc::new(Notify::new()))
        }

        /// Sleeps until unparked since the last return; may return early.
        pub fn park(&self) {
            self.0.wait();
        }

        /// A model has no time: the limit has always passed.
        pub fn park_timeout(&self, _limit: Duration) {
            yield_now();
        }

        /// What another thread ends the sleep with.
        #[must_use]
        pub fn unparker(&self) -> Unparker {
            Unparker(self.0.clone())
        }
    }

    /// Ends the sleep of one thread.
    #[derive(Debug)]
    pub struct Unparker(Arc<Notify>);

    impl Unparker {
        /// Ends the thread's sleep, or its next one when it is awake.
        pub fn unpark(self) {
            self.0.notify();
        }
    }
}
