//! Random sequences of all operations of a list, compared with a `VecDeque` after each step.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::unwrap_used,
    reason = "a test: small numbers, and a failure is a panic"
)]

use std::collections::VecDeque;

use forebay_sync::{SegmentList, Side};

/// A small generator: xorshift64*.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) % bound
    }

    fn side(&mut self) -> Side {
        if self.below(2) == 0 {
            Side::Left
        } else {
            Side::Right
        }
    }

    fn message(&mut self) -> Vec<u8> {
        let len = match self.below(40) {
            0 => 1024 + self.below(9000),
            1..4 => self.below(1030),
            4..8 => 0,
            _ => self.below(100),
        };
        let fill = self.below(256) as u8;
        (0..len).map(|at| fill.wrapping_add(at as u8)).collect()
    }
}

fn model_pop(model: &mut VecDeque<Vec<u8>>, side: Side) -> Option<Vec<u8>> {
    match side {
        Side::Left => model.pop_front(),
        Side::Right => model.pop_back(),
    }
}

fn model_push(model: &mut VecDeque<Vec<u8>>, side: Side, message: Vec<u8>) {
    match side {
        Side::Left => model.push_front(message),
        Side::Right => model.push_back(message),
    }
}

fn run(seed: u64, steps: usize, push_weight: u64) {
    let mut random = Random(seed * 2 + 1);
    let list: SegmentList<()> = SegmentList::new();
    let mut model: VecDeque<Vec<u8>> = VecDeque::new();
    for step in 0..steps {
        let context = format!("seed {seed}, step {step}, {list:?}");
        match random.below(20 + push_weight) {
            0..5 => {
                let side = random.side();
                let expected = model_pop(&mut model, side);
                let got = list.pop(side).unwrap();
                assert_eq!(
                    got.as_deref(),
                    expected.as_deref(),
                    "pop {side:?}: {context}"
                );
            }
            5..8 => {
                let side = random.side();
                let expected = model_pop(&mut model, side);
                let got = list.pop_with(side, <[u8]>::to_vec).unwrap();
                assert_eq!(got, expected, "pop_with {side:?}: {context}");
            }
            8 => {
                let side = random.side();
                let max = random.below(40) as usize;
                let mut got = Vec::new();
                let count = list
                    .pop_many_with(side, max, |message| got.push(message.to_vec()))
                    .unwrap();
                assert_eq!(count, got.len(), "{context}");
                assert!(count > 0 || max == 0 || model.is_empty(), "{context}");
                for message in got {
                    assert_eq!(
                        Some(message),
                        model_pop(&mut model, side),
                        "pop_many {side:?}: {context}"
                    );
                }
            }
            9 => {
                let messages: Vec<Vec<u8>> =
                    (0..random.below(70)).map(|_| random.message()).collect();
                let side = random.side();
                let len = list.push_many(side, &messages).unwrap();
                for message in messages {
                    model_push(&mut model, side, message);
                }
                assert_eq!(len, model.len() as u64, "push_many {side:?}: {context}");
            }
            10 => {
                let index = random.below(model.len() as u64 + 2);
                let message = random.message();
                let mut alone = list.freeze();
                let there = alone.set(index, &message);
                assert_eq!(there, index < model.len() as u64, "set: {context}");
                if there {
                    model[index as usize] = message;
                }
            }
            11 | 12 => {
                let index = random.below(model.len() as u64 + 2);
                let message = random.message();
                list.freeze().insert(index, &message);
                let at = (index as usize).min(model.len());
                model.insert(at, message);
            }
            13 | 14 => {
                let index = random.below(model.len() as u64 + 2);
                assert_eq!(
                    list.freeze().remove(index),
                    model.remove(index as usize).is_some(),
                    "remove: {context}"
                );
            }
            15 => {
                let side = random.side();
                let limit = random.below(4);
                let parity = random.below(2) as usize;
                let removed = list
                    .freeze()
                    .remove_matching(side, limit, |message| message.len() % 2 == parity);
                let mut expected = 0;
                let mut at: isize = if side == Side::Left {
                    0
                } else {
                    model.len() as isize - 1
                };
                while expected < limit && at >= 0 && (at as usize) < model.len() {
                    if model[at as usize].len() % 2 == parity {
                        model.remove(at as usize);
                        expected += 1;
                        if side == Side::Right {
                            at -= 1;
                        }
                    } else {
                        at += if side == Side::Left { 1 } else { -1 };
                    }
                }
                assert_eq!(
                    removed, expected,
                    "remove_matching {side:?} {limit}: {context}"
                );
            }
            16 if random.below(6) == 0 => {
                let start = random.below(model.len() as u64 + 2);
                let end = random.below(model.len() as u64 + 2);
                list.freeze().truncate_to(start, end);
                let kept: VecDeque<_> = model
                    .iter()
                    .take(end as usize)
                    .skip(start as usize)
                    .cloned()
                    .collect();
                model = kept;
            }
            17 if random.below(6) == 0 => {
                let other: SegmentList<()> = SegmentList::new();
                other.push(random.side(), b"dropped").unwrap();
                let contents = list.freeze().take_all();
                assert_eq!(contents.len(), model.len() as u64, "{context}");
                assert!(list.is_empty(), "{context}");
                other.freeze().put_all(contents);
                list.push(random.side(), b"dropped too").unwrap();
                let contents = other.freeze().take_all();
                list.freeze().put_all(contents);
            }
            18 => {
                let mut alone = list.freeze();
                alone.release_memory();
                let from = random.side();
                if let Some(message) = alone.pop(from) {
                    alone.push(from.opposite(), &message);
                    let moved = model_pop(&mut model, from).unwrap();
                    model_push(&mut model, from.opposite(), moved);
                }
            }
            _ => {
                let (side, message) = (random.side(), random.message());
                let side = if random.below(4) == 0 {
                    side
                } else {
                    Side::Left
                };
                let len = list.push(side, &message).unwrap();
                model_push(&mut model, side, message);
                assert_eq!(len, model.len() as u64, "push {side:?}: {context}");
            }
        }
        assert_eq!(list.len(), model.len() as u64, "{context}");
        assert_eq!(list.is_empty(), model.is_empty(), "{context}");
        if step % 16 == 0 {
            let alone = list.freeze();
            assert!(
                alone.iter().eq(model.iter().map(Vec::as_slice)),
                "{context}"
            );
            assert!(
                alone.iter().rev().eq(model.iter().rev().map(Vec::as_slice)),
                "{context}"
            );
            let index = random.below(model.len() as u64 + 1);
            assert_eq!(
                alone.get(index),
                model.get(index as usize).map(Vec::as_slice),
                "{context}"
            );
        }
    }
}

#[test]
fn short_lists() {
    for seed in 0..300 {
        run(seed, 400, 0);
    }
}

#[test]
fn long_lists() {
    for seed in 1000..1020 {
        run(seed, 4000, 30);
    }
}
