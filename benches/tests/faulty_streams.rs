//! Streams that lose, duplicate, reorder and miscount: the drivers must notice.
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are outside #[test] functions"
)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use forebay::StreamId;
use forebay_bench::audit::{Ledger, Tally};
use forebay_bench::engine::Named;
use forebay_bench::engine::stream::{Member, Session, Stream};
use forebay_bench::fault::Fault;
use forebay_bench::measure::{Pulse, Work};
use forebay_bench::workload::{
    stream_add, stream_claim, stream_group, stream_pending, stream_trim,
};

/// What a faulty stream does to its entry or delivery number [`TRICKED`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trick {
    None,
    /// The entry is not added.
    Lose,
    /// The entry is added twice.
    Duplicate,
    /// The entry is added before the last one, with the id of that one.
    Swap,
    /// A byte of the entry changes.
    Damage,
    /// The length counts one too many.
    Miscount,
    /// The group is delivered the entry twice.
    DeliverTwice,
    /// The group is not delivered the entry.
    Skip,
    /// The entry is not acknowledged.
    KeepPending,
    /// The entry before is shown after the entry.
    ShowBackwards,
    /// The newest entry is trimmed, not the oldest.
    TrimNewest,
    /// The entry is not taken over.
    LeaveBehind,
}

const TRICKED: u64 = 1_000;
/// What is trimmed when there are so many entries must still be there at the end.
const TRIMMED: u64 = 3_500;

#[derive(Default)]
struct State {
    entries: BTreeMap<StreamId, Vec<u8>>,
    added: u64,
    last_delivered: StreamId,
    pending: BTreeMap<StreamId, usize>,
}

/// A correct stream with one group, but for one trick.
struct Faulty<const TRICK: u8>(Mutex<State>);

impl<const TRICK: u8> Faulty<TRICK> {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn does(trick: Trick) -> bool {
        trick as u8 == TRICK
    }
}

const fn id(number: u64) -> StreamId {
    StreamId::new(1 + number, 0)
}

impl<const TRICK: u8> Named for Faulty<TRICK> {
    const NAME: &'static str = "faulty";
}

impl<const TRICK: u8> Stream for Faulty<TRICK> {
    type Session<'a> = &'a Self;
    type Member<'a> = Consumer<'a, TRICK>;

    fn new(_: usize) -> Self {
        Self(Mutex::default())
    }

    fn session(&self) -> &Self {
        self
    }

    fn member(&self, _: usize, consumer: usize) -> Consumer<'_, TRICK> {
        Consumer(self, consumer)
    }
}

impl<const TRICK: u8> Session for &Faulty<TRICK> {
    fn add(&mut self, message: &[u8]) {
        let does = Faulty::<TRICK>::does;
        let mut state = self.lock();
        let (number, mut message) = (state.added, message.to_vec());
        state.added += 1;
        if number == TRICKED {
            if does(Trick::Lose) {
                return;
            }
            if does(Trick::Damage) {
                message[20] ^= 0x80;
            }
            if does(Trick::Duplicate) {
                state
                    .entries
                    .insert(StreamId::new(1 + number, 1), message.clone());
            }
            if does(Trick::Swap)
                && let Some(before) = state.entries.insert(id(number - 1), message.clone())
            {
                message = before;
            }
        }
        state.entries.insert(id(number), message);
    }

    fn add_bounded(&mut self, message: &[u8], maxlen: u64) {
        self.add(message);
        let mut state = self.lock();
        if state.entries.len() as u64 > maxlen {
            let tricked = state.added == TRIMMED && Faulty::<TRICK>::does(Trick::TrimNewest);
            if tricked {
                state.entries.pop_last();
            } else {
                state.entries.pop_first();
            }
        }
    }

    fn read(&mut self, after: StreamId, count: usize, visit: impl FnMut(StreamId, &[u8])) {
        self.range(after.next().unwrap(), StreamId::MAX, count, visit);
    }

    fn range(
        &mut self,
        from: StreamId,
        to: StreamId,
        count: usize,
        mut visit: impl FnMut(StreamId, &[u8]),
    ) {
        let state = self.lock();
        for (&found, message) in state.entries.range(from..=to).take(count) {
            let before = state.entries.range(..found).next_back();
            visit(found, message);
            if let Some((&before, message)) = before
                && found == id(TRICKED)
                && Faulty::<TRICK>::does(Trick::ShowBackwards)
            {
                visit(before, message);
            }
        }
    }

    fn range_back(
        &mut self,
        from: StreamId,
        to: StreamId,
        count: usize,
        mut visit: impl FnMut(StreamId, &[u8]),
    ) {
        let state = self.lock();
        for (&found, message) in state.entries.range(from..=to).rev().take(count) {
            visit(found, message);
        }
    }

    fn length(&mut self) -> u64 {
        self.lock().entries.len() as u64 + u64::from(Faulty::<TRICK>::does(Trick::Miscount))
    }
}

struct Consumer<'a, const TRICK: u8>(&'a Faulty<TRICK>, usize);

