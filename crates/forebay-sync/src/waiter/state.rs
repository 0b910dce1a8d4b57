//! The one word of a waiter.

use core::fmt;

/// Where a waiter stands; the table in the module's documentation says who moves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Anybody may claim it.
    Waiting,
    /// One claimer has it, and will deliver or release.
    Claimed,
    /// The value is in its place. Final.
    Delivered,
    /// Nobody waits any more, nobody will deliver. Final.
    Cancelled,
}

/// A value of the word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct State(u32);

impl State {
    /// Claimed when alone, delivered together with [`State::SETTLED`].
    pub(super) const CLAIMED: u32 = 1 << 0;
    /// No more changes of phase.
    pub(super) const SETTLED: u32 = 1 << 1;
    /// The seat holds the sleeper that whoever settles the word must take and wake.
    pub(super) const SEATED: u32 = 1 << 2;
    /// The owner wants to leave and cannot while the claim lasts.
    pub(super) const LEAVING: u32 = 1 << 3;
    /// Somebody else was refused while the claim lasted.
    pub(super) const REFUSED: u32 = 1 << 4;

    /// The word of a new waiter.
    pub(super) const NEW: Self = Self(0);

    pub(super) const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    pub(super) const fn bits(self) -> u32 {
        self.0
    }

    pub(super) const fn phase(self) -> Phase {
        match (self.0 & Self::CLAIMED != 0, self.0 & Self::SETTLED != 0) {
            (false, false) => Phase::Waiting,
            (true, false) => Phase::Claimed,
            (true, true) => Phase::Delivered,
            (false, true) => Phase::Cancelled,
        }
    }

    pub(super) const fn is_settled(self) -> bool {
        self.0 & Self::SETTLED != 0
    }

    pub(super) const fn is_seated(self) -> bool {
        self.0 & Self::SEATED != 0
    }

    pub(super) const fn is_leaving(self) -> bool {
        self.0 & Self::LEAVING != 0
    }

    pub(super) const fn is_refused(self) -> bool {
        self.0 & Self::REFUSED != 0
    }

    /// Waiting becomes claimed.
    pub(super) const fn claimed(self) -> Self {
        Self(self.0 | Self::CLAIMED)
    }

    /// Claimed, and another claimer was refused.
    pub(super) const fn refused(self) -> Self {
        Self(self.0 | Self::REFUSED)
    }

    /// Claimed, and the owner waits for the end of the claim.
    pub(super) const fn leaving(self) -> Self {
        Self(self.0 | Self::LEAVING)
    }

    /// Waiting becomes cancelled.
    pub(super) const fn cancelled(self) -> Self {
        Self(self.0 | Self::SETTLED)
    }

    /// Claimed becomes waiting, or cancelled when the owner is leaving.
    pub(super) const fn released(self) -> Self {
        let waiting = Self(self.0 & !(Self::CLAIMED | Self::REFUSED));
        if self.is_leaving() {
            waiting.cancelled()
        } else {
            waiting
        }
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("phase", &self.phase())
            .field("seated", &self.is_seated())
            .field("leaving", &self.is_leaving())
            .field("refused", &self.is_refused())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_follow_the_table() {
        let new = State::NEW;
        assert_eq!(new.phase(), Phase::Waiting, "a new waiter waits");
        assert_eq!(
            new.cancelled().phase(),
            Phase::Cancelled,
            "waiting may be cancelled"
        );
        let claimed = new.claimed();
        assert_eq!(claimed.phase(), Phase::Claimed, "waiting may be claimed");
        assert_eq!(claimed.released(), new, "a release undoes a claim");
        assert_eq!(
            claimed.refused().released(),
            new,
            "and forgets who was refused"
        );
        assert_eq!(
            claimed.leaving().released().phase(),
            Phase::Cancelled,
            "the owner has left"
        );
        let delivered = State::from_bits(claimed.bits() | State::SETTLED);
        assert_eq!(
            delivered.phase(),
            Phase::Delivered,
            "delivery is one bit on a claim"
        );
    }

    #[test]
    fn marks_do_not_touch_the_phase() {
        let marks = State::from_bits(State::SEATED | State::LEAVING | State::REFUSED);
        for phase in 0..4 {
            let plain = State::from_bits(phase);
            let marked = State::from_bits(phase | marks.bits());
            assert_eq!(plain.phase(), marked.phase(), "{marked:?}");
            assert_eq!(plain.is_settled(), marked.is_settled(), "{marked:?}");
        }
    }
}
