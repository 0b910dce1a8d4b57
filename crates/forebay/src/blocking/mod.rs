//! Blocking commands.
//!
//! A blocking command that finds nothing *registers*: with all its keys frozen at once, it puts one
//! [`Registration`] into the queue of each key. From then on three parties may end the [`Call`],
//! and the one atomic state of its waiter decides between them:
//!
//! * a command that adds elements or entries **serves** it: it claims the waiter, takes the
//!   elements, removes the registration through which it came, and delivers;
//! * the **owner** gives up, because of its timeout or because its future was dropped: it cancels;
//! * **closing** the engine claims the waiter and delivers that.
//!
//! # Invariants
//! * **W1.** A waiter is claimed only by a thread that has the lists frozen from which and to which
//!   elements will go, and only when the elements are there. So a claim is always followed by a
//!   delivery, when the step that serves it is in the journal and before its keys are let go, and a
//!   waiter that cannot be claimed is finished for good.
//! * **W2.** A registration is removed once: by the one who claimed its call through it, or else by
//!   the call's owner. Whoever meets one whose call is finished passes over it.
//! * **W3.** When a list is unfrozen, either nobody in its queue could be served, or some thread
//!   that has not returned yet is going to serve them, and every other thread that comes by does so
//!   first ([rule 3](crate::frozen)).
//! * **W4.** An element leaves its list only to be delivered, or to go to the list it was moved to.
//!   A dropped future that had been served puts the elements back where they came from, unless that
//!   key holds a stream by then.
//!
//! # Streams
//! Those who wait for entries stand in the same queues as those who wait for elements, and each
//! looks for what is its own: XREAD and BLPOP outlast a key that holds the other kind for a time.
//!
//! All XREAD calls that have something to read are served, each with what there is in all its keys
//! that are frozen. Of the XREADGROUP calls of a group the first is: the entries are its
//! consumer's, and pending, before anything is let go. It fails when its key has lost the group or
//! holds something else when the key is let go; a group that is there again at the end of a
//! transaction has never gone. What a dropped future had been given stays pending for its consumer.
//!
//! XREADGROUP with CLAIM is also served by time: while such a call waits, a timer looks at the key
//! when the first entry that others have left can be taken over.
//!
//! # Order
//! The queue of a key is served first come, first served; who cannot be served yet (BLMOVEM EXACTLY
//! wants more elements than there are; a group has no entries left) is passed over and keeps its
//! place. When a transaction makes several keys of a call ready, the first of them in the order of
//! the arguments serves it, or, of streams, all of them do.

mod future;
mod group_read;
mod look;
mod read;
mod request;
mod serve;
mod served;
#[cfg(test)]
mod tests;
mod wait;
mod waiters;

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use forebay_sync::{Side, Token, WaiterHandle, Wake};
use forebay_wal::Ticket;
use smallvec::SmallVec;

pub use self::future::Blocking;
pub(crate) use self::group_read::{GroupReading, KeyedDelivered, claimable_at_ms};
pub(crate) use self::read::{KeyedEntries, Read};
pub(crate) use self::request::Request;
pub(crate) use self::serve::{Left, serve, serve_left};
pub(crate) use self::served::Served;
pub(crate) use self::waiters::Waiters;

use crate::command::movement::Route;
use crate::error::Error;
use crate::object::Object;

/// Threads and tasks that have been served and must be woken when nothing is frozen any more.
/// Dropping it wakes them.
pub(crate) type Wakes = SmallVec<[Wake; 2]>;

/// Keeps a wake-up for later, if there is somebody to wake.
pub(crate) fn push_wake(wakes: &mut Wakes, wake: Wake) {
    if !wake.is_empty() {
        wakes.push(wake);
    }
}

/// Elements on their way to a caller.
pub(crate) type Elements = SmallVec<[Bytes; 1]>;

/// A blocking command that waits.
pub(crate) struct Call {
    pub(crate) waiter: WaiterHandle<Reply>,
    /// In the order of the arguments.
    pub(crate) keys: Keys,
    pub(crate) want: Want,
    /// Its registrations: which of its keys, and the place in that key's queue. Set before the keys
    /// are let go for the first time.
    registrations: OnceLock<SmallVec<[(usize, Token); 1]>>,
}

impl Call {
    fn registrations(&self) -> &[(usize, Token)] {
        self.registrations
            .get()
            .map_or(&[], |registrations| registrations)
    }

    /// The place in the queue of one of the keys.
    fn token(&self, key: usize) -> Option<Token> {
        self.registrations()
            .iter()
            .find(|(of, _)| *of == key)
            .map(|&(_, token)| token)
    }
}

/// The keys that a call waits for.
pub(crate) type Keys = SmallVec<[Arc<Object>; 1]>;

/// What a call waits for.
pub(crate) enum Want {
    /// Up to `count` elements from one end of any of its keys.
    Pop { side: Side, count: u64 },
    /// Elements of its only key moved to another list.
    Move { to: Arc<Object>, route: Route },
    /// Entries of its keys that come after given ones.
    Read(Box<Read>),
    /// Entries of its keys that no consumer of a group was given.
    GroupRead(Box<GroupReading>),
}

impl Want {
    /// Whether a list of this length has what is wanted.
    pub(crate) fn is_served_by(&self, len: u64) -> bool {
        match self {
            Self::Pop { .. } => len > 0,
            Self::Move { route, .. } => len >= route.how.len_min(),
            Self::Read(_) | Self::GroupRead(_) => false,
        }
    }
}

/// A call's place in the queue of one key.
pub(crate) struct Registration {
    pub(crate) call: Arc<Call>,
    /// Which of the call's keys this is.
    pub(crate) key: usize,
}

/// How a call ended.
pub(crate) enum Reply {
    Served(Delivery),
    /// The server has removed this registration.
    Failed {
        error: Error,
        registration: usize,
    },
    TimedOut,
    Closed,
}

/// What a call got.
pub(crate) struct Delivery {
    /// Which of the call's keys the elements came from. Entries say it themselves.
    pub(crate) key: usize,
    /// The registration that was removed by the server, if the call had registered.
    pub(crate) registration: Option<usize>,
    pub(crate) got: Got,
    /// Covers the step that has delivered it.
    pub(crate) ticket: Ticket,
}

/// Elements, or entries.
pub(crate) enum Got {
    Elements(Elements),
    Entries(KeyedEntries),
    Delivered(KeyedDelivered),
}

impl Delivery {
    /// The elements; none when it has entries.
    pub(crate) fn elements(self) -> Elements {
        match self.got {
            Got::Elements(elements) => elements,
            Got::Entries(_) | Got::Delivered(_) => Elements::new(),
        }
    }
}
