//! Segments that are used again: never while somebody still has a claim in them.

use forebay_sync::Side;
use forebay_sync::loom::AtomicU32;
use forebay_sync::loom::Ordering::Relaxed;
use loom::sync::Arc;
use loom::thread;
use loom_tests::outcomes::Outcomes;

use super::{List, list_of, message, number, pop, push, rest, sorted};

/// A popper has claimed a slot that is not published yet, so the list is drained, and a third
/// thread's push wants to use the segment from its start again.
#[test]
fn a_claim_on_a_slot_that_is_not_published() {
    const EXPECTED: &[Option<u8>] = &[None, Some(1), Some(2)];
    Outcomes::exactly(EXPECTED).explore(|| {
        let list: Arc<List> = list_of(&[0]);
        assert_eq!(pop(&list), Some(0), "one slot is left");
        let other = Arc::clone(&list);
        let pusher = thread::spawn(move || push(&other, 1));
        let other = Arc::clone(&list);
        let popper = thread::spawn(move || pop(&other));
        push(&list, 2);
        pusher.join().unwrap();
        let popped = popper.join().unwrap();
        assert_eq!(
            sorted(popped.into_iter().chain(rest(&list))),
            [1, 2],
            "exactly once"
        );
        popped
    });
}

/// The list goes on to another segment and comes to the same numbers there: a claim that began
/// before must not think that nothing has changed.
#[test]
fn a_claim_from_another_segment() {
    Outcomes::exactly(&[1, 3]).explore(|| {
        let list: Arc<List> = list_of(&[]);
        list.push(Side::Right, &[]).unwrap();
        // Most of the bytes: so the segment is not compacted.
        list.push(Side::Right, &[1; 16]).unwrap();
        list.pop_with(Side::Left, |_| ()).unwrap();
        let other = Arc::clone(&list);
        let first = |message: &[u8]| message[0];
        let popper = thread::spawn(move || other.pop_with(Side::Left, first).unwrap());
        let mut alone = list.freeze();
        let mut all = Vec::new();
        alone.push(Side::Right, &message(2));
        while let Some(popped) = alone.pop(Side::Left) {
            all.push(popped[0]);
        }
        alone.push(Side::Right, &message(3));
        drop(alone);
        let late = popper.join().unwrap().unwrap();
        all.push(late);
        all.extend(rest(&list));
        assert_eq!(sorted(all), [1, 2, 3], "exactly once");
        late
    });
}

/// The only segment is full and half of it is gone; the rest moves to its start, unless its pusher
/// is still copying.
#[test]
fn a_compaction() {
    Outcomes::exactly(&[[1, 2], [2, 1]]).explore(|| {
        let list: Arc<List> = list_of(&[0]);
        assert_eq!(pop(&list), Some(0), "the first slot is settled");
        let other = Arc::clone(&list);
        let pusher = thread::spawn(move || push(&other, 1));
        push(&list, 2);
        pusher.join().unwrap();
        rest(&list).try_into().unwrap()
    });
}

/// Pops one message and looks at it twice; says whether `done` was set between the two looks.
fn look_twice(list: &List, done: &AtomicU32) -> Option<(u8, bool)> {
    let looks = list.pop_with(Side::Left, |message| {
        let first = number(message);
        // Relaxed: the bytes are what is looked at.
        let is_done = done.load(Relaxed) == 1;
        assert_eq!(number(message), first, "the bytes stay while they are read");
        (first, is_done)
    });
    looks.unwrap()
}

/// A reader is in its closure while another thread drains the segment and pushes more.
#[test]
fn a_reader_in_a_segment_that_is_wanted_again() {
    Outcomes::exactly(&[(0, false), (0, true), (1, false), (1, true)]).explore(|| {
        let list: Arc<List> = list_of(&[0, 1]);
        let done = Arc::new(AtomicU32::new(0));
        let (other, others_done) = (Arc::clone(&list), Arc::clone(&done));
        let reader = thread::spawn(move || look_twice(&other, &others_done).unwrap());
        let popped = pop(&list).unwrap();
        push(&list, 2);
        push(&list, 3);
        done.store(1, Relaxed);
        let read = reader.join().unwrap();
        assert_ne!(popped, read.0, "popped once");
        let mut all = vec![popped, read.0];
        all.extend(rest(&list));
        assert_eq!(sorted(all), [0, 1, 2, 3], "exactly once");
        read
    });
}

