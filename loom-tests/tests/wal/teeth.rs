//! Which model kills which mutant.

use forebay_sync::teeth::Site;
use loom_tests::teeth::Teeth;

const TEETH: Teeth = Teeth {
    killers: &[
        (Site::GatePublish, "gate::a_publication_against_a_waiter"),
        (Site::GateLook, "gate::a_publication_against_a_waiter"),
        (Site::GateRecheck, "gate::a_publication_against_a_waiter"),
        (
            Site::GatePublishInside,
            "gate::two_publications_against_two_waiters",
        ),
        (Site::GateEndWakes, "gate::the_end_against_two_waiters"),
        (
            Site::LaneTagInside,
            "lanes::an_append_against_the_advance_of_the_epoch",
        ),
        (
            Site::LaneEpochFirst,
            "lanes::an_append_against_the_advance_of_the_epoch",
        ),
        (Site::LaneParity, "lanes::a_cause_and_its_consequence"),
        (
            Site::LaneWake,
            "lanes::two_appends_against_a_writer_that_sleeps",
        ),
        (
            Site::LaneNewWake,
            "lanes::a_new_lane_against_a_writer_that_sleeps",
        ),
        (Site::WriterLastBatch, "log::close_against_appends"),
        (Site::WriterAwaited, "log::a_wait_ends_a_doze"),
        (Site::WriterSync, "log::append_and_wait"),
    ],
    survivors: &[],
};

#[test]
fn every_mutant_dies() {
    TEETH.bite();
}

#[test]
fn every_site_of_the_log_is_in_the_table() {
    let of_the_log = |site: &&Site| {
        let name = site.name();
        ["Gate", "Lane", "Writer"]
            .iter()
            .any(|start| name.starts_with(start))
    };
    for &site in Site::ALL.iter().filter(of_the_log) {
        let is_killed = TEETH.killers.iter().any(|&(killed, _)| killed == site);
        let survives = TEETH.survivors.iter().any(|survivor| survivor.site == site);
        assert!(is_killed != survives, "{site:?}");
    }
}
