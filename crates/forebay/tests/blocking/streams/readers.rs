//! XREAD with BLOCK.

use super::*;
use forebay::stream::XaddOptions;

#[test]
fn all_readers_get_an_entry() {
    let engine = engine();
    let readers = [xread(&engine, &["s"]), xread(&engine, &["s", "other"])];
    add(&engine, "s", "1");
    add(&engine, "s", "2");
    for reader in readers {
        assert_eq!(values(reader.output()), "s: 1");
    }
}

#[test]
fn what_came_before_is_not_waited_for() {
    let engine = engine();
    add(&engine, "s", "before");
    let reader = xread(&engine, &["s"]);
    add(&engine, "s", "after");
    assert_eq!(values(reader.output()), "s: after");
}

#[test]
fn what_is_there_is_read_at_once() {
    let engine = engine();
    let first = add(&engine, "s", "1");
    add(&engine, "s", "2");
    let after = |id| engine.xread(&[("s", ReadFrom::After(id))], &forever());
    assert_eq!(values(after(StreamId::MIN).ok()), "s: 1 2");
    assert_eq!(values(after(first).ok()), "s: 2");
    let last = engine.xread(
        &[("none", ReadFrom::Last), ("s", ReadFrom::Last)],
        &forever(),
    );
    assert_eq!(values(last.ok()), "s: 2");
}

#[test]
fn the_last_entry_of_an_empty_stream_is_the_first_that_comes() {
    let engine = engine();
    let last = engine.xread_async(&[("s", ReadFrom::Last)], &forever());
    let reader = Task::waiting(async move { last.await.unwrap() });
    add(&engine, "s", "1");
    assert_eq!(values(reader.output()), "s: 1");
}

#[test]
fn a_transaction_is_read_as_a_whole() {
    let engine = engine();
    let both = xread(&engine, &["a", "b"]);
    let options = XreadOptions {
        count: Some(2),
        ..forever()
    };
    let counted = engine.xread_async(&[("b", ReadFrom::Now)], &options);
    let counted = Task::waiting(async move { counted.await.unwrap() });
    engine
        .transaction(&["a", "b"], |tx| {
            for value in ["1", "2", "3"] {
                tx.xadd("b", [("v", value)]).unwrap();
            }
            tx.xadd("a", [("v", "4")]).unwrap();
        })
        .unwrap();
    assert_eq!(values(both.output()), "a: 4; b: 1 2 3");
    assert_eq!(values(counted.output()), "b: 1 2");
}

#[test]
fn limits_hold_for_all_streams_together() {
    let engine = engine();
    let options = XreadOptions {
        maxcount: Some(2),
        ..forever()
    };
    let streams = [("a", ReadFrom::Now), ("b", ReadFrom::Now)];
    let reader = engine.xread_async(&streams, &options);
    let reader = Task::waiting(async move { reader.await.unwrap() });
    engine
        .transaction(&["a", "b"], |tx| {
            for value in ["1", "2", "3"] {
                tx.xadd("a", [("v", value)]).unwrap();
                tx.xadd("b", [("v", value)]).unwrap();
            }
        })
        .unwrap();
    assert_eq!(values(reader.output()), "a: 1 2");
}

#[test]
fn what_is_gone_before_anybody_sees_it_wakes_nobody() {
    let engine = engine();
    let reader = xread(&engine, &["s"]);
    engine
        .transaction(&["s"], |tx| {
            let id = tx.xadd("s", [("v", "1")]).unwrap();
            tx.xdel("s", [id]).unwrap();
        })
        .unwrap();
    assert!(!reader.is_woken());
    add(&engine, "s", "2");
    assert_eq!(values(reader.output()), "s: 2");
}

