//! `stream-many`: a million streams of one entry each, for the memory that a stream takes.

use crate::audit::{Audit, Ledger, Tally};
use crate::engine::stream::forebay::Names;
use crate::engine::stream::{KeyedStreams, dashmap_mutex_btreemap};
use crate::engine::{Key, redis};
use crate::fault::Fault;
use crate::key::{NAME_BYTES, name};
use crate::measure::case::{Figure, Shape, as_f64};
use crate::measure::memory::{self, MemoryUse};
use crate::measure::{Case, Group, Sample, Span, Work, crew};
use crate::message::Header;

const KEYS: u64 = 1_000_000;

/// The one group of this workload. `messages` is the number of keys.
#[must_use]
pub fn groups() -> Vec<Group> {
    let shape = Shape {
        workload: "stream-many",
        title: "one entry in each of many streams".to_owned(),
        producers: 1,
        consumers: 1,
        threads: 1,
        keys: KEYS,
        extra: vec![("key_bytes", NAME_BYTES.into())],
    };
    let mut cases = vec![case::<Names>(), case::<dashmap_mutex_btreemap::Map>()];
    if redis::version().is_some() {
        cases.push(case::<redis::Keyed>());
    }
    let group = Group::new(shape, KEYS, Figure::Bytes, cases);
    vec![group.with_backlog().with_a_key_per_message()]
}

fn case<K: KeyedStreams>() -> Case {
    Case::new(K::NAME, K::VARIANT, run::<K, Tally>)
        .checked(run::<K, Ledger>)
        .with_memory(run_for_memory::<K>)
}

/// Names are made as they are used: a table of them would be counted with the memory of the keys.
fn for_each_key(keys: u64, work: &Work, mut each: impl FnMut(u64, Key<'_>)) {
    for number in 0..keys {
        let name = name(number);
        let index = usize::try_from(number).unwrap_or(usize::MAX);
        each(number, Key { index, name: &name });
        if !work.pulse.after(number) {
            return;
        }
    }
}

fn run<K: KeyedStreams, A: Audit>(work: &Work) -> Result<Sample, Fault> {
    run_on::<K, A>(&K::new(), work)
}

/// Fills all of them, then reads them.
fn run_on<K: KeyedStreams, A: Audit>(streams: &K, work: &Work) -> Result<Sample, Fault> {
    let keys = work.messages;
    let mut results = crew::run(1, &work.pulse, |_, gate| {
        let mut message = vec![0; work.payload];
        let mut audit = A::default();
        gate.wait();
        let (filling, ()) = Span::of(|| {
            for_each_key(keys, work, |number, key| {
                A::write(&mut message, Header::new(0, number));
                streams.add(key, &message);
            });
            streams.settle();
        });
        let full = streams.resident();
        let (reading, ()) = Span::of(|| {
            for_each_key(keys, work, |_, key| {
                streams.first(key, |message| audit.read(message));
            });
        });
        (filling, reading, full, audit)
    })?;
    work.check_stopped()?;
    let Some((filling, reading, full, audit)) = results.pop() else {
        return Err(Fault::Miscounted);
    };
    A::verdict(vec![audit], &[keys])?;
    let mut sample = Sample::new(keys, Span::hull([filling]));
    for (name, phase) in [("in_ns", filling), ("out_ns", reading)] {
        let phase = Sample::new(keys, Span::hull([phase]));
        sample.extra.push((name, phase.ns_per_op()));
    }
    sample.full_rss_bytes = full;
    Ok(sample)
}

/// In a process of its own: what a stream takes, its name and its entry included.
fn run_for_memory<K: KeyedStreams>(work: &Work) -> Result<MemoryUse, Fault> {
    let streams = K::new();
    let before = streams.resident();
    let sample = run_on::<K, Tally>(&streams, work)?;
    #[expect(clippy::cast_precision_loss, reason = "memory is below 2^53 bytes")]
    let per_key = |bytes: i64| bytes as f64 / as_f64(work.messages);
    let bytes_per_message = memory::growth(before, sample.full_rss_bytes).map(per_key);
    let content = as_f64((NAME_BYTES + work.payload) as u64);
    Ok(MemoryUse {
        peak_rss_bytes: streams.peak_resident(),
        bytes_per_message,
        bytes_beside_content: bytes_per_message.map(|bytes| bytes - content),
        ..MemoryUse::default()
    })
}
