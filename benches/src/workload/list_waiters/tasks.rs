//! Waiting tasks, polled by hand: what the engine does, without a scheduler and without wake-ups.

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use alloc::task::Wake;
use core::pin::Pin;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::thread;
use std::time::Instant;

use bytes::Bytes;
use forebay::{Config, Engine, Timeout};

use crate::engine::Named;
use crate::engine::forebay::{Tasks, must, open};
use crate::fault::Fault;
use crate::key::{Name, names};
use crate::measure::case::as_f64;
use crate::measure::{Sample, Span, Work};
use crate::message::Header;

pub(super) const NAME: &str = <Tasks as Named>::NAME;
pub(super) const VARIANT: &str = "async";

type Reply = Option<(Bytes, Bytes)>;

/// Counts how often anybody was woken.
#[derive(Debug, Default)]
struct Wakes(AtomicU64);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// An engine and the keys that every task waits on.
struct Scene {
    engine: Engine,
    keys: Vec<Name>,
    wakes: Arc<Wakes>,
    waker: Waker,
}

impl Scene {
    fn new(engine: Engine, keys: usize) -> Self {
        let keys = names(keys);
        let wakes = Arc::new(Wakes::default());
        let waker = Waker::from(Arc::clone(&wakes));
        Self {
            engine,
            keys,
            wakes,
            waker,
        }
    }

    /// A call that has not begun.
    fn call(&self, timeout: Timeout) -> Pin<Box<impl Future<Output = Reply> + use<'_>>> {
        Box::pin(async move { must(self.engine.brpop_async(&self.keys, timeout).await) })
    }

    /// The first poll registers the call with every key.
    fn register<F: Future<Output = Reply>>(&self, calls: &mut [Pin<Box<F>>]) -> Result<(), Fault> {
        for call in calls {
            if self.poll(call).is_some() {
                return Err(Fault::Miscounted);
            }
        }
        Ok(())
    }

    fn poll<F: Future<Output = Reply>>(&self, call: &mut Pin<Box<F>>) -> Option<Reply> {
        match call.as_mut().poll(&mut Context::from_waker(&self.waker)) {
            Poll::Ready(reply) => Some(reply),
            Poll::Pending => None,
        }
    }
}

/// Repeats something for `waiters` calls until it has been done often enough to be timed.
fn repeated(
    (waiters, keys): (usize, usize),
    work: &Work,
    mut once: impl FnMut() -> Result<Duration, Fault>,
) -> Result<Sample, Fault> {
    let times = work.messages.div_ceil(waiters as u64);
    let mut total = Duration::ZERO;
    for _ in 0..times {
        total += once()?;
        work.pulse.beat();
        work.check_stopped()?;
    }
    let mut sample = Sample::new(times * waiters as u64, total);
    let of_key = sample.ns_per_op() / as_f64(keys as u64);
    sample.extra.push(("ns_per_registration", of_key));
    Ok(sample)
}

/// The first poll of each call.
pub(super) fn register(waiters: usize, keys: usize, work: &Work) -> Result<Sample, Fault> {
    let scene = Scene::new(open(), keys);
    repeated((waiters, keys), work, || {
        let mut calls: Vec<_> = (0..waiters).map(|_| scene.call(Timeout::FOREVER)).collect();
        let (span, registered) = Span::of(|| scene.register(&mut calls));
        registered.map(|()| Span::hull([span]))
    })
}

/// Dropping each call while it waits.
pub(super) fn cancel(waiters: usize, keys: usize, work: &Work) -> Result<Sample, Fault> {
    let scene = Scene::new(open(), keys);
    repeated((waiters, keys), work, || {
        let mut calls: Vec<_> = (0..waiters).map(|_| scene.call(Timeout::FOREVER)).collect();
        scene.register(&mut calls)?;
        let (span, ()) = Span::of(|| drop(calls));
        Ok(Span::hull([span]))
    })
}

/// A push that serves the call that waits longest; another call takes its place, so that their
/// number stays the same.
pub(super) fn push(waiters: usize, keys: usize, work: &Work) -> Result<Sample, Fault> {
    let scene = Scene::new(open(), keys);
    let mut calls: VecDeque<_> = (0..waiters).map(|_| scene.call(Timeout::FOREVER)).collect();
    scene.register(calls.make_contiguous())?;
    let mut sample = Sample::default();
    let mut message = vec![0; work.payload];
    for (sequence, key) in (0..work.messages).zip(scene.keys.iter().cycle()) {
        Header::new(0, sequence).write(&mut message);
        let start = Instant::now();
        must(scene.engine.lpush(key, [&message]));
        let took = start.elapsed();
        sample.elapsed += took;
        sample.messages += 1;
        sample.latency.record(took);
        let oldest = calls
            .pop_front()
            .and_then(|mut call| scene.poll(&mut call))
            .flatten();
        if oldest.is_none_or(|(_, served)| served != message) {
            return Err(Fault::Failed("did not serve who waited longest".to_owned()));
        }
        calls.push_back(scene.call(Timeout::FOREVER));
        if let Some(youngest) = calls.back_mut() {
            scene.register(core::slice::from_mut(youngest))?;
        }
        work.pulse.beat();
        work.check_stopped()?;
    }
    Ok(sample)
}

/// The maintenance that ends calls whose time is over, done by hand.
pub(super) fn time_out(waiters: usize, keys: usize, work: &Work) -> Result<Sample, Fault> {
    let scene = Scene::new(must(Engine::open(Config::in_memory().workers(0))), keys);
    // Registering must be over before the time is.
    let mut trial: Vec<_> = (0..waiters).map(|_| scene.call(Timeout::FOREVER)).collect();
    let (span, registered) = Span::of(|| scene.register(&mut trial));
    registered?;
    drop(trial);
    let patience = Duration::from_millis(2) + 3 * Span::hull([span]);
    repeated((waiters, keys), work, || {
        let mut calls: Vec<_> = (0..waiters).map(|_| scene.call(patience.into())).collect();
        scene.register(&mut calls)?;
        // Calls start to count their time when they are first polled, one after another.
        thread::sleep(patience + Duration::from_millis(1));
        let woken = scene.wakes.0.load(Relaxed) + waiters as u64;
        let (span, ()) = Span::of(|| {
            while scene.wakes.0.load(Relaxed) < woken && !work.pulse.is_stopped() {
                scene.engine.maintain();
            }
        });
        work.check_stopped()?;
        let all_ended = calls.iter_mut().all(|call| scene.poll(call) == Some(None));
        if all_ended {
            Ok(Span::hull([span]))
        } else {
            Err(Fault::Miscounted)
        }
    })
}
