//! What the tests of the segment list share: a random generator, and messages that check
//! themselves.
#![expect(
    clippy::cast_possible_truncation,
    clippy::unwrap_used,
    reason = "a test: small numbers, and a failure is a panic"
)]
#![allow(dead_code, reason = "no test file uses all of it")]

use forebay_sync::{SegmentList, Side};

/// A small generator: xorshift64*.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed * 2 + 1)
    }

    pub(crate) const fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 20) % bound
    }

    pub(crate) const fn side(&mut self) -> Side {
        if self.below(2) == 0 {
            Side::Left
        } else {
            Side::Right
        }
    }

    /// Mostly short, now and then one that gets an allocation of its own.
    pub(crate) const fn len(&mut self) -> usize {
        let len = match self.below(40) {
            0 => 1000 + self.below(3000),
            1..4 => self.below(1025),
            _ => self.below(80),
        };
        len as usize
    }
}

/// Bytes of a message in front of its filling.
const HEADER_BYTES: usize = 8;

/// A message: who sent it, its number, and `filling` bytes that follow from these two.
pub(crate) fn message(producer: u32, number: u32, filling: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER_BYTES + filling);
    bytes.extend_from_slice(&producer.to_le_bytes());
    bytes.extend_from_slice(&number.to_le_bytes());
    bytes.extend((0..filling).map(|at| fill(producer, number, filling, at)));
    bytes
}

const fn fill(producer: u32, number: u32, filling: usize, at: usize) -> u8 {
    (producer as usize * 31 + number as usize * 7 + filling + at) as u8
}

/// Who sent a message, and its number; that it is whole.
pub(crate) fn read(message: &[u8]) -> (u32, u32) {
    let word = |at: usize| u32::from_le_bytes(message[at..at + 4].try_into().unwrap());
    let (producer, number) = (word(0), word(4));
    let filling = &message[HEADER_BYTES..];
    for (at, &byte) in filling.iter().enumerate() {
        assert_eq!(
            byte,
            fill(producer, number, filling.len(), at),
            "byte {at} of {} of message {number} of producer {producer}",
            filling.len()
        );
    }
    (producer, number)
}

/// Checks that the numbers of each producer rise.
#[derive(Debug, Default)]
pub(crate) struct Order(Vec<Option<u32>>);

impl Order {
    pub(crate) fn check(&mut self, (producer, number): (u32, u32)) {
        let producer = producer as usize;
        if self.0.len() <= producer {
            self.0.resize(producer + 1, None);
        }
        let last = self.0[producer].replace(number);
        assert!(
            last < Some(number),
            "producer {producer}: {number} after {last:?}"
        );
    }
}

/// Each number of each producer, exactly once.
pub(crate) fn assert_exactly_once(mut popped: Vec<(u32, u32)>, producers: u32, each: u32) {
    popped.sort_unstable();
    let expected =
        (0..producers).flat_map(|producer| (0..each).map(move |number| (producer, number)));
    assert!(
        popped.iter().copied().eq(expected),
        "lost or doubled among {} messages",
        popped.len()
    );
}

/// All messages of a list, from left to right.
pub(crate) fn contents<X>(list: &SegmentList<X>) -> Vec<Vec<u8>> {
    list.freeze().iter().map(<[u8]>::to_vec).collect()
}

/// Unwinds without a word on standard error.
pub(crate) fn unwind() -> ! {
    std::panic::resume_unwind(Box::new("on purpose"))
}
