//! What a key leads to.
//!
//! An [`Object`] belongs to its key for as long as anybody holds it: commands that delete, rename
//! or replace a key move or clear the *contents* of its list or its stream, and the object stays.
//! So whoever holds one never holds a stale one. A key exists while its list is not empty, while it
//! [holds a stream](Object::holds_stream), which may be empty, or while it holds a
//! [value](Watch::value); never two of these. The object of a key that does not exist is a husk, which the keyspace drops when nobody else holds it.

use core::fmt;
use std::sync::Arc;

use forebay_sync::SegmentList;
use forebay_sync::loom::Ordering::Relaxed;
use forebay_sync::loom::{AtomicBool, AtomicU32};
use once_cell::race::OnceBox;
use smallvec::SmallVec;

use crate::blocking::Waiters;
use crate::journal::Logged;
use crate::stream::body::StreamBody;
use crate::value::Value;
use crate::watch::Watchers;

/// The vacancy of an object that may not go, or that is none of the journal's.
const IN_USE: u32 = 0;
/// Nothing would be lost with it but what the journal knows of it.
const VACANT: u32 = 1;
/// Not even that.
const NOTED: u32 = 2;

/// A list, or a stream, and the key it belongs to.
pub(crate) struct Object {
    pub(crate) list: SegmentList<Attention>,
    stream: OnceBox<HeldStream>,
    key: SmallVec<[u8; 24]>,
    /// Whether an object that the journal keeps attended is of no use: see `vacancy`.
    vacancy: AtomicU32,
}

/// The stream of a key, from the first time on that it holds one.
struct HeldStream {
    body: StreamBody,
    /// Whether the key holds it now.
    is_held: AtomicBool,
}

/// What the engine keeps with a key that needs its attention; most need none, but in an engine with
/// a journal all do.
///
/// The list's attended bit is set exactly while this is `Some` or the key holds a stream (and for
/// good when the engine is closed), and then every push and pop goes through
/// [exclusive mode](crate::frozen). That of the stream's log is set exactly while this is `Some` or
/// the key holds no stream.
pub(crate) type Attention = Option<Box<Watch>>;

/// Why a key needs attention.
#[derive(Default)]
pub(crate) struct Watch {
    /// When the key stops to exist.
    pub(crate) expire_at_ms: Option<i64>,
    /// When a timer looks after it: at the above, or when somebody who waits can claim entries.
    /// Made to agree with these before the key is let go.
    pub(crate) timer_at_ms: Option<i64>,
    /// Who waits for an element or an entry, in order of arrival.
    pub(crate) waiters: Waiters,
    /// What the key holds when that is neither a list nor a stream.
    pub(crate) value: Option<Value>,
    /// Who wants to know that the key has changed.
    pub(crate) watchers: Watchers,
    /// What the journal knows of the key, which is a reason for ever, if there is a journal.
    pub(crate) logged: Option<Logged>,
}

impl Watch {
    /// Whether there is no reason any more.
    pub(crate) fn is_idle(&self) -> bool {
        self.logged.is_none() && self.is_only_logged()
    }

    /// Whether there is no reason any more but the journal.
    pub(crate) fn is_only_logged(&self) -> bool {
        self.expire_at_ms.is_none()
            && self.timer_at_ms.is_none()
            && self.waiters.is_empty()
            && self.value.is_none()
            && self.watchers.is_empty()
    }
}

impl Object {
    pub(crate) fn new(key: &[u8]) -> Arc<Self> {
        Arc::new(Self {
            list: SegmentList::new(),
            stream: OnceBox::new(),
            key: SmallVec::from_slice(key),
            vacancy: AtomicU32::new(IN_USE),
        })
    }

    /// The object of a key of an engine with a journal: it needs attention for good.
    pub(crate) fn new_logged(key: &[u8]) -> Arc<Self> {
        let object = Self::new(key);
        let watch = Watch {
            logged: Some(Logged::default()),
            ..Watch::default()
        };
        let mut list = object.list.freeze();
        *list.extra_mut() = Some(Box::new(watch));
        list.set_attended(true);
        drop(list);
        object.set_vacant(true);
        object
    }

    /// Says whether nothing would be lost with the object but what the journal knows of it. Its list
    /// is frozen, or nobody else has it.
    pub(crate) fn set_vacant(&self, is_vacant: bool) {
        let vacancy = if is_vacant { VACANT } else { IN_USE };
        // Relaxed: see `is_vacant`.
        self.vacancy.store(vacancy, Relaxed);
    }

    /// Whether nothing would be lost with the object but what the journal knows of it. Sure while
    /// its list is frozen.
    pub(crate) fn is_vacant(&self) -> bool {
        // Relaxed: written and, by who must be sure, read while the list is frozen, or when nobody
        // else can get hold of the object.
        self.vacancy.load(Relaxed) != IN_USE
    }

    /// The journal has noted what it knows of a vacant object. Its list is frozen.
    pub(crate) fn set_noted(&self) {
        // Relaxed: see `is_vacant`.
        self.vacancy.store(NOTED, Relaxed);
    }

    /// Whether the journal has noted what it knows of the object, and nothing has happened since.
    pub(crate) fn is_noted(&self) -> bool {
        // Relaxed: see `is_vacant`.
        self.vacancy.load(Relaxed) == NOTED
    }

    #[inline]
    pub(crate) fn key(&self) -> &[u8] {
        &self.key
    }

    /// Several keys are frozen in the order of this number.
    #[inline]
    pub(crate) fn address(&self) -> usize {
        core::ptr::from_ref(self).addr()
    }

    /// The stream that the key holds, or has held: its fast paths refuse while it does not.
    #[inline]
    pub(crate) fn stream(&self) -> Option<&StreamBody> {
        self.stream.get().map(|held| &held.body)
    }

    /// The same, made if the key has never held one. Its list is frozen.
    pub(crate) fn stream_or_new(&self) -> &StreamBody {
        let held = self.stream.get_or_init(|| {
            Box::new(HeldStream {
                body: StreamBody::new(),
                is_held: AtomicBool::new(false),
            })
        });
        &held.body
    }

    /// Whether the key holds a stream. Sure while its list is frozen, and a moment ago otherwise.
    #[inline]
    pub(crate) fn holds_stream(&self) -> bool {
        // Relaxed: written and, by who must be sure, read while the list is frozen.
        self.stream
            .get()
            .is_some_and(|held| held.is_held.load(Relaxed))
    }

    /// Says whether the key holds its stream. Its list and its log are frozen.
    pub(crate) fn set_holds_stream(&self, holds: bool) {
        if let Some(held) = self.stream.get() {
            // Relaxed: see `holds_stream`.
            held.is_held.store(holds, Relaxed);
        }
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.key.escape_ascii())
    }
}
