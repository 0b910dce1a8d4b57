//! The engine, asked with commands as data.

use bytes::Bytes;
use forebay::{
    Clock, Config, Consumer, Engine, ExpireCondition, Group, Result, Stream, Transaction,
};

use super::command::Command;
use super::reply::Reply;

/// How the engine is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// [`Engine`] with the key.
    ByName,
    /// Handles, where there are some.
    ByHandle,
    /// The same on keys that will expire some day, which closes all fast paths.
    Attended,
    /// Each command is a transaction.
    InTransaction,
}

impl Manner {
    pub(crate) const ALL: [Self; 4] = [
        Self::ByName,
        Self::ByHandle,
        Self::Attended,
        Self::InTransaction,
    ];
}

/// An engine with a clock that follows the commands.
#[derive(Debug)]
pub(crate) struct Embedded {
    engine: Engine,
    clock: Clock,
    manner: Manner,
}

impl Embedded {
    pub(crate) fn new(manner: Manner, now_ms: i64) -> Self {
        let clock = Clock::manual(now_ms);
        let config = Config::in_memory().workers(0).clock(clock.clone());
        Self {
            engine: Engine::open(config).expect("no worker is started"),
            clock,
            manner,
        }
    }

    /// Carries `command` out at this time.
    pub(crate) fn apply(&mut self, now_ms: i64, command: &Command) -> Reply {
        self.clock.set(now_ms);
        self.call(self.manner, command)
    }

    /// Carries `command` out in this manner.
    pub(crate) fn call(&self, manner: Manner, command: &Command) -> Reply {
        let reply = match manner {
            Manner::ByName => by_name(&self.engine, command),
            Manner::InTransaction => self
                .engine
                .transaction(&command.keys(), |tx| in_transaction(tx, command))
                .expect("the engine is open"),
            Manner::ByHandle | Manner::Attended => match by_handle(&self.engine, command) {
                Ok(None) => by_name(&self.engine, command),
                Ok(Some(reply)) => Ok(reply),
                Err(error) => Err(error),
            },
        };
        if manner == Manner::Attended {
            self.expire_some_day(command);
        }
        reply.unwrap_or_else(Reply::Refused)
    }

    /// Makes the keys of a command expire in a time that never comes.
    pub(crate) fn expire_some_day(&self, command: &Command) {
        for key in command.keys() {
            let set = self
                .engine
                .pexpireat(key, i64::MAX, ExpireCondition::Always);
            set.expect("it is far away");
        }
    }
}

