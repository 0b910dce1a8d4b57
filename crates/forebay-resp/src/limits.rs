//! How much a decoder takes from the other side.

/// What a client may send in one command.
///
/// Given with each call of [`decode`](crate::CommandDecoder::decode), so that all connections share
/// two values, one for clients that have authenticated and one for those that have not.
///
/// # Examples
/// ```
/// use forebay_resp::CommandLimits;
///
/// let mut limits = CommandLimits::default();
/// limits.bulk_bytes_max = 512 << 20; // as proto-max-bulk-len of Redis
/// limits.command_bytes_max = 1 << 30;
/// let strangers = limits.before_authentication();
/// assert_eq!(strangers.command_bytes_max, 256 << 10);
/// assert!(strangers.unauthenticated.is_some());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CommandLimits {
    /// Arguments of a command, its name included.
    pub arguments_max: u32,
    /// Bytes of one argument.
    pub bulk_bytes_max: u32,
    /// Bytes of a command as it is sent, lengths and line ends included.
    pub command_bytes_max: u32,
    /// Bytes of an inline command, or of a line that announces a length; fewer than 32 count as 32.
    pub line_bytes_max: u32,
    /// What holds besides for a client that still has to authenticate, and is refused in words of
    /// its own; `None` for one that has.
    pub unauthenticated: Option<UnauthenticatedLimits>,
}

/// What a client may send in one command as long as it has not authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnauthenticatedLimits {
    /// Arguments of a command, its name included.
    pub arguments_max: u32,
    /// Bytes of one argument.
    pub bulk_bytes_max: u32,
}

impl CommandLimits {
    /// The smaller limits that hold until a client has authenticated: ten arguments of 16 KiB, as
    /// in Redis, and at most 16 KiB in a line and 256 KiB in a command.
    #[must_use]
    pub const fn before_authentication(&self) -> Self {
        const fn at_most(limit: u32, value: u32) -> u32 {
            if limit < value { limit } else { value }
        }
        Self {
            command_bytes_max: at_most(self.command_bytes_max, 256 << 10),
            line_bytes_max: at_most(self.line_bytes_max, 16 << 10),
            unauthenticated: Some(UnauthenticatedLimits {
                arguments_max: 10,
                bulk_bytes_max: 16 << 10,
            }),
            ..*self
        }
    }
}

impl Default for CommandLimits {
    /// 131,072 arguments, 16 MiB in one of them, 64 MiB in a command, 64 KiB in a line.
    fn default() -> Self {
        Self {
            arguments_max: 128 << 10,
            bulk_bytes_max: 16 << 20,
            command_bytes_max: 64 << 20,
            line_bytes_max: 64 << 10,
            unauthenticated: None,
        }
    }
}

/// What a server may answer in one reply.
///
/// # Examples
/// ```
/// use forebay_resp::ReplyLimits;
///
/// let mut limits = ReplyLimits::default();
/// limits.nesting_max = 4;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReplyLimits {
    /// Aggregates inside each other. A [`Reply`](crate::Reply) takes stack for each of them when it
    /// is dropped, so keep it below some thousands.
    pub nesting_max: usize,
    /// Values in a reply, those inside its aggregates counted one by one.
    pub values_max: usize,
    /// Bytes of one string.
    pub bulk_bytes_max: usize,
    /// Bytes of a reply as it is sent, lengths and line ends included.
    pub reply_bytes_max: usize,
    /// Bytes of a line: a simple string, an error, a number, a length.
    pub line_bytes_max: usize,
}

impl Default for ReplyLimits {
    /// 32 levels, 16,777,216 values, 512 MiB in one string, 1 GiB in a reply, 64 KiB in a line.
    fn default() -> Self {
        Self {
            nesting_max: 32,
            values_max: 16 << 20,
            bulk_bytes_max: 512 << 20,
            reply_bytes_max: 1 << 30,
            line_bytes_max: 64 << 10,
        }
    }
}
