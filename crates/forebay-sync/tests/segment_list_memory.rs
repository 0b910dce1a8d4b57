//! What a list takes from the allocator it gives back, and each long message is freed once.
#![expect(
    clippy::std_instead_of_core,
    clippy::unwrap_used,
    let_underscore_drop,
    reason = "a test: small numbers, and a failure is a panic"
)]

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicIsize;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::Duration;

use forebay_sync::{SegmentList, Side};
use support::{Random, message, read, unwind};

/// Counts the bytes that are not freed yet.
struct Counting;

static LIVE: AtomicIsize = AtomicIsize::new(0);

// SAFETY: everything is handed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size().cast_signed(), Relaxed);
        // SAFETY: the same contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size().cast_signed(), Relaxed);
        // SAFETY: the same contract.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Runs `test` with lists, and says how many bytes it has not given back. Once before that, for
/// what is made once and kept.
fn leaked(test: impl Fn()) -> isize {
    test();
    thread::sleep(Duration::from_millis(2));
    let before = LIVE.load(Relaxed);
    test();
    // A thread that has been joined may still be giving back what it was made of.
    for _ in 0..1000 {
        if LIVE.load(Relaxed) == before {
            break;
        }
        thread::sleep(Duration::from_millis(1));
    }
    LIVE.load(Relaxed) - before
}

/// Messages longer than a segment keeps inside.
const LONG: usize = 3000;

fn push_some(list: &SegmentList<()>, count: u32) {
    let mut random = Random::new(3);
    for number in 0..count {
        let filling = if number % 3 == 0 { LONG } else { random.len() };
        list.push(random.side(), &message(0, number, filling))
            .unwrap();
    }
}

// One test only: the count is the process's.
#[test]
fn nothing_is_leaked() {
    for count in [1, 4, 5, 50, 1000] {
        let list_of = || {
            let list = SegmentList::new();
            push_some(&list, count);
            list
        };
        assert_eq!(leaked(|| drop(list_of())), 0, "dropped, {count}");
        assert_eq!(leaked(|| list_of().freeze().clear()), 0, "cleared, {count}");
        assert_eq!(
            leaked(|| drop(list_of().freeze().take_all())),
            0,
            "taken, {count}"
        );
        let popped = || {
            let list = list_of();
            while let Some(message) = list.pop(Side::Left).unwrap() {
                read(&message);
            }
        };
        assert_eq!(leaked(popped), 0, "popped, {count}");
        let overwritten = || {
            let list = list_of();
            let mut alone = list.freeze();
            for index in 0..alone.len() {
                let filling = if index % 2 == 0 { LONG } else { 0 };
                assert!(alone.set(index, &message(0, 0, filling)), "it is there");
            }
        };
        assert_eq!(leaked(overwritten), 0, "set, {count}");
        let moved = || {
            let (from, to) = (list_of(), SegmentList::<()>::new());
            push_some(&to, 7);
            let contents = from.freeze().take_all();
            push_some(&from, 7);
            to.freeze().put_all(contents);
            let mut from = from.freeze();
            while from
                .move_to(Side::Left, &mut to.freeze(), Side::Right)
                .is_some()
            {}
        };
        assert_eq!(leaked(moved), 0, "moved, {count}");
        let put_back = || {
            let list = list_of();
            for side in [Side::Left, Side::Right] {
                let caught = catch_unwind(AssertUnwindSafe(|| list.pop_with(side, |_| unwind())));
                assert!(caught.is_err(), "the panic goes on");
                let _ = catch_unwind(AssertUnwindSafe(|| {
                    list.pop_many_with(side, 9, |_| unwind())
                }));
            }
        };
        assert_eq!(leaked(put_back), 0, "put back, {count}");
        let read_when_dropped = || {
            let list = list_of();
            list.pop_with(Side::Right, |bytes| {
                drop(list.freeze().take_all());
                read(bytes);
            })
            .unwrap();
            list.freeze().release_memory();
        };
        assert_eq!(leaked(read_when_dropped), 0, "read when dropped, {count}");
        let emptied = || {
            let list = list_of();
            let before = LIVE.load(Relaxed);
            list.freeze().clear();
            list.freeze().release_memory();
            let own = before - LIVE.load(Relaxed);
            assert!(
                count < 5 || own > 0,
                "an empty list needs nothing of its own"
            );
        };
        assert_eq!(leaked(emptied), 0, "emptied, {count}");
    }
    assert_eq!(leaked(among_threads), 0, "threads push, pop and drop");
}

/// The threads themselves leave nothing behind either.
fn among_threads() {
    let list: SegmentList<()> = SegmentList::new();
    thread::scope(|scope| {
        for worker in 0..4_u32 {
            let list = &list;
            scope.spawn(move || {
                let mut random = Random::new(u64::from(worker));
                for number in 0..500 {
                    let filling = if random.below(3) == 0 { LONG } else { 30 };
                    list.push(random.side(), &message(worker, number, filling))
                        .unwrap();
                    match random.below(6) {
                        0 => drop(list.freeze().take_all()),
                        1 | 2 => drop(list.pop(random.side()).unwrap()),
                        3 | 4 => drop(list.pop_with(random.side(), read).unwrap()),
                        _ => {}
                    }
                }
            });
        }
    });
}
