//! What an engine holds, in words of its own: no change to a `Debug` changes it.

use core::fmt::Write;

use forebay::stream::FullStreamInfo;
use forebay::{Bytes, Engine, KeyType};

fn text(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

fn all_of(bytes: &[Bytes]) -> String {
    let texts: Vec<_> = bytes.iter().map(|bytes| text(bytes)).collect();
    texts.join(", ")
}

/// A line for each key, element, entry, group, consumer and pending entry; each names the key.
pub(crate) fn all(engine: &Engine) -> String {
    let mut out = String::new();
    let mut keys = engine.keys("*").expect("it is open");
    keys.sort();
    for key in keys {
        let name = text(&key);
        let expires = engine.pexpiretime(&key).expect("it is open");
        let kind = engine
            .key_type(&key)
            .expect("it is open")
            .expect("it is there");
        let held = match kind {
            KeyType::List => all_of(&engine.lrange(&key, 0, -1).expect("a list")),
            KeyType::Set => {
                let mut members = engine.smembers(&key).expect("a set");
                members.sort();
                all_of(&members)
            }
            KeyType::String => text(&engine.get(&key).expect("a string").expect("it is there")),
            _ => String::new(),
        };
        let _ = writeln!(out, "{name} {kind:?} expires {expires}: {held}");
        if kind == KeyType::Stream {
            let info = engine.xinfo_stream_full(&key, 0).expect("a stream");
            stream(&mut out, &name, &info);
        }
    }
    out
}

fn stream(out: &mut String, key: &str, info: &FullStreamInfo) {
    let counters = &info.counters;
    let _ = writeln!(
        out,
        "{key} length {} last {} added {} deleted {} idmp {} s {} names, {} added {} again",
        counters.length,
        counters.last_generated_id,
        counters.entries_added,
        counters.max_deleted_entry_id,
        counters.idmp_duration_s,
        counters.idmp_maxsize,
        counters.iids_added,
        counters.iids_duplicates,
    );
    for entry in &info.entries {
        let fields = entry.fields.iter();
        let fields: Vec<_> = fields
            .map(|(name, value)| format!("{}={}", text(name), text(value)))
            .collect();
        let _ = writeln!(out, "{key} entry {}: {}", entry.id, fields.join(" "));
    }
    for group in &info.groups {
        let name = text(&group.name);
        let _ = writeln!(
            out,
            "{key} group {name} at {} read {:?}",
            group.last_delivered_id, group.entries_read
        );
        for pending in &group.pending {
            let consumer = pending.consumer.as_deref().map(text);
            let _ = writeln!(
                out,
                "{key} group {name} pending {} of {consumer:?} since {} deliveries {}",
                pending.id, pending.delivered_at_ms, pending.deliveries
            );
        }
        for consumer in &group.consumers {
            let _ = writeln!(
                out,
                "{key} group {name} consumer {} seen {} active {:?} has {}",
                text(&consumer.name),
                consumer.seen_time_ms,
                consumer.active_time_ms,
                consumer.pel_count
            );
        }
    }
}
