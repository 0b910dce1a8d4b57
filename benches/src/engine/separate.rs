//! Several queues of one kind, each found by its place: nothing is shared between two of them.

use crossbeam_utils::CachePadded;

use crate::engine::{Key, KeyedQueues, Named, Queue};
use crate::key::Name;

/// So many queues, each on cache lines of its own.
#[derive(Debug)]
pub struct Separate<Q>(Vec<CachePadded<Q>>);

impl<Q: Named> Named for Separate<Q> {
    const NAME: &'static str = Q::NAME;
    const VARIANT: Option<&'static str> = Q::VARIANT;
}

impl<Q: Queue> KeyedQueues for Separate<Q> {
    fn new(names: &[Name]) -> Self {
        Self(names.iter().map(|_| CachePadded::new(Q::new())).collect())
    }

    #[inline]
    fn push(&self, key: Key<'_>, message: &[u8]) {
        self.0[key.index].push(message);
    }

    #[inline]
    fn pop<R>(&self, key: Key<'_>, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        self.0[key.index].pop(read)
    }
}
