//! Blocked readers: they stand in the owner's data, and the attended bit is what an add meets.
//!
//! The log, the wait queue and the waiter are the real ones. Their owner is the `forebay` crate,
//! whose `blocking` and `stream/body` know keys, commands and many groups. What is left of it here
//! is one stream with at most one group, and of each command the steps that others can meet, in
//! the same order: look without freezing (`glance`), look and register with the log frozen
//! (`begin`), add or detour, serve the first who can be served, wake when nothing is frozen,
//! unregister (`leave`). What a group was given last stands under a lock of its own, which is only
//! held with a log that is not frozen, or by who has frozen it.

use core::time::Duration;
use forebay_sync::stream_log::{
    AddError, EntryRef, Id, NewId, Snapshot, StreamExclusive, StreamLog,
};
use forebay_sync::teeth::{Site, skips};
use forebay_sync::{Cancel, Token, WaitQueue, Waiter, WaiterHandle, Wake};
use loom::sync::{Arc, Mutex};
use loom::thread;
use loom_tests::outcomes::Outcomes;
use std::sync::OnceLock;

use super::number;

/// A model has no time: a limit has always passed after one sleep.
const LIMIT: Duration = Duration::from_secs(1);

/// A stream with a group, or without one.
struct Stream {
    log: StreamLog<Calls>,
    /// The last id that the group was given; `None` when there is no group.
    group: Mutex<Option<Id>>,
}

/// Those who wait, in order of arrival.
struct Calls(WaitQueue<Arc<Call>>);

impl Default for Calls {
    fn default() -> Self {
        Self(WaitQueue::new())
    }
}

/// A reader who waits.
struct Call {
    waiter: WaiterHandle<Answer>,
    want: Want,
    /// Set before the log is let go for the first time. Orders nothing.
    token: OnceLock<Token>,
}

#[derive(Clone, Copy)]
enum Want {
    /// XREAD: the first entry behind this one.
    After(Id),
    /// XREADGROUP: the first entry that the group was not given.
    New,
}

/// The number of an entry, or that there is no such group.
type Answer = Result<u8, NoGroup>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct NoGroup;

/// How a reader came to its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// It was there.
    Looked,
    /// Somebody else delivered it.
    Served,
    /// The limit passed.
    Left,
}

/// A stream of these entries, whose group was given all of them.
fn stream_of(numbers: &[u8]) -> Arc<Stream> {
    let log = StreamLog::new();
    for &number in numbers {
        super::add(&log, number);
    }
    let group = Mutex::new(Some(log.last_id()));
    Arc::new(Stream { log, group })
}

const AUTO: NewId = NewId::Auto { now_ms: 1 };

impl Want {
    /// Takes what is there.
    fn take(
        self,
        group: &mut Option<Id>,
        after: impl FnOnce(Id) -> Option<(Id, u8)>,
    ) -> Option<Answer> {
        match (self, group) {
            (Self::After(id), _) => after(id).map(|(_, number)| Ok(number)),
            (Self::New, None) => Some(Err(NoGroup)),
            (Self::New, Some(last)) => after(*last).map(|(id, number)| {
                *last = id;
                Ok(number)
            }),
        }
    }

    /// Whether there is anything to be taken.
    fn is_there(self, group: Option<Id>, after: impl FnOnce(Id) -> Option<(Id, u8)>) -> bool {
        let mut copy = group;
        self.take(&mut copy, after).is_some()
    }
}

fn described(entry: EntryRef<'_>) -> (Id, u8) {
    (entry.id(), number(entry))
}

impl Stream {
    /// Takes what is there without freezing anything. `None` also when that cannot be known.
    fn glance(&self, want: Want) -> Option<Answer> {
        let reader = self.log.pin();
        let after = |log: &Snapshot<'_>, id| log.after(id, None).next().map(described);
        if let Want::After(id) = want {
            let snapshot = reader.snapshot();
            let is_closed = snapshot.is_attended();
            return (!is_closed)
                .then(|| after(&snapshot, id))?
                .map(|it| Ok(it.1));
        }
        loop {
            let mut group = self.group.lock().unwrap();
            let Ok(snapshot) = reader.without_waiting().snapshot() else {
                drop(group);
                self.log.wait_unfrozen();
                continue;
            };
            if snapshot.is_attended() || group.is_none() {
                return None;
            }
            return want.take(&mut group, |id| after(&snapshot, id));
        }
    }

    /// Takes what is there, or registers.
    fn begin(&self, want: Want, waiter: &Waiter<Answer>) -> Result<Answer, Token> {
        let mut alone = self.log.freeze();
        if !skips(Site::StreamReaderLook) {
            let mut group = self.group.lock().unwrap();
            let after = |id| alone.after(id, None).next().map(described);
            if let Some(answer) = want.take(&mut group, after) {
                return Ok(answer);
            }
        }
        let call = Arc::new(Call {
            waiter: waiter.handle(),
            want,
            token: OnceLock::new(),
        });
        let token = alone.extra_mut().0.push_back(Arc::clone(&call));
        call.token.set(token).unwrap();
        if !skips(Site::StreamReaderAttend) {
            settle(&mut alone);
        }
        Err(token)
    }