#[test]
fn the_same_stream_from_two_ids() {
    let engine = engine();
    let first = add(&engine, "s", "1");
    let streams = [("s", ReadFrom::After(first)), ("s", ReadFrom::Now)];
    let reader = engine.xread_async(&streams, &forever());
    let reader = Task::waiting(async move { reader.await.unwrap() });
    add(&engine, "s", "2");
    assert_eq!(values(reader.output()), "s: 2; s: 2");
}

#[test]
fn readers_outlast_their_stream() {
    let engine = engine();
    let last = add(&engine, "s", "1");
    let reader = xread(&engine, &["s"]);
    engine.del(&["s"]).unwrap();
    engine.rpush("s", ["element"]).unwrap();
    engine.flushall().unwrap();
    let add_at = |id: StreamId, value| {
        let options = XaddOptions {
            id: id.into(),
            ..XaddOptions::default()
        };
        let added = engine.xadd_with("s", &options, [("v", value)]);
        assert_eq!(added, Ok(Some(id)));
    };
    add_at(last, "no larger id");
    assert!(!reader.is_woken());
    add_at(last.next().unwrap(), "2");
    assert_eq!(values(reader.output()), "s: 2");
}

#[test]
fn a_stream_that_is_put_in_place_is_read() {
    let engine = engine();
    let renamed = xread(&engine, &["renamed"]);
    let copied = xread(&engine, &["copied"]);
    add(&engine, "s", "1");
    assert!(engine.copy("s", "copied", false).unwrap());
    engine.rename("s", "renamed").unwrap();
    assert_eq!(values(renamed.output()), "renamed: 1");
    assert_eq!(values(copied.output()), "copied: 1");
}

#[test]
fn a_reader_that_has_gone_is_passed_over() {
    let engine = engine();
    let gone = xread(&engine, &["s"]);
    let stays = xread(&engine, &["s"]);
    drop(gone);
    add(&engine, "s", "1");
    assert_eq!(values(stays.output()), "s: 1");
}

#[test]
fn nothing_comes_when_the_time_is_over() {
    let engine = engine();
    add(&engine, "s", "1");
    let options = XreadOptions {
        block: Some(Duration::from_millis(20).into()),
        ..XreadOptions::default()
    };
    let streams = [("s", ReadFrom::Now), ("none", ReadFrom::Now)];
    let begun = Instant::now();
    assert_eq!(engine.xread(&streams, &options), Ok(Vec::new()));
    assert_eq!(block_on(engine.xread_async(&streams, &options)), Ok(None));
    assert!(begun.elapsed() >= Duration::from_millis(40));
    let at_once = engine.xread(&streams, &XreadOptions::default());
    assert_eq!(at_once, Ok(Vec::new()));
}

#[test]
fn a_thread_waits_too() {
    let engine = engine();
    let waiting = engine.clone();
    let reader = spawn_blocked(move || waiting.xread(&[("s", ReadFrom::Now)], &forever()));
    add(&engine, "s", "1");
    assert_eq!(values(reader.join().unwrap().ok()), "s: 1");
}

#[test]
fn closing_ends_it() {
    let engine = engine();
    let reader = Task::waiting(engine.xread_async(&[("s", ReadFrom::Now)], &forever()));
    engine.close();
    assert_eq!(reader.output(), Err(Error::Closed));
    let refused = engine.xread(&[("s", ReadFrom::Now)], &forever());
    assert_eq!(refused, Err(Error::Closed));
}

#[test]
fn senseless_calls_are_refused() {
    let engine = engine();
    engine.rpush("list", ["a"]).unwrap();
    let now = |key| [(key, ReadFrom::Now)];
    assert_eq!(
        engine.xread(&now("list"), &forever()),
        Err(Error::WrongType)
    );
    assert_eq!(engine.xread::<&str>(&[], &forever()), Err(Error::NoKeys));
    let negative = XreadOptions {
        block: Some((-1.0).into()),
        ..XreadOptions::default()
    };
    assert_eq!(
        engine.xread(&now("s"), &negative),
        Err(Error::TimeoutNegative)
    );
}