/// The same calls of an engine and of a transaction.
macro_rules! carry_out {
    ($engine:ident, $command:ident) => {
        Ok(match $command {
            Command::Xadd {
                key,
                options,
                fields,
            } => $engine
                .xadd_with(key, options, fields)?
                .map_or(Reply::Nothing, Reply::Id),
            Command::Xtrim { key, trim } => Reply::Integer($engine.xtrim(key, trim)?),
            Command::Xdel { key, ids } => Reply::Integer($engine.xdel(key, ids)?),
            Command::Xdelex {
                key,
                references,
                ids,
            } => Reply::Deletions($engine.xdelex(key, *references, ids)?),
            Command::Xackdel {
                key,
                group,
                references,
                ids,
            } => Reply::Deletions($engine.xackdel(key, group, *references, ids)?),
            Command::Xlen { key } => Reply::Integer($engine.xlen(key)?),
            Command::Xrange { key, range, count } => {
                Reply::Entries($engine.xrange(key, *range, *count)?)
            }
            Command::Xrevrange { key, range, count } => {
                Reply::Entries($engine.xrevrange(key, *range, *count)?)
            }
            Command::Xread { options, streams } => Reply::Read($engine.xread(streams, options)?),
            Command::XgroupCreate {
                key,
                group,
                start,
                options,
            } => {
                $engine.xgroup_create_with(key, group, *start, options)?;
                Reply::Done
            }
            Command::XgroupSetid {
                key,
                group,
                start,
                entries_read,
            } => {
                $engine.xgroup_setid(key, group, *start, *entries_read)?;
                Reply::Done
            }
            Command::XgroupDestroy { key, group } => flag($engine.xgroup_destroy(key, group)?),
            Command::XgroupCreateconsumer {
                key,
                group,
                consumer,
            } => flag($engine.xgroup_createconsumer(key, group, consumer)?),
            Command::XgroupDelconsumer {
                key,
                group,
                consumer,
            } => Reply::Integer($engine.xgroup_delconsumer(key, group, consumer)?),
            Command::Xreadgroup {
                group,
                consumer,
                options,
                streams,
            } => Reply::Delivered($engine.xreadgroup(group, consumer, streams, options)?),
            Command::Xack { key, group, ids } => Reply::Integer($engine.xack(key, group, ids)?),
            Command::Xnack {
                key,
                group,
                mode,
                ids,
                options,
            } => Reply::Integer($engine.xnack(key, group, *mode, ids, options)?),
            Command::Xclaim {
                key,
                group,
                consumer,
                min_idle_ms,
                ids,
                options,
                justid: false,
            } => {
                Reply::Entries($engine.xclaim(key, group, consumer, *min_idle_ms, ids, options)?)
            }
            Command::Xclaim {
                key,
                group,
                consumer,
                min_idle_ms,
                ids,
                options,
                justid: true,
            } => Reply::Ids($engine.xclaim_justid(
                key,
                group,
                consumer,
                *min_idle_ms,
                ids,
                options,
            )?),
            Command::Xautoclaim {
                key,
                group,
                consumer,
                min_idle_ms,
                start,
                options,
                justid: false,
            } => Reply::AutoClaimed($engine.xautoclaim(
                key,
                group,
                consumer,
                *min_idle_ms,
                *start,
                options,
            )?),
            Command::Xautoclaim {
                key,
                group,
                consumer,
                min_idle_ms,
                start,
                options,
                justid: true,
            } => Reply::AutoClaimedIds($engine.xautoclaim_justid(
                key,
                group,
                consumer,
                *min_idle_ms,
                *start,
                options,
            )?),
            Command::Xpending { key, group } => Reply::Summary($engine.xpending(key, group)?),
            Command::XpendingRows {
                key,
                group,
                options,
            } => Reply::Pending($engine.xpending_range(key, group, options)?),
            Command::Xsetid { key, id, options } => {
                $engine.xsetid(key, *id, options)?;
                Reply::Done
            }
            Command::Xcfgset { key, options } => {
                $engine.xcfgset(key, options)?;
                Reply::Done
            }
            Command::XinfoStream { key } => Reply::Stream($engine.xinfo_stream(key)?),
            Command::XinfoStreamFull { key, count } => {
                Reply::FullStream($engine.xinfo_stream_full(key, count.unwrap_or(10))?)
            }
            Command::XinfoGroups { key } => Reply::Groups($engine.xinfo_groups(key)?),
            Command::XinfoConsumers { key, group } => {
                Reply::Consumers($engine.xinfo_consumers(key, group)?)
            }
            Command::Del { key } => Reply::Integer($engine.del(&[key])?),
            Command::Exists { key } => Reply::Integer($engine.exists(&[key])?),
            Command::Rpush { key, element } => Reply::Integer($engine.rpush(key, [element])?),
        })
    };
}

fn by_name(engine: &Engine, command: &Command) -> Result<Reply> {
    carry_out!(engine, command)
}

fn in_transaction(tx: &mut Transaction<'_>, command: &Command) -> Result<Reply> {
    carry_out!(tx, command)
}

fn flag(flag: bool) -> Reply {
    Reply::Integer(u64::from(flag))
}

