//! The packed words of a segment: its state, and a slot. Both hold an id in the same bits.

use core::fmt;

use super::id::Id;

const SLOT_BITS: u32 = 10;
const UNIT_BITS: u32 = 13;
const SEQ_BITS: u32 = 15;
const MS_BITS: u32 = 24;

/// Where the id begins, in a state word and in a slot.
const KEY_SHIFT: u32 = 64 - SEQ_BITS - MS_BITS;
const SEQ_MAX: u64 = (1 << SEQ_BITS) - 1;
const MS_MAX: u64 = (1 << MS_BITS) - 1;

/// The most slots that a segment can have.
pub(super) const SLOTS_MAX: u32 = (1 << SLOT_BITS) - 1;
/// The most 8-byte units that a segment can have, slot table included.
pub(super) const UNITS_MAX: u32 = (1 << UNIT_BITS) - 1;

const _: () = assert!(SLOT_BITS < OFFSET_SHIFT, "a slot has room for its number");
const _: () = assert!(
    KEY_SHIFT == SLOT_BITS + UNIT_BITS + 2,
    "the fields fill the word"
);

/// An id relative to the base of its segment: the milliseconds since the base, and the sequence
/// number, which counts from the base's while the milliseconds are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(u64);

impl Key {
    /// The base itself.
    pub(super) const BASE: Self = Self(0);
    /// Greater than the key of any entry.
    pub(super) const END: Self = Self(1 << (SEQ_BITS + MS_BITS));

    /// The key of `id`, when a segment with this base can hold it.
    #[inline]
    pub(super) fn of(base: Id, id: Id) -> Option<Self> {
        debug_assert!(id >= base, "{id} in a segment from {base}");
        let (ms, seq) = Self::parts(base, id);
        (ms <= MS_MAX && seq <= SEQ_MAX).then_some(Self(ms << SEQ_BITS | seq))
    }

    /// The least key whose id is not below `id`, which may lie anywhere.
    pub(super) fn lower(base: Id, id: Id) -> Self {
        if id <= base {
            return Self::BASE;
        }
        let (ms, seq) = Self::parts(base, id);
        if ms > MS_MAX {
            Self::END
        } else if seq > SEQ_MAX {
            Self((ms + 1) << SEQ_BITS)
        } else {
            Self(ms << SEQ_BITS | seq)
        }
    }

    #[inline]
    const fn parts(base: Id, id: Id) -> (u64, u64) {
        let ms = id.ms - base.ms;
        (ms, if ms == 0 { id.seq - base.seq } else { id.seq })
    }

    /// The id that this key stands for in a segment with this base.
    #[inline]
    pub(super) const fn id(self, base: Id) -> Id {
        let (ms, seq) = (self.0 >> SEQ_BITS, self.0 & SEQ_MAX);
        Id::new(base.ms + ms, if ms == 0 { base.seq + seq } else { seq })
    }
}

const FROZEN: u64 = 1 << (SLOT_BITS + UNIT_BITS);
const ATTENDED: u64 = FROZEN << 1;

/// A value of a segment's state word. The table in the [module documentation](super) says who may
/// change what.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Word(pub(super) u64);

impl Word {
    /// A segment without entries, whose last id is its base.
    pub(super) const fn new(used: u32) -> Self {
        Self((used as u64) << SLOT_BITS)
    }

    /// Slots claimed.
    #[inline]
    pub(super) const fn slots(self) -> u32 {
        self.0 as u32 & SLOTS_MAX
    }

    /// Units claimed, the table's and the names' included.
    #[inline]
    pub(super) const fn used(self) -> u32 {
        (self.0 >> SLOT_BITS) as u32 & UNITS_MAX
    }

    /// The last id given out.
    #[inline]
    pub(super) const fn last(self) -> Key {
        Key(self.0 >> KEY_SHIFT)
    }

    #[inline]
    pub(super) const fn is_detoured(self) -> bool {
        self.0 & (FROZEN | ATTENDED) != 0
    }

