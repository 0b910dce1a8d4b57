//! Waiting for a frozen list, so that everybody gets a turn.
//!
//! Exclusive mode is a lock without a queue. A thread that freezes a list again and again, such as
//! one that reads a long range in a loop, would keep others out for as long as it likes: they look
//! now and then, and find the list frozen. So who has waited for about a millisecond says that it
//! *starves*, and while somebody does, whoever wants to freeze the list gives way for a moment that
//! is longer than the pauses between two looks.
//!
//! Lists share the places where that is noted; a collision costs a pause. Nobody reads more out of
//! a place than that, so all accesses are relaxed.

use crate::backoff::Backoff;

/// One wait for one list, over all attempts.
pub(super) struct Patience {
    backoff: Backoff,
    #[cfg(not(loom))]
    starving: starving::Starving,
}

impl Patience {
    /// For the list at this address. Costs nothing until it waits.
    #[inline]
    #[cfg_attr(
        loom,
        expect(unused_variables, reason = "a model has no time to starve")
    )]
    pub(super) const fn new(list: usize) -> Self {
        Self {
            backoff: Backoff::new(),
            #[cfg(not(loom))]
            starving: starving::Starving::new(list),
        }
    }

    /// Waits a while before the next look at the list.
    pub(super) fn wait(&mut self) {
        #[cfg(not(loom))]
        if self.starving.wait(&self.backoff) {
            return;
        }
        self.backoff.snooze();
    }

    /// To be called before the list is frozen: lets those go first who starve. Not by a thread that
    /// has frozen a list already: who waits for that one would wait longer. Says whether it has
    /// paused.
    #[inline]
    #[cfg_attr(
        loom,
        expect(clippy::unused_self, reason = "nobody starves in a model")
    )]
    pub(super) fn give_way(&self) -> bool {
        #[cfg(not(loom))]
        return self.starving.give_way();
        #[cfg(loom)]
        false
    }

    /// A short pause after a compare-exchange that failed.
    pub(super) fn spin(&mut self) {
        self.backoff.spin();
    }
}

#[cfg(not(loom))]
mod starving {
    use core::time::Duration;

    use crate::backoff::Backoff;
    use crate::loom::AtomicU32;
    use crate::loom::Ordering::Relaxed;
    use crate::loom::sleep;

    /// Between two looks of all that starve at one place, together.
    const LOOK_EVERY: Duration = Duration::from_micros(50);
    /// How long who wants to freeze a list gives way; more than the kernel makes of the above.
    const GIVE_WAY: Duration = Duration::from_micros(100);
    /// The longest sleep of one that starves among many, in looks.
    const LOOKS_MAX: u32 = 200;

    const PLACES: usize = 64;

    /// How many threads starve at each place.
    static STARVING: [AtomicU32; PLACES] = [const { AtomicU32::new(0) }; PLACES];

    pub(super) struct Starving {
        list: usize,
        is_noted: bool,
    }

    impl Starving {
        pub(super) const fn new(list: usize) -> Self {
            Self {
                list,
                is_noted: false,
            }
        }

        fn place(&self) -> &'static AtomicU32 {
            // Lists are some hundred bytes apart.
            &STARVING[(self.list >> 7) % PLACES]
        }

        /// Sleeps until the next look, if this thread starves.
        pub(super) fn wait(&mut self, backoff: &Backoff) -> bool {
            if !self.is_noted {
                if !backoff.is_long() {
                    return false;
                }
                self.is_noted = true;
                // Relaxed: a hint, as all accesses here.
                self.place().fetch_add(1, Relaxed);
            }
            // Relaxed: as above.
            let looks = self.place().load(Relaxed).clamp(1, LOOKS_MAX);
            sleep(LOOK_EVERY * looks);
            true
        }

        pub(super) fn give_way(&self) -> bool {
            // Relaxed: as above.
            let gives_way = !self.is_noted && self.place().load(Relaxed) != 0;
            if gives_way {
                sleep(GIVE_WAY);
            }
            gives_way
        }
    }

    impl Drop for Starving {
        fn drop(&mut self) {
            if self.is_noted {
                // Relaxed: as above.
                self.place().fetch_sub(1, Relaxed);
            }
        }
    }
}
