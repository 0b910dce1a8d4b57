//! XINFO.

use bytes::Bytes;

use super::entry::Entry;
use super::id::StreamId;

/// What XINFO STREAM tells about a stream.
///
/// # Examples
/// ```
/// use forebay::stream::StreamInfo;
///
/// assert_eq!(StreamInfo::default().counters.length, 0);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct StreamInfo {
    /// The numbers.
    pub counters: StreamCounters,
    /// How many consumer groups there are.
    pub groups: u64,
    /// The first entry.
    pub first_entry: Option<Entry>,
    /// The last entry.
    pub last_entry: Option<Entry>,
}

/// What XINFO STREAM FULL tells about a stream.
///
/// # Examples
/// ```
/// use forebay::stream::FullStreamInfo;
///
/// assert!(FullStreamInfo::default().groups.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct FullStreamInfo {
    /// The numbers.
    pub counters: StreamCounters,
    /// The first entries.
    pub entries: Vec<Entry>,
    /// The consumer groups, by name.
    pub groups: Vec<FullGroupInfo>,
}

/// The numbers that belong to a stream.
///
/// # Examples
/// ```
/// use forebay::StreamId;
/// use forebay::stream::StreamCounters;
///
/// assert_eq!(StreamCounters::default().last_generated_id, StreamId::MIN);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct StreamCounters {
    /// How many entries there are.
    pub length: u64,
    /// In how many pieces of memory the entries lie.
    pub radix_tree_keys: u64,
    /// How many nodes the index of these pieces has.
    pub radix_tree_nodes: u64,
    /// The largest id that the stream has given out or been given.
    pub last_generated_id: StreamId,
    /// The largest id of an entry that was deleted, by anything but trimming.
    pub max_deleted_entry_id: StreamId,
    /// How many entries were ever added.
    pub entries_added: u64,
    /// The id of the first entry; `0-0` when there is none.
    pub recorded_first_entry_id: StreamId,
    /// For how many seconds it is remembered what a producer sent.
    pub idmp_duration_s: u64,
    /// How many entries of each producer are remembered.
    pub idmp_maxsize: u64,
    /// Of how many producers something is remembered.
    pub pids_tracked: u64,
    /// How many entries are remembered.
    pub iids_tracked: u64,
    /// How many entries were ever added that were to be remembered.
    pub iids_added: u64,
    /// How many entries were not added, for they had been before.
    pub iids_duplicates: u64,
}

/// What XINFO GROUPS tells about a consumer group.
///
/// # Examples
/// ```
/// use forebay::stream::GroupInfo;
///
/// assert_eq!(GroupInfo::default().lag, None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct GroupInfo {
    /// Its name.
    pub name: Bytes,
    /// How many consumers it has.
    pub consumers: u64,
    /// How many entries are pending.
    pub pending: u64,
    /// The last entry that was delivered, or that the group was set to.
    pub last_delivered_id: StreamId,
    /// How many entries were added up to that one. `None` when it is not known.
    pub entries_read: Option<u64>,
    /// How many entries are still to be delivered. `None` when it is not known.
    pub lag: Option<u64>,
}

/// What XINFO CONSUMERS tells about a consumer.
///
/// # Examples
/// ```
/// use forebay::stream::ConsumerInfo;
///
/// assert_eq!(ConsumerInfo::default().inactive_ms, None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ConsumerInfo {
    /// Its name.
    pub name: Bytes,
    /// How many entries it has pending.
    pub pending: u64,
    /// How many milliseconds ago it last asked for something.
    pub idle_ms: u64,
    /// How many milliseconds ago it last got something. `None` when it never did.
    pub inactive_ms: Option<u64>,
}

/// What XINFO STREAM FULL tells about a consumer group.
///
/// # Examples
/// ```
/// use forebay::stream::FullGroupInfo;
///
/// assert_eq!(FullGroupInfo::default().pel_count, 0);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct FullGroupInfo {
    /// Its name.
    pub name: Bytes,
    /// The last entry that was delivered, or that the group was set to.
    pub last_delivered_id: StreamId,
    /// How many entries were added up to that one. `None` when it is not known.
    pub entries_read: Option<u64>,
    /// How many entries are still to be delivered. `None` when it is not known.
    pub lag: Option<u64>,
    /// How many entries are pending.
    pub pel_count: u64,
    /// How many of them were given back and belong to no consumer.
    pub nacked_count: u64,
    /// The first pending entries.
    pub pending: Vec<FullPendingEntry>,
    /// The consumers, by name.
    pub consumers: Vec<FullConsumerInfo>,
}

/// What XINFO STREAM FULL tells about a consumer.
///
/// # Examples
/// ```
/// use forebay::stream::FullConsumerInfo;
///
/// assert_eq!(FullConsumerInfo::default().active_time_ms, None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct FullConsumerInfo {
    /// Its name.
    pub name: Bytes,
    /// When it last asked for something, in milliseconds since the beginning of 1970.
    pub seen_time_ms: i64,
    /// When it last got something. `None` when it never did.
    pub active_time_ms: Option<i64>,
    /// How many entries it has pending.
    pub pel_count: u64,
    /// The first of these.
    pub pending: Vec<FullPendingEntry>,
}

/// What XINFO STREAM FULL tells about a pending entry.
///
/// # Examples
/// ```
/// use forebay::StreamId;
/// use forebay::stream::FullPendingEntry;
///
/// let given_back = FullPendingEntry {
///     id: StreamId::new(5, 1),
///     consumer: None,
///     delivered_at_ms: 0,
///     deliveries: 1,
/// };
/// assert!(given_back.consumer.is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FullPendingEntry {
    /// Its id.
    pub id: StreamId,
    /// Whose it is. `None` when it was given back.
    pub consumer: Option<Bytes>,
    /// When it was delivered, in milliseconds since the beginning of 1970; 0 when it was given
    /// back.
    pub delivered_at_ms: i64,
    /// How often it has been delivered.
    pub deliveries: u64,
}
