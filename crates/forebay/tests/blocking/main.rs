//! Blocking calls: who is served, with what, in which order, and when they give up.
//!
//! Most tests poll futures by hand, for then it is certain who waits and since when. Threads wait
//! in the same queues.
#![cfg(test)]
#![expect(
    clippy::disallowed_methods,
    reason = "a test has threads that outlive a scope, and measures real time"
)]

extern crate alloc;

#[path = "../support/executor.rs"]
mod executor;
#[path = "../support/sleeping.rs"]
mod sleeping;
#[path = "../support/task.rs"]
mod task;

mod becoming_ready;
mod closing;
mod dropped_futures;
mod moves;
mod refusals;
mod service;
mod several_elements;
mod several_keys;
mod streams;
mod timeouts;

use core::time::Duration;
use std::thread;
use std::time::Instant;

use bytes::Bytes;
use forebay::{Config, Engine, Error, ExpireCondition, How, Order, Position, Side, Timeout};

use executor::block_on;
use sleeping::spawn_blocked;
use task::Task;

fn engine() -> Engine {
    Engine::open(Config::in_memory()).unwrap()
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "it stands for what the calls answer"
)]
fn pair(key: &str, element: &str) -> Option<(Bytes, Bytes)> {
    Some((
        Bytes::copy_from_slice(key.as_bytes()),
        Bytes::copy_from_slice(element.as_bytes()),
    ))
}

fn blpop<'a>(engine: &'a Engine, keys: &'a [&'a str]) -> Task<'a, Option<(Bytes, Bytes)>> {
    Task::waiting(async move { engine.blpop_async(keys, 0.0).await.unwrap() })
}

fn blmove<'a>(engine: &'a Engine, src: &'a str, dst: &'a str) -> Task<'a, Option<Bytes>> {
    Task::waiting(async move {
        engine
            .blmove_async(src, dst, Side::Right, Side::Left, 0.0)
            .await
            .unwrap()
    })
}

fn contents(engine: &Engine, key: &str) -> Vec<Bytes> {
    engine.lrange(key, 0, -1).unwrap()
}
