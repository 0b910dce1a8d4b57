//! One thread and a segment list: what each operation is for.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::disallowed_methods,
    reason = "a test: small numbers, and a failure is a panic"
)]

mod support;

use forebay_sync::{Attended, SegmentList, Side};
use support::contents;

const SIDES: [Side; 2] = [Side::Left, Side::Right];

#[test]
fn an_empty_list() {
    let list: SegmentList<()> = SegmentList::new();
    assert!(list.is_empty(), "a new list");
    for side in SIDES {
        assert_eq!(list.pop(side), Ok(None), "{side:?}");
        assert_eq!(list.pop_with(side, <[u8]>::len), Ok(None), "{side:?}");
        assert_eq!(list.pop_many_with(side, 9, |_| ()), Ok(0), "{side:?}");
        assert_eq!(list.push_many::<&[u8]>(side, &[]), Ok(0), "{side:?}");
    }
    let mut alone = list.freeze();
    assert_eq!(
        (alone.len(), alone.get(0), alone.iter().len()),
        (0, None, 0),
        "frozen"
    );
    assert!(!alone.set(0, b"x") && !alone.remove(0), "nothing is there");
    alone.clear();
    alone.truncate_to(0, 9);
    alone.release_memory();
    assert!(alone.take_all().is_empty(), "nothing to take");
}

#[test]
fn every_length_comes_back() {
    let lens = (0..=200)
        .chain(1000..=1040)
        .chain([4096, 8191, 8192, 65_535, 65_536, 100_000]);
    let list: SegmentList<()> = SegmentList::new();
    let mut sent = Vec::new();
    for len in lens {
        let message: Vec<u8> = (0..len).map(|at| (at * 7 + len) as u8).collect();
        for side in SIDES {
            assert_eq!(list.push(side, &message), Ok(1), "{len} bytes");
            assert_eq!(
                list.pop(side.opposite()).unwrap().as_deref(),
                Some(&*message),
                "{len} bytes"
            );
            assert_eq!(
                list.push_boxed(side, message.clone().into()),
                Ok(1),
                "{len} bytes"
            );
            assert_eq!(
                list.pop(side).unwrap().as_deref(),
                Some(&*message),
                "{len} bytes"
            );
        }
        sent.push(message);
    }
    assert_eq!(
        list.push_many(Side::Right, &sent),
        Ok(sent.len() as u64),
        "all at once"
    );
    assert_eq!(contents(&list), sent, "one behind the other");
    for message in &sent {
        let same = list.pop_with(Side::Left, |bytes| bytes == message);
        assert_eq!(same, Ok(Some(true)), "{} bytes", message.len());
    }
}

#[test]
fn both_sides_of_a_long_list() {
    const COUNT: u64 = 5000;
    let list: SegmentList<()> = SegmentList::new();
    for number in 0..COUNT {
        let len = list.push(Side::Right, &number.to_le_bytes());
        assert_eq!(len, Ok(2 * number + 1), "at the right");
        let len = list.push(Side::Left, &(!number).to_le_bytes());
        assert_eq!(len, Ok(2 * number + 2), "at the left");
    }
    let number = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().unwrap());
    for expected in (0..COUNT).rev() {
        assert_eq!(
            list.pop_with(Side::Right, number),
            Ok(Some(expected)),
            "at the right"
        );
        assert_eq!(
            list.pop_with(Side::Left, number),
            Ok(Some(!expected)),
            "at the left"
        );
    }
    assert!(list.is_empty(), "popped as often as pushed");
}

/// Lengths go up and down over all sizes of segments; the direction changes at each turn.
#[test]
fn tides() {
    let list: SegmentList<()> = SegmentList::new();
    for (turn, height) in [1, 3, 10, 100, 1000, 3000, 100, 1, 20, 2000]
        .into_iter()
        .enumerate()
    {
        let side = SIDES[turn % 2];
        for number in 0..height {
            assert_eq!(
                list.push(side, &[turn as u8; 60]),
                Ok(number + 1),
                "turn {turn}"
            );
        }
        for left in (0..height).rev() {
            assert_eq!(
                list.pop_with(side.opposite(), |bytes| bytes[59]),
                Ok(Some(turn as u8)),
                "turn {turn}"
            );
            assert_eq!(list.len(), left, "turn {turn}");
        }
        if turn % 3 == 2 {
            list.freeze().release_memory();
        }
    }
}

#[test]
fn an_attended_list_sends_everybody_away() {
    let list: SegmentList<u32> = SegmentList::new();
    list.push(Side::Left, b"before").unwrap();
    list.freeze().set_attended(true);
    assert!(list.is_attended(), "it says so");
    for side in SIDES {
        assert_eq!(list.push(side, b"x"), Err(Attended), "{side:?}");
        assert_eq!(list.push(side, &[0; 2000]), Err(Attended), "{side:?}");
        assert_eq!(
            list.push_boxed(side, [0; 2000].into()),
            Err(Attended),
            "{side:?}"
        );
        assert_eq!(
            list.push_many(side, &[b"x", b"y"]),
            Err(Attended),
            "{side:?}"
        );
        assert_eq!(list.pop(side), Err(Attended), "{side:?}");
        assert_eq!(list.pop_with(side, <[u8]>::len), Err(Attended), "{side:?}");
        assert_eq!(
            list.pop_many_with(side, 2, |_| ()),
            Err(Attended),
            "{side:?}"
        );
    }
    assert_eq!(list.len(), 1, "nothing was done");
    let mut alone = list.freeze();
    *alone.extra_mut() += 1;
    alone.push(Side::Right, b"by the owner");
    alone.set_attended(false);
    drop(alone);
    assert_eq!(
        contents(&list),
        [&b"before"[..], b"by the owner"],
        "the owner goes on"
    );
    assert_eq!(*list.freeze().extra(), 1, "the owner's data");
}

#[test]
fn a_list_moves() {
    let list: SegmentList<()> = SegmentList::new();
    list.push(Side::Right, b"inside").unwrap();
    let list = Box::new(list);
    let list = std::thread::spawn(move || {
        list.push(Side::Right, b"behind").unwrap();
        *list
    });
    let list = list.join().unwrap();
    assert_eq!(
        contents(&list),
        [b"inside", b"behind"],
        "the inline segment moves along"
    );
}

#[test]
fn contents_change_their_list() {
    let (from, to): (SegmentList<()>, SegmentList<u8>) = Default::default();
    for count in [1, 3, 4, 5, 40, 3000] {
        let messages: Vec<Vec<u8>> = (0..count).map(|at| vec![at as u8; at % 90]).collect();
        from.push_many(Side::Left, &messages).unwrap();
        to.push(Side::Right, b"dropped").unwrap();
        let taken = from.freeze().take_all();
        assert_eq!(taken.len(), count as u64, "all of them");
        assert!(from.is_empty() && !taken.is_empty(), "none is left");
        to.freeze().put_all(taken);
        assert_eq!(to.len(), count as u64, "all of them");
        assert!(contents(&to).iter().rev().eq(&messages), "in order");
        assert_eq!(
            to.push(Side::Right, b"last"),
            Ok(count as u64 + 1),
            "it goes on"
        );
        assert_eq!(
            to.pop(Side::Right).unwrap().as_deref(),
            Some(&b"last"[..]),
            "at the other side"
        );
        to.freeze().clear();
    }
}
