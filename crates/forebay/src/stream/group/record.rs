//! A pending entry in 16 bytes, and how records name each other.

use super::place::SLOTS_MAX;

/// Arrays that a group can have at once: what the links have bits for.
pub(super) const ARRAYS_MAX: usize = (1 << (u32::BITS - SLOT_BITS)) - 1;

const SLOT_BITS: u32 = SLOTS_MAX.trailing_zeros();
const SLOT_MASK: u32 = 0x3ff;
const _: () = assert!(SLOT_MASK == SLOTS_MAX as u32 - 1, "a mask of all slots");

/// The name of a record within its group: the number of its array, and its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Link(u32);

impl Link {
    /// No record: the one array number that is never used has it.
    pub(super) const NONE: Self = Self(u32::MAX);

    #[inline]
    pub(super) fn new(array: u32, slot: u16) -> Self {
        debug_assert!(
            (array as usize) < ARRAYS_MAX && slot < SLOTS_MAX,
            "array {array}, slot {slot}"
        );
        Self(array << SLOT_BITS | u32::from(slot))
    }

    #[inline]
    pub(super) const fn array(self) -> u32 {
        self.0 >> SLOT_BITS
    }

    #[inline]
    pub(super) const fn slot(self) -> u16 {
        (self.0 & SLOT_MASK) as u16
    }

    /// The next slot of the same array.
    #[inline]
    pub(super) const fn following(self) -> Self {
        Self(self.0.wrapping_add(1))
    }

    #[inline]
    pub(super) fn is_none(self) -> bool {
        self == Self::NONE
    }

    /// `None` for [`Link::NONE`].
    #[inline]
    pub(super) fn some(self) -> Option<Self> {
        (!self.is_none()).then_some(self)
    }
}

/// A slot is pending.
pub(super) const LIVE: u8 = 1;
/// The values are in the side table of [`Values`](super::values::Values).
pub(super) const ASIDE: u8 = 1 << 1;
/// The record is a mark of its time, see [`Order`](super::order::Order).
pub(super) const MARKED: u8 = 1 << 2;

/// No consumer has the entry: it was released by XNACK. Always stands in the record itself.
pub(super) const NOBODY: u16 = u16::MAX;

/// One pending entry. What `delivered`, `consumer` and `count` mean is the business of
/// [`Values`](super::values::Values).
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    /// Neighbours in the order of time.
    pub(super) prev: Link,
    pub(super) next: Link,
    pub(super) delivered: u32,
    pub(super) consumer: u16,
    pub(super) count: u8,
    pub(super) flags: u8,
}

const _: () = assert!(size_of::<Record>() == 16, "what a pending entry costs");

impl Record {
    /// A slot that is not pending.
    pub(super) const VACANT: Self = Self {
        prev: Link::NONE,
        next: Link::NONE,
        delivered: 0,
        consumer: NOBODY,
        count: 0,
        flags: 0,
    };

    #[inline]
    pub(super) const fn is_live(&self) -> bool {
        self.flags & LIVE != 0
    }

    #[inline]
    pub(super) const fn is_owned(&self) -> bool {
        self.consumer != NOBODY
    }
}

/// What is known of a pending entry, in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pending {
    /// `None` after XNACK; the time is 0 then.
    pub(crate) consumer: Option<ConsumerIndex>,
    /// When it was delivered last, in Unix milliseconds.
    pub(crate) delivered_ms: i64,
    /// How often it was delivered; at most [`COUNT_MAX`].
    pub(crate) count: u64,
}

/// What counts of deliveries stop at: the greatest integer of the protocol.
pub(crate) const COUNT_MAX: u64 = i64::MAX.unsigned_abs();

/// A consumer, for as long as it exists. The numbers of deleted ones are used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ConsumerIndex(pub(super) u32);

impl Pending {
    /// For how long nothing was heard of it: `None` when nobody has it. Not negative.
    pub(crate) fn idle_ms(&self, now_ms: i64) -> Option<i64> {
        self.consumer
            .map(|_| now_ms.saturating_sub(self.delivered_ms).max(0))
    }

    /// Whether it has been idle long enough. What nobody has always was.
    pub(crate) fn is_idle_for(&self, min_idle_ms: i64, now_ms: i64) -> bool {
        min_idle_ms <= 0
            || self
                .idle_ms(now_ms)
                .is_none_or(|idle_ms| idle_ms >= min_idle_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_an_array_and_a_slot() {
        for (array, slot) in [(0, 0), (1, 1023), (4_194_302, 0), (4_194_302, 1023)] {
            let link = Link::new(array, slot);
            assert_eq!((link.array(), link.slot()), (array, slot));
            assert_eq!(link.some(), Some(link));
        }
        assert_eq!(Link::NONE.some(), None);
    }

    #[test]
    fn idle_is_never_negative_and_nobody_is_always_idle() {
        let mut pending = Pending {
            consumer: Some(ConsumerIndex(0)),
            delivered_ms: 10,
            count: 1,
        };
        assert_eq!(pending.idle_ms(15), Some(5));
        assert_eq!(pending.idle_ms(5), Some(0));
        assert!(pending.is_idle_for(5, 15));
        assert!(!pending.is_idle_for(6, 15));
        assert!(pending.is_idle_for(0, 5));
        assert!(pending.is_idle_for(-1, 5));
        pending.consumer = None;
        assert_eq!(pending.idle_ms(15), None);
        assert!(pending.is_idle_for(i64::MAX, 15));
    }
}
