//! What commands of streams answer.

use bytes::Bytes;
use forebay::stream::{
    AutoClaimed, ConsumerInfo, Deletion, Delivered, Entry, FullStreamInfo, GroupInfo, PendingEntry,
    PendingSummary, StreamInfo,
};
use forebay::{Error, StreamId};

/// A reply. Flags are the integers 0 and 1, as on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    Done,
    Nothing,
    Integer(u64),
    Id(StreamId),
    Ids(Vec<StreamId>),
    Entries(Vec<Entry>),
    /// By stream; none when there is nothing.
    Read(Vec<(Bytes, Vec<Entry>)>),
    /// By stream; none when there is nothing.
    Delivered(Vec<(Bytes, Vec<Delivered>)>),
    Deletions(Vec<Deletion>),
    AutoClaimed(AutoClaimed<Entry>),
    AutoClaimedIds(AutoClaimed<StreamId>),
    Summary(PendingSummary),
    Pending(Vec<PendingEntry>),
    Stream(StreamInfo),
    FullStream(FullStreamInfo),
    Groups(Vec<GroupInfo>),
    Consumers(Vec<ConsumerInfo>),
    Refused(Error),
}
