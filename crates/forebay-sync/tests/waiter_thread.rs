//! Threads that wait: hand-off, limits, cancellation, claims given back.

use core::time::Duration;
use forebay_sync::{Cancel, Released, Waiter, WaiterHandle};
use std::sync::{Barrier, mpsc};
use std::thread;

const ROUNDS: u32 = if cfg!(miri) { 20 } else { 2_000 };

#[test]
fn a_delivery_before_the_wait_is_found() {
    let mut waiter = Waiter::new();
    waiter.handle().claim().unwrap().deliver(7).wake();
    waiter.wait();
    assert!(waiter.wait_for(Duration::ZERO), "settled is settled");
    assert_eq!(waiter.take(), Some(7), "the value");
    assert_eq!(waiter.take(), None, "once");
    assert_eq!(waiter.cancel(), Cancel::Cancelled, "nothing is left of it");
}

#[test]
fn a_parked_thread_is_woken() {
    let mut waiter = Waiter::new();
    let handle = waiter.handle();
    thread::scope(|scope| {
        scope.spawn(move || {
            thread::sleep(Duration::from_millis(20));
            handle.claim().unwrap().deliver(7).wake();
        });
        waiter.wait();
        assert_eq!(waiter.take(), Some(7), "the value");
    });
}

#[test]
fn a_dropped_wake_wakes_too() {
    let mut waiter = Waiter::new();
    let handle = waiter.handle();
    thread::scope(|scope| {
        scope.spawn(move || {
            thread::sleep(Duration::from_millis(20));
            drop(handle.claim().unwrap().deliver(7));
        });
        waiter.wait();
        assert_eq!(waiter.take(), Some(7), "the value");
    });
}

#[test]
fn a_limit_ends_the_wait() {
    let mut waiter: Waiter<u32> = Waiter::new();
    assert!(!waiter.wait_for(Duration::from_millis(5)), "nobody came");
    assert!(!waiter.wait_for(Duration::ZERO), "nor now");
    assert!(waiter.is_waiting(), "and it still waits");
    assert_eq!(waiter.cancel(), Cancel::Cancelled, "until it cancels");
    assert_eq!(waiter.cancel(), Cancel::Cancelled, "for good");
    waiter.wait();
}

#[test]
fn a_waiter_moves_between_threads() {
    let mut waiter = Waiter::new();
    let handle = waiter.handle();
    thread::scope(|scope| {
        assert!(
            !waiter.wait_for(Duration::from_millis(1)),
            "this thread sat down"
        );
        let taken = scope.spawn(move || {
            waiter.wait();
            waiter.take()
        });
        thread::sleep(Duration::from_millis(20));
        handle.claim().unwrap().deliver(7).wake();
        assert_eq!(
            taken.join().unwrap(),
            Some(7),
            "the last one to sit down is woken"
        );
    });
}

#[test]
fn one_claim_at_a_time() {
    let waiter: Waiter<u32> = Waiter::new();
    let (first, second) = (waiter.handle(), waiter.handle());
    let claim = first.claim().unwrap();
    assert!(!second.is_waiting(), "it is claimed");
    assert_eq!(claim.release(), Released::Waiting, "nobody else asked");
    let claim = first.claim().unwrap();
    assert!(second.claim().is_none(), "refused");
    assert_eq!(claim.release(), Released::Refused, "and remembered");
    let claim = second.claim().unwrap();
    assert_eq!(claim.release(), Released::Waiting, "once");
    drop(first.claim());
    assert!(second.is_waiting(), "a dropped claim is given back");
    drop(waiter);
    assert!(second.claim().is_none(), "nobody waits any more");
}

#[test]
fn cancelling_waits_for_the_end_of_the_claim() {
    let mut waiter = Waiter::new();
    let claim = waiter.handle().claim().unwrap();
    thread::scope(|scope| {
        scope.spawn(move || {
            thread::sleep(Duration::from_millis(20));
            claim.deliver(7).wake();
        });
        assert_eq!(waiter.cancel(), Cancel::Delivered(7), "delivered after all");
    });

    let mut waiter: Waiter<u32> = Waiter::new();
    let claim = waiter.handle().claim().unwrap();
    thread::scope(|scope| {
        let released = scope.spawn(move || {
            thread::sleep(Duration::from_millis(20));
            claim.release()
        });
        assert_eq!(waiter.cancel(), Cancel::Cancelled, "given back");
        assert_eq!(released.join().unwrap(), Released::Cancelled, "to nobody");
    });
}

#[test]
fn a_waiter_dropped_under_a_claim_leaves_a_valid_claim() {
    let waiter = Waiter::new();
    let claim = waiter.handle().claim().unwrap();
    drop(waiter);
    assert!(claim.deliver(7).is_empty(), "nobody is there to be woken");

    let waiter: Waiter<u32> = Waiter::new();
    let claim = waiter.handle().claim().unwrap();
    drop(waiter);
    assert_eq!(claim.release(), Released::Cancelled, "the owner has left");
}

/// Several claimers and a limit race for one waiter, again and again; every value is accounted for.
#[test]
fn races_keep_count() {
    let mut served = 0;
    for round in 0..ROUNDS {
        let mut waiter = Waiter::new();
        let start = Barrier::new(3);
        thread::scope(|scope| {
            let claimers = [0, 1].map(|number| {
                let (handle, start) = (waiter.handle(), &start);
                scope.spawn(move || {
                    start.wait();
                    let claim = handle.claim()?;
                    if round % 5 == 0 {
                        drop(claim);
                        return None;
                    }
                    claim.deliver(number).wake();
                    Some(number)
                })
            });
            start.wait();
            if round % 2 == 0 {
                waiter.wait_for(Duration::from_micros(u64::from(round % 64)));
            }
            let outcome = waiter.cancel();
            let delivered: Vec<_> = claimers
                .into_iter()
                .filter_map(|claimer| claimer.join().unwrap())
                .collect();
            match outcome {
                Cancel::Delivered(number) => {
                    assert_eq!(delivered, [number], "one delivered, and that is what came");
                    served += 1;
                }
                Cancel::Cancelled => assert_eq!(delivered, [], "nothing is swallowed"),
            }
        });
    }
    assert!(served > 0, "some were served");
}

/// Two threads hand a number to and fro.
#[test]
fn ping_pong() {
    let rounds = ROUNDS;
    let (to_pong, pongs) = mpsc::channel::<WaiterHandle<u32>>();
    thread::scope(|scope| {
        scope.spawn(move || {
            for (number, handle) in (0..).zip(pongs) {
                handle.claim().unwrap().deliver(number).wake();
            }
        });
        for number in 0..rounds {
            let mut waiter = Waiter::new();
            to_pong.send(waiter.handle()).unwrap();
            waiter.wait();
            assert_eq!(waiter.take(), Some(number), "in order");
        }
        drop(to_pong);
    });
}
