//! `list-many`: a million keys of one message each, for the memory that a key takes.

use crate::audit::{Audit, Ledger, Tally};
use crate::engine::forebay::Names;
use crate::engine::{Key, KeyedQueues, dashmap_mutex_vecdeque, dashmap_segqueue};
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
        workload: "list-many",
        title: "one message in each of many keys".to_owned(),
        producers: 1,
        consumers: 1,
        threads: 1,
        keys: KEYS,
        extra: vec![("key_bytes", NAME_BYTES.into())],
    };
    let cases = vec![
        case::<Names>(),
        case::<dashmap_mutex_vecdeque::Map>(),
        case::<dashmap_segqueue::Map>(),
    ];
    let group = Group::new(shape, KEYS, Figure::Bytes, cases);
    vec![group.with_backlog().with_a_key_per_message()]
}

fn case<K: KeyedQueues>() -> Case {
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

fn run<K: KeyedQueues, A: Audit>(work: &Work) -> Result<Sample, Fault> {
    run_on::<K, A>(&K::new(&[]), work)
}

fn run_on<K: KeyedQueues, A: Audit>(queues: &K, work: &Work) -> Result<Sample, Fault> {
    let keys = work.messages;
    let results = crew::run(1, &work.pulse, |_, gate| {
        let mut message = vec![0; work.payload];
        let mut audit = A::default();
        gate.wait();
        let (filling, ()) = Span::of(|| {
            for_each_key(keys, work, |number, key| {
                A::write(&mut message, Header::new(0, number));
                queues.push(key, &message);
            });
        });
        let full = memory::resident();
        let (draining, ()) = Span::of(|| {
            for_each_key(keys, work, |_, key| {
                let _ = queues.pop(key, |message| audit.read(message));
            });
        });
        (filling, draining, full, audit)
    })?;
    work.check_stopped()?;
    let mut elapsed = core::time::Duration::ZERO;
    let mut audits = Vec::new();
    let mut sample = Sample::default();
    for (filling, draining, full, audit) in results {
        let phases = [Span::hull([filling]), Span::hull([draining])];
        elapsed += phases[0] + phases[1];
        for (name, phase) in ["in_ns", "out_ns"].into_iter().zip(phases) {
            sample
                .extra
                .push((name, Sample::new(keys, phase).ns_per_op()));
        }
        sample.full_rss_bytes = full;
        audits.push(audit);
    }
    A::verdict(audits, &[keys])?;
    Ok(Sample {
        messages: keys,
        elapsed,
        ..sample
    })
}

/// In a process of its own: what a key takes, its name and its message included.
fn run_for_memory<K: KeyedQueues>(work: &Work) -> Result<MemoryUse, Fault> {
    let queues = K::new(&[]);
    let before = memory::resident();
    let sample = run_on::<K, Tally>(&queues, work)?;
    #[expect(clippy::cast_precision_loss, reason = "memory is below 2^53 bytes")]
    let per_key = |bytes: i64| bytes as f64 / as_f64(work.messages);
    let bytes_per_message = memory::growth(before, sample.full_rss_bytes).map(per_key);
    #[expect(clippy::cast_precision_loss, reason = "names and payloads are short")]
    let content = (NAME_BYTES + work.payload) as f64;
    Ok(MemoryUse {
        peak_rss_bytes: memory::peak_resident(),
        bytes_per_message,
        bytes_beside_content: bytes_per_message.map(|bytes| bytes - content),
        ..MemoryUse::default()
    })
}