    /// Takes the registration back.
    fn leave(&self, token: Token) {
        let mut alone = self.log.freeze();
        let _call: Option<Arc<Call>> = alone.extra_mut().0.remove(token);
        settle(&mut alone);
    }

    /// Reads, and waits as long as it takes.
    fn read(&self, want: Want) -> (Answer, How) {
        let mut waiter = Waiter::new();
        if let Ok(answer) = self.begin(want, &waiter) {
            return (answer, How::Looked);
        }
        waiter.wait();
        (waiter.take().unwrap(), How::Served)
    }

    /// Reads, and waits until the limit.
    fn read_for(&self, want: Want, limit: Duration) -> (Option<Answer>, How) {
        let mut waiter = Waiter::new();
        let token = match self.begin(want, &waiter) {
            Ok(answer) => return (Some(answer), How::Looked),
            Err(token) => token,
        };
        if waiter.wait_for(limit) {
            return (waiter.take(), How::Served);
        }
        if !skips(Site::StreamReaderCancel)
            && let Cancel::Delivered(answer) = waiter.cancel()
        {
            return (Some(answer), How::Served);
        }
        self.leave(token);
        (None, How::Left)
    }

    /// Adds, and serves who waits. Says whether anybody was served.
    fn add(&self, number: u8) -> bool {
        let fields: &[(&[u8], &[u8])] = &[(b"n", &[number; 5])];
        match self.log.add(AUTO, fields) {
            Ok(_) => false,
            Err(AddError::Attended) => self.edit(|alone| {
                alone.add(AUTO, fields).unwrap();
            }),
            Err(AddError::Id(error)) => panic!("ids rise: {error}"),
        }
    }

    /// XGROUP DESTROY. Says whether anybody was told.
    fn destroy(&self) -> bool {
        self.edit(|_| *self.group.lock().unwrap() = None)
    }