/// `None` for what handles cannot do.
fn by_handle(engine: &Engine, command: &Command) -> Result<Option<Reply>> {
    let stream = |key: &Bytes| -> Result<Stream> { engine.stream(key) };
    let group = |key: &Bytes, name: &Bytes| -> Result<Group> { Ok(stream(key)?.group(name)) };
    let consumer = |key: &Bytes, name: &Bytes, consumer: &Bytes| -> Result<Consumer> {
        Ok(group(key, name)?.consumer(consumer))
    };
    Ok(Some(match command {
        Command::Xadd {
            key,
            options,
            fields,
        } => stream(key)?
            .xadd_with(options, fields)?
            .map_or(Reply::Nothing, Reply::Id),
        Command::Xtrim { key, trim } => Reply::Integer(stream(key)?.xtrim(trim)?),
        Command::Xdel { key, ids } => Reply::Integer(stream(key)?.xdel(ids)?),
        Command::Xdelex {
            key,
            references,
            ids,
        } => Reply::Deletions(stream(key)?.xdelex(*references, ids)?),
        Command::Xackdel {
            key,
            group: name,
            references,
            ids,
        } => Reply::Deletions(group(key, name)?.xackdel(*references, ids)?),
        Command::Xlen { key } => Reply::Integer(stream(key)?.xlen()?),
        Command::Xrange { key, range, count } => {
            Reply::Entries(stream(key)?.xrange(*range, *count)?)
        }
        Command::Xrevrange { key, range, count } => {
            Reply::Entries(stream(key)?.xrevrange(*range, *count)?)
        }
        Command::Xread { options, streams } => {
            let [(key, from)] = &streams[..] else {
                return Ok(None);
            };
            let entries = stream(key)?.xread(*from, options)?;
            let read = (!entries.is_empty()).then(|| (key.clone(), entries));
            Reply::Read(read.into_iter().collect())
        }
        Command::XgroupCreate {
            key,
            group: name,
            start,
            options,
        } => {
            stream(key)?.xgroup_create_with(name, *start, options)?;
            Reply::Done
        }
        Command::XgroupSetid {
            key,
            group: name,
            start,
            entries_read,
        } => {
            stream(key)?.xgroup_setid(name, *start, *entries_read)?;
            Reply::Done
        }
        Command::XgroupDestroy { key, group: name } => flag(stream(key)?.xgroup_destroy(name)?),
        Command::XgroupCreateconsumer {
            key,
            group: name,
            consumer,
        } => flag(group(key, name)?.xgroup_createconsumer(consumer)?),
        Command::XgroupDelconsumer {
            key,
            group: name,
            consumer,
        } => Reply::Integer(group(key, name)?.xgroup_delconsumer(consumer)?),
        Command::Xreadgroup {
            group: name,
            consumer: who,
            options,
            streams,
        } => {
            let [(key, from)] = &streams[..] else {
                return Ok(None);
            };
            let delivered = consumer(key, name, who)?.xreadgroup(*from, options)?;
            let is_history = *from != forebay::stream::GroupReadFrom::New;
            let read = (is_history || !delivered.is_empty()).then(|| (key.clone(), delivered));
            Reply::Delivered(read.into_iter().collect())
        }
        Command::Xack {
            key,
            group: name,
            ids,
        } => Reply::Integer(group(key, name)?.xack(ids)?),
        Command::Xnack {
            key,
            group: name,
            mode,
            ids,
            options,
        } => Reply::Integer(group(key, name)?.xnack(*mode, ids, options)?),
        Command::Xclaim {
            key,
            group: name,
            consumer: who,
            min_idle_ms,
            ids,
            options,
            justid,
        } => {
            let consumer = consumer(key, name, who)?;
            if *justid {
                Reply::Ids(consumer.xclaim_justid(*min_idle_ms, ids, options)?)
            } else {
                Reply::Entries(consumer.xclaim(*min_idle_ms, ids, options)?)
            }
        }
        Command::Xautoclaim {
            key,
            group: name,
            consumer: who,
            min_idle_ms,
            start,
            options,
            justid,
        } => {
            let consumer = consumer(key, name, who)?;
            if *justid {
                Reply::AutoClaimedIds(consumer.xautoclaim_justid(*min_idle_ms, *start, options)?)
            } else {
                Reply::AutoClaimed(consumer.xautoclaim(*min_idle_ms, *start, options)?)
            }
        }
        Command::Xpending { key, group: name } => Reply::Summary(group(key, name)?.xpending()?),
        Command::XpendingRows {
            key,
            group: name,
            options,
        } => Reply::Pending(group(key, name)?.xpending_range(options)?),
        Command::Xsetid { key, id, options } => {
            stream(key)?.xsetid(*id, options)?;
            Reply::Done
        }
        Command::Xcfgset { key, options } => {
            stream(key)?.xcfgset(options)?;
            Reply::Done
        }
        Command::XinfoStream { key } => Reply::Stream(stream(key)?.xinfo_stream()?),
        Command::XinfoStreamFull { key, count } => {
            Reply::FullStream(stream(key)?.xinfo_stream_full(count.unwrap_or(10))?)
        }
        Command::XinfoGroups { key } => Reply::Groups(stream(key)?.xinfo_groups()?),
        Command::XinfoConsumers { key, group: name } => {
            Reply::Consumers(group(key, name)?.xinfo_consumers()?)
        }
        Command::Del { .. } | Command::Exists { .. } | Command::Rpush { .. } => return Ok(None),
    }))
}
