//! What a log takes: little for one entry, little beside each entry, and all of it is given back.
#![expect(
    clippy::std_instead_of_core,
    clippy::unwrap_used,
    let_underscore_drop,
    reason = "a test: small numbers, and a failure is a panic"
)]

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::AtomicIsize;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::Duration;

use forebay_sync::stream_log::{Id, NewId, Place, StreamLog};
use support::Random;

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

type Log = StreamLog<u64>;

/// Bytes that are in use when nobody reads any more. The least of many looks: the collector itself
/// takes memory now and then.
fn live() -> isize {
    let looks = (0..300).map(|_| {
        crossbeam_epoch::pin().flush();
        LIVE.load(Relaxed)
    });
    looks.min().unwrap()
}

/// Runs `test`, and says how many bytes it has not given back. Once before that, for what is made
/// once and kept.
fn leaked(test: impl Fn()) -> isize {
    test();
    let before = live();
    test();
    // A thread that has been joined may still be giving back what it was made of.
    for _ in 0..1000 {
        if live() <= before {
            break;
        }
        thread::sleep(Duration::from_millis(1));
    }
    live() - before
}

/// What happens to a log and its places.
type Case = fn(Log, Vec<Place>);

fn add(log: &Log, value: &[u8]) -> Place {
    let new = NewId::Auto { now_ms: 1 };
    log.add(new, &[(b"name", value)]).unwrap().place
}

/// Entries of all sizes, also such that are longer than a segment.
fn filled(count: u64) -> (Log, Vec<Place>) {
    let (log, mut random) = (Log::default(), Random::new(5));
    let places = (0..count).map(|number| {
        let len = if number % 50 == 9 {
            70_000
        } else {
            random.len()
        };
        add(&log, &vec![number.to_le_bytes()[0]; len])
    });
    let places = places.collect();
    (log, places)
}

fn read_all(log: &Log) -> usize {
    let reader = log.pin();
    let all = reader.range(Id::MIN, Id::MAX, usize::MAX);
    all.map(|entry| {
        let (_, value) = entry.fields().next().unwrap();
        assert!(value.iter().all(|byte| *byte == value[0]), "{entry:?}");
        value.len()
    })
    .sum()
}

// One test only: the count is the process's.
#[test]
fn little_is_taken_and_all_of_it_given_back() {
    a_log_of_one_entry_takes_less_than_300_bytes();
    entries_with_the_same_names_take_16_bytes_more_than_they_are_long();
    for count in [1, 30, 400] {
        let cases: [(&str, Case); 8] = [
            ("dropped", |log, _| drop(log)),
            ("trimmed", |log, places| {
                let half = places.len() as u64 / 2;
                assert_eq!(log.freeze().trim(half), half, "half of them");
                read_all(&log);
            }),
            ("trimmed to nothing", |log, _| {
                log.freeze().trim(u64::MAX);
                add(&log, b"one more");
            }),
            ("deleted", |log, places| {
                let mut random = Random::new(7);
                for place in places {
                    if random.below(3) > 0 {
                        log.freeze().delete(place);
                    }
                }
                read_all(&log);
            }),
            ("cleared", |log, _| {
                log.freeze().clear();
                add(&log, &[1; 2000]);
            }),
            ("moved", |log, _| {
                let other = filled(5).0;
                let contents = log.freeze().take_all();
                other.freeze().put_all(contents);
                add(&other, &[1; 2000]);
                add(&log, &[1; 2000]);
                let _ = other.freeze().take_all();
            }),
            ("copied", |log, places| {
                log.freeze().delete(places[0]);
                let copy = log.freeze().copy_all();
                drop(log);
                let other = Log::default();
                other.freeze().put_all(copy);
                assert_eq!(other.len(), places.len() as u64 - 1, "all but one");
                read_all(&other);
            }),
            ("read while it goes", |log, places| {
                let reader = log.pin();
                let kept: Vec<_> = reader.range(Id::MIN, Id::MAX, 100).collect();
                log.freeze().delete(places[places.len() / 2]);
                log.freeze().trim(places.len() as u64 / 2);
                log.freeze().clear();
                live();
                for entry in kept {
                    let (name, value) = entry.fields().next().unwrap();
                    assert_eq!(name, b"name", "{entry:?}");
                    assert!(value.iter().all(|byte| *byte == value[0]), "{entry:?}");
                }
            }),
        ];
        for (name, case) in cases {
            let lost = leaked(|| {
                let (log, places) = filled(count);
                case(log, places);
            });
            assert_eq!(lost, 0, "{count} entries, {name}");
        }
    }
    let threads = leaked(|| {
        let log = Log::default();
        thread::scope(|scope| {
            for seed in 1..4 {
                let log = &log;
                scope.spawn(move || {
                    let mut random = Random::new(seed);
                    for number in 0..2000 {
                        let place = add(log, &vec![3; random.len()]);
                        match number % 40 {
                            0 => _ = log.freeze().delete(place),
                            1 => _ = log.freeze().trim(30),
                            2 => _ = read_all(log),
                            _ => {}
                        }
                    }
                });
            }
        });
    });
    assert!(threads <= 0, "threads: {threads}");
}

fn a_log_of_one_entry_takes_less_than_300_bytes() {
    let _warm = Box::new(filled(1));
    let before = live();
    let log = Box::new(Log::default());
    let new = NewId::Auto { now_ms: 1 };
    log.add(new, &[(b"sensor", b"1234"), (b"temperature", b"19.8")])
        .unwrap();
    let taken = live() - before;
    assert!(taken <= 300, "{taken} bytes for one entry");
}

fn entries_with_the_same_names_take_16_bytes_more_than_they_are_long() {
    const SEGMENT_BYTES: isize = 64 * 1024;
    const COUNT: isize = 400_000;
    for len in [3_isize, 10, 20, 64, 300] {
        let before = live();
        let log = Log::default();
        let value = vec![1; len.cast_unsigned()];
        let mut segments: Vec<u64> = (0..COUNT).map(|_| add(&log, &value).segment).collect();
        segments.dedup();
        let count = segments.len().cast_signed();
        drop(segments);
        // The largest segments do not come from the allocator.
        let allocated = live() - before;
        let is_ours = allocated > COUNT;
        let bytes = if is_ours {
            allocated
        } else {
            count * SEGMENT_BYTES
        };
        let each = bytes / COUNT + 1;
        // Two bytes of lengths, up to seven to the next unit, the slot; the headers of segments.
        assert!(each <= len + 17, "{each} bytes for an entry of {len}");
    }
}
