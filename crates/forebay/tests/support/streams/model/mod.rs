//! The plain model of streams: maps, one command after the other, no thread and no clock in sight.
//!
//! It behaves as the newest Redis does; [`Dialect::Redis70`] lists where the Redis 7.0 that it is
//! compared with behaves otherwise.

mod claim;
mod deliver;
mod group;
mod idempotence;
mod info;
mod progress;
mod stream;
mod trim;

use alloc::collections::BTreeMap;

use bytes::Bytes;
use forebay::stream::{Deletion, Entry, Fields, IdRange};
use forebay::{Error, Result, StreamId};

use self::group::Group;
use self::stream::Stream;
use super::command::Command;
use super::reply::Reply;

/// Whose behaviour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Dialect {
    Newest,
    /// Redis 7.0. A consumer only comes into being when it gets something; how far a group has come
    /// is counted by older rules; XSETID and XGROUP leave that count alone; XSETID may go
    /// back behind a deleted entry.
    Redis70,
}

/// What an implementation of streams must behave like.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Model {
    dialect: Dialect,
    /// What `stream-node-max-entries` is for Redis: a trim with `~` removes whole nodes. 0 stands
    /// for the nodes of the engine: entries whose ordinals are the same but for their last two
    /// digits.
    node_entries_max: u64,
    streams: BTreeMap<Bytes, Stream>,
    /// Keys that hold something else, and how much of it.
    lists: BTreeMap<Bytes, u64>,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            dialect: Dialect::Newest,
            node_entries_max: 100,
            streams: BTreeMap::new(),
            lists: BTreeMap::new(),
        }
    }
}

impl Model {
    /// One with the behaviour of Redis 7.0, and with this many entries in a node.
    pub(crate) fn redis_70(node_entries_max: u64) -> Self {
        Self {
            dialect: Dialect::Redis70,
            node_entries_max,
            ..Self::default()
        }
    }

    /// One that trims as the engine does.
    pub(crate) fn by_ordinal() -> Self {
        Self {
            node_entries_max: 0,
            ..Self::default()
        }
    }

    /// Carries `command` out at this time.
    pub(crate) fn apply(&mut self, now_ms: i64, command: &Command) -> Reply {
        self.carry_out(now_ms, command)
            .unwrap_or_else(Reply::Refused)
    }

    /// The stream at `key`, if there is one.
    fn stream(&mut self, key: &Bytes) -> Result<Option<&mut Stream>> {
        if self.lists.contains_key(key) {
            return Err(Error::WrongType);
        }
        Ok(self.streams.get_mut(key))
    }

    /// The stream at `key`, and the group.
    fn group(&mut self, key: &Bytes, group: &Bytes) -> Result<(&mut Stream, Group)> {
        let found = self.stream(key)?.and_then(|stream| {
            let group = stream.groups.get(group)?.clone();
            Some((stream, group))
        });
        found.ok_or(Error::NoGroup { at: 0 })
    }

    /// Changes a group; whatever `f` answers, its changes stay.
    fn with_group<R>(
        &mut self,
        key: &Bytes,
        name: &Bytes,
        f: impl FnOnce(&mut Stream, &mut Group) -> R,
    ) -> Result<R> {
        let (stream, mut group) = self.group(key, name)?;
        let answer = f(stream, &mut group);
        stream.groups.insert(name.clone(), group);
        Ok(answer)
    }

