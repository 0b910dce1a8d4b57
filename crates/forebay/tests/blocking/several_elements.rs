//! Calls that wait for more than one element.

use super::*;

fn count(n: u64, order: Order) -> How {
    How::Count { n, order }
}

fn exactly(n: u64, order: Order) -> How {
    How::Exactly { n, order }
}

fn blmovem(engine: &Engine, how: How) -> Task<'_, Option<Vec<Bytes>>> {
    Task::waiting(async move {
        engine
            .blmovem_async("src", "dst", Side::Left, Side::Right, how, 0.0)
            .await
            .unwrap()
    })
}

#[test]
fn blmpop_takes_up_to_its_count() {
    let engine = engine();
    let blmpop = |side, count| {
        let engine = &engine;
        Task::waiting(async move {
            engine
                .blmpop_async(0.0, &["a", "b"], side, count)
                .await
                .unwrap()
        })
    };
    let left = blmpop(Side::Left, 2);
    let right = blmpop(Side::Right, 9);
    engine.rpush("b", ["1", "2", "3", "4", "5"]).unwrap();
    let (key, elements) = left.output().unwrap();
    assert_eq!(
        (key, elements),
        (Bytes::from("b"), vec![Bytes::from("1"), Bytes::from("2")])
    );
    let (_, elements) = right.output().unwrap();
    assert_eq!(elements, ["5", "4", "3"], "from the tail, tail first");
    assert_eq!(engine.exists(&["b"]).unwrap(), 0);
}

#[test]
fn blmpop_does_not_wait_for_its_count() {
    let engine = engine();
    engine.rpush("b", ["1"]).unwrap();
    let found = engine
        .blmpop(Timeout::FOREVER, &["a", "b"], Side::Left, 3)
        .unwrap();
    assert_eq!(found, Some((Bytes::from("b"), vec![Bytes::from("1")])));
}

#[test]
fn blmovem_with_a_count_waits_for_one() {
    let engine = engine();
    let waiter = blmovem(&engine, count(3, Order::Bulk));
    engine.rpush("src", ["1", "2"]).unwrap();
    assert_eq!(waiter.output().unwrap(), ["1", "2"]);
    assert_eq!(contents(&engine, "dst"), ["1", "2"]);
    let waiter = blmovem(&engine, How::One);
    engine.rpush("src", ["3", "4"]).unwrap();
    assert_eq!(waiter.output().unwrap(), ["3"]);
    assert_eq!(contents(&engine, "dst"), ["1", "2", "3"]);
}

#[test]
fn blmovem_exactly_waits_until_all_are_there() {
    let engine = engine();
    let waiter = blmovem(&engine, exactly(3, Order::Bulk));
    assert_eq!(engine.rpush("src", ["1"]).unwrap(), 1);
    assert_eq!(engine.rpush("src", ["2"]).unwrap(), 2);
    assert!(!waiter.is_woken());
    assert_eq!(contents(&engine, "src"), ["1", "2"]);
    assert_eq!(engine.rpush("src", ["3", "4"]).unwrap(), 4);
    assert_eq!(waiter.output().unwrap(), ["1", "2", "3"]);
    assert_eq!(contents(&engine, "src"), ["4"]);
    assert_eq!(contents(&engine, "dst"), ["1", "2", "3"]);
}

#[test]
fn who_cannot_be_served_is_passed_over() {
    let engine = engine();
    let three = blmovem(&engine, exactly(3, Order::Bulk));
    let one = blpop(&engine, &["src"]);
    engine.rpush("src", ["1"]).unwrap();
    assert!(!three.is_woken());
    assert_eq!(one.output(), pair("src", "1"));
    engine.rpush("src", ["2", "3"]).unwrap();
    assert!(!three.is_woken());
    engine.rpush("src", ["4"]).unwrap();
    assert_eq!(three.output().unwrap(), ["2", "3", "4"]);
}

#[test]
fn what_lies_there_for_one_who_waits_for_more_may_be_popped_by_another() {
    let engine = engine();
    let three = blmovem(&engine, exactly(3, Order::Bulk));
    engine.rpush("src", ["1", "2"]).unwrap();
    assert_eq!(engine.lpop("src").unwrap(), Some(Bytes::from("1")));
    assert_eq!(engine.blpop(&["src"], 0.0).unwrap(), pair("src", "2"));
    engine.rpush("src", ["3", "4"]).unwrap();
    assert!(!three.is_woken());
    engine.rpush("src", ["5"]).unwrap();
    assert_eq!(three.output().unwrap(), ["3", "4", "5"]);
}

#[test]
fn orders_of_a_block() {
    let engine = engine();
    for (from, to, order, moved) in [
        (Side::Left, Side::Left, Order::OneByOne, ["2", "1"]),
        (Side::Left, Side::Left, Order::Bulk, ["1", "2"]),
        (Side::Left, Side::Right, Order::OneByOne, ["1", "2"]),
        (Side::Left, Side::Right, Order::Bulk, ["1", "2"]),
        (Side::Right, Side::Left, Order::OneByOne, ["3", "4"]),
        (Side::Right, Side::Left, Order::Bulk, ["3", "4"]),
        (Side::Right, Side::Right, Order::OneByOne, ["4", "3"]),
        (Side::Right, Side::Right, Order::Bulk, ["3", "4"]),
    ] {
        for how in [count(2, order), exactly(2, order)] {
            engine.flushall().unwrap();
            engine.rpush("dst", ["x"]).unwrap();
            let waiter = Task::waiting(async {
                engine
                    .blmovem_async("src", "dst", from, to, how, 0.0)
                    .await
                    .unwrap()
            });
            engine.rpush("src", ["1", "2", "3", "4"]).unwrap();
            // The reply is in the order of the destination.
            assert_eq!(waiter.output().unwrap(), moved, "{from:?} {to:?} {how:?}");
            let expected = match to {
                Side::Left => [moved[0], moved[1], "x"],
                Side::Right => ["x", moved[0], moved[1]],
            };
            assert_eq!(
                contents(&engine, "dst"),
                expected,
                "{from:?} {to:?} {how:?}"
            );
        }
    }
}

#[test]
fn one_by_one_onto_its_own_list_reverses_the_block() {
    let engine = engine();
    engine.rpush("k", ["1", "2", "3", "4"]).unwrap();
    let how = exactly(3, Order::OneByOne);
    let moved = engine
        .blmovem("k", "k", Side::Left, Side::Left, how, Timeout::FOREVER)
        .unwrap();
    assert_eq!(moved.unwrap(), ["3", "2", "1"]);
    assert_eq!(contents(&engine, "k"), ["3", "2", "1", "4"]);
}

#[test]
fn blmovem_exactly_gives_up_with_nothing_moved() {
    let engine = engine();
    engine.rpush("src", ["1", "2"]).unwrap();
    let how = exactly(3, Order::Bulk);
    let moved = engine
        .blmovem(
            "src",
            "dst",
            Side::Left,
            Side::Right,
            how,
            Duration::from_millis(5),
        )
        .unwrap();
    assert_eq!(moved, None);
    assert_eq!(contents(&engine, "src"), ["1", "2"]);
    assert_eq!(engine.exists(&["dst"]).unwrap(), 0);
}