    /// Changes the stream, and serves who waits. Says whether anybody was served.
    fn edit(&self, change: impl FnOnce(&mut StreamExclusive<'_, Calls>)) -> bool {
        let mut alone = self.log.freeze();
        change(&mut alone);
        let wakes = self.serve(&mut alone);
        settle(&mut alone);
        drop(alone);
        let has_served = !wakes.is_empty();
        wakes.into_iter().for_each(Wake::wake);
        has_served
    }

    /// Serves those who wait, first come, first served.
    fn serve(&self, alone: &mut StreamExclusive<'_, Calls>) -> Vec<Wake> {
        let mut wakes = Vec::new();
        loop {
            let mut group = self.group.lock().unwrap();
            let first = alone.extra().0.iter().find(|call| {
                let after = |id| alone.after(id, None).next().map(described);
                call.want.is_there(*group, after) && call.waiter.is_waiting()
            });
            let Some(call) = first.cloned() else {
                return wakes;
            };
            let Some(claim) = call.waiter.claim() else {
                continue;
            };
            if let Some(&token) = call.token.get() {
                let _call: Option<Arc<Call>> = alone.extra_mut().0.remove(token);
            }
            let after = |id| alone.after(id, None).next().map(described);
            let answer = call.want.take(&mut group, after).unwrap();
            wakes.push(claim.deliver(answer));
        }
    }

    /// When all threads have ended: nobody waits, and adding is one atomic step again.
    fn assert_at_rest(&self) {
        assert!(self.log.freeze().extra().0.is_empty(), "nobody waits");
        assert!(!self.log.is_attended(), "the fast path is open");
    }
}

/// Opens and closes the fast path.
fn settle(alone: &mut StreamExclusive<'_, Calls>) {
    let is_waited_for = !alone.extra().0.is_empty();
    alone.set_attended(is_waited_for);
}

/// A lost wake-up is a deadlock here.
#[test]
fn blocked_read_against_add() {
    Outcomes::exactly(&[How::Looked, How::Served]).explore(|| {
        let stream = stream_of(&[]);
        let other = Arc::clone(&stream);
        let adder = thread::spawn(move || other.add(1));
        let (answer, how) = stream.read(Want::After(Id::MIN));
        assert_eq!(answer, Ok(1), "the entry");
        assert_eq!(adder.join().unwrap(), how == How::Served, "once");
        stream.assert_at_rest();
        assert_eq!(
            super::rest(&stream.log),
            [1],
            "whom it was given does not take it"
        );
        how
    });
}

/// The same when the add has to make a new segment: what it found before it had the log for itself
/// may be old.
#[test]
fn blocked_read_against_add_at_a_full_segment() {
    Outcomes::exactly(&[How::Looked, How::Served]).explore(|| {
        let stream = stream_of(&[0, 0, 0]);
        let last = stream.log.last_id();
        let other = Arc::clone(&stream);
        let adder = thread::spawn(move || other.add(1));
        let (answer, how) = stream.read(Want::After(last));
        assert_eq!(answer, Ok(1), "the entry");
        assert_eq!(adder.join().unwrap(), how == How::Served, "once");
        stream.assert_at_rest();
        how
    });
}

/// Two adds: the reader is given the first of them, or what there is when it looks, and the second
/// add does not meet it any more.
#[test]
fn blocked_read_against_two_adds() {
    Outcomes::exactly(&[How::Looked, How::Served]).explore(|| {
        let stream = stream_of(&[]);
        let other = Arc::clone(&stream);
        let adder = thread::spawn(move || [other.add(1), other.add(2)]);
        let (answer, how) = stream.read(Want::After(Id::MIN));
        assert_eq!(answer, Ok(1), "the first one");
        let served = adder.join().unwrap();
        assert_eq!(served, [how == How::Served, false], "once");
        stream.assert_at_rest();
        assert_eq!(super::rest(&stream.log), [1, 2], "both stay");
        how
    });
}

/// The limit passes while the entry comes: the reader has it, or the next one finds it. Either way
/// nobody waits any more.
#[test]
fn blocked_read_with_a_limit_against_add() {
    Outcomes::exactly(&[How::Looked, How::Served, How::Left]).explore(|| {
        let stream = stream_of(&[]);
        let other = Arc::clone(&stream);
        let adder = thread::spawn(move || other.add(1));
        let (answer, how) = stream.read_for(Want::After(Id::MIN), LIMIT);
        assert_eq!(answer, (how != How::Left).then_some(Ok(1)), "the entry");
        assert_eq!(
            adder.join().unwrap(),
            how == How::Served,
            "who serves, delivers"
        );
        stream.assert_at_rest();
        let next = stream.glance(Want::After(Id::MIN));
        assert_eq!(next, Some(Ok(1)), "the next one finds it");
        how
    });
}

/// A group is given each entry once: with the limit passing meanwhile, this reader has it or the
/// next one of the group does.
#[test]
fn blocked_group_read_with_a_limit_against_add() {
    Outcomes::exactly(&[How::Looked, How::Served, How::Left]).explore(|| {
        let stream = stream_of(&[]);
        let other = Arc::clone(&stream);
        let adder = thread::spawn(move || other.add(1));
        let (answer, how) = stream.read_for(Want::New, LIMIT);
        assert_eq!(
            adder.join().unwrap(),
            how == How::Served,
            "who serves, delivers"
        );
        stream.assert_at_rest();
        let next = stream.glance(Want::New);
        let given: Vec<Answer> = answer.into_iter().chain(next).collect();
        assert_eq!(given, [Ok(1)], "exactly once");
        how
    });
}

/// The group goes: who waits is told, and who comes later finds that it is gone.
#[test]
fn blocked_group_read_against_destroy() {
    Outcomes::exactly(&[How::Looked, How::Served]).explore(|| {
        let stream = stream_of(&[]);
        let other = Arc::clone(&stream);
        let destroyer = thread::spawn(move || other.destroy());
        let (answer, how) = stream.read(Want::New);
        assert_eq!(answer, Err(NoGroup), "the error");
        assert_eq!(destroyer.join().unwrap(), how == How::Served, "once");
        stream.assert_at_rest();
        how
    });
}

/// An entry comes and the group goes: who waits has the one or the other.
#[test]
fn blocked_group_read_against_add_and_destroy() {
    Outcomes::exactly(&[
        (Ok(1), How::Looked),
        (Ok(1), How::Served),
        (Err(NoGroup), How::Looked),
    ])
    .explore(|| {
        let stream = stream_of(&[]);
        let other = Arc::clone(&stream);
        let writer = thread::spawn(move || [other.add(1), other.destroy()]);
        let (answer, how) = stream.read(Want::New);
        let served = writer.join().unwrap();
        assert_eq!(served, [how == How::Served, false], "by the add, and once");
        stream.assert_at_rest();
        assert_eq!(super::rest(&stream.log), [1], "the entry stays");
        (answer, how)
    });
}

/// A reader of a group is about to wait, another one passes by without freezing anything, and there
/// is one entry: one of them has it. If that is the other one, the next entry is for who waits.
#[test]
fn a_blocked_and_a_passing_group_read() {
    Outcomes::exactly(&[
        (None, How::Looked),
        (Some(Ok(1)), How::Looked),
        (Some(Ok(1)), How::Served),
    ])
    .explore(|| {
        let stream = stream_of(&[]);
        stream.add(1);
        let other = Arc::clone(&stream);
        let blocked = thread::spawn(move || other.read(Want::New));
        let passing = stream.glance(Want::New);
        if passing.is_some() {
            stream.add(2);
        }
        let (answer, how) = blocked.join().unwrap();
        let expected = if passing.is_some() { 2 } else { 1 };
        assert_eq!(answer, Ok(expected), "exactly once");
        stream.assert_at_rest();
        assert_eq!(stream.glance(Want::New), None, "nothing is left");
        (passing, how)
    });
}
