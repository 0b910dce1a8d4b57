//! Tasks that wait: the newest waker is woken, a dropped future loses nothing.

use core::cell::Cell;
use core::future::poll_fn;
use core::panic::AssertUnwindSafe;
use core::pin::pin;
use core::ptr::null;
use core::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};
use forebay_sync::{Cancel, Waiter};
use std::panic::catch_unwind;
use std::sync::{Arc, Mutex};
use std::task::Wake;
use std::thread::{self, Thread};

/// Counts how often it was woken.
#[derive(Default)]
struct Count(Mutex<usize>);

impl Count {
    fn get(&self) -> usize {
        self.0.lock().map_or(0, |count| *count)
    }
}

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        if let Ok(mut count) = self.0.lock() {
            *count += 1;
        }
    }
}

fn counted() -> (Arc<Count>, Waker) {
    let count = Arc::new(Count::default());
    (Arc::clone(&count), Waker::from(count))
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut cx = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut cx) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

#[test]
fn the_newest_waker_is_woken_once() {
    let mut waiter = Waiter::new();
    let (old_count, old) = counted();
    let (new_count, new) = counted();
    assert!(
        waiter.poll(&mut Context::from_waker(&old)).is_pending(),
        "nothing yet"
    );
    assert!(
        waiter.poll(&mut Context::from_waker(&new)).is_pending(),
        "nothing yet"
    );
    assert!(
        waiter.poll(&mut Context::from_waker(&new)).is_pending(),
        "the same one again"
    );
    waiter.handle().claim().unwrap().deliver(7).wake();
    assert_eq!(
        (old_count.get(), new_count.get()),
        (0, 1),
        "the newest, once"
    );
    let mut cx = Context::from_waker(&new);
    assert_eq!(waiter.poll(&mut cx), Poll::Ready(Some(7)), "the value");
    assert_eq!(waiter.poll(&mut cx), Poll::Ready(None), "once");
}

#[test]
fn the_same_waker_is_not_cloned_again() {
    let mut waiter: Waiter<u32> = Waiter::new();
    let (count, waker) = counted();
    for _ in 0..10 {
        assert!(
            waiter.poll(&mut Context::from_waker(&waker)).is_pending(),
            "nothing"
        );
    }
    assert_eq!(
        Arc::strong_count(&count),
        3,
        "ours, the waker's, and one in the seat"
    );
    assert_eq!(waiter.cancel(), Cancel::Cancelled, "left");
    assert_eq!(
        Arc::strong_count(&count),
        2,
        "the seat is empty at once, handle or not"
    );
    assert_eq!(count.get(), 0, "leaving wakes nobody");
}

#[test]
fn a_dropped_waiter_gives_its_waker_back() {
    let (count, waker) = counted();
    let mut waiter: Waiter<u32> = Waiter::new();
    let handle = waiter.handle();
    assert!(
        waiter.poll(&mut Context::from_waker(&waker)).is_pending(),
        "nothing"
    );
    let claim = handle.claim().unwrap();
    drop(waiter);
    assert_eq!(Arc::strong_count(&count), 2, "even under a claim");
    claim.deliver(7).wake();
    assert_eq!(count.get(), 0, "and is not woken any more");
}

#[test]
fn cancelled_is_ready_with_nothing() {
    let mut waiter: Waiter<u32> = Waiter::new();
    assert_eq!(waiter.cancel(), Cancel::Cancelled, "nobody came");
    let (count, waker) = counted();
    assert_eq!(
        waiter.poll(&mut Context::from_waker(&waker)),
        Poll::Ready(None),
        "over"
    );
    assert_eq!(Arc::strong_count(&count), 2, "nobody sits down any more");
}

#[test]
fn a_task_is_served_from_another_thread() {
    for number in 0..200 {
        let mut waiter = Waiter::new();
        let handle = waiter.handle();
        thread::scope(|scope| {
            scope.spawn(move || handle.claim().unwrap().deliver(number).wake());
            assert_eq!(
                block_on(poll_fn(|cx| waiter.poll(cx))),
                Some(number),
                "the value"
            );
        });
    }
}

#[test]
fn a_task_that_gives_up_takes_the_value_back() {
    let mut waiter = Waiter::new();
    let (_, waker) = counted();
    assert!(
        waiter.poll(&mut Context::from_waker(&waker)).is_pending(),
        "nothing yet"
    );
    waiter.handle().claim().unwrap().deliver(7).wake();
    assert_eq!(
        waiter.cancel(),
        Cancel::Delivered(7),
        "it may go back to where it came from"
    );
}

#[test]
fn a_waker_that_panics_in_clone_leaves_a_good_waiter() {
    static REFUSES: RawWakerVTable =
        RawWakerVTable::new(|_| panic!("no clone of this one"), |_| {}, |_| {}, |_| {});
    // SAFETY: the table's functions touch no data.
    let bad = unsafe { Waker::from_raw(RawWaker::new(null(), &REFUSES)) };
    let (count, good) = counted();

    let mut waiter = Waiter::new();
    assert!(
        waiter.poll(&mut Context::from_waker(&good)).is_pending(),
        "nothing yet"
    );
    let attempt = catch_unwind(AssertUnwindSafe(|| {
        waiter.poll(&mut Context::from_waker(&bad)).is_ready()
    }));
    assert!(attempt.is_err(), "the panic comes through");
    assert!(
        waiter.poll(&mut Context::from_waker(&good)).is_pending(),
        "still nothing"
    );
    waiter.handle().claim().unwrap().deliver(7).wake();
    assert_eq!(count.get(), 1, "woken");
    assert_eq!(waiter.take(), Some(7), "served");
}

#[test]
fn types_may_change_threads() {
    fn both<T: Send + Sync>() {}
    both::<Waiter<Cell<u32>>>();
    both::<forebay_sync::WaiterHandle<Cell<u32>>>();
    both::<forebay_sync::Claim<Cell<u32>>>();
    both::<forebay_sync::Wake>();
}