    #[inline]
    pub(super) const fn is_frozen(self) -> bool {
        self.0 & FROZEN != 0
    }

    #[inline]
    pub(super) const fn is_attended(self) -> bool {
        self.0 & ATTENDED != 0
    }

    #[inline]
    pub(super) const fn frozen(self) -> Self {
        Self(self.0 | FROZEN)
    }

    /// The same word in neither of its special states.
    #[inline]
    pub(super) const fn plain(self) -> Self {
        Self(self.0 & !(FROZEN | ATTENDED))
    }

    #[inline]
    pub(super) const fn attended(self, attended: bool) -> Self {
        Self(self.plain().0 | if attended { ATTENDED } else { 0 })
    }

    /// Claims a slot and `units` units for the id `key`. The caller has checked that they are
    /// there.
    #[inline]
    pub(super) const fn claim(self, units: u32, key: Key) -> Self {
        let low = self.0 & ((1 << KEY_SHIFT) - 1);
        Self((low + ((units as u64) << SLOT_BITS) + 1) | key.0 << KEY_SHIFT)
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Word")
            .field("slots", &self.slots())
            .field("used", &self.used())
            .field("frozen", &self.is_frozen())
            .field("attended", &self.is_attended())
            .field("last", &self.last())
            .finish()
    }
}

const FULL: u64 = 1;
const DELETED: u64 = 1 << 1;
const BOXED: u64 = 1 << 2;
/// The box of a deleted or trimmed entry is on its way out.
const UNBOXED: u64 = 1 << 3;
const OFFSET_SHIFT: u32 = KEY_SHIFT - UNIT_BITS;

/// A value of a slot: 0 while nobody has published it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot(pub(super) u64);

impl Slot {
    #[inline]
    pub(super) const fn new(key: Key, offset: u32, is_boxed: bool) -> Self {
        let boxed = if is_boxed { BOXED } else { 0 };
        Self(key.0 << KEY_SHIFT | (offset as u64) << OFFSET_SHIFT | boxed | FULL)
    }

    #[inline]
    pub(super) const fn is_full(self) -> bool {
        self.0 & FULL != 0
    }

    #[inline]
    pub(super) const fn is_deleted(self) -> bool {
        self.0 & DELETED != 0
    }

    #[inline]
    pub(super) const fn is_boxed(self) -> bool {
        self.0 & BOXED != 0
    }

    /// Whether there is a box that the segment still owns.
    #[inline]
    pub(super) const fn owns_box(self) -> bool {
        self.0 & (BOXED | UNBOXED) == BOXED
    }

    #[inline]
    pub(super) const fn key(self) -> Key {
        Key(self.0 >> KEY_SHIFT)
    }

    #[inline]
    pub(super) const fn offset(self) -> u32 {
        (self.0 >> OFFSET_SHIFT) as u32 & UNITS_MAX
    }

    /// The slot without its flags but for the box, and with its number in the bits between.
    #[inline]
    pub(super) const fn numbered(self, number: u32) -> Self {
        let boxed = if self.is_boxed() { 1 } else { 0 };
        Self(self.0 >> OFFSET_SHIFT << OFFSET_SHIFT | (number as u64) << 1 | boxed)
    }

    /// The number that [`Slot::numbered`] has put in.
    #[inline]
    pub(super) const fn number(self) -> u32 {
        (self.0 >> 1) as u32 & SLOTS_MAX
    }

    /// The slot that [`Slot::numbered`] was made of, published and not deleted.
    #[inline]
    pub(super) const fn unnumbered(self) -> Self {
        Self::new(self.key(), self.offset(), self.0 & 1 == 1)
    }

    pub(super) const fn deleted(self) -> Self {
        Self(self.0 | DELETED)
    }

