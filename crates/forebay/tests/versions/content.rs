//! What is put into a store: something of every kind, by every operation.

use forebay::stream::{
    ClaimTime, GroupReadFrom, GroupStart, Idempotence, NackMode, NewId, References, Trim,
    XaddOptions, XautoclaimOptions, XcfgsetOptions, XclaimOptions, XnackOptions, XreadgroupOptions,
    XsetidOptions,
};
use forebay::{Engine, ExpireCondition, Position, Result, StreamId};

/// When a key expires after the stores are read, and when before.
const LATE_MS: i64 = 9_000_000_000_000;
const SOON_MS: i64 = 1_500_000;

fn id(seq: u64) -> StreamId {
    StreamId::new(1_000, seq)
}

/// Keys of all kinds, with names that begin so. Between steps `pause` may write them
/// down.
pub(crate) fn fill(engine: &Engine, prefix: &str, pause: &mut dyn FnMut()) {
    let name = |name: &str| format!("{prefix}{name}");
    lists(engine, &name, pause).expect("there is room");
    values(engine, &name, pause).expect("there is room");
    streams(engine, &name, pause).expect("there is room");
    groups(engine, &name, pause).expect("there is room");
}

/// Changes some of the keys with names that begin so, from whatever they are.
pub(crate) fn change(engine: &Engine, prefix: &str, pause: &mut dyn FnMut()) {
    let name = |name: &str| format!("{prefix}{name}");
    let changed = (|| {
        engine.rpush(name("list"), ["changed"])?;
        engine.lpop(name("list"))?;
        pause();
        engine.rename(name("copy"), name("renamed again"))?;
        pause();
        engine.xack(name("group"), "workers", [id(3)])?;
        engine.xdel(name("group"), [id(4)])?;
        pause();
        engine.srem(name("set"), &["a"])?;
        engine.persist(name("late"))?;
        pause();
        Result::Ok(())
    })();
    changed.expect("there is room");
}

type Name<'a> = &'a dyn Fn(&str) -> String;

fn lists(engine: &Engine, name: Name<'_>, pause: &mut dyn FnMut()) -> Result<()> {
    engine.rpush(name("list"), ["c", "x", "d", "x", "", "e"])?;
    engine.lpush(name("list"), ["b", "a", "gone"])?;
    engine.lpop(name("list"))?;
    engine.rpop(name("list"))?;
    pause();
    engine.lset(name("list"), 0, "A\0\r\n\u{ff}")?;
    engine.linsert(name("list"), Position::Before, "d", "inserted")?;
    engine.lrem(name("list"), 1, "x")?;
    engine.lrem(name("list"), -1, "x")?;
    pause();
    engine.rpush(name("trimmed"), ["1", "2", "3", "4", "5"])?;
    engine.ltrim(name("trimmed"), 1, -2)?;
    engine.rpush(name("deleted"), ["x"])?;
    engine.del(&[name("deleted")])?;
    engine.rpush(name("source"), ["carried"])?;
    engine.rename(name("source"), name("renamed"))?;
    engine.copy(name("renamed"), name("copy"), false)?;
    pause();
    for key in ["late", "soon", "kept"] {
        engine.rpush(name(key), [key])?;
        let at_ms = if key == "soon" { SOON_MS } else { LATE_MS };
        engine.pexpireat(name(key), at_ms, ExpireCondition::Always)?;
    }
    engine.persist(name("kept"))?;
    engine.rpush(name("long element"), ["x".repeat(300)])?;
    pause();
    let pair = [name("list"), name("other")];
    let moved = engine.transaction(&pair, |tx| {
        tx.rpush(&pair[1], ["in a transaction"])?;
        tx.rpush(&pair[0], ["and here"])
    });
    moved??;
    pause();
    Ok(())
}

fn values(engine: &Engine, name: Name<'_>, pause: &mut dyn FnMut()) -> Result<()> {
    engine.set(name("string"), "before")?;
    engine.set(name("string"), "value")?;
    engine.sadd(name("set"), &["a", "b", "c"])?;
    engine.srem(name("set"), &["b"])?;
    pause();
    Ok(())
}

fn add(engine: &Engine, key: &str, seq: u64) -> Result<()> {
    let options = XaddOptions {
        id: NewId::Exactly(id(seq)),
        ..XaddOptions::default()
    };
    engine.xadd_with(key, &options, [("n", seq.to_string())])?;
    Ok(())
}

fn streams(engine: &Engine, name: Name<'_>, pause: &mut dyn FnMut()) -> Result<()> {
    let key = name("stream");
    for seq in 1..=8 {
        add(engine, &key, seq)?;
    }
    engine.xdel(&key, [id(5)])?;
    engine.xtrim(&key, &Trim::maxlen(5))?;
    engine.xcfgset(
        &key,
        &XcfgsetOptions {
            idmp_maxsize: Some(50),
            idmp_duration_s: Some(86_400),
        },
    )?;
    pause();
    let sent = [
        Idempotence::id("producer", "one"),
        Idempotence::id("producer", "one"),
        Idempotence::auto("other"),
    ];
    for idempotence in sent {
        let options = XaddOptions {
            idempotence: Some(idempotence),
            ..XaddOptions::default()
        };
        engine.xadd_with(&key, &options, [("sent", "once"), ("two", "fields")])?;
    }
    engine.xsetid(
        &key,
        StreamId::new(9_000_000, 90),
        &XsetidOptions::default(),
    )?;
    pause();
    Ok(())
}

fn groups(engine: &Engine, name: Name<'_>, pause: &mut dyn FnMut()) -> Result<()> {
    let key = name("group");
    for seq in 1..=9 {
        add(engine, &key, seq)?;
    }
    engine.xgroup_create(&key, "workers", GroupStart::BEGINNING)?;
    engine.xgroup_create(&key, "others", GroupStart::BEGINNING)?;
    engine.xgroup_create(&key, "gone", GroupStart::Now)?;
    engine.xgroup_destroy(&key, "gone")?;
    engine.xgroup_createconsumer(&key, "workers", "idle")?;
    engine.xgroup_createconsumer(&key, "workers", "gone")?;
    engine.xgroup_delconsumer(&key, "workers", "gone")?;
    engine.xgroup_setid(&key, "others", id(2), Some(2))?;
    pause();
    let read = |group: &str, consumer: &str, count| {
        let options = XreadgroupOptions {
            count: Some(count),
            ..XreadgroupOptions::default()
        };
        engine.xreadgroup(group, consumer, &[(&key, GroupReadFrom::New)], &options)
    };
    read("workers", "first", 7)?;
    read("others", "second", 4)?;
    pause();
    engine.xack(&key, "workers", [id(1)])?;
    engine.xnack(
        &key,
        "workers",
        NackMode::Fail,
        [id(2)],
        &XnackOptions::default(),
    )?;
    let claim = XclaimOptions {
        delivered: ClaimTime::Idle(100),
        retrycount: Some(7),
        ..XclaimOptions::default()
    };
    engine.xclaim(&key, "workers", "second", 0, [id(3)], &claim)?;
    let some = XautoclaimOptions { count: 2 };
    engine.xautoclaim(&key, "workers", "third", 0, id(4), &some)?;
    pause();
    engine.xackdel(&key, "workers", References::Delete, [id(6)])?;
    // Pending in a group, and no longer in the stream.
    engine.xdel(&key, [id(7)])?;
    engine.xautoclaim(&key, "others", "third", 0, id(6), &some)?;
    engine.xgroup_create(&key, "waiting", id(8))?;
    read("waiting", "first", 1)?;
    engine.xdel(&key, [id(9)])?;
    pause();
    pause();
    Ok(())
}
