//! What a key leads to.
//!
//! An [`Object`] belongs to its key for as long as anybody holds it: commands that delete, rename or
//! replace a key move or clear the *contents* of its list, and the object stays. So whoever holds
//! one never holds a stale one. A key exists while its list is not empty; the object of a key that
//! does not exist is a husk, which the keyspace drops when nobody else holds it.

use core::fmt;
use std::sync::Arc;

use forebay_sync::{Exclusive, SegmentList, WaitQueue};
use smallvec::SmallVec;

use crate::blocking::Registration;

/// A list, and the key it belongs to.
pub(crate) struct Object {
    pub(crate) list: SegmentList<Attention>,
    key: SmallVec<[u8; 24]>,
}

/// What the engine keeps with a list that needs its attention; most need none.
///
/// The list's attended bit is set exactly while this is `Some` (and for good when the engine is
/// closed), and then every push and pop goes through [exclusive mode](crate::frozen).
pub(crate) type Attention = Option<Box<Watch>>;

/// A list in exclusive mode.
pub(crate) type FrozenList<'a> = Exclusive<'a, Attention>;

/// Why a list needs attention.
#[derive(Default)]
pub(crate) struct Watch {
    /// When the key stops to exist.
    pub(crate) expire_at_ms: Option<i64>,
    /// When a timer looks after it; made to agree with the above before the list is let go.
    pub(crate) timer_at_ms: Option<i64>,
    /// Who waits for an element, in order of arrival.
    pub(crate) waiters: WaitQueue<Registration>,
}

impl Watch {
    /// Whether there is no reason any more.
    pub(crate) fn is_idle(&self) -> bool {
        self.expire_at_ms.is_none() && self.timer_at_ms.is_none() && self.waiters.is_empty()
    }
}

impl Object {
    pub(crate) fn new(key: &[u8]) -> Arc<Self> {
        Arc::new(Self {
            list: SegmentList::new(),
            key: SmallVec::from_slice(key),
        })
    }

    #[inline]
    pub(crate) fn key(&self) -> &[u8] {
        &self.key
    }

    /// Several lists are frozen in the order of this number.
    #[inline]
    pub(crate) fn address(&self) -> usize {
        core::ptr::from_ref(self).addr()
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.key.escape_ascii())
    }
}
