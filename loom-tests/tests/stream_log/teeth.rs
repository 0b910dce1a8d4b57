//! Which model kills which mutant.

use forebay_sync::teeth::Site;
use loom_tests::teeth::Teeth;

const TEETH: Teeth = Teeth {
    killers: &[
        (Site::StreamSlotPublish, "adds::two_adders_and_a_reader"),
        (Site::StreamSlotPublish, "exclusive::attended_against_add"),
        (Site::StreamSlotRead, "exclusive::attended_against_add"),
        (Site::StreamTailLoad, "adds::a_new_segment_against_a_reader"),
        (Site::StreamTailLoad, "adds::the_length_against_adds"),
        (Site::StreamWordLoad, "reads::a_reader_that_does_not_wait"),
        (
            Site::StreamWordLoad,
            "reads::the_counters_against_add_and_trim",
        ),
        (Site::StreamFreeze, "exclusive::freeze_against_freeze"),
        (
            Site::StreamFreeze,
            "exclusive::attended_against_add_at_a_full_segment",
        ),
        (Site::StreamUnfreeze, "exclusive::freeze_against_freeze"),
        (
            Site::StreamUnfreeze,
            "exclusive::attended_against_add_at_a_full_segment",
        ),
        (
            Site::StreamUnfreezeTail,
            "adds::a_new_segment_against_a_reader",
        ),
        (Site::StreamUnfreezeTail, "adds::the_length_against_adds"),
        (Site::StreamEdit, "reads::a_place_against_trim"),
        (Site::StreamEdit, "index::drop_of_contents_against_search"),
        (Site::StreamEditsLoad, "reads::a_place_against_trim"),
        (
            Site::StreamEditsLoad,
            "index::drop_of_contents_against_search",
        ),
        (Site::StreamDeletions, "reads::delete_against_read"),
        (
            Site::StreamDeletions,
            "reads::contents_that_move_against_read",
        ),
        (Site::StreamFieldStore, "reads::a_place_against_trim"),
        (
            Site::StreamFieldStore,
            "index::drop_of_contents_against_search",
        ),
        (Site::StreamViewFence, "reads::a_place_against_trim"),
        (
            Site::StreamViewFence,
            "index::drop_of_contents_against_search",
        ),
        (Site::StreamDelete, "reads::delete_against_read"),
        (Site::StreamDelete, "reads::contents_that_move_against_read"),
        (Site::StreamLink, "reads::a_tail_that_leaves_against_read"),
        (
            Site::StreamLinkRead,
            "reads::a_tail_that_leaves_against_read",
        ),
        (
            Site::StreamIndexGrow,
            "index::a_growing_index_against_search",
        ),
        (Site::StreamIndexGrow, "index::a_new_root_against_search"),
        (
            Site::StreamIndexRead,
            "index::a_growing_index_against_search",
        ),
        (Site::StreamIndexRead, "index::a_new_root_against_search"),
        (Site::StreamIndexRemove, "reads::a_place_against_trim"),
        (Site::StreamRoot, "index::a_growing_index_against_search"),
        (Site::StreamRoot, "reads::a_place_against_trim"),
        (
            Site::StreamViewConfirm,
            "reads::a_reader_that_does_not_wait",
        ),
        (
            Site::StreamViewConfirm,
            "index::drop_of_contents_against_search",
        ),
        (Site::StreamEditCount, "reads::a_place_against_trim"),
        (
            Site::StreamEditCount,
            "index::drop_of_contents_against_search",
        ),
        (Site::StreamReadConfirm, "reads::delete_against_read"),
        (
            Site::StreamReadConfirm,
            "reads::contents_that_move_against_read",
        ),
        (Site::StreamPlaceConfirm, "reads::a_place_against_trim"),
        (
            Site::StreamAttendedLook,
            "blocking::blocked_read_against_add_at_a_full_segment",
        ),
        (Site::StreamReaderLook, "blocking::blocked_read_against_add"),
        (
            Site::StreamReaderLook,
            "blocking::blocked_group_read_against_destroy",
        ),
        (
            Site::StreamReaderAttend,
            "blocking::blocked_read_against_add",
        ),
        (
            Site::StreamReaderCancel,
            "blocking::blocked_group_read_with_a_limit_against_add",
        ),
        (Site::WaiterWake, "blocking::blocked_read_against_add"),
    ],
    survivors: &[],
};

#[test]
fn every_mutant_dies() {
    TEETH.bite();
}

#[test]
fn every_site_of_the_log_is_in_the_table() {
    let of_the_log = |site: &&Site| site.name().starts_with("Stream");
    for &site in Site::ALL.iter().filter(of_the_log) {
        let is_killed = TEETH.killers.iter().any(|&(killed, _)| killed == site);
        let survives = TEETH.survivors.iter().any(|survivor| survivor.site == site);
        assert!(is_killed != survives, "{site:?}");
    }
}
