//! How long a thread looks at its waiter before it parks.
//!
//! Parking and being woken costs many microseconds, a short spin saves them when the delivery is
//! near, and burns the very processor that the deliverer needs when it is not. So each thread
//! remembers whether its last spins paid: each success doubles the next spin up to a limit of about
//! the price of a wake, each failure halves it, and a thread whose spins do not pay soon parks at
//! once, with a short probe now and then to notice a change.

#[cfg(not(loom))]
pub(super) use self::adaptive::{snooze_until, spin_until};
#[cfg(loom)]
pub(super) use self::model::{snooze_until, spin_until};

#[cfg(not(loom))]
mod adaptive {
    use crate::Backoff;
    use crate::loom::spin_loop;
    use core::cell::Cell;

    /// About seven microseconds where a spin takes 27 ns: less than a wake costs.
    const SPINS_MAX: u16 = 256;
    /// The shortest spin, under a microsecond; anything shorter becomes none.
    const SPINS_MIN: u16 = 32;
    /// After this many calls without a spin there is a short one again.
    const CALLS_PER_PROBE: u16 = 32;

    thread_local! {
        static PATIENCE: Cell<Patience> = const { Cell::new(Patience::FIRST) };
    }

    /// Looks until `done`, for as long as it paid lately; says whether it is done.
    pub(in super::super) fn spin_until(mut done: impl FnMut() -> bool) -> bool {
        if done() {
            return true;
        }
        // A thread that is already dropping its locals parks at once.
        PATIENCE
            .try_with(|remembered| {
                let mut patience = remembered.get();
                let spins = patience.spins();
                let paid = (0..spins).any(|_| {
                    spin_loop();
                    done()
                });
                if spins > 0 {
                    patience.learn(paid);
                }
                remembered.set(patience);
                paid
            })
            .unwrap_or(false)
    }

    /// Looks until `done`, spinning and then yielding; says whether it is done. For the end of
    /// somebody's claim, which is a few instructions away unless its thread lost its processor.
    pub(in super::super) fn snooze_until(mut done: impl FnMut() -> bool) -> bool {
        let mut backoff = Backoff::new();
        while !done() {
            if backoff.is_spent() {
                return false;
            }
            backoff.snooze();
        }
        true
    }

    /// What a thread learnt from its last spins.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    struct Patience {
        spins: u16,
        calls_without: u16,
    }

    impl Patience {
        const FIRST: Self = Self {
            spins: SPINS_MIN * 2,
            calls_without: 0,
        };

        /// How often to look this time.
        const fn spins(&mut self) -> u16 {
            if self.spins > 0 {
                return self.spins;
            }
            self.calls_without += 1;
            if self.calls_without < CALLS_PER_PROBE {
                return 0;
            }
            self.calls_without = 0;
            SPINS_MIN
        }

        /// Draws the conclusion from a spin.
        fn learn(&mut self, paid: bool) {
            self.spins = match (paid, self.spins) {
                (true, spins) => (spins * 2).clamp(SPINS_MIN, SPINS_MAX),
                (false, spins) if spins > SPINS_MIN => spins / 2,
                (false, _) => 0,
            };
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn failures_end_the_spinning_and_probes_remain() {
            let mut patience = Patience::FIRST;
            for _ in 0..4 {
                if patience.spins() > 0 {
                    patience.learn(false);
                }
            }
            assert_eq!(patience.spins, 0, "it gives up");
            let probes = (0..320).filter(|_| patience.spins() > 0).count();
            assert_eq!(probes, 10, "one call in {CALLS_PER_PROBE} probes");
        }

        #[test]
        fn success_lengthens_up_to_the_limit() {
            let mut patience = Patience {
                spins: 0,
                calls_without: 0,
            };
            for _ in 0..20 {
                patience.learn(true);
            }
            assert_eq!(patience.spins, SPINS_MAX, "and not beyond");
        }

        #[test]
        fn what_is_done_needs_no_spin() {
            assert!(spin_until(|| true), "the first look sees it");
            assert!(!spin_until(|| false), "it ends without success too");
        }
    }
}

#[cfg(loom)]
mod model {
    //! One look, so that both ways are explored: found by looking, and found after parking.

    pub(in super::super) use self::spin_until as snooze_until;

    pub(in super::super) fn spin_until(mut done: impl FnMut() -> bool) -> bool {
        done()
    }
}
