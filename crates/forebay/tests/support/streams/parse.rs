//! Commands as a user of Redis types them.

use core::str::FromStr;

use bytes::Bytes;
use forebay::stream::{
    ClaimTime, IdBound, IdRange, Idempotence, NackMode, NewId, Precision, References, Trim, TrimTo,
    XaddOptions, XautoclaimOptions, XcfgsetOptions, XclaimOptions, XgroupCreateOptions,
    XnackOptions, XpendingOptions, XreadOptions, XreadgroupOptions, XsetidOptions,
};
use forebay::{Error, Result, StreamId, Timeout};

use super::command::Command;

/// The command in `line`: words with a space between them.
///
/// # Errors
/// Those about ids.
///
/// # Panics
/// With a line that is no command.
pub(crate) fn parse(line: &str) -> Result<Command> {
    let mut words = Words {
        line,
        rest: line.split(' ').collect(),
    };
    words.rest.reverse();
    let command = command(&mut words)?;
    assert!(words.rest.is_empty(), "what comes too much in {line:?}");
    Ok(command)
}

struct Words<'a> {
    line: &'a str,
    /// The next word last.
    rest: Vec<&'a str>,
}

impl<'a> Words<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.rest.last().copied()
    }

    fn word(&mut self) -> &'a str {
        let line = self.line;
        (self.rest.pop()).unwrap_or_else(|| panic!("a word is missing in {line:?}"))
    }

    fn bytes(&mut self) -> Bytes {
        Bytes::copy_from_slice(self.word().as_bytes())
    }

    fn number<N: FromStr>(&mut self) -> N {
        let (line, word) = (self.line, self.word());
        (word.parse().ok()).unwrap_or_else(|| panic!("{word:?} is no number in {line:?}"))
    }

    /// A number below 0 as 0, which is what Redis makes of it.
    fn natural(&mut self) -> u64 {
        self.number::<i64>().max(0).unsigned_abs()
    }

    fn parsed<T: FromStr<Err = Error>>(&mut self) -> Result<T> {
        self.word().parse()
    }

    /// The next word, if it is this one.
    fn take(&mut self, word: &str) -> bool {
        let taken = self.peek() == Some(word);
        if taken {
            self.rest.pop();
        }
        taken
    }

    /// All that is left.
    fn ids(&mut self) -> Result<Vec<StreamId>> {
        let mut ids = Vec::new();
        while self.peek().is_some() {
            ids.push(self.parsed()?);
        }
        Ok(ids)
    }

    /// IDS numids id ...
    fn counted_ids(&mut self) -> Result<Vec<StreamId>> {
        assert!(self.take("IDS"), "IDS is missing in {:?}", self.line);
        let count: usize = self.number();
        (0..count).map(|_| self.parsed()).collect()
    }

    /// STREAMS key ... id ...
    fn streams<F: FromStr<Err = Error>>(&mut self) -> Result<Vec<(Bytes, F)>> {
        let count = self.rest.len() / 2;
        let keys: Vec<Bytes> = (0..count).map(|_| self.bytes()).collect();
        keys.into_iter()
            .map(|key| Ok((key, self.parsed()?)))
            .collect()
    }

    fn references(&mut self) -> Option<References> {
        [
            ("KEEPREF", References::Keep),
            ("DELREF", References::Delete),
            ("ACKED", References::Acked),
        ]
        .into_iter()
        .find_map(|(word, references)| self.take(word).then_some(references))
    }

    /// MAXLEN or MINID and what belongs to it.
    fn trim(&mut self) -> Result<Option<Trim>> {
        let maxlen = self.take("MAXLEN");
        if !maxlen && !self.take("MINID") {
            return Ok(None);
        }
        let approximate = self.take("~");
        self.take("=");
        let to = if maxlen {
            TrimTo::Maxlen(self.number())
        } else {
            TrimTo::Minid(self.parsed()?)
        };
        let limit = (approximate && self.take("LIMIT")).then(|| self.number());
        Ok(Some(Trim {
            to,
            precision: if approximate {
                Precision::Approximate { limit }
            } else {
                Precision::Exact
            },
            references: References::Keep,
        }))
    }
}

