//! Replies in the form in which Redis sends them, in RESP2.

use bytes::Bytes;
use forebay::stream::{
    AutoClaimed, ConsumerInfo, Delivered, Entry, Fields, FullConsumerInfo, FullGroupInfo,
    FullPendingEntry, FullStreamInfo, GroupInfo, GroupReadFrom, PendingEntry, PendingSummary,
    StreamCounters, StreamInfo,
};

use super::command::Command;
use super::refusal::refusal;
use super::reply::Reply;
use crate::resp::Value;

/// What Redis sends when it answers `reply` to `command`.
pub(crate) fn value(command: Option<&Command>, reply: &Reply) -> Value {
    match reply {
        Reply::Done => Value::Simple("OK".to_owned()),
        Reply::Nothing => Value::Bulk(None),
        Reply::Integer(number) => integer(*number),
        Reply::Id(id) => text(id),
        Reply::Ids(ids) => array(ids, text),
        Reply::Entries(entries) => array(entries, entry),
        Reply::Read(streams) => by_stream(streams, |_, each| array(each, entry)),
        Reply::Delivered(streams) => by_stream(streams, |at, each| {
            let four = claims(command, at);
            array(each, |each| delivered(each, four))
        }),
        Reply::Deletions(deletions) => array(deletions, |each| Value::Integer(each.code())),
        Reply::AutoClaimed(step) => auto_claimed(step, entry),
        Reply::AutoClaimedIds(step) => auto_claimed(step, text),
        Reply::Summary(summary) => pending_summary(summary),
        Reply::Pending(rows) => array(rows, pending_row),
        Reply::Stream(info) => stream_info(info),
        Reply::FullStream(info) => full_stream_info(info),
        Reply::Groups(groups) => array(groups, group_info),
        Reply::Consumers(consumers) => array(consumers, consumer_info),
        Reply::Refused(error) => Value::Error(refusal(command, error)),
    }
}

/// Whether the entries of this stream are shown with the times of what was claimed.
fn claims(command: Option<&Command>, at: usize) -> bool {
    matches!(
        command,
        Some(Command::Xreadgroup { options, streams, .. })
            if options.claim.is_some() && streams[at].1 == GroupReadFrom::New
    )
}

fn list<const LEN: usize>(values: [Value; LEN]) -> Value {
    Value::Array(Some(values.into()))
}

fn array<T>(items: &[T], value: impl FnMut(&T) -> Value) -> Value {
    Value::Array(Some(items.iter().map(value).collect()))
}

fn map(pairs: Vec<(&str, Value)>) -> Value {
    let flat = pairs
        .into_iter()
        .flat_map(|(name, value)| [text(name), value]);
    Value::Array(Some(flat.collect()))
}

fn text(value: &(impl ToString + ?Sized)) -> Value {
    Value::Bulk(Some(value.to_string().into_bytes()))
}

fn bytes(value: &[u8]) -> Value {
    Value::Bulk(Some(value.to_vec()))
}

/// A lag below 0, which Redis 7.0 has, comes out as such.
fn integer(number: u64) -> Value {
    Value::Integer(number.cast_signed())
}

fn or_nil<T>(value: Option<T>, to_value: impl FnOnce(T) -> Value) -> Value {
    value.map_or(Value::Bulk(None), to_value)
}

fn fields(fields: &Fields) -> Value {
    let flat = fields
        .iter()
        .flat_map(|(name, value)| [bytes(name), bytes(value)]);
    Value::Array(Some(flat.collect()))
}

fn entry(entry: &Entry) -> Value {
    list([text(&entry.id), fields(&entry.fields)])
}

fn delivered(each: &Delivered, four: bool) -> Value {
    let mut parts = vec![
        text(&each.id),
        each.fields.as_ref().map_or(Value::Array(None), fields),
    ];
    if four {
        parts.push(each.idle_ms.map_or(Value::Integer(-1), integer));
        parts.push(integer(each.deliveries));
    }
    Value::Array(Some(parts))
}

fn by_stream<T>(streams: &[(Bytes, Vec<T>)], entries: impl Fn(usize, &[T]) -> Value) -> Value {
    if streams.is_empty() {
        return Value::Array(None);
    }
    let streams = streams.iter().enumerate();
    Value::Array(Some(
        streams
            .map(|(at, (key, each))| list([bytes(key), entries(at, each)]))
            .collect(),
    ))
}

fn auto_claimed<T>(step: &AutoClaimed<T>, value: impl FnMut(&T) -> Value) -> Value {
    list([
        text(&step.cursor),
        array(&step.claimed, value),
        array(&step.deleted, text),
    ])
}

