//! What can be set about a log.

use crate::error::{Error, Result};
use crate::format::{BLOCK_BYTES, FRAME_HEADER_BYTES};
use crate::level::Level;
use core::time::Duration;

/// What can be set about a log. The defaults are for a server on a disk of its own.
///
/// # Examples
/// ```
/// use forebay_wal::{Config, Level};
///
/// let config = Config {
///     level: Level::Buffered,
///     ..Config::default()
/// };
/// assert!(config.check().is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    /// When the writer syncs of its own accord.
    pub level: Level,
    /// The size of a segment: a multiple of 4096. An existing store keeps the size it has.
    pub segment_bytes: u32,
    /// How many segments there may be, those in reserve included.
    pub segments_max: usize,
    /// How many segments are kept for records that free memory, when there is no room for others.
    pub segments_reserved: usize,
    /// The largest body of a record; at most a little less than half a segment.
    pub record_bytes_max: usize,
    /// How large a frame may become, unless a single record is larger.
    pub frame_bytes_max: usize,
    /// How long the writer lets records come together while nobody waits for any of them, and so
    /// how long they may be in memory only.
    pub pace: Duration,
    /// After how much idle time an empty frame vouches for the one before it.
    pub vouch_after: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            level: Level::Group,
            segment_bytes: 64 << 20,
            segments_max: 16,
            segments_reserved: 2,
            record_bytes_max: 20 << 20,
            frame_bytes_max: 1 << 20,
            pace: Duration::from_millis(1),
            vouch_after: Duration::from_millis(100),
        }
    }
}

impl Config {
    /// Whether the values fit together.
    ///
    /// # Errors
    /// [`Error::Config`] if they do not.
    pub fn check(&self) -> Result<()> {
        let segment = usize::try_from(self.segment_bytes).unwrap_or(usize::MAX);
        let wrong = if !segment.is_multiple_of(BLOCK_BYTES) || segment < 8 * BLOCK_BYTES {
            "the size of a segment must be a multiple of 4096, and at least eight times that"
        } else if self.segment_bytes > 1 << 30 {
            "a segment must not be larger than 1 GiB"
        } else if self.segments_reserved == 0 || self.segments_max < self.segments_reserved + 2 {
            "there must be a reserve, and two segments beside it"
        } else if self.record_bytes_max > self.record_bytes_limit() {
            "a record must fit into half a segment"
        } else if self.frame_bytes_max < BLOCK_BYTES {
            "a frame must have room for 4096 bytes"
        } else {
            return Ok(());
        };
        Err(Error::Config(wrong))
    }

    /// The largest record that a segment of this size takes.
    pub(crate) fn record_bytes_limit(&self) -> usize {
        let segment = usize::try_from(self.segment_bytes).unwrap_or(usize::MAX);
        (segment / 2).saturating_sub(2 * BLOCK_BYTES)
    }

    /// What is left for records in a segment, in the worst case: the room that the next record did
    /// not fit into is lost.
    pub(crate) fn usable_bytes(&self) -> i64 {
        let segment = usize::try_from(self.segment_bytes).unwrap_or(usize::MAX);
        let lost = 3 * BLOCK_BYTES + FRAME_HEADER_BYTES + self.record_bytes_max;
        i64::try_from(segment.saturating_sub(lost)).unwrap_or(i64::MAX)
    }
}