    fn carry_out(&mut self, now_ms: i64, command: &Command) -> Result<Reply> {
        let dialect = self.dialect;
        Ok(match command {
            Command::Xadd {
                key,
                options,
                fields,
            } => {
                options.check()?;
                if fields.is_empty() {
                    return Err(Error::NoFields);
                }
                options.id.after(StreamId::MIN, now_ms.unsigned_abs())?;
                if self.stream(key)?.is_none() && options.nomkstream {
                    return Ok(Reply::Nothing);
                }
                let mut stream = (self.streams.get(key).cloned())
                    .unwrap_or_else(|| Stream::new(self.node_entries_max));
                let reply = stream.xadd(now_ms, options, fields)?;
                self.streams.insert(key.clone(), stream);
                reply
            }
            Command::Xtrim { key, trim } => {
                Reply::Integer(self.stream(key)?.map_or(0, |stream| stream.trim(trim)))
            }
            Command::Xdel { key, ids } => {
                let deleted = (self.stream(key)?).map_or(0, |stream| {
                    ids.iter().filter(|&&id| stream.delete(id)).count()
                });
                Reply::Integer(deleted as u64)
            }
            Command::Xdelex {
                key,
                references,
                ids,
            } => Reply::Deletions(match self.stream(key)? {
                Some(stream) => ids
                    .iter()
                    .map(|&id| stream.xdelex(id, *references))
                    .collect(),
                None => vec![Deletion::NotFound; ids.len()],
            }),
            Command::Xackdel {
                key,
                group,
                references,
                ids,
            } => Reply::Deletions(match self.stream(key)? {
                Some(stream) => ids
                    .iter()
                    .map(|&id| stream.xackdel(group, id, *references))
                    .collect(),
                None => vec![Deletion::NotFound; ids.len()],
            }),
            Command::Xlen { key } => {
                Reply::Integer(self.stream(key)?.map_or(0, |stream| stream.len()))
            }
            Command::Xrange { key, range, count } => {
                Reply::Entries(self.range(key, *range, *count, false)?)
            }
            Command::Xrevrange { key, range, count } => {
                Reply::Entries(self.range(key, *range, *count, true)?)
            }
            Command::Xread { options, streams } => self.xread(options, streams)?,
            Command::Xreadgroup {
                group,
                consumer,
                options,
                streams,
            } => self.xreadgroup(now_ms, group, consumer, options, streams)?,
            Command::XgroupCreate {
                key,
                group,
                start,
                options,
            } => {
                if self.stream(key)?.is_none() {
                    if !options.mkstream {
                        return Err(Error::GroupNeedsKey);
                    }
                    let made = Stream::new(self.node_entries_max);
                    self.streams.insert(key.clone(), made);
                }
                let stream = self.stream(key)?.expect("it is there now");
                if stream.groups.contains_key(group) {
                    return Err(Error::GroupExists);
                }
                let made = Group {
                    last_id: stream.start(*start),
                    entries_read: stream.clamp(dialect, options.entries_read),
                    ..Group::default()
                };
                stream.groups.insert(group.clone(), made);
                Reply::Done
            }
            Command::XgroupSetid {
                key,
                group,
                start,
                entries_read,
            } => {
                self.stream(key)?.ok_or(Error::GroupNeedsKey)?;
                self.with_group(key, group, |stream, group| {
                    group.last_id = stream.start(*start);
                    group.entries_read = stream.clamp(dialect, *entries_read);
                })?;
                Reply::Done
            }
            Command::XgroupDestroy { key, group } => {
                let stream = self.stream(key)?.ok_or(Error::GroupNeedsKey)?;
                Reply::Integer(u64::from(stream.groups.remove(group).is_some()))
            }
            Command::XgroupCreateconsumer {
                key,
                group,
                consumer,
            } => {
                self.stream(key)?.ok_or(Error::GroupNeedsKey)?;
                let made = self.with_group(key, group, |_, group| {
                    let is_new = !group.consumers.contains_key(consumer);
                    if is_new {
                        group.see(consumer, now_ms);
                    }
                    is_new
                })?;
                Reply::Integer(u64::from(made))
            }
            Command::XgroupDelconsumer {
                key,
                group,
                consumer,
            } => {
                self.stream(key)?.ok_or(Error::GroupNeedsKey)?;
                Reply::Integer(self.with_group(key, group, |_, group| group.dismiss(consumer))?)
            }
            Command::Xack { key, group, ids } => {
                self.stream(key)?;
                let acked = self.with_group(key, group, |_, group| {
                    ids.iter()
                        .filter(|id| group.pending.remove(id).is_some())
                        .count()
                });
                Reply::Integer(acked.unwrap_or(0) as u64)
            }
            Command::Xnack {
                key,
                group,
                mode,
                ids,
                options,
            } => Reply::Integer(self.with_group(key, group, |stream, group| {
                let given_back = ids
                    .iter()
                    .filter(|&&id| group.xnack(stream, id, *mode, *options));
                given_back.count() as u64
            })?),
            Command::Xclaim { key, group, .. } => {
                self.with_group(key, group, |stream, group| {
                    group.xclaim(now_ms, dialect, stream, command)
                })?
            }
            Command::Xautoclaim {
                key,
                group,
                start,
                options,
                ..
            } => {
                let start = start.lowest()?;
                options.check()?;
                self.with_group(key, group, |stream, group| {
                    group.xautoclaim(now_ms, dialect, stream, start, command)
                })?
            }
            Command::Xpending { key, group } => Reply::Summary(self.group(key, group)?.1.summary()),
            Command::XpendingRows {
                key,
                group,
                options,
            } => {
                let ids = options.range.resolve()?;
                Reply::Pending(self.group(key, group)?.1.rows(now_ms, ids, options))
            }
            Command::Xsetid { key, id, options } => {
                if options.max_deleted_id.is_some_and(|deleted| *id < deleted) {
                    return Err(Error::SetidBelowGivenDeleted);
                }
                let stream = self.stream(key)?.ok_or(Error::NoSuchKey)?;
                stream.xsetid(dialect, *id, options)?;
                Reply::Done
            }
            Command::Xcfgset { key, options } => {
                options.check()?;
                let stream = self.stream(key)?.ok_or(Error::NoSuchKey)?;
                stream.idmp.configure(options);
                Reply::Done
            }
            Command::XinfoStream { key } => {
                let stream = self.stream(key)?.ok_or(Error::NoSuchKey)?;
                Reply::Stream(stream.info(now_ms))
            }
            Command::XinfoStreamFull { key, count } => {
                let stream = self.stream(key)?.ok_or(Error::NoSuchKey)?;
                Reply::FullStream(stream.full_info(now_ms, dialect, count.unwrap_or(10)))
            }
            Command::XinfoGroups { key } => {
                let stream = self.stream(key)?.ok_or(Error::NoSuchKey)?;
                Reply::Groups(stream.groups_info(dialect))
            }
            Command::XinfoConsumers { key, group } => {
                self.stream(key)?.ok_or(Error::NoSuchKey)?;
                Reply::Consumers(self.group(key, group)?.1.consumers_info(now_ms))
            }
            Command::Del { key } => {
                let was_list = self.lists.remove(key).is_some();
                let was_stream = self.streams.remove(key).is_some();
                Reply::Integer(u64::from(was_list || was_stream))
            }
            Command::Exists { key } => Reply::Integer(u64::from(
                self.lists.contains_key(key) || self.streams.contains_key(key),
            )),
            Command::Rpush { key, .. } => {
                if self.streams.contains_key(key) {
                    return Err(Error::WrongType);
                }
                let len = self.lists.entry(key.clone()).or_default();
                *len += 1;
                Reply::Integer(*len)
            }
        })
    }

    fn range(
        &mut self,
        key: &Bytes,
        range: IdRange,
        count: Option<u64>,
        backwards: bool,
    ) -> Result<Vec<Entry>> {
        // Redis looks at the end that was given first before the other one.
        let ids = if backwards {
            let end = range.end.highest()?;
            range.start.lowest()?..=end
        } else {
            range.resolve()?
        };
        let Some(stream) = self.stream(key)? else {
            return Ok(Vec::new());
        };
        let mut entries = stream.between(*ids.start(), *ids.end());
        if backwards {
            entries.reverse();
        }
        entries.truncate(usize::try_from(count.unwrap_or(u64::MAX)).unwrap_or(usize::MAX));
        Ok(entries)
    }
}

/// The entry with these parts.
fn entry(id: StreamId, fields: &Fields) -> Entry {
    Entry {
        id,
        fields: fields.clone(),
    }
}

/// Everything that is larger.
fn after(id: StreamId) -> (core::ops::Bound<StreamId>, core::ops::Bound<StreamId>) {
    (core::ops::Bound::Excluded(id), core::ops::Bound::Unbounded)
}