impl<const TRICK: u8> Member for Consumer<'_, TRICK> {
    fn take(&mut self, count: usize, mut visit: impl FnMut(StreamId, &[u8])) {
        let does = Faulty::<TRICK>::does;
        let mut state = self.0.lock();
        let State {
            entries,
            last_delivered,
            pending,
            ..
        } = &mut *state;
        let new = last_delivered.next().unwrap()..;
        for (&found, message) in entries.range(new).take(count) {
            *last_delivered = found;
            let times = match found == id(TRICKED) {
                true if does(Trick::Skip) => 0,
                true if does(Trick::DeliverTwice) => 2,
                _ => 1,
            };
            for _ in 0..times {
                pending.insert(found, self.1);
                visit(found, message);
            }
        }
    }

    fn ack(&mut self, ids: &[StreamId]) {
        let mut state = self.0.lock();
        for acknowledged in ids {
            if *acknowledged != id(TRICKED) || !Faulty::<TRICK>::does(Trick::KeepPending) {
                state.pending.remove(acknowledged);
            }
        }
    }

    fn claim(&mut self, _: u64, count: usize, mut visit: impl FnMut(StreamId, &[u8])) {
        let mut state = self.0.lock();
        let State {
            entries, pending, ..
        } = &mut *state;
        let others = pending.iter_mut().filter(|(_, owner)| **owner != self.1);
        for (claimed, owner) in others.take(count) {
            if *claimed == id(TRICKED) && Faulty::<TRICK>::does(Trick::LeaveBehind) {
                continue;
            }
            *owner = self.1;
            visit(*claimed, &entries[claimed]);
        }
    }

    fn pending(&mut self) -> u64 {
        self.0.lock().pending.len() as u64
    }
}

fn work() -> Work {
    Work {
        messages: 4_000,
        payload: 32,
        pulse: Arc::new(Pulse::default()),
    }
}

type Outcome = Result<(), Fault>;

fn add<const TRICK: u8>() -> Outcome {
    stream_add::run::<Faulty<TRICK>, Ledger>(1, &work()).map(drop)
}

fn group<const TRICK: u8>() -> Outcome {
    stream_group::run::<Faulty<TRICK>, Ledger>(stream_group::LIVE, 10, &work()).map(drop)
}

fn claim<const TRICK: u8>() -> Outcome {
    stream_claim::run::<Faulty<TRICK>, Ledger>(1, &work()).map(drop)
}

fn trim<const TRICK: u8>() -> Outcome {
    stream_trim::run::<Faulty<TRICK>, Ledger>(&work()).map(drop)
}

fn pending<const TRICK: u8>() -> Outcome {
    stream_pending::run::<Faulty<TRICK>, Ledger>(&work()).map(drop)
}

#[test]
fn correct_stream_passes() {
    const NONE: u8 = Trick::None as u8;
    for run in [
        add::<NONE>,
        group::<NONE>,
        claim::<NONE>,
        trim::<NONE>,
        pending::<NONE>,
    ] {
        assert_eq!(run(), Ok(()));
    }
}

#[test]
fn lost_and_duplicated_entries_are_found() {
    const LOSE: u8 = Trick::Lose as u8;
    const DUPLICATE: u8 = Trick::Duplicate as u8;
    for run in [add::<LOSE>, group::<LOSE>] {
        assert!(matches!(run(), Err(Fault::Lost { .. })));
    }
    assert!(matches!(add::<DUPLICATE>(), Err(Fault::Duplicated { .. })));
    let timed = stream_add::run::<Faulty<DUPLICATE>, Tally>(1, &work()).map(drop);
    assert_eq!(timed, Err(Fault::Miscounted));
}

#[test]
fn wrong_order_and_damage_are_found() {
    const SWAP: u8 = Trick::Swap as u8;
    const BACKWARDS: u8 = Trick::ShowBackwards as u8;
    const DAMAGE: u8 = Trick::Damage as u8;
    assert!(matches!(add::<SWAP>(), Err(Fault::Reordered { .. })));
    assert!(matches!(add::<BACKWARDS>(), Err(Fault::Disordered { .. })));
    assert!(matches!(add::<DAMAGE>(), Err(Fault::Damaged { .. })));
}

#[test]
fn wrong_counts_are_found() {
    const MISCOUNT: u8 = Trick::Miscount as u8;
    const KEEP: u8 = Trick::KeepPending as u8;
    assert!(matches!(add::<MISCOUNT>(), Err(Fault::Length { .. })));
    let kept = Err(Fault::Pending {
        expected: 0,
        found: 1,
    });
    assert_eq!(group::<KEEP>(), kept);
}

#[test]
fn wrong_deliveries_are_found() {
    const TWICE: u8 = Trick::DeliverTwice as u8;
    const SKIP: u8 = Trick::Skip as u8;
    assert!(group::<TWICE>().is_err());
    assert!(matches!(group::<SKIP>(), Err(Fault::Lost { .. })));
    assert!(pending::<SKIP>().is_err());
}

#[test]
fn what_is_left_behind_is_found() {
    const LEAVE: u8 = Trick::LeaveBehind as u8;
    assert!(matches!(claim::<LEAVE>(), Err(Fault::Lost { .. })));
}

#[test]
fn wrong_trimming_is_found() {
    const NEWEST: u8 = Trick::TrimNewest as u8;
    assert!(trim::<NEWEST>().is_err());
}