/// The same in a segment of its own, which is retired with the reader in it and comes back as the
/// spare one when the reader has left.
#[test]
fn a_reader_in_a_segment_that_is_retired() {
    Outcomes::exactly(&[(2, false), (2, true)]).explore(|| {
        let list: Arc<List> = list_of(&[0, 1, 2, 3]);
        assert_eq!(
            [pop(&list), pop(&list)],
            [0, 1].map(Some),
            "the inline segment is used up"
        );
        let done = Arc::new(AtomicU32::new(0));
        let (other, others_done) = (Arc::clone(&list), Arc::clone(&done));
        let reader = thread::spawn(move || look_twice(&other, &others_done).unwrap());
        while list.len() > 1 {
            thread::yield_now();
        }
        for next in 4..8 {
            // In exclusive mode, where no segment has been made in advance.
            list.freeze().push(Side::Right, &message(next));
            assert_eq!(pop(&list), Some(next - 1), "in order");
        }
        done.store(1, Relaxed);
        let read = reader.join().unwrap();
        assert_eq!(rest(&list), [7], "exactly once");
        read
    });
}

/// All messages are taken out and dropped while a reader is at one of them.
#[test]
fn contents_dropped_under_a_reader() {
    const EXPECTED: &[Option<(u8, bool)>] = &[
        None,
        Some((2, false)),
        Some((2, true)),
        Some((4, false)),
        Some((4, true)),
    ];
    Outcomes::exactly(EXPECTED).explore(|| {
        let list: Arc<List> = list_of(&[0, 1, 2, 3]);
        assert_eq!(
            [pop(&list), pop(&list)],
            [0, 1].map(Some),
            "the inline segment is used up"
        );
        let done = Arc::new(AtomicU32::new(0));
        let (other, others_done) = (Arc::clone(&list), Arc::clone(&done));
        let reader = thread::spawn(move || look_twice(&other, &others_done));
        let contents = list.freeze().take_all();
        let taken = contents.len();
        drop(contents);
        assert_eq!(push(&list, 4), 1, "the list is empty and usable");
        done.store(1, Relaxed);
        let read = reader.join().unwrap();
        match read {
            Some((4, _)) => assert_eq!((taken, rest(&list)), (2, vec![]), "the new one was read"),
            Some(_) => assert_eq!(
                (taken, rest(&list)),
                (1, vec![4]),
                "one was read, one taken"
            ),
            None => assert_eq!((taken, rest(&list)), (2, vec![4]), "both were taken"),
        }
        read
    });
}

/// The segment goes to another list with the reader in it, and is drained and wanted again there.
#[test]
fn contents_put_into_another_list_under_a_reader() {
    const EXPECTED: &[Option<(u8, bool)>] = &[None, Some((2, false)), Some((2, true))];
    Outcomes::exactly(EXPECTED).explore(|| {
        let list: Arc<List> = list_of(&[0, 1, 2, 3]);
        assert_eq!(
            [pop(&list), pop(&list)],
            [0, 1].map(Some),
            "the inline segment is used up"
        );
        let done = Arc::new(AtomicU32::new(0));
        let (other, others_done) = (Arc::clone(&list), Arc::clone(&done));
        let reader = thread::spawn(move || look_twice(&other, &others_done));
        let target = List::new();
        let contents = list.freeze().take_all();
        target.freeze().put_all(contents);
        let mut all = rest(&target);
        for next in [4, 5] {
            push(&target, next);
        }
        done.store(1, Relaxed);
        let read = reader.join().unwrap();
        all.extend(read.map(|(number, _)| number));
        assert_eq!(sorted(all), [2, 3], "exactly once");
        assert_eq!(rest(&target), [4, 5], "the new ones");
        assert!(list.is_empty(), "nothing came back");
        read
    });
}

/// The same in the segment inside the list, which stays where it is.
#[test]
fn inline_contents_taken_under_a_reader() {
    const EXPECTED: &[Option<(u8, bool)>] = &[
        None,
        Some((0, false)),
        Some((0, true)),
        Some((4, false)),
        Some((4, true)),
    ];
    Outcomes::exactly(EXPECTED).explore(|| {
        let list: Arc<List> = list_of(&[0, 1]);
        let done = Arc::new(AtomicU32::new(0));
        let (other, others_done) = (Arc::clone(&list), Arc::clone(&done));
        let reader = thread::spawn(move || look_twice(&other, &others_done));
        let contents = list.freeze().take_all();
        push(&list, 4);
        done.store(1, Relaxed);
        let read = reader.join().unwrap();
        let taken = contents.len();
        drop(contents);
        match read {
            Some((4, _)) => assert_eq!((taken, rest(&list)), (2, vec![]), "the new one was read"),
            Some(_) => assert_eq!(
                (taken, rest(&list)),
                (1, vec![4]),
                "one was read, one taken"
            ),
            None => assert_eq!((taken, rest(&list)), (2, vec![4]), "both were taken"),
        }
        read
    });
}
