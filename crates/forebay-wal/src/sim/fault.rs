//! What can be made to go wrong with one operation.

use std::io::{Error, ErrorKind};

/// What happens to the operation that a test chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The machine stops: this and all later operations fail, until the restart. A write that is
    /// hit may still reach the medium in part.
    Crash,
    /// `EIO`. A sync that fails like this loses what it should have made durable.
    Io,
    /// `ENOSPC`.
    NoSpace,
    /// `EINTR`: nothing was done.
    Interrupted,
    /// A write writes only its first half; other operations are as usual.
    Short,
    /// A sync says that it worked and did nothing; other operations are as usual. No log can make
    /// up for this; the best that it can do is to notice.
    Lie,
}

impl Fault {
    /// The error that the operation returns, if it fails.
    pub(super) fn error(self) -> Option<Error> {
        match self {
            Self::Crash => Some(Error::other("the simulated machine has stopped")),
            Self::Io => Some(Error::from_raw_os_error(5)),
            Self::NoSpace => Some(Error::from(ErrorKind::StorageFull)),
            Self::Interrupted => Some(Error::from(ErrorKind::Interrupted)),
            Self::Short | Self::Lie => None,
        }
    }
}
