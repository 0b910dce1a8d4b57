//! The errors in the words of Redis.

use bytes::Bytes;
use forebay::Error;

use super::command::Command;

/// What Redis answers when it refuses `command` for the same reason.
///
/// # Panics
/// With an error that no command on streams ends with.
pub(crate) fn refusal(command: Option<&Command>, error: &Error) -> String {
    let text = match error {
        Error::NoGroup { at } => return format!("NOGROUP {}", no_group(command, *at)),
        Error::NoSuchKey => "no such key",
        Error::WrongType => "Operation against a key holding the wrong kind of value",
        Error::InvalidStreamId => "Invalid stream ID specified as stream command argument",
        Error::IdZero => "The ID specified in XADD must be greater than 0-0",
        Error::IdTooSmall => {
            "The ID specified in XADD is equal or smaller than the target stream top item"
        }
        Error::IdsExhausted => {
            "The stream has exhausted the last possible ID, unable to add more items"
        }
        Error::NoFields => "wrong number of arguments for 'xadd' command",
        Error::InvalidRangeStart => "invalid start ID for the interval",
        Error::InvalidRangeEnd => "invalid end ID for the interval",
        Error::EmptyProducer => "syntax error, IDMP/IDMPAUTO requires a non-empty producer ID",
        Error::EmptyIdempotentId => "syntax error, IDMP requires a non-empty idempotent ID",
        Error::IdempotentIdGiven => {
            "syntax error, IDMP/IDMPAUTO can be used only with auto-generated IDs"
        }
        Error::IdmpDurationOutOfRange => "IDMP-DURATION must be between 1 and 86400 seconds",
        Error::IdmpMaxsizeOutOfRange => "IDMP-MAXSIZE must be between 1 and 10000 entries",
        Error::MaxcountZero => "MAXCOUNT must be greater than 0",
        Error::MaxsizeZero => "MAXSIZE must be greater than 0",
        Error::MaxcountBelowCount => "MAXCOUNT must not be less than COUNT",
        Error::CountZero => "COUNT must be > 0",
        Error::GroupExists => "Consumer Group name already exists",
        Error::GroupNeedsKey => {
            "The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to \
             use the MKSTREAM option to create an empty stream automatically."
        }
        Error::SetidBelowLastEntry => {
            "The ID specified in XSETID is smaller than the target stream top item"
        }
        Error::SetidBelowDeleted => {
            "The ID specified in XSETID is smaller than current max_deleted_entry_id"
        }
        Error::SetidBelowGivenDeleted => {
            "The ID specified in XSETID is smaller than the provided max_deleted_entry_id"
        }
        Error::SetidBelowLength => {
            "The entries_added specified in XSETID is smaller than the target stream length"
        }
        other => panic!("not an error of streams: {other:?}"),
    };
    format!("{} {text}", error.code())
}

/// Redis says it in three ways.
fn no_group(command: Option<&Command>, at: usize) -> String {
    let name = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
    match command {
        Some(Command::Xreadgroup { group, streams, .. }) => format!(
            "No such key '{}' or consumer group '{}' in XREADGROUP with GROUP option",
            name(&streams[at].0),
            name(group)
        ),
        Some(
            Command::Xpending { key, group }
            | Command::XpendingRows { key, group, .. }
            | Command::Xclaim { key, group, .. }
            | Command::Xautoclaim { key, group, .. }
            | Command::Xnack { key, group, .. },
        ) => format!(
            "No such key '{}' or consumer group '{}'",
            name(key),
            name(group)
        ),
        Some(
            Command::XgroupSetid { key, group, .. }
            | Command::XgroupCreateconsumer { key, group, .. }
            | Command::XgroupDelconsumer { key, group, .. }
            | Command::XinfoConsumers { key, group },
        ) => format!(
            "No such consumer group '{}' for key name '{}'",
            name(group),
            name(key)
        ),
        other => panic!("not a command on a group: {other:?}"),
    }
}