fn command(words: &mut Words<'_>) -> Result<Command> {
    Ok(match words.word() {
        "XADD" => return xadd(words),
        "XTRIM" => return xtrim(words),
        "XREAD" => return xread(words),
        "XREADGROUP" => return xreadgroup(words),
        "XGROUP" => return xgroup(words),
        "XCLAIM" => return xclaim(words),
        "XAUTOCLAIM" => return xautoclaim(words),
        "XPENDING" => return xpending(words),
        "XNACK" => return xnack(words),
        "XINFO" => xinfo(words),
        "XDEL" => Command::Xdel {
            key: words.bytes(),
            ids: words.ids()?,
        },
        "XDELEX" => Command::Xdelex {
            key: words.bytes(),
            references: words.references().unwrap_or_default(),
            ids: words.counted_ids()?,
        },
        "XACKDEL" => Command::Xackdel {
            key: words.bytes(),
            group: words.bytes(),
            references: words.references().unwrap_or_default(),
            ids: words.counted_ids()?,
        },
        "XACK" => Command::Xack {
            key: words.bytes(),
            group: words.bytes(),
            ids: words.ids()?,
        },
        "XLEN" => Command::Xlen { key: words.bytes() },
        "XRANGE" => {
            let (key, start, end) = (words.bytes(), words.parsed()?, words.parsed()?);
            Command::Xrange {
                key,
                range: IdRange { start, end },
                count: words.take("COUNT").then(|| words.natural()),
            }
        }
        "XREVRANGE" => {
            let (key, end, start) = (words.bytes(), words.parsed()?, words.parsed()?);
            Command::Xrevrange {
                key,
                range: IdRange { start, end },
                count: words.take("COUNT").then(|| words.natural()),
            }
        }
        "XSETID" => {
            let (key, id) = (words.bytes(), words.parsed()?);
            let entries_added = words.take("ENTRIESADDED").then(|| words.number());
            let max_deleted_id = if words.take("MAXDELETEDID") {
                Some(words.parsed()?)
            } else {
                None
            };
            Command::Xsetid {
                key,
                id,
                options: XsetidOptions {
                    entries_added,
                    max_deleted_id,
                },
            }
        }
        "XCFGSET" => Command::Xcfgset {
            key: words.bytes(),
            options: XcfgsetOptions {
                idmp_duration_s: words.take("IDMP-DURATION").then(|| words.number()),
                idmp_maxsize: words.take("IDMP-MAXSIZE").then(|| words.number()),
            },
        },
        "DEL" => Command::Del { key: words.bytes() },
        "EXISTS" => Command::Exists { key: words.bytes() },
        "RPUSH" => Command::Rpush {
            key: words.bytes(),
            element: words.bytes(),
        },
        other => panic!("not a command: {other:?}"),
    })
}

fn xadd(words: &mut Words<'_>) -> Result<Command> {
    let key = words.bytes();
    let mut options = XaddOptions::default();
    let mut references = References::default();
    loop {
        if words.take("NOMKSTREAM") {
            options.nomkstream = true;
        } else if let Some(given) = words.references() {
            references = given;
        } else if words.take("IDMPAUTO") {
            options.idempotence = Some(Idempotence::auto(words.bytes()));
        } else if words.take("IDMP") {
            options.idempotence = Some(Idempotence::id(words.bytes(), words.bytes()));
        } else if let Some(trim) = words.trim()? {
            options.trim = Some(trim);
        } else {
            break;
        }
    }
    options.trim = options.trim.map(|trim| trim.references(references));
    options.id = words.parsed::<NewId>()?;
    let mut fields = Vec::new();
    while words.peek().is_some() {
        fields.push((words.bytes(), words.bytes()));
    }
    Ok(Command::Xadd {
        key,
        options,
        fields,
    })
}

fn xtrim(words: &mut Words<'_>) -> Result<Command> {
    let key = words.bytes();
    let trim = (words.trim()?).unwrap_or_else(|| panic!("nothing to trim to in {:?}", words.line));
    let references = words.references().unwrap_or_default();
    Ok(Command::Xtrim {
        key,
        trim: trim.references(references),
    })
}

fn xread(words: &mut Words<'_>) -> Result<Command> {
    let mut options = XreadOptions::default();
    loop {
        match words.word() {
            "COUNT" => options.count = Some(words.natural()),
            "BLOCK" => options.block = Some(block(words)),
            "MAXCOUNT" => options.maxcount = Some(words.number()),
            "MAXSIZE" => options.maxsize = Some(words.number()),
            "STREAMS" => break,
            other => panic!("not an option of XREAD: {other:?}"),
        }
    }
    Ok(Command::Xread {
        options,
        streams: words.streams()?,
    })
}

fn block(words: &mut Words<'_>) -> Timeout {
    Timeout::from(core::time::Duration::from_millis(words.number()))
}

fn xreadgroup(words: &mut Words<'_>) -> Result<Command> {
    assert!(words.take("GROUP"), "GROUP comes first in {:?}", words.line);
    let (group, consumer) = (words.bytes(), words.bytes());
    let mut options = XreadgroupOptions::default();
    loop {
        match words.word() {
            "COUNT" => options.count = Some(words.natural()),
            "BLOCK" => options.block = Some(block(words)),
            "NOACK" => options.noack = true,
            "CLAIM" => options.claim = Some(words.number()),
            "MAXCOUNT" => options.maxcount = Some(words.number()),
            "MAXSIZE" => options.maxsize = Some(words.number()),
            "STREAMS" => break,
            other => panic!("not an option of XREADGROUP: {other:?}"),
        }
    }
    Ok(Command::Xreadgroup {
        group,
        consumer,
        options,
        streams: words.streams()?,
    })
}