fn pending_summary(summary: &PendingSummary) -> Value {
    let Some((min, max)) = summary.range else {
        return list([
            Value::Integer(0),
            Value::Bulk(None),
            Value::Bulk(None),
            Value::Array(None),
        ]);
    };
    list([
        integer(summary.count),
        text(&min),
        text(&max),
        array(&summary.consumers, |(name, count)| {
            list([bytes(name), text(count)])
        }),
    ])
}

fn pending_row(row: &PendingEntry) -> Value {
    list([
        text(&row.id),
        bytes(row.consumer.as_deref().unwrap_or_default()),
        row.idle_ms.map_or(Value::Integer(-1), integer),
        integer(row.deliveries),
    ])
}

fn counters(counters: &StreamCounters) -> Vec<(&'static str, Value)> {
    vec![
        ("length", integer(counters.length)),
        ("last-generated-id", text(&counters.last_generated_id)),
        ("max-deleted-entry-id", text(&counters.max_deleted_entry_id)),
        ("entries-added", integer(counters.entries_added)),
        (
            "recorded-first-entry-id",
            text(&counters.recorded_first_entry_id),
        ),
        ("idmp-duration", integer(counters.idmp_duration_s)),
        ("idmp-maxsize", integer(counters.idmp_maxsize)),
        ("pids-tracked", integer(counters.pids_tracked)),
        ("iids-tracked", integer(counters.iids_tracked)),
        ("iids-added", integer(counters.iids_added)),
        ("iids-duplicates", integer(counters.iids_duplicates)),
    ]
}

/// Without the shape of the index, which is nobody else's affair.
fn stream_info(info: &StreamInfo) -> Value {
    let mut pairs = counters(&info.counters);
    pairs.push(("groups", integer(info.groups)));
    let edge = |edge: &Option<Entry>| or_nil(edge.as_ref(), entry);
    pairs.push(("first-entry", edge(&info.first_entry)));
    pairs.push(("last-entry", edge(&info.last_entry)));
    map(pairs)
}

fn full_stream_info(info: &FullStreamInfo) -> Value {
    let mut pairs = counters(&info.counters);
    pairs.push(("entries", array(&info.entries, entry)));
    pairs.push(("groups", array(&info.groups, full_group_info)));
    map(pairs)
}

fn full_group_info(group: &FullGroupInfo) -> Value {
    map(vec![
        ("name", bytes(&group.name)),
        ("last-delivered-id", text(&group.last_delivered_id)),
        ("entries-read", or_nil(group.entries_read, integer)),
        ("lag", or_nil(group.lag, integer)),
        ("pel-count", integer(group.pel_count)),
        ("nacked-count", integer(group.nacked_count)),
        (
            "pending",
            array(&group.pending, |row| full_pending(row, true)),
        ),
        ("consumers", array(&group.consumers, full_consumer_info)),
    ])
}

fn full_consumer_info(consumer: &FullConsumerInfo) -> Value {
    map(vec![
        ("name", bytes(&consumer.name)),
        ("seen-time", Value::Integer(consumer.seen_time_ms)),
        (
            "active-time",
            Value::Integer(consumer.active_time_ms.unwrap_or(-1)),
        ),
        ("pel-count", integer(consumer.pel_count)),
        (
            "pending",
            array(&consumer.pending, |row| full_pending(row, false)),
        ),
    ])
}

fn full_pending(row: &FullPendingEntry, with_consumer: bool) -> Value {
    let mut parts = vec![text(&row.id)];
    if with_consumer {
        parts.push(bytes(row.consumer.as_deref().unwrap_or_default()));
    }
    parts.push(Value::Integer(row.delivered_at_ms));
    parts.push(integer(row.deliveries));
    Value::Array(Some(parts))
}

fn group_info(group: &GroupInfo) -> Value {
    map(vec![
        ("name", bytes(&group.name)),
        ("consumers", integer(group.consumers)),
        ("pending", integer(group.pending)),
        ("last-delivered-id", text(&group.last_delivered_id)),
        ("entries-read", or_nil(group.entries_read, integer)),
        ("lag", or_nil(group.lag, integer)),
    ])
}

fn consumer_info(consumer: &ConsumerInfo) -> Value {
    map(vec![
        ("name", bytes(&consumer.name)),
        ("pending", integer(consumer.pending)),
        ("idle", integer(consumer.idle_ms)),
        (
            "inactive",
            consumer.inactive_ms.map_or(Value::Integer(-1), integer),
        ),
    ])
}
