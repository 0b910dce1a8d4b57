//! XINFO STREAM.

use forebay::Entry;
use forebay::stream::{
    EntryRef, FullConsumerInfo, FullGroupInfo, FullPendingEntry, FullStreamInfo, StreamCounters,
    StreamInfo,
};
use forebay_resp::ReplyWriter;

use super::info::{number, number_or_null};
use super::{ids, write};

/// How many pairs [`write_counters`] writes.
const COUNTERS: usize = 13;

/// XINFO STREAM without FULL.
pub(super) fn write(info: &StreamInfo, reply: &mut ReplyWriter<'_>) {
    reply.map(COUNTERS + 3);
    write_counters(&info.counters, reply);
    number("groups", info.groups, reply);
    reply.bulk("first-entry");
    write_entry(info.first_entry.as_ref(), reply);
    reply.bulk("last-entry");
    write_entry(info.last_entry.as_ref(), reply);
}

/// XINFO STREAM FULL.
pub(super) fn write_full(info: &FullStreamInfo, reply: &mut ReplyWriter<'_>) {
    reply.map(COUNTERS + 2);
    write_counters(&info.counters, reply);
    reply.bulk("entries");
    write::entries(&info.entries, reply);
    reply.bulk("groups");
    reply.array(info.groups.len());
    for group in &info.groups {
        write_group(group, reply);
    }
}

fn write_entry(entry: Option<&Entry>, reply: &mut ReplyWriter<'_>) {
    match entry {
        Some(entry) => write::entry(EntryRef::from(entry), reply),
        None => reply.null(),
    }
}

fn write_counters(counters: &StreamCounters, reply: &mut ReplyWriter<'_>) {
    number("length", counters.length, reply);
    number("radix-tree-keys", counters.radix_tree_keys, reply);
    number("radix-tree-nodes", counters.radix_tree_nodes, reply);
    reply.bulk("last-generated-id");
    ids::write(counters.last_generated_id, reply);
    reply.bulk("max-deleted-entry-id");
    ids::write(counters.max_deleted_entry_id, reply);
    number("entries-added", counters.entries_added, reply);
    reply.bulk("recorded-first-entry-id");
    ids::write(counters.recorded_first_entry_id, reply);
    number("idmp-duration", counters.idmp_duration_s, reply);
    number("idmp-maxsize", counters.idmp_maxsize, reply);
    number("pids-tracked", counters.pids_tracked, reply);
    number("iids-tracked", counters.iids_tracked, reply);
    number("iids-added", counters.iids_added, reply);
    number("iids-duplicates", counters.iids_duplicates, reply);
}

fn write_group(group: &FullGroupInfo, reply: &mut ReplyWriter<'_>) {
    reply.map(8);
    reply.bulk("name");
    reply.bulk(&group.name);
    reply.bulk("last-delivered-id");
    ids::write(group.last_delivered_id, reply);
    number_or_null("entries-read", group.entries_read, reply);
    number_or_null("lag", group.lag, reply);
    number("pel-count", group.pel_count, reply);
    number("nacked-count", group.nacked_count, reply);
    reply.bulk("pending");
    reply.array(group.pending.len());
    for entry in &group.pending {
        reply.array(4);
        ids::write(entry.id, reply);
        reply.bulk(entry.consumer.as_deref().unwrap_or_default());
        write_delivery(entry, reply);
    }
    reply.bulk("consumers");
    reply.array(group.consumers.len());
    for consumer in &group.consumers {
        write_consumer(consumer, reply);
    }
}

fn write_consumer(consumer: &FullConsumerInfo, reply: &mut ReplyWriter<'_>) {
    reply.map(5);
    reply.bulk("name");
    reply.bulk(&consumer.name);
    reply.bulk("seen-time");
    reply.integer(consumer.seen_time_ms);
    reply.bulk("active-time");
    reply.integer(consumer.active_time_ms.unwrap_or(-1));
    number("pel-count", consumer.pel_count, reply);
    reply.bulk("pending");
    reply.array(consumer.pending.len());
    for entry in &consumer.pending {
        reply.array(3);
        ids::write(entry.id, reply);
        write_delivery(entry, reply);
    }
}

/// When it was delivered last, and how often.
fn write_delivery(entry: &FullPendingEntry, reply: &mut ReplyWriter<'_>) {
    reply.integer(entry.delivered_at_ms);
    reply.integer(entry.deliveries.cast_signed());
}
