//! Canaries: what this loom explores, and that the shim's companion closes the hole in it.
//!
//! Run them on every change of loom. A canary of *plain* loom that starts to fail is good news: the
//! hole is closed there, and the work-around may go.
#![cfg(loom)]

use forebay_sync::loom as shim;
use loom::sync::Arc;
use loom::sync::atomic as plain;
use loom::thread;
use loom_tests::outcomes::Outcomes;
use shim::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use shim::OwnedAtomic;

/// What another thread's load sees of a thread that loads and then compare-exchanges.
macro_rules! load_against_cas_loop {
    ($atomic:ty) => {{
        let word = Arc::new(<$atomic>::new(0));
        let other = Arc::clone(&word);
        let swapper = thread::spawn(move || {
            let found = other.load(Relaxed);
            other.compare_exchange(found, found + 1, AcqRel, Relaxed)
        });
        let seen = word.load(Relaxed);
        swapper.join().unwrap().unwrap();
        seen
    }};
}

/// The same with two such threads.
macro_rules! load_against_two_cas_loops {
    ($atomic:ty) => {{
        let word = Arc::new(<$atomic>::new(0));
        let swappers = [(); 2].map(|()| {
            let word = Arc::clone(&word);
            thread::spawn(move || {
                let mut found = word.load(Relaxed);
                while let Err(newer) = word.compare_exchange(found, found + 1, AcqRel, Relaxed) {
                    found = newer;
                }
            })
        });
        let seen = word.load(Relaxed);
        for swapper in swappers {
            swapper.join().unwrap();
        }
        seen
    }};
}

#[test]
fn plain_loom_has_the_hole() {
    Outcomes::exactly(&[0]).explore(|| load_against_cas_loop!(plain::AtomicU32));
    Outcomes::exactly(&[0]).explore(|| load_against_two_cas_loops!(plain::AtomicU32));
}

#[test]
fn the_companion_closes_the_hole() {
    Outcomes::exactly(&[0, 1]).explore(|| load_against_cas_loop!(shim::AtomicU32));
    Outcomes::exactly(&[0, 1, 2]).explore(|| load_against_two_cas_loops!(shim::AtomicU32));
}

#[test]
fn the_order_of_spawning_does_not_matter() {
    Outcomes::exactly(&[0, 1]).explore(|| {
        let word = Arc::new(shim::AtomicU64::new(0));
        let other = Arc::clone(&word);
        let reader = thread::spawn(move || other.load(Relaxed));
        let found = word.load(Relaxed);
        word.compare_exchange(found, found + 1, AcqRel, Relaxed)
            .unwrap();
        reader.join().unwrap()
    });
}

/// The companion adds no happens-before: a relaxed publication is still seen to be one.
#[test]
fn the_companion_orders_nothing() {
    Outcomes::exactly(&[(0, 0), (0, 1), (1, 0), (1, 1)]).explore(|| {
        let flag = Arc::new(shim::AtomicU32::new(0));
        let data = Arc::new(shim::AtomicU32::new(0));
        let (other_flag, other_data) = (Arc::clone(&flag), Arc::clone(&data));
        let writer = thread::spawn(move || {
            other_data.store(1, Relaxed);
            other_flag.store(1, Relaxed);
        });
        let seen = (flag.load(Acquire), data.load(Relaxed));
        writer.join().unwrap();
        seen
    });
}

#[test]
fn release_and_acquire_publish() {
    Outcomes::exactly(&[(0, 0), (0, 1), (1, 1)]).explore(|| {
        let flag = Arc::new(shim::AtomicU32::new(0));
        let data = Arc::new(shim::AtomicU32::new(0));
        let (other_flag, other_data) = (Arc::clone(&flag), Arc::clone(&data));
        let writer = thread::spawn(move || {
            other_data.store(1, Relaxed);
            other_flag.store(1, Release);
        });
        let seen = (flag.load(Acquire), data.load(Relaxed));
        writer.join().unwrap();
        seen
    });
}

/// Store buffering: two fences forbid that both miss the other.
#[test]
fn fences_on_both_sides_are_exact() {
    Outcomes::exactly(&[(0, 1), (1, 0), (1, 1)]).explore(|| {
        let left = Arc::new(shim::AtomicU32::new(0));
        let right = Arc::new(shim::AtomicU32::new(0));
        let (other_left, other_right) = (Arc::clone(&left), Arc::clone(&right));
        let other = thread::spawn(move || {
            other_right.store(1, Relaxed);
            shim::fence(SeqCst);
            other_left.load(Relaxed)
        });
        left.store(1, Relaxed);
        shim::fence(SeqCst);
        let seen = right.load(Relaxed);
        (seen, other.join().unwrap())
    });
}

/// An owner's store against the failing compare-exchanges of two others.
#[test]
fn an_owned_store_is_not_torn_by_others() {
    const OWNED: u32 = 8;
    Outcomes::exactly(&[0, 1, 2]).explore(|| {
        let word = Arc::new(shim::AtomicU32::new(OWNED));
        let others = [(); 2].map(|()| {
            let word = Arc::clone(&word);
            thread::spawn(move || {
                let found = word.fetch_add(0, Relaxed);
                u32::from(
                    found != OWNED
                        && (word
                            .compare_exchange(found, found + 1, AcqRel, Relaxed)
                            .is_ok()),
                )
            })
        });
        word.store_owned(0, Release);
        let added: u32 = others.into_iter().map(|other| other.join().unwrap()).sum();
        assert_eq!(
            word.fetch_add(0, Relaxed),
            added,
            "no addition is lost, none is invented"
        );
        added
    });
}

/// Rule 1 of the shim: with a plain store in its place, plain loom comes to what cannot be.
#[test]
fn a_plain_store_against_exchanges_is_a_false_alarm() {
    const POSSIBLE: &[bool] = &[true];
    const IMPOSSIBLE: &[bool] = &[false];
    Outcomes {
        required: POSSIBLE,
        allowed: IMPOSSIBLE,
    }
    .explore(|| {
        let word = Arc::new(plain::AtomicU32::new(0));
        let others = [(); 2].map(|()| {
            let word = Arc::clone(&word);
            thread::spawn(move || word.fetch_add(1, AcqRel))
        });
        word.store(8, Release);
        let mut found = others.map(|other| other.join().unwrap());
        found.sort_unstable();
        let last = word.fetch_add(0, Relaxed);
        // The store came before, between, or after the additions.
        matches!((found, last), ([8, 9], 10) | ([0, 8], 9) | ([0, 1], 8))
    });
}
