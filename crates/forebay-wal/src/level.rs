//! What an acknowledgement is worth: the levels of durability.

use core::time::Duration;

/// When an operation counts as done, and so which crash it survives.
///
/// | Level | Waits for | Process killed | System crash, power loss |
/// |---|---|---|---|
/// | `None` | nothing | may be lost | may be lost |
/// | `Buffered` | its write | survives | may be lost: all since the last sync |
/// | `Interval` | nothing | lost: what was not written yet | lost: at most the interval and one sync |
/// | `Group` | a sync that covers it | survives | survives |
///
/// What is lost is always the end of the history: what survives is a consistent cut, in which no
/// effect is without its cause. That every level survives only what the medium is trusted with is
/// in `docs/log-format.md`.
///
/// The level of a log says when its writer syncs of its own accord; every wait may ask for another
/// level. Who waits for `Group` on a log of a lower level causes a sync.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Level {
    /// Records are written when the writer comes to it, and never synced by it.
    None,
    /// Acknowledged once written to the operating system; never synced by the writer.
    Buffered,
    /// Acknowledged at once; written at once, synced when this time has passed since the first
    /// write that is not synced.
    Interval(Duration),
    /// Acknowledged once synced. One sync covers all that came while the one before it ran.
    #[default]
    Group,
}
