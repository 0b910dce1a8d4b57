//! The concurrent primitives of Forebay, and the one home of its `unsafe` code.
//!
//! | Primitive | What it is for |
//! |---|---|
//! | [`SegmentList`], [`Exclusive`] | a list with two ends: one atomic step and one copy per message |
//! | [`Waiter`], [`WaiterHandle`], [`Claim`] | one blocked call, parked thread or task: exactly one claimer serves it, or it cancels |
//! | [`WaitQueue`] | those who wait for one key, in order of arrival |
//! | [`Backoff`] | pauses between two looks at what another thread is about to change |
//!
//! Nothing here does I/O or reads a clock. Every algorithm states its protocol, its invariants, the
//! partner of each memory ordering and who can delay whom in the documentation of its module, and
//! is explored by the models in `loom-tests`.
//!
//! # Examples
//! ```
//! use forebay_sync::Waiter;
//!
//! let mut waiter = Waiter::new();
//! let handle = waiter.handle();
//! std::thread::scope(|scope| {
//!     scope.spawn(move || match handle.claim() {
//!         Some(claim) => claim.deliver("message").wake(),
//!         None => unreachable!("nobody else serves this waiter"),
//!     });
//!     waiter.wait();
//!     assert_eq!(waiter.take(), Some("message"));
//! });
//! ```

extern crate alloc;

mod backoff;
mod copy;
#[doc(hidden)]
pub mod loom;
mod pool;
pub mod segment_list;
pub mod stream_log;
#[doc(hidden)]
pub mod teeth;
mod wait_queue;
pub mod waiter;

pub use backoff::Backoff;
pub use pool::{idle_memory, release_idle_memory};
pub use segment_list::{Attended, Contents, Exclusive, SegmentList, Side};
pub use wait_queue::{Iter as WaitQueueIter, Token, WaitQueue};
pub use waiter::{Cancel, Claim, Released, Waiter, WaiterHandle, Wake};
