//! Which model kills which mutant.

use forebay_sync::teeth::Site;
use loom_tests::teeth::{Survivor, Teeth};

const TEETH: Teeth = Teeth {
    killers: &[
        (Site::SlotPublish, "ends::push_against_pop"),
        (Site::SlotPublish, "ends::a_batch_against_a_reader"),
        (Site::SlotRead, "ends::push_against_pop"),
        (Site::SlotRead, "ends::a_batch_against_a_reader"),
        (
            Site::SlotSettle,
            "recycling::a_reader_in_a_segment_that_is_wanted_again",
        ),
        (
            Site::SlotSettle,
            "recycling::a_reader_in_a_segment_that_is_retired",
        ),
        (
            Site::SettledCheck,
            "recycling::a_reader_in_a_segment_that_is_wanted_again",
        ),
        (
            Site::SettledCheck,
            "recycling::a_reader_in_a_segment_that_is_retired",
        ),
        (Site::WordLoad, "borders::two_pushers_at_a_full_segment"),
        (Site::WordLoad, "borders::two_poppers_across_the_border"),
        (Site::WordLoad, "borders::the_length_against_pushes"),
        (Site::WordClaim, "exclusive::set_against_pop"),
        (Site::WordReload, "borders::two_poppers_across_the_border"),
        (Site::Freeze, "exclusive::freeze_against_freeze"),
        (Site::Unfreeze, "exclusive::freeze_against_freeze"),
        (Site::Unfreeze, "ends::push_at_the_other_side_against_pop"),
        (Site::CarryStore, "borders::the_length_against_pushes"),
        (Site::CarryStore, "borders::the_length_against_pops"),
        (Site::LenFence, "borders::the_length_against_pushes"),
        (Site::LenConfirm, "borders::the_length_against_pushes"),
        (Site::LenConfirm, "borders::the_length_against_pops"),
        (
            Site::SlotSettledNotEmpty,
            "recycling::a_claim_on_a_slot_that_is_not_published",
        ),
        (
            Site::SegmentSettled,
            "recycling::a_reader_in_a_segment_that_is_wanted_again",
        ),
        (
            Site::SegmentSettled,
            "recycling::a_reader_in_a_segment_that_is_retired",
        ),
        (
            Site::SegmentSettled,
            "recycling::a_claim_on_a_slot_that_is_not_published",
        ),
        (
            Site::SlotBeforeSettled,
            "exclusive::push_at_the_head_against_a_reader",
        ),
        (Site::Generation, "recycling::a_claim_from_another_segment"),
    ],
    survivors: &[Survivor {
        site: Site::WordClaimAfterLoads,
        reason: "without it the loads of the fields could be carried out after the claim, and read \
                 what a later exclusive section wrote: load buffering, which loom does not explore",
        models: &[
            "borders::two_pushers_for_the_last_slot",
            "recycling::a_claim_from_another_segment",
        ],
    }],
};

#[test]
fn every_mutant_dies() {
    TEETH.bite();
}

#[test]
fn every_site_of_the_list_is_in_the_table() {
    let others = ["Waiter", "Stream", "Gate", "Lane", "Writer"];
    let of_the_list = |site: &&Site| !others.iter().any(|other| site.name().starts_with(other));
    for &site in Site::ALL.iter().filter(of_the_list) {
        let is_killed = TEETH.killers.iter().any(|&(killed, _)| killed == site);
        let survives = TEETH.survivors.iter().any(|survivor| survivor.site == site);
        assert!(is_killed != survives, "{site:?}");
    }
}
