//! Blocked pops: the waiters stand in the owner's data, and the attended bit is what a push meets.

use core::time::Duration;
use forebay_sync::{Attended, Cancel, Exclusive, SegmentList, Side, Token, WaitQueue};
use forebay_sync::{Waiter, WaiterHandle, Wake};
use loom::sync::Arc;
use loom::thread;
use loom_tests::outcomes::Outcomes;

use super::{list_of, message, number, rest};

/// A list whose owner keeps those who wait for a message.
type Queue = SegmentList<Waiting>;

struct Waiting(WaitQueue<WaiterHandle<u8>>);

impl Default for Waiting {
    fn default() -> Self {
        Self(WaitQueue::new())
    }
}

/// A model has no time: a limit has always passed after one sleep.
const LIMIT: Duration = Duration::from_secs(1);

/// Registration against push, without a waiter: either the one who registers sees the message, or
/// the pusher is told to look and finds the registration.
#[test]
fn register_against_push() {
    Outcomes::exactly(&['m', 'r']).explore(|| {
        let list: Arc<SegmentList<bool>> = list_of(&[]);
        let other = Arc::clone(&list);
        let pusher = thread::spawn(move || match other.push(Side::Right, &message(1)) {
            Ok(len) => {
                assert_eq!(len, 1, "it is the only one");
                false
            }
            Err(Attended) => *other.freeze().extra(),
        });
        let mut alone = list.freeze();
        let sees_message = !alone.is_empty();
        if !sees_message {
            *alone.extra_mut() = true;
            alone.set_attended(true);
        }
        drop(alone);
        let sees_registration = pusher.join().unwrap();
        assert_ne!(sees_message, sees_registration, "never neither, never both");
        if sees_message { 'm' } else { 'r' }
    });
}

/// Hands messages to waiters, first come, first served.
fn serve(alone: &mut Exclusive<'_, Waiting>) -> Vec<Wake> {
    let mut wakes = Vec::new();
    while !alone.is_empty() {
        let Some(handle) = alone.extra_mut().0.pop_front() else {
            break;
        };
        if let Some(claim) = handle.claim() {
            let first = alone.pop(Side::Left).unwrap();
            wakes.push(claim.deliver(number(&first)));
        }
    }
    let is_waited_for = !alone.extra().0.is_empty();
    alone.set_attended(is_waited_for);
    wakes
}

/// Pushes, and serves who waits. Says whether anybody was served.
fn push_and_serve(list: &Queue, number: u8) -> bool {
    match list.push(Side::Right, &message(number)) {
        Ok(_) => false,
        Err(Attended) => {
            let mut alone = list.freeze();
            alone.push(Side::Right, &message(number));
            let wakes = serve(&mut alone);
            drop(alone);
            let is_served = !wakes.is_empty();
            wakes.into_iter().for_each(Wake::wake);
            is_served
        }
    }
}

/// Takes a message that is there, or registers.
fn pop_or_register(list: &Queue, waiter: &Waiter<u8>) -> Result<u8, Token> {
    let mut alone = list.freeze();
    if let Some(first) = alone.pop(Side::Left) {
        return Ok(number(&first));
    }
    let token = alone.extra_mut().0.push_back(waiter.handle());
    alone.set_attended(true);
    Err(token)
}

/// Takes the registration back.
fn leave(list: &Queue, token: Token) {
    let mut alone = list.freeze();
    let _handle: Option<WaiterHandle<u8>> = alone.extra_mut().0.remove(token);
    let is_waited_for = !alone.extra().0.is_empty();
    alone.set_attended(is_waited_for);
}

/// Pops, and waits for a message as long as it takes.
fn blocking_pop(list: &Queue) -> u8 {
    let mut waiter = Waiter::new();
    pop_or_register(list, &waiter).unwrap_or_else(|_| {
        waiter.wait();
        waiter.take().unwrap()
    })
}

