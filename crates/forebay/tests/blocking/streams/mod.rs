//! Waiting for entries of streams.

mod entries;
mod groups;
mod readers;
mod types;

use super::*;
use forebay::stream::{
    Delivered, Entry, GroupReadFrom, GroupStart, ReadFrom, XgroupCreateOptions, XreadOptions,
    XreadgroupOptions,
};
use forebay::{Result, StreamId};

/// What XREAD answers.
type Read = Option<Vec<(Bytes, Vec<Entry>)>>;
/// What XREADGROUP answers.
type GroupRead = Result<Option<Vec<(Bytes, Vec<Delivered>)>>>;

fn add(engine: &Engine, key: &str, value: &str) -> StreamId {
    engine.xadd(key, [("v", value)]).unwrap()
}

fn forever() -> XreadOptions {
    XreadOptions {
        block: Some(Timeout::FOREVER),
        ..XreadOptions::default()
    }
}

fn group_forever() -> XreadgroupOptions {
    XreadgroupOptions {
        block: Some(Timeout::FOREVER),
        ..XreadgroupOptions::default()
    }
}

/// A call that waits for entries of these keys.
fn xread<'a>(engine: &'a Engine, keys: &[&str]) -> Task<'a, Read> {
    let streams: Vec<_> = keys.iter().map(|key| (*key, ReadFrom::Now)).collect();
    let read = engine.xread_async(&streams, &forever());
    Task::waiting(async move { read.await.unwrap() })
}

/// A consumer that waits for new entries of these keys.
fn xreadgroup<'a>(
    engine: &'a Engine,
    group: &str,
    consumer: &str,
    keys: &[&str],
    options: &XreadgroupOptions,
) -> Task<'a, GroupRead> {
    let streams: Vec<_> = keys.iter().map(|key| (*key, GroupReadFrom::New)).collect();
    Task::waiting(engine.xreadgroup_async(group, consumer, &streams, options))
}

/// A stream with groups that have read nothing.
fn make_groups(engine: &Engine, key: &str, groups: &[&str]) {
    let options = XgroupCreateOptions {
        mkstream: true,
        ..XgroupCreateOptions::default()
    };
    for group in groups {
        let made = engine.xgroup_create_with(key, group, GroupStart::BEGINNING, &options);
        made.unwrap();
    }
}

/// What was read, as `key: values; key: values`.
fn values(read: Read) -> String {
    let streams = read.expect("there is something").into_iter();
    let text = |(key, entries): (Bytes, Vec<Entry>)| {
        let fields = entries.iter().map(|entry| &entry.fields);
        format!("{}: {}", text(&key), joined(fields))
    };
    streams.map(text).collect::<Vec<_>>().join("; ")
}

/// What was delivered, in the same form.
fn delivered(read: GroupRead) -> String {
    let streams = read.unwrap().expect("there is something").into_iter();
    let text = |(key, entries): (Bytes, Vec<Delivered>)| {
        let fields = entries.iter().filter_map(|entry| entry.fields.as_ref());
        format!("{}: {}", text(&key), joined(fields))
    };
    streams.map(text).collect::<Vec<_>>().join("; ")
}

fn joined<'a, I: Iterator<Item = &'a forebay::Fields>>(fields: I) -> String {
    let values = fields.map(|fields| text(fields.value("v").unwrap()));
    values.collect::<Vec<_>>().join(" ")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// How many entries a consumer has pending.
fn pending(engine: &Engine, key: &str, group: &str, consumer: &str) -> u64 {
    let consumers = engine.xpending(key, group).unwrap().consumers;
    let found = consumers.iter().find(|(name, _)| name == consumer);
    found.map_or(0, |(_, count)| *count)
}