    pub(super) const fn unboxed(self) -> Self {
        Self(self.0 | UNBOXED)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_for_their_ids_in_order() {
        let base = Id::new(1000, 50);
        let ids = [
            Id::new(1000, 50),
            Id::new(1000, 51),
            Id::new(1000, 50 + SEQ_MAX),
            Id::new(1001, 0),
            Id::new(1001, SEQ_MAX),
            Id::new(1000 + MS_MAX, 3),
        ];
        let keys: Vec<Key> = ids.iter().map(|&id| Key::of(base, id).unwrap()).collect();
        assert!(keys.is_sorted(), "{keys:?}");
        for (id, key) in ids.into_iter().zip(keys) {
            assert_eq!(key.id(base), id, "{key:?}");
            assert_eq!(Key::lower(base, id), key, "{id}");
        }
        for id in [
            Id::new(1000, 51 + SEQ_MAX),
            Id::new(1001, SEQ_MAX + 1),
            Id::new(1001 + MS_MAX, 0),
            Id::MAX,
        ] {
            assert_eq!(Key::of(base, id), None, "{id}");
        }
    }

    #[test]
    fn a_bound_lies_between_the_ids_on_both_sides() {
        let base = Id::new(1000, 50);
        assert_eq!(Key::lower(base, Id::MIN), Key::BASE);
        assert_eq!(Key::lower(base, Id::MAX), Key::END);
        let between = Key::lower(base, Id::new(1001, SEQ_MAX + 1));
        assert_eq!(between, Key::of(base, Id::new(1002, 0)).unwrap());
        let last = Key::of(base, Id::new(1000 + MS_MAX, SEQ_MAX)).unwrap();
        let beyond = Key::lower(base, Id::new(1000 + MS_MAX, SEQ_MAX + 1));
        assert_eq!(beyond, Key::END);
        assert!(last < beyond, "the last key is below the end");
    }

    #[test]
    fn the_greatest_base_works() {
        let base = Id::MAX;
        assert_eq!(Key::of(base, Id::MAX), Some(Key::BASE));
        assert_eq!(Key::BASE.id(base), Id::MAX);
    }

    #[test]
    fn every_field_keeps_to_its_bits() {
        let key = Key::of(Id::MIN, Id::new(MS_MAX, SEQ_MAX)).unwrap();
        let mut word = Word::new(UNITS_MAX - SLOTS_MAX);
        for _ in 0..SLOTS_MAX {
            word = word.claim(1, key);
        }
        assert_eq!((word.slots(), word.used()), (SLOTS_MAX, UNITS_MAX));
        assert_eq!(word.last(), key, "{word:?}");
        assert!(!word.is_frozen() && !word.is_attended(), "{word:?}");
        let other = word.attended(true).frozen();
        assert!(other.is_frozen() && other.is_attended(), "{other:?}");
        assert_eq!(other.plain(), word);
        for boxed in [false, true] {
            let slot = Slot::new(key, UNITS_MAX, boxed);
            assert_eq!((slot.key(), slot.offset()), (key, UNITS_MAX));
            assert_eq!((slot.is_boxed(), slot.owns_box()), (boxed, boxed));
            assert!(slot.is_full() && !slot.is_deleted(), "{slot:?}");
            let numbered = slot.numbered(SLOTS_MAX);
            assert_eq!(numbered.number(), SLOTS_MAX, "{numbered:?}");
            assert_eq!(numbered.unnumbered(), slot, "{numbered:?}");
            let gone = slot.deleted().unboxed();
            assert!(gone.is_deleted() && !gone.owns_box(), "{gone:?}");
            assert_eq!((gone.key(), gone.offset()), (key, UNITS_MAX));
        }
    }

    #[test]
    fn a_claim_replaces_the_id() {
        let (first, second) = (Key(5), Key(2 << SEQ_BITS));
        let word = Word::new(3).claim(2, first).claim(4, second);
        assert_eq!(
            (word.slots(), word.used(), word.last()),
            (2, 9, second),
            "{word:?}"
        );
    }
}
