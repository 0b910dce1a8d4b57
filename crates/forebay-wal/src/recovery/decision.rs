//! What recovery does with what it finds, as one table.
//!
//! The walk stands at a place of a segment where a frame should begin. Three things are known: what
//! is there, where the place is in its segment, and whether something later says that the place had
//! been durable. [`decide`] maps each combination to one verdict.
//!
//! | found | before the end of an ended segment | at its end | at its end, another chain | behind its end | last segment, vouched for | last segment, not vouched for |
//! |---|---|---|---|---|---|---|
//! | a frame that follows | accept | next | refuse | refuse | accept | accept |
//! | a seal in the middle of an epoch | refuse | next | refuse | refuse | refuse | cut |
//! | a seal at the end of an epoch | refuse | next | refuse | refuse | refuse | refuse |
//! | a frame that does not follow | refuse | next | refuse | refuse | refuse | refuse |
//! | nothing readable | refuse | next | refuse | refuse | refuse | cut |
//!
//! A segment is *ended* if there is a next one, whose header says where. What is in the file behind
//! that place was never acknowledged, and what is there does not matter.

use crate::error::Damage;

/// What is at the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A whole frame that follows the one before.
    Follows,
    /// The same, and it says that the segment ends here and the epoch goes on in the next one.
    SealMiddle,
    /// The same, and it says that the segment ends here and there is a next one.
    SealEnd,
    /// A whole frame of this segment that does not follow the one before.
    Broken,
    /// No whole frame of this segment.
    Unreadable,
}

/// Where the place is in its segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Before the place where the next segment says that this one ends.
    Before,
    /// There, and the next segment continues the chain.
    End,
    /// There, and the next segment continues another chain.
    EndOfOther,
    /// Behind it: a frame reaches over the end.
    Behind,
    /// There is no next segment.
    Last,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The frame is part of the log.
    Accept,
    /// Go on in the next segment.
    Next,
    /// The log ends here: what follows was never acknowledged.
    Cut,
    /// The store is damaged. Nothing is changed.
    Refuse(Damage),
}

/// The table. `vouched` is whether something says that the place had been durable.
pub(crate) fn decide(found: Found, place: Place, vouched: bool) -> Verdict {
    match (place, found) {
        (Place::End, _) => Verdict::Next,
        (Place::Before | Place::Last, Found::Follows) => Verdict::Accept,
        (Place::EndOfOther | Place::Behind, _)
        | (Place::Before, Found::SealMiddle | Found::SealEnd)
        | (Place::Before | Place::Last, Found::Broken) => Verdict::Refuse(Damage::Broken),
        (Place::Last, Found::SealEnd) => Verdict::Refuse(Damage::Missing),
        (Place::Last, Found::SealMiddle) if vouched => Verdict::Refuse(Damage::Missing),
        (Place::Last, Found::Unreadable) if vouched => Verdict::Refuse(Damage::Unreadable),
        (Place::Before, Found::Unreadable) => Verdict::Refuse(Damage::Unreadable),
        (Place::Last, Found::SealMiddle | Found::Unreadable) => Verdict::Cut,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Found::{Broken, Follows, SealEnd, SealMiddle, Unreadable};
    use Place::{Before, Behind, End, EndOfOther, Last};

    const FOUND: [Found; 5] = [Follows, SealMiddle, SealEnd, Broken, Unreadable];
    const PLACES: [Place; 5] = [Before, End, EndOfOther, Behind, Last];

    fn all() -> impl Iterator<Item = (Found, Place, bool, Verdict)> {
        let pairs = FOUND
            .into_iter()
            .flat_map(|found| PLACES.map(|place| (found, place)));
        pairs.flat_map(|(found, place)| {
            [false, true].map(|vouched| (found, place, vouched, decide(found, place, vouched)))
        })
    }

    /// The table of the module's documentation, read as text.
    #[test]
    fn the_table_is_total_and_is_what_is_written() {
        let rows = include_str!("decision.rs").lines();
        let rows = rows.filter_map(|line| line.strip_prefix("//! | "));
        let rows: Vec<Vec<_>> = rows
            .map(|row| row.split('|').map(str::trim).collect())
            .collect();
        assert_eq!(
            rows.len(),
            1 + FOUND.len(),
            "a row for everything that can be found"
        );
        for (found, row) in FOUND.into_iter().zip(&rows[1..]) {
            let columns = [
                (Before, None),
                (End, None),
                (EndOfOther, None),
                (Behind, None),
                (Last, Some(true)),
                (Last, Some(false)),
            ];
            for ((place, when), written) in columns.into_iter().zip(&row[1..]) {
                for vouched in [true, false] {
                    if when.is_some_and(|when| when != vouched) {
                        continue;
                    }
                    let verdict = match decide(found, place, vouched) {
                        Verdict::Accept => "accept",
                        Verdict::Next => "next",
                        Verdict::Cut => "cut",
                        Verdict::Refuse(_) => "refuse",
                    };
                    assert_eq!(verdict, *written, "{found:?} {place:?} {vouched}");
                }
            }
        }
    }

    #[test]
    fn what_was_durable_is_never_cut() {
        for (found, place, vouched, verdict) in all() {
            if verdict == Verdict::Cut {
                assert!(!vouched && place == Last, "{found:?} {place:?}");
            }
        }
    }

    #[test]
    fn only_frames_that_follow_are_accepted() {
        for (found, place, vouched, verdict) in all() {
            if verdict == Verdict::Accept {
                assert_eq!(found, Follows, "{place:?} {vouched}");
            }
        }
    }

    #[test]
    fn a_crash_alone_never_leads_to_a_refusal() {
        // What a crash makes of frames that were not durable, in the last segment.
        for found in [Follows, SealMiddle, Unreadable] {
            let verdict = decide(found, Last, false);
            assert!(!matches!(verdict, Verdict::Refuse(_)), "{found:?}");
        }
    }
}
