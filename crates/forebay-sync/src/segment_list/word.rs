//! The packed state word of a list: one atomic step on it is one claim.

use core::fmt;

use super::Side;

/// Bits of a slot number.
const SLOT_BITS: u32 = 10;
/// Bits of a count of 8-byte units.
const UNIT_BITS: u32 = 13;

const HI_SHIFT: u32 = SLOT_BITS;
const USED_SHIFT: u32 = HI_SHIFT + SLOT_BITS;
const FLAG_SHIFT: u32 = USED_SHIFT + UNIT_BITS;
const GENERATION_SHIFT: u32 = FLAG_SHIFT + 4;

const FROZEN: u64 = 1 << FLAG_SHIFT;
const ATTENDED: u64 = 1 << (FLAG_SHIFT + 1);
const APART: u64 = 1 << (FLAG_SHIFT + 2);
const LEFTWARD: u64 = 1 << (FLAG_SHIFT + 3);

/// The most slots that a segment can have.
pub(super) const SLOTS_MAX: u32 = (1 << SLOT_BITS) - 1;
/// The most 8-byte units that a segment can have, slot table included.
pub(super) const UNITS_MAX: u32 = (1 << UNIT_BITS) - 1;

const _: () = assert!(
    64 - GENERATION_SHIFT == 27,
    "the module doc promises 27 bits of generation"
);

/// A value of the state word. The table in the [module documentation](super) says who may change
/// what.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Word(pub(super) u64);

impl Word {
    /// An empty list that grows to the right, in generation 0.
    pub(super) const fn new(used: u32) -> Self {
        Self((used as u64) << USED_SHIFT)
    }

    /// First live slot of the head segment.
    #[inline]
    pub(super) const fn lo(self) -> u32 {
        (self.0 as u32) & SLOTS_MAX
    }

    /// Slots claimed in the tail segment.
    #[inline]
    pub(super) const fn hi(self) -> u32 {
        ((self.0 >> HI_SHIFT) as u32) & SLOTS_MAX
    }

    /// Units claimed in the tail segment, its slot table included.
    #[inline]
    pub(super) const fn used(self) -> u32 {
        ((self.0 >> USED_SHIFT) as u32) & UNITS_MAX
    }

    /// Whether the fast paths must stand back: another thread works alone, or the owner wants to
    /// look.
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

    /// Whether head and tail are different segments.
    #[inline]
    pub(super) const fn is_apart(self) -> bool {
        self.0 & APART != 0
    }

    /// Invariant I2 makes this one test exact.
    #[inline]
    pub(super) const fn is_empty(self) -> bool {
        !self.is_apart() && self.lo() == self.hi()
    }

    /// The side where the tail is: the side of the pushes.
    #[inline]
    pub(super) const fn push_side(self) -> Side {
        if self.0 & LEFTWARD != 0 {
            Side::Left
        } else {
            Side::Right
        }
    }

    #[inline]
    pub(super) const fn frozen(self) -> Self {
        Self(self.0 | FROZEN)
    }

    /// Claims `slots` slots and `units` units of the tail segment. The caller has checked that they
    /// fit.
    #[inline]
    pub(super) const fn claim_tail(self, slots: u32, units: u32) -> Self {
        Self(self.0 + ((slots as u64) << HI_SHIFT) + ((units as u64) << USED_SHIFT))
    }

    /// Claims `slots` slots of the head segment. The caller has checked that they are there.
    #[inline]
    pub(super) const fn claim_head(self, slots: u32) -> Self {
        Self(self.0 + slots as u64)
    }

    /// The word that ends exclusive mode.
    #[inline]
    pub(super) fn published(self, ends: Ends) -> Self {
        debug_assert!(
            ends.lo <= SLOTS_MAX && ends.hi <= SLOTS_MAX && ends.used <= UNITS_MAX,
            "{ends:?}"
        );
        let mut bits = u64::from(ends.lo)
            | u64::from(ends.hi) << HI_SHIFT
            | u64::from(ends.used) << USED_SHIFT
            | self.0 & (u64::MAX << GENERATION_SHIFT);
        if ends.attended {
            bits |= ATTENDED;
        }
        if ends.apart {
            bits |= APART;
        }
        if ends.push_side == Side::Left {
            bits |= LEFTWARD;
        }
        if ends.renumbered {
            // Wraps round at the top on purpose: the generation is the highest field.
            bits = bits.wrapping_add(1 << GENERATION_SHIFT);
        }
        Self(bits)
    }

    pub(super) const fn generation(self) -> u32 {
        (self.0 >> GENERATION_SHIFT) as u32
    }
}

/// What exclusive mode leaves behind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    pub(super) lo: u32,
    pub(super) hi: u32,
    pub(super) used: u32,
    pub(super) apart: bool,
    pub(super) attended: bool,
    pub(super) push_side: Side,
    pub(super) renumbered: bool,
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Word")
            .field("lo", &self.lo())
            .field("hi", &self.hi())
            .field("used", &self.used())
            .field("frozen", &self.is_frozen())
            .field("attended", &self.is_attended())
            .field("apart", &self.is_apart())
            .field("push_side", &self.push_side())
            .field("generation", &self.generation())
            .finish()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn every_field_keeps_to_its_bits() {
        let start = Word::new(2);
        for (lo, hi, used) in [
            (0, 0, 2),
            (1, 1, 3),
            (SLOTS_MAX, SLOTS_MAX, UNITS_MAX),
            (7, 512, 4096),
        ] {
            for bits in 0..8 {
                let ends = Ends {
                    lo,
                    hi,
                    used,
                    apart: bits & 1 != 0,
                    attended: bits & 2 != 0,
                    push_side: if bits & 4 != 0 {
                        Side::Left
                    } else {
                        Side::Right
                    },
                    renumbered: true,
                };
                let word = start.frozen().published(ends);
                assert_eq!(
                    (word.lo(), word.hi(), word.used()),
                    (lo, hi, used),
                    "{word:?}"
                );
                assert_eq!(word.is_apart(), ends.apart, "{word:?}");
                assert_eq!(word.is_attended(), ends.attended, "{word:?}");
                assert_eq!(word.push_side(), ends.push_side, "{word:?}");
                assert!(!word.is_frozen(), "{word:?}");
                assert_eq!(word.generation(), 1, "{word:?}");
            }
        }
    }

    #[test]
    fn generation_wraps_without_touching_the_rest() {
        let ends = Ends {
            lo: 3,
            hi: 5,
            used: 9,
            apart: true,
            attended: false,
            push_side: Side::Left,
            renumbered: true,
        };
        let last = Word(u64::MAX << GENERATION_SHIFT);
        let word = last.published(ends);
        assert_eq!(word.generation(), 0, "{word:?}");
        assert_eq!((word.lo(), word.hi(), word.used()), (3, 5, 9), "{word:?}");
    }

    #[test]
    fn claims_add_to_their_own_field() {
        let word = Word::new(4).claim_tail(2, 16).claim_head(1);
        assert_eq!((word.lo(), word.hi(), word.used()), (1, 2, 20), "{word:?}");
        assert!(!word.is_empty(), "{word:?}");
        assert!(word.claim_head(1).is_empty(), "{word:?}");
    }
}
