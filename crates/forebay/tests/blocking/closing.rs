//! The end of the engine.

use super::*;

#[test]
fn close_ends_every_wait() {
    let engine = engine();
    let threads: Vec<_> = (0..3)
        .map(|at| {
            let engine = engine.clone();
            spawn_blocked(move || match at {
                0 => engine.blpop(&["a", "b"], Timeout::FOREVER).map(drop),
                1 => engine
                    .blmove("a", "b", Side::Left, Side::Left, Duration::from_secs(3_600))
                    .map(drop),
                _ => engine.list("c").unwrap().brpop(0.0).map(drop),
            })
        })
        .collect();
    let task = Task::waiting(engine.blpop_async(&["a"], 0.0));
    let timed = Task::waiting(engine.blpop_async(&["a"], 3_600.0));
    let lazy = Task::new(engine.blpop_async(&["a"], 0.0));
    engine.close();
    for thread in threads {
        assert_eq!(thread.join().unwrap(), Err(Error::Closed));
    }
    assert_eq!(task.output(), Err(Error::Closed));
    assert_eq!(timed.output(), Err(Error::Closed));
    assert_eq!(block_on(async { lazy_output(lazy) }), Err(Error::Closed));
    assert_eq!(engine.blpop(&["a"], 0.0), Err(Error::Closed));
    engine.close();
}

fn lazy_output<T>(mut task: Task<'_, T>) -> T {
    match task.poll() {
        core::task::Poll::Ready(output) => output,
        core::task::Poll::Pending => panic!("a closed engine makes nobody wait"),
    }
}

#[test]
fn close_beside_calls_that_begin_to_wait() {
    for _ in 0..200 {
        let engine = engine();
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let engine = engine.clone();
                thread::spawn(move || engine.blpop(&["a", "b"], Timeout::FOREVER))
            })
            .collect();
        thread::yield_now();
        engine.close();
        for thread in threads {
            assert_eq!(thread.join().unwrap(), Err(Error::Closed));
        }
    }
}

#[test]
fn whoever_closes_second_finds_all_closed_too() {
    for _ in 0..5 {
        let engine = engine();
        let lists: Vec<_> = (0..5_000)
            .map(|key: u32| engine.list(key.to_le_bytes()).unwrap())
            .collect();
        thread::scope(|scope| {
            scope.spawn(|| engine.close());
            thread::sleep(Duration::from_micros(200));
            engine.close();
            for list in &lists {
                assert_eq!(list.rpush(["x"]), Err(Error::Closed));
            }
        });
    }
}