/// Pops, and waits for a message until the limit.
fn blocking_pop_for(list: &Queue, limit: Duration) -> Option<u8> {
    let mut waiter = Waiter::new();
    match pop_or_register(list, &waiter) {
        Ok(popped) => Some(popped),
        Err(token) => {
            if waiter.wait_for(limit) {
                return waiter.take();
            }
            match waiter.cancel() {
                Cancel::Delivered(popped) => Some(popped),
                Cancel::Cancelled => {
                    leave(list, token);
                    None
                }
            }
        }
    }
}

/// A lost wake-up is a deadlock here.
#[test]
fn blocking_pop_against_push() {
    Outcomes::exactly(&[false, true]).explore(|| {
        let list: Arc<Queue> = list_of(&[]);
        let other = Arc::clone(&list);
        let pusher = thread::spawn(move || push_and_serve(&other, 1));
        assert_eq!(blocking_pop(&list), 1, "the message");
        let is_served = pusher.join().unwrap();
        assert!(rest(&list).is_empty(), "once");
        is_served
    });
}

/// The limit passes while the message comes: it is delivered, or it stays.
#[test]
fn blocking_pop_with_a_limit_against_push() {
    Outcomes::exactly(&[(None, false), (Some(1), false), (Some(1), true)]).explore(|| {
        let list: Arc<Queue> = list_of(&[]);
        let other = Arc::clone(&list);
        let pusher = thread::spawn(move || push_and_serve(&other, 1));
        let popped = blocking_pop_for(&list, LIMIT);
        let is_served = pusher.join().unwrap();
        let left = rest(&list);
        assert_eq!(
            popped.into_iter().chain(left).collect::<Vec<u8>>(),
            [1],
            "exactly once"
        );
        (popped, is_served)
    });
}

/// A timer of the owner's ends the wait as a third party: it claims, and delivers that it is over.
#[test]
fn blocking_pop_against_push_and_a_timer() {
    const OVER: u8 = u8::MAX;
    Outcomes::exactly(&[(1, true), (OVER, false)]).explore(|| {
        let list: Arc<Queue> = list_of(&[]);
        let mut waiter = Waiter::new();
        let handle = waiter.handle();
        let registration = pop_or_register(&list, &waiter);
        let token = registration.expect_err("nothing is there yet");
        let timer = thread::spawn(move || handle.claim().map(|claim| claim.deliver(OVER).wake()));
        let other = Arc::clone(&list);
        let pusher = thread::spawn(move || push_and_serve(&other, 1));
        waiter.wait();
        let got = waiter.take().unwrap();
        let is_over = timer.join().unwrap().is_some();
        if is_over {
            leave(&list, token);
        }
        let is_served = pusher.join().unwrap();
        assert_eq!(is_over, got == OVER, "who claims, delivers");
        assert_eq!(is_served, got != OVER, "who claims, delivers");
        let left = rest(&list);
        assert_eq!(left.len(), usize::from(is_over), "exactly once");
        (got, is_served)
    });
}

/// A blocked popper, a popper that does not block, and a push: when the passing one gets the
/// message, the blocked one is not forgotten, and the next is its own.
#[test]
#[ignore = "half a minute"]
fn a_blocked_and_a_passing_popper() {
    Outcomes::exactly(&[None, Some(1)]).explore(|| {
        let list: Arc<Queue> = list_of(&[]);
        let other = Arc::clone(&list);
        let passing = thread::spawn(move || match other.pop_with(Side::Left, number) {
            Ok(popped) => popped,
            Err(Attended) => other.freeze().pop(Side::Left).as_deref().map(number),
        });
        let other = Arc::clone(&list);
        let blocked = thread::spawn(move || blocking_pop(&other));
        push_and_serve(&list, 1);
        let passing = passing.join().unwrap();
        if passing.is_some() {
            push_and_serve(&list, 2);
        }
        let blocked = blocked.join().unwrap();
        assert_eq!(
            blocked,
            if passing.is_some() { 2 } else { 1 },
            "exactly once"
        );
        assert!(rest(&list).is_empty(), "nothing is left");
        passing
    });
}
