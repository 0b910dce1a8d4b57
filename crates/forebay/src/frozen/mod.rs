//! Exclusive mode: one key, or several at once.
//!
//! Pushes and pops of lists that need no [attention](crate::object::Attention), and most of what is
//! done to streams that need none, have their fast paths in `forebay-sync` and in
//! [`StreamBody`](crate::stream::body::StreamBody). Everything else happens here, under these
//! rules:
//!
//! 1. **Order.** A key is frozen by freezing its list and then, if it ever held a stream, the log of
//!    that; locks of consumer groups come last, and who holds one never waits for a frozen log.
//!    Several keys are frozen in the order of their addresses, all that a step needs at once. A
//!    thread that has keys frozen freezes no others, takes no lock of the directory, calls no user's
//!    closure (but a transaction's), and wakes nobody (but a worker, when an expiry is the next thing
//!    to happen). It may take the lock of a shard's timers, whose owner waits for nothing.
//! 2. **Nothing due.** What a command sees of a key never includes one that should have expired.
//! 3. **Nobody overtaken.** What a command sees never includes elements or entries that a waiter is
//!    entitled to. Who finds such elements, because another thread has pushed them and is about to
//!    serve a blocked move, serves first: it never waits for that thread.
//! 4. **Everybody served.** When keys that have changed are let go, their waiters have been served,
//!    or are served before the command returns if that takes keys that were not frozen.
//! 5. **Attention** is there exactly while a key has an expiry, waiters, watchers or a value. The fast paths of its list
//!    are closed while it has attention or holds a stream, those of its stream while it has attention
//!    or holds none. In an engine with a [journal](crate::journal) every key has it for good.
//! 6. **Written down.** What a step has done is in the journal before any of its keys is let go, and
//!    before anybody who waited gets anything of it. Who waits until it is durable has let go.

mod edit;
mod key;
mod list;
mod set;
mod value;

pub(crate) use self::key::{FrozenKey, Held};
pub(crate) use self::list::FrozenList;
pub(crate) use self::set::{FrozenSet, pair_mut, position};
