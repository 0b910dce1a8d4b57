//! Teeth: every ordering that matters has a name, and a model can weaken it.
//!
//! A model that passes proves little until it is seen to fail. Each ordering stronger than
//! `Relaxed` is written `ord(Site::Name, Release)`. In production that is `Release` and nothing
//! else. In a model, when the environment variable [`VARIABLE`] holds the site's name, it is
//! `Relaxed`, and at least one model must then fail: the twin tests in `loom-tests` see to it.
//! A site may also name a step of a protocol instead of an ordering; see [`skips`].

use crate::loom::Ordering;

/// The environment variable that names the weakened site.
pub const VARIABLE: &str = "FOREBAY_MUTANT";

macro_rules! sites {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// The places whose ordering, or whose step, can be weakened in a model.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Site {
            $($(#[$doc])* $name,)*
        }

        impl Site {
            /// Every site.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The site's name, as the environment variable holds it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }

            /// The site of this name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $(stringify!($name) => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

sites! {
    // Segment list.
    /// A pusher publishes the slot that it filled.
    SlotPublish,
    /// A popper reads the published slot.
    SlotRead,
    /// A popper settles the slot that it emptied.
    SlotSettle,
    /// Whoever recycles a segment checks that its slots are settled.
    SettledCheck,
    /// The load of the list's word that an operation starts from.
    WordLoad,
    /// The compare-exchange of the list's word that claims a slot sees what exclusive mode did.
    WordClaim,
    /// The same keeps the loads of the fields beside the word in front of it.
    WordClaimAfterLoads,
    /// The list's word that a failed compare-exchange found, for the next attempt.
    WordReload,
    /// Exclusive mode begins.
    Freeze,
    /// Exclusive mode ends.
    Unfreeze,
    /// Exclusive mode changes the field that the length is computed with.
    CarryStore,
    /// Who has read that field looks at the word after it.
    LenFence,

    // Segment list: the steps.
    /// A slot that waits for its pusher is not taken for a settled one.
    SlotSettledNotEmpty,
    /// A segment is not used again before all claims in it are settled.
    SegmentSettled,
    /// A slot in front of the first message is not used again before it is settled.
    SlotBeforeSettled,
    /// The generation rises when a field beside the word changes.
    Generation,
    /// The length is confirmed by a second look at the word.
    LenConfirm,

    // Stream log: the orderings.
    /// An adder publishes the slot that it filled.
    StreamSlotPublish,
    /// A reader reads a slot.
    StreamSlotRead,
    /// The tail segment is found.
    StreamTailLoad,
    /// The word of the tail, from which a reader takes the end of what it reads.
    StreamWordLoad,
    /// Exclusive mode begins.
    StreamFreeze,
    /// Exclusive mode ends with the tail that it began with.
    StreamUnfreeze,
    /// Exclusive mode ends with a new tail.
    StreamUnfreezeTail,
    /// Exclusive mode counts itself before it changes the fields beside the tail.
    StreamEdit,
    /// A reader takes that count before it reads the fields.
    StreamEditsLoad,
    /// Exclusive mode counts itself before it deletes.
    StreamDeletions,
    /// Exclusive mode changes these fields.
    StreamFieldStore,
    /// Who has read what exclusive mode changes looks at its count after it.
    StreamViewFence,
    /// Exclusive mode marks a slot as deleted.
    StreamDelete,
    /// Exclusive mode links segments.
    StreamLink,
    /// A reader follows a link.
    StreamLinkRead,
    /// A place in a node of the index is filled.
    StreamIndexGrow,
    /// A reader sees how many places are filled.
    StreamIndexRead,
    /// A place in a node of the index is emptied.
    StreamIndexRemove,
    /// The index has a new root.
    StreamRoot,

    // Stream log: the steps.
    /// The fields that a reader found are confirmed by a second look at the count.
    StreamViewConfirm,
    /// Exclusive mode counts itself when it changes fields.
    StreamEditCount,
    /// A read is confirmed by a second look at the count of deletions.
    StreamReadConfirm,
    /// That there is no entry at a place is confirmed by a second look at the count.
    StreamPlaceConfirm,
    /// An add that needs a new segment looks whether the log is attended when it is alone.
    StreamAttendedLook,

    // Stream log: the steps of an owner whose readers wait, as the models carry them out.
    /// Who is about to wait looks for entries when it is alone.
    StreamReaderLook,
    /// Who is about to wait makes the log attended.
    StreamReaderAttend,
    /// Who waits no longer cancels before it leaves the queue.
    StreamReaderCancel,

    // Waiter: the orderings.
    /// A claim sees what an earlier claimer did before it gave the waiter back.
    WaiterClaim,
    /// A refused claimer leaves its mark for the one who holds the claim.
    WaiterRefuse,
    /// A delivery publishes the value.
    WaiterPublish,
    /// A delivery sees the sleeper that it takes from the seat.
    WaiterTakeSeat,
    /// A release publishes what the claimer did.
    WaiterGiveBack,
    /// A release sees what a refused claimer did, and the sleeper in the seat.
    WaiterHearRefusal,
    /// The owner publishes the sleeper that it put into the seat.
    WaiterSeat,
    /// The owner's look at the phase sees the value, and what an earlier claimer did.
    WaiterLook,

    // Waiter: the steps.
    /// The word changes only from the value on which the change was decided.
    WaiterExchange,
    /// The owner empties the seat before it changes the sleeper in there.
    WaiterReseat,
    /// The owner looks once more after it sat down.
    WaiterRecheck,
    /// A release lets go an owner who is leaving.
    WaiterLetGo,
    /// A delivery wakes the sleeper.
    WaiterWake,

    // The log: the orderings.
    /// The writer publishes an epoch.
    GatePublish,
    /// Who waits looks at the published epoch.
    GateLook,

    // The log: the steps.
    /// Who leaves a waker looks at the published epoch once more, under the lock.
    GateRecheck,
    /// An epoch is published under the lock under which its wakers are taken out.
    GatePublishInside,
    /// The end wakes all that wait.
    GateEndWakes,
    /// A record gets its tag under the lock of its lane.
    LaneTagInside,
    /// The epoch is advanced before the lanes are gathered.
    LaneEpochFirst,
    /// Records of two epochs are in two buffers.
    LaneParity,
    /// A gathering leaves behind that the writer has to be woken.
    LaneWake,
    /// So does a new lane.
    LaneNewWake,
    /// The writer ends with the records of the last epoch.
    WriterLastBatch,
    /// Who waits wakes the writer.
    WriterAwaited,
    /// The writer syncs before it says so.
    WriterSync,
}

/// The ordering of a site: `order`, or `Relaxed` when a model weakens this site.
#[cfg(not(loom))]
#[inline]
#[must_use]
pub const fn ord(_site: Site, order: Ordering) -> Ordering {
    order
}

/// The ordering of a site: `order`, or `Relaxed` when a model weakens this site.
#[cfg(loom)]
#[must_use]
pub fn ord(site: Site, order: Ordering) -> Ordering {
    if mutant() == Some(site) {
        Ordering::Relaxed
    } else {
        order
    }
}

/// The ordering of a read-modify-write that acquires for one reason and releases for another, so
/// that a model can weaken either half.
#[cfg(not(loom))]
#[inline]
#[must_use]
pub const fn acq_rel(_acquire: Site, _release: Site) -> Ordering {
    // AcqRel: the caller says what pairs with which half.
    Ordering::AcqRel
}

/// The ordering of a read-modify-write that acquires for one reason and releases for another, so
/// that a model can weaken either half.
#[cfg(loom)]
#[must_use]
pub fn acq_rel(acquire: Site, release: Site) -> Ordering {
    match mutant() {
        // Release: the half that is not weakened.
        Some(site) if site == acquire => Ordering::Release,
        // Acquire: the half that is not weakened.
        Some(site) if site == release => Ordering::Acquire,
        // AcqRel: the caller says what pairs with which half.
        _ => Ordering::AcqRel,
    }
}

/// Whether a model leaves out the step that `site` names. Never in production.
#[cfg(not(loom))]
#[inline]
#[must_use]
pub const fn skips(_site: Site) -> bool {
    false
}

/// Whether a model leaves out the step that `site` names. Never in production.
#[cfg(loom)]
#[must_use]
pub fn skips(site: Site) -> bool {
    mutant() == Some(site)
}

/// The weakened site, read from the environment once per process.
#[cfg(loom)]
fn mutant() -> Option<Site> {
    static MUTANT: std::sync::OnceLock<Option<Site>> = std::sync::OnceLock::new();
    *MUTANT.get_or_init(|| {
        let name = std::env::var(VARIABLE).ok()?;
        let site = Site::from_name(&name);
        assert!(site.is_some(), "{VARIABLE} names no site: {name}");
        site
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for &site in Site::ALL {
            assert_eq!(Site::from_name(site.name()), Some(site), "{site:?}");
        }
        assert_eq!(
            Site::from_name("NoSuchSite"),
            None,
            "an unknown name is refused"
        );
    }
}
