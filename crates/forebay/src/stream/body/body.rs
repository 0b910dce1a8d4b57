//! A stream as all threads share it.

use core::fmt;
use std::sync::Arc;

use forebay_sync::stream_log::StreamLog;

use super::frozen::FrozenStream;
use super::groups::{Groups, SharedGroup};
use super::idempotence::Remembered;
use crate::journal::Pen;

/// What belongs to a stream and only exclusive mode reaches. Most streams need nothing.
pub(super) type Alone = Option<Box<Remembered>>;

/// The log needs attention, or the command does: it has to be frozen, with its key. Nothing was
/// done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Detour;

/// A stream, or the place for one.
///
/// The log is attended while the key holds no stream, and when it needs attention for another
/// reason.
pub(crate) struct StreamBody {
    pub(super) log: StreamLog<Alone>,
    pub(super) groups: Groups,
}

impl StreamBody {
    /// The place for a stream, which there is none: attended.
    pub(crate) fn new() -> Self {
        let log = StreamLog::new();
        log.freeze().set_attended(true);
        Self {
            log,
            groups: Groups::default(),
        }
    }

    /// Begins exclusive mode; see [`StreamLog::freeze`]. The key's list is frozen, or the caller
    /// looks whether the log is attended.
    pub(crate) fn freeze(&self) -> FrozenStream<'_> {
        FrozenStream::new(self, self.log.freeze())
    }

    /// The same, of a stream that writes down what happens to it.
    pub(crate) fn freeze_with<'a>(&'a self, pen: Option<Pen<'a>>) -> FrozenStream<'a> {
        let mut frozen = self.freeze();
        frozen.set_pen(pen);
        frozen
    }

    /// Exclusive mode of a stream that needs no attention.
    pub(crate) fn freeze_unattended(&self) -> Result<FrozenStream<'_>, Detour> {
        let frozen = self.freeze();
        if frozen.is_attended() {
            return Err(Detour);
        }
        Ok(frozen)
    }

    /// A group as it is now.
    pub(crate) fn find_group(&self, name: &[u8]) -> Option<Arc<SharedGroup>> {
        self.groups.find(name)
    }
}

impl fmt::Debug for StreamBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StreamBody").field(&self.log).finish()
    }
}