fn entries_read(words: &mut Words<'_>) -> Option<u64> {
    let given = words.take("ENTRIESREAD").then(|| words.number::<i64>());
    given.and_then(|entries| u64::try_from(entries).ok())
}

fn xgroup(words: &mut Words<'_>) -> Result<Command> {
    let subcommand = words.word();
    let (key, group) = (words.bytes(), words.bytes());
    Ok(match subcommand {
        "CREATE" => {
            let start = words.parsed()?;
            let mkstream = words.take("MKSTREAM");
            Command::XgroupCreate {
                key,
                group,
                start,
                options: XgroupCreateOptions {
                    mkstream,
                    entries_read: entries_read(words),
                },
            }
        }
        "SETID" => Command::XgroupSetid {
            key,
            group,
            start: words.parsed()?,
            entries_read: entries_read(words),
        },
        "DESTROY" => Command::XgroupDestroy { key, group },
        "CREATECONSUMER" => Command::XgroupCreateconsumer {
            key,
            group,
            consumer: words.bytes(),
        },
        "DELCONSUMER" => Command::XgroupDelconsumer {
            key,
            group,
            consumer: words.bytes(),
        },
        other => panic!("not a command: XGROUP {other:?}"),
    })
}

fn xclaim(words: &mut Words<'_>) -> Result<Command> {
    let (key, group, consumer) = (words.bytes(), words.bytes(), words.bytes());
    let min_idle_ms = words.natural();
    let mut ids = Vec::new();
    while let Some(Ok(id)) = words.peek().map(str::parse) {
        ids.push(id);
        words.word();
    }
    let mut options = XclaimOptions::default();
    let mut justid = false;
    while words.peek().is_some() {
        match words.word() {
            "IDLE" => options.delivered = ClaimTime::Idle(words.number()),
            "TIME" => options.delivered = ClaimTime::At(words.number()),
            "RETRYCOUNT" => options.retrycount = Some(words.number()),
            "FORCE" => options.force = true,
            "JUSTID" => justid = true,
            "LASTID" => options.lastid = Some(words.parsed()?),
            _ => return Err(Error::InvalidStreamId),
        }
    }
    Ok(Command::Xclaim {
        key,
        group,
        consumer,
        min_idle_ms,
        ids,
        options,
        justid,
    })
}

fn xautoclaim(words: &mut Words<'_>) -> Result<Command> {
    let (key, group, consumer) = (words.bytes(), words.bytes(), words.bytes());
    let min_idle_ms = words.natural();
    let start: IdBound = words.parsed()?;
    let mut options = XautoclaimOptions::default();
    if words.take("COUNT") {
        options.count = words.number();
    }
    Ok(Command::Xautoclaim {
        key,
        group,
        consumer,
        min_idle_ms,
        start,
        options,
        justid: words.take("JUSTID"),
    })
}

fn xpending(words: &mut Words<'_>) -> Result<Command> {
    let (key, group) = (words.bytes(), words.bytes());
    if words.peek().is_none() {
        return Ok(Command::Xpending { key, group });
    }
    let min_idle_ms = if words.take("IDLE") {
        words.natural()
    } else {
        0
    };
    let range = IdRange {
        start: words.parsed()?,
        end: words.parsed()?,
    };
    Ok(Command::XpendingRows {
        key,
        group,
        options: XpendingOptions {
            range,
            count: words.natural(),
            consumer: words.peek().map(|_| words.bytes()),
            min_idle_ms,
        },
    })
}

fn xnack(words: &mut Words<'_>) -> Result<Command> {
    let (key, group) = (words.bytes(), words.bytes());
    let mode = match words.word() {
        "SILENT" => NackMode::Silent,
        "FAIL" => NackMode::Fail,
        "FATAL" => NackMode::Fatal,
        other => panic!("not a way to XNACK: {other:?}"),
    };
    Ok(Command::Xnack {
        key,
        group,
        mode,
        ids: words.counted_ids()?,
        options: XnackOptions {
            retrycount: words.take("RETRYCOUNT").then(|| words.number()),
            force: words.take("FORCE"),
        },
    })
}

fn xinfo(words: &mut Words<'_>) -> Command {
    let subcommand = words.word();
    let key = words.bytes();
    match subcommand {
        "STREAM" if words.take("FULL") => Command::XinfoStreamFull {
            key,
            count: words.take("COUNT").then(|| words.number()),
        },
        "STREAM" => Command::XinfoStream { key },
        "GROUPS" => Command::XinfoGroups { key },
        "CONSUMERS" => Command::XinfoConsumers {
            key,
            group: words.bytes(),
        },
        other => panic!("not a command: XINFO {other:?}"),
    }
}
