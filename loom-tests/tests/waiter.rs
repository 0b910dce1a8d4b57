//! Models of the waiter. The mutants that each model kills are in the table at the end.
#![cfg(loom)]

use core::future::poll_fn;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use forebay_sync::loom::AtomicU32;
use forebay_sync::loom::Ordering::Relaxed;
use forebay_sync::teeth::Site;
use forebay_sync::{Cancel, Released, Waiter, WaiterHandle};
use loom::future::block_on;
use loom::sync::Arc;
use loom::thread;
use loom_tests::outcomes::Outcomes;
use loom_tests::teeth::Teeth;
use std::sync::{Mutex, PoisonError};
use std::task::Wake;

/// A model has no time: a limit has always passed after one sleep.
const LIMIT: Duration = Duration::from_secs(1);

/// Delivers when the waiter waits; says whether it did, and whether a sleeper was woken.
fn serve<T>(handle: &WaiterHandle<T>, value: T) -> Option<Woken> {
    let wake = handle.claim()?.deliver(value);
    let woken = if wake.is_empty() {
        Woken::Nobody
    } else {
        Woken::Sleeper
    };
    wake.wake();
    Some(woken)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Woken {
    Nobody,
    Sleeper,
}

/// A waker that counts; the count is no part of the model.
#[derive(Default)]
struct Count(Mutex<u32>);

impl Count {
    fn get(&self) -> u32 {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Count {
    fn wake(self: std::sync::Arc<Self>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    }
}

fn counting_waker() -> (std::sync::Arc<Count>, Waker) {
    let count = std::sync::Arc::new(Count::default());
    (std::sync::Arc::clone(&count), Waker::from(count))
}

#[test]
fn hand_off_to_a_parked_thread() {
    Outcomes::exactly(&[Woken::Nobody, Woken::Sleeper]).explore(|| {
        let mut waiter = Waiter::new();
        let handle = waiter.handle();
        let producer = thread::spawn(move || serve(&handle, Arc::new(7)));
        waiter.wait();
        assert_eq!(
            waiter.take().as_deref(),
            Some(&7),
            "the value, when the wait is over"
        );
        assert!(waiter.take().is_none(), "once");
        producer.join().unwrap().unwrap()
    });
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Served {
    First,
    FirstAfterAll,
    Second,
}

/// The limit of the first waiter passes while a producer looks for one to serve.
#[test]
fn hand_off_against_a_limit() {
    Outcomes::exactly(&[Served::First, Served::FirstAfterAll, Served::Second]).explore(|| {
        let (mut first, mut second) = (Waiter::new(), Waiter::new());
        let queue = [first.handle(), second.handle()];
        let producer = thread::spawn(move || {
            let served = queue.iter().find_map(|handle| serve(handle, Arc::new(7)));
            assert!(served.is_some(), "the second does not leave");
        });
        let served = if first.wait_for(LIMIT) {
            assert_eq!(first.take().as_deref(), Some(&7), "settled means delivered");
            Served::First
        } else {
            match first.cancel() {
                Cancel::Delivered(value) => {
                    assert_eq!(*value, 7, "delivered after all");
                    Served::FirstAfterAll
                }
                Cancel::Cancelled => {
                    second.wait();
                    assert_eq!(
                        second.take().as_deref(),
                        Some(&7),
                        "not swallowed by the first"
                    );
                    Served::Second
                }
            }
        };
        producer.join().unwrap();
        served
    });
}

#[test]
fn two_keys_claim_one_waiter() {
    Outcomes::exactly(&['a', 'b']).explore(|| {
        let mut waiter = Waiter::new();
        let keys = ['a', 'b'].map(|key| {
            let handle = waiter.handle();
            thread::spawn(move || serve(&handle, key).is_some())
        });
        waiter.wait();
        let served = waiter.take().unwrap();
        let [a, b] = keys.map(|key| key.join().unwrap());
        assert_eq!(
            (a, b),
            (served == 'a', served == 'b'),
            "one delivered, the other kept it"
        );
        served
    });
}

#[test]
fn two_keys_against_a_limit() {
    Outcomes::exactly(&[None, Some('a'), Some('b')]).explore(|| {
        let mut waiter = Waiter::new();
        let keys = ['a', 'b'].map(|key| {
            let handle = waiter.handle();
            thread::spawn(move || serve(&handle, key).is_some())
        });
        let served = match waiter.cancel() {
            Cancel::Delivered(key) => Some(key),
            Cancel::Cancelled => None,
        };
        let [a, b] = keys.map(|key| key.join().unwrap());
        assert_eq!(
            (a, b),
            (served == Some('a'), served == Some('b')),
            "nothing is swallowed"
        );
        served
    });
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Course {
    /// The one with the message came first or after the release.
    Direct,
    /// It was refused, and the releaser made good for it.
    MadeGood,
    /// It came first: the other one was refused, and had nothing anyway.
    OtherRefused,
}

/// One key claims and finds nothing; the message is on the other key.
#[test]
fn release_then_second_claim() {
    Outcomes::exactly(&[Course::Direct, Course::MadeGood, Course::OtherRefused]).explore(|| {
        let mut waiter = Waiter::new();
        // What is done under the claim, and the key with the message.
        let done = Arc::new(AtomicU32::new(0));
        let message = Arc::new(AtomicU32::new(0));

        let handle = waiter.handle();
        let (others_done, others_message) = (Arc::clone(&done), Arc::clone(&message));
        let empty_key = thread::spawn(move || {
            let Some(claim) = handle.claim() else {
                return Course::OtherRefused;
            };
            others_done.store(1, Relaxed);
            match claim.release() {
                Released::Waiting => Course::Direct,
                Released::Refused => {
                    let found = others_message.load(Relaxed);
                    assert_eq!(found, 7, "what the refused one left is seen");
                    serve(&handle, found).expect("nobody else asks any more");
                    Course::MadeGood
                }
                Released::Cancelled => unreachable!("nobody cancels"),
            }
        });

        let handle = waiter.handle();
        let full_key = thread::spawn(move || {
            message.store(7, Relaxed);
            let claim = handle.claim()?;
            let seen = done.load(Relaxed);
            claim.deliver(7).wake();
            Some(seen)
        });

        waiter.wait();
        assert_eq!(
            waiter.take(),
            Some(7),
            "the message comes, by one way or the other"
        );
        let course = empty_key.join().unwrap();
        match (course, full_key.join().unwrap()) {
            (Course::Direct, Some(seen)) => assert_eq!(seen, 1, "claims are one after another"),
            (Course::MadeGood, None) | (Course::OtherRefused, Some(0)) => {}
            mixed => unreachable!("{mixed:?}"),
        }
        course
    });
}

/// What the claimer of a cancelled waiter learns from its release, if it got the claim at all.
const RELEASES: &[Option<Released>] = &[None, Some(Released::Waiting), Some(Released::Cancelled)];

/// The owner cancels while a claim is given back.
#[test]
fn cancel_while_claimed_and_released() {
    Outcomes::exactly(RELEASES).explore(|| cancel_against_release(Waiter::cancel));
}

/// The same when the owner slept first.
#[test]
fn cancel_after_a_limit_while_claimed_and_released() {
    Outcomes::exactly(RELEASES).explore(|| {
        cancel_against_release(|waiter| {
            assert!(!waiter.wait_for(LIMIT), "nobody delivers");
            waiter.cancel()
        })
    });
}

fn cancel_against_release(cancel: fn(&mut Waiter<u32>) -> Cancel<u32>) -> Option<Released> {
    let mut waiter: Waiter<u32> = Waiter::new();
    let done = Arc::new(AtomicU32::new(0));
    let (handle, others_done) = (waiter.handle(), Arc::clone(&done));
    let claimer = thread::spawn(move || {
        let claim = handle.claim()?;
        others_done.store(1, Relaxed);
        Some(claim.release())
    });
    assert_eq!(cancel(&mut waiter), Cancel::Cancelled, "nobody delivers");
    let seen = done.load(Relaxed);
    // loom ends the whole model when a thread panics, so there is no error to pass on.
    let released = claimer.join().unwrap_or_default();
    assert_eq!(
        seen == 1,
        released.is_some(),
        "what was done under the claim is seen"
    );
    released
}

/// The owner cancels while a value is delivered.
#[test]
fn cancel_while_claimed_and_delivered() {
    Outcomes::exactly(&[None, Some(Woken::Nobody), Some(Woken::Sleeper)]).explore(|| {
        let mut waiter = Waiter::new();
        let handle = waiter.handle();
        let claimer = thread::spawn(move || serve(&handle, Arc::new(7)));
        let outcome = waiter.cancel();
        assert!(!waiter.is_waiting(), "it is over");
        let served = claimer.join().unwrap();
        match (&outcome, served) {
            (Cancel::Delivered(value), Some(_)) => assert_eq!(**value, 7, "the value"),
            (Cancel::Cancelled, None) => {}
            mixed => unreachable!("{mixed:?}"),
        }
        served
    });
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ready {
    AtFirst,
    AtSecond,
    AfterWake,
}

/// A task is polled with one waker and then with another, against a delivery.
#[test]
fn the_newest_waker_is_woken() {
    const EXPECTED: &[Ready] = &[Ready::AtFirst, Ready::AtSecond, Ready::AfterWake];
    Outcomes::exactly(EXPECTED).explore(|| {
        let mut waiter = Waiter::new();
        let handle = waiter.handle();
        let producer = thread::spawn(move || serve(&handle, Arc::new(7)).unwrap());

        let (count, old_waker) = counting_waker();
        let first = waiter.poll(&mut Context::from_waker(&old_waker));
        let polled = if let Poll::Ready(value) = first {
            assert_eq!(value.as_deref(), Some(&7), "the value");
            Ready::AtFirst
        } else {
            let mut polls = 0;
            // A lost wake-up is a deadlock here.
            let value = block_on(poll_fn(|cx| {
                polls += 1;
                waiter.poll(cx)
            }));
            assert_eq!(value.as_deref(), Some(&7), "the value");
            if polls == 1 {
                Ready::AtSecond
            } else {
                Ready::AfterWake
            }
        };
        let woken = producer.join().unwrap();
        match polled {
            Ready::AtFirst => assert_eq!(woken, Woken::Nobody, "nobody slept"),
            Ready::AtSecond => assert!(count.get() <= 1, "at most once"),
            Ready::AfterWake => assert_eq!(count.get(), 0, "not the old one"),
        }
        polled
    });
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gone {
    Ready,
    TakenBack,
    Cancelled,
}

/// A future is polled and given up, against a delivery: the value is taken back.
#[test]
fn a_future_given_up_takes_the_value_back() {
    Outcomes::exactly(&[Gone::Ready, Gone::TakenBack, Gone::Cancelled]).explore(|| {
        let mut waiter = Waiter::new();
        let handle = waiter.handle();
        let producer = thread::spawn(move || serve(&handle, Arc::new(7)).is_some());
        let (_, waker) = counting_waker();
        let gone = match waiter.poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => {
                assert_eq!(value.as_deref(), Some(&7), "the value");
                Gone::Ready
            }
            Poll::Pending => match waiter.cancel() {
                Cancel::Delivered(value) => {
                    assert_eq!(*value, 7, "the value");
                    Gone::TakenBack
                }
                Cancel::Cancelled => Gone::Cancelled,
            },
        };
        drop(waiter);
        let delivered = producer.join().unwrap();
        assert_eq!(
            delivered,
            gone != Gone::Cancelled,
            "nothing is swallowed, nothing invented"
        );
        gone
    });
}

/// A waiter is dropped without more ado, against a delivery: nothing leaks, and nobody is raced.
#[test]
fn a_waiter_dropped_against_a_delivery() {
    Outcomes::exactly(&[None, Some(Woken::Nobody), Some(Woken::Sleeper)]).explore(|| {
        let mut waiter = Waiter::new();
        let handle = waiter.handle();
        let producer = thread::spawn(move || serve(&handle, Arc::new(7)));
        let (count, waker) = counting_waker();
        let is_ready = waiter.poll(&mut Context::from_waker(&waker)).is_ready();
        drop(waiter);
        let served = producer.join().unwrap();
        assert!(!is_ready || served.is_some(), "ready means served");
        drop(waker);
        assert_eq!(
            std::sync::Arc::strong_count(&count),
            1,
            "no waker is left behind"
        );
        served
    });
}

/// One producer serves a parked thread and a task, and wakes them when both have theirs.
#[test]
fn a_thread_and_a_task() {
    const BOTH: &[(bool, bool)] = &[(false, false), (false, true), (true, false), (true, true)];
    Outcomes::exactly(BOTH).explore(|| {
        let (mut of_thread, mut of_task) = (Waiter::new(), Waiter::new());
        let handles = [of_thread.handle(), of_task.handle()];
        let sleeper = thread::spawn(move || {
            of_thread.wait();
            of_thread.take()
        });
        let producer = thread::spawn(move || {
            let wakes = handles.map(|handle| handle.claim().unwrap().deliver(Arc::new(7)));
            let [thread, task] = &wakes;
            let slept = (!thread.is_empty(), !task.is_empty());
            drop(wakes);
            slept
        });
        let value = block_on(poll_fn(|cx| of_task.poll(cx)));
        assert_eq!(value.as_deref(), Some(&7), "the task's");
        assert_eq!(sleeper.join().unwrap().as_deref(), Some(&7), "the thread's");
        producer.join().unwrap()
    });
}

#[test]
fn every_mutant_dies() {
    Teeth {
        killers: &[
            (Site::WaiterClaim, "release_then_second_claim"),
            (Site::WaiterRefuse, "release_then_second_claim"),
            (Site::WaiterPublish, "hand_off_to_a_parked_thread"),
            (Site::WaiterTakeSeat, "hand_off_to_a_parked_thread"),
            (Site::WaiterGiveBack, "cancel_while_claimed_and_released"),
            (Site::WaiterHearRefusal, "release_then_second_claim"),
            (
                Site::WaiterHearRefusal,
                "cancel_after_a_limit_while_claimed_and_released",
            ),
            (Site::WaiterSeat, "hand_off_to_a_parked_thread"),
            (Site::WaiterLook, "hand_off_to_a_parked_thread"),
            (Site::WaiterLook, "cancel_while_claimed_and_released"),
            (Site::WaiterExchange, "two_keys_claim_one_waiter"),
            (Site::WaiterExchange, "two_keys_against_a_limit"),
            (Site::WaiterReseat, "the_newest_waker_is_woken"),
            (Site::WaiterRecheck, "the_newest_waker_is_woken"),
            (Site::WaiterLetGo, "cancel_while_claimed_and_released"),
            (Site::WaiterWake, "hand_off_to_a_parked_thread"),
            (Site::WaiterWake, "the_newest_waker_is_woken"),
        ],
        survivors: &[],
    }
    .bite();
}
