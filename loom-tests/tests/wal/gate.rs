//! Publishing epochs against those who wait for them.

use core::sync::atomic::{AtomicU32, Ordering};
use core::task::Waker;
use forebay_wal::Error;
use forebay_wal::model::Gate;
use loom::cell::UnsafeCell;
use loom::sync::{Arc, Notify};
use loom::thread;
use loom_tests::outcomes::Outcomes;
use std::task::Wake;

/// A waker that ends a sleep, and counts; the count is no part of the model.
struct Bell {
    sleep: Notify,
    rung: AtomicU32,
}

impl Bell {
    fn new() -> std::sync::Arc<Self> {
        std::sync::Arc::new(Self {
            sleep: Notify::new(),
            rung: AtomicU32::new(0),
        })
    }
}

impl Wake for Bell {
    fn wake(self: std::sync::Arc<Self>) {
        // Relaxed: read when the threads are joined.
        self.rung.fetch_add(1, Ordering::Relaxed);
        self.sleep.notify();
    }
}

/// Waits as a caller does, and says whether it had to sleep.
fn wait(gate: &Gate, epoch: u64) -> (Result<(), Error>, bool) {
    if let Some(answer) = gate.look(epoch) {
        return (answer, false);
    }
    let bell = Bell::new();
    let waker = Waker::from(std::sync::Arc::clone(&bell));
    if let Some(answer) = gate.register(epoch, &mut None, &waker) {
        return (answer, false);
    }
    loop {
        bell.sleep.wait();
        if let Some(answer) = gate.look(epoch) {
            return (answer, true);
        }
    }
}

/// Who finds the epoch published sees what was done for it, and who sleeps is woken.
#[test]
fn a_publication_against_a_waiter() {
    Outcomes::exactly(&[false, true]).explore(|| {
        let gate = Arc::new((Gate::new(), UnsafeCell::new(0_u8)));
        let writer = {
            let gate = Arc::clone(&gate);
            thread::spawn(move || {
                // Loom checks that nobody looks before the publication.
                gate.1.with_mut(|_| ());
                gate.0.publish(1);
            })
        };
        let (answer, slept) = wait(&gate.0, 1);
        answer.unwrap();
        gate.1.with(|_| ());
        writer.join().unwrap();
        slept
    });
}

/// Two who wait for two epochs; each publication wakes its own.
#[test]
fn two_publications_against_two_waiters() {
    Outcomes {
        required: &[(false, false), (true, true), (false, true)],
        allowed: &[(true, false)],
    }
    .explore(|| {
        let gate = Arc::new(Gate::new());
        let other = {
            let gate = Arc::clone(&gate);
            thread::spawn(move || wait(&gate, 2))
        };
        let writer = {
            let gate = Arc::clone(&gate);
            thread::spawn(move || {
                gate.publish(1);
                gate.publish(2);
            })
        };
        let (answer, slept) = wait(&gate, 1);
        answer.unwrap();
        let (answer, other_slept) = other.join().unwrap();
        answer.unwrap();
        writer.join().unwrap();
        (slept, other_slept)
    });
}

/// A future that is dropped takes its waker out, and nobody else's.
#[test]
fn a_publication_against_one_who_leaves() {
    Outcomes::exactly(&[0, 1]).explore(|| {
        let gate = Arc::new(Gate::new());
        let bell = Bell::new();
        let waker = Waker::from(std::sync::Arc::clone(&bell));
        let mut id = None;
        assert!(gate.register(1, &mut id, &waker).is_none(), "not yet");
        let writer = {
            let gate = Arc::clone(&gate);
            thread::spawn(move || gate.publish(1))
        };
        let stays = {
            let gate = Arc::clone(&gate);
            thread::spawn(move || wait(&gate, 1).0)
        };
        gate.forget(id.unwrap());
        stays.join().unwrap().unwrap();
        writer.join().unwrap();
        bell.rung.load(Ordering::Relaxed)
    });
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Through,
    Closed,
}

/// The end is told to everybody, and takes nothing back.
#[test]
fn the_end_against_two_waiters() {
    Outcomes::exactly(&[(Ended::Through, false), (Ended::Through, true)]).explore(|| {
        let gate = Arc::new(Gate::new());
        let writer = {
            let gate = Arc::clone(&gate);
            thread::spawn(move || {
                gate.publish(1);
                gate.close();
            })
        };
        let (never, slept) = wait(&gate, 2);
        assert!(matches!(never, Err(Error::Closed)), "{never:?}");
        let ended = match wait(&gate, 1) {
            (Ok(()), _) => Ended::Through,
            (Err(_), _) => Ended::Closed,
        };
        writer.join().unwrap();
        (ended, slept)
    });
}
