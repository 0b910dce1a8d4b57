//! The queue of those who wait for one key, in the order in which they came.
//!
//! # What it is
//! A doubly linked list laid in one vector, its free places chained: push at the back, pop at the
//! front and removal of any entry by its token are all O(1), however many wait. Plain sequential
//! code: whoever uses it holds the key's exclusive mode.
//!
//! # Tokens
//! A token holds the entry's place and the entry's stamp. Stamps are numbers of arrival and are
//! never given twice, so the token of an entry that has left removes nothing, even when its place
//! was taken again or the vector was given back in between.
//!
//! # Complexity and memory
//! An empty queue that never held anybody has no allocation. The vector keeps the size of the
//! longest wait until the queue is empty, and is then given back, unless it is very small.

use alloc::vec::Vec;
use core::fmt;

/// "No such place": ends both the chain of entries and the chain of free places.
const NONE: u32 = u32::MAX;
/// An emptied queue keeps a vector of this many places, for the next waiter is often near.
const KEPT_PLACES_MAX: usize = 4;

/// Entries in order of arrival, with O(1) removal of any of them.
///
/// # Examples
/// ```
/// use forebay_sync::WaitQueue;
///
/// let mut queue = WaitQueue::new();
/// let first = queue.push_back("first");
/// let second = queue.push_back("second");
/// queue.push_back("third");
///
/// assert_eq!(queue.remove(second), Some("second"));
/// assert_eq!(queue.pop_front(), Some("first"));
/// assert_eq!(queue.remove(first), None, "it has left already");
/// assert_eq!(queue.front(), Some(&"third"));
/// ```
pub struct WaitQueue<E> {
    places: Vec<Place<E>>,
    head: u32,
    tail: u32,
    free: u32,
    len: u32,
    next_stamp: u64,
}

/// Names one entry of one [`WaitQueue`], for as long as it is in there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "without its token an entry leaves only from the front"]
pub struct Token {
    stamp: u64,
    place: u32,
}

enum Place<E> {
    Taken {
        entry: E,
        stamp: u64,
        previous: u32,
        next: u32,
    },
    Free {
        next: u32,
    },
}

impl<E> WaitQueue<E> {
    /// An empty queue; allocates nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            places: Vec::new(),
            head: NONE,
            tail: NONE,
            free: NONE,
            len: 0,
            next_stamp: 0,
        }
    }

    /// How many wait.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether nobody waits.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds an entry behind all others.
    ///
    /// # Panics
    /// When 2^32 - 1 entries are in the queue.
    ///
    /// # Complexity
    /// O(1), amortized over the growth of the vector.
    pub fn push_back(&mut self, entry: E) -> Token {
        let stamp = self.next_stamp;
        let taken = Place::Taken {
            entry,
            stamp,
            previous: self.tail,
            next: NONE,
        };
        let place = if let Some(slot) = self.places.get_mut(self.free as usize) {
            let place = self.free;
            let Place::Free { next } = *slot else {
                unreachable!("the chain of free places holds free places only");
            };
            *slot = taken;
            self.free = next;
            place
        } else {
            let place = u32::try_from(self.places.len()).unwrap_or(NONE);
            assert!(place != NONE, "too many entries in a wait queue");
            self.places.push(taken);
            place
        };
        self.next_stamp += 1;
        self.len += 1;
        self.link(self.tail, Neighbor::Next, place);
        self.tail = place;
        Token { stamp, place }
    }

    /// The entry that waits longest.
    #[must_use]
    pub fn front(&self) -> Option<&E> {
        self.iter().next()
    }

    /// The entry that waits longest, to change it.
    #[must_use]
    pub fn front_mut(&mut self) -> Option<&mut E> {
        match self.places.get_mut(self.head as usize) {
            Some(Place::Taken { entry, .. }) => Some(entry),
            _ => None,
        }
    }

    /// Takes out the entry that waits longest.
    ///
    /// # Complexity
    /// O(1).
    pub fn pop_front(&mut self) -> Option<E> {
        self.take(self.head)
    }

    /// Takes out the entry of this token; `None` when it has left already.
    ///
    /// # Complexity
    /// O(1).
    pub fn remove(&mut self, token: Token) -> Option<E> {
        match self.places.get(token.place as usize) {
            Some(Place::Taken { stamp, .. }) if *stamp == token.stamp => self.take(token.place),
            _ => None,
        }
    }

    /// The entries, in order of arrival.
    #[must_use]
    pub const fn iter(&self) -> Iter<'_, E> {
        Iter {
            queue: self,
            place: self.head,
            left: self.len as usize,
        }
    }

    /// Empties one place and closes the chain over it; `None` for [`NONE`].
    fn take(&mut self, place: u32) -> Option<E> {
        let slot = self.places.get_mut(place as usize)?;
        let vacated = core::mem::replace(slot, Place::Free { next: self.free });
        let Place::Taken {
            entry,
            previous,
            next,
            ..
        } = vacated
        else {
            unreachable!("a linked place is taken");
        };
        self.free = place;
        self.len -= 1;
        self.link(previous, Neighbor::Next, next);
        self.link(next, Neighbor::Previous, previous);
        if self.len == 0 {
            self.rest();
        }
        Some(entry)
    }

    /// Points one link of `place` at `target`; [`NONE`] stands for the queue's own two ends.
    fn link(&mut self, place: u32, neighbor: Neighbor, target: u32) {
        let link = match (self.places.get_mut(place as usize), neighbor) {
            (Some(Place::Taken { next, .. }), Neighbor::Next) => next,
            (Some(Place::Taken { previous, .. }), Neighbor::Previous) => previous,
            (_, Neighbor::Next) => &mut self.head,
            (_, Neighbor::Previous) => &mut self.tail,
        };
        *link = target;
    }

    /// Gives the vector of an empty queue back, if it is worth it.
    fn rest(&mut self) {
        debug_assert!(
            self.head == NONE && self.tail == NONE,
            "an empty queue has no ends"
        );
        self.free = NONE;
        if self.places.capacity() > KEPT_PLACES_MAX {
            self.places = Vec::new();
        } else {
            self.places.clear();
        }
    }
}

/// Which link of a place is meant.
#[derive(Clone, Copy)]
enum Neighbor {
    Previous,
    Next,
}

impl<E> Default for WaitQueue<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E: fmt::Debug> fmt::Debug for WaitQueue<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

impl<'a, E> IntoIterator for &'a WaitQueue<E> {
    type Item = &'a E;
    type IntoIter = Iter<'a, E>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The entries of a [`WaitQueue`], in order of arrival.
pub struct Iter<'a, E> {
    queue: &'a WaitQueue<E>,
    place: u32,
    left: usize,
}

impl<'a, E> Iterator for Iter<'a, E> {
    type Item = &'a E;

    fn next(&mut self) -> Option<&'a E> {
        let Some(Place::Taken { entry, next, .. }) = self.queue.places.get(self.place as usize)
        else {
            return None;
        };
        self.place = *next;
        self.left -= 1;
        Some(entry)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<E> ExactSizeIterator for Iter<'_, E> {}

impl<E> Clone for Iter<'_, E> {
    fn clone(&self) -> Self {
        Self {
            queue: self.queue,
            place: self.place,
            left: self.left,
        }
    }
}

impl<E: fmt::Debug> fmt::Debug for Iter<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
