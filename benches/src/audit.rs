//! The proof that every message came through exactly once, whole and in order.
//!
//! A driver is generic over its [`Audit`]: [`Ledger`] writes down every message and is what an
//! engine must pass before it is timed; [`Tally`] adds the headers up, which costs next to nothing,
//! and stays on in the timed runs.

use std::collections::HashMap;

use crate::fault::Fault;
use crate::message::{Header, PAYLOAD_BYTES_MIN};

/// What one consumer keeps of the messages it receives.
pub trait Audit: Default + Send {
    /// Writes a message into the producer's buffer.
    fn write(message: &mut [u8], header: Header);

    /// Takes note of a message that came out.
    fn read(&mut self, message: &[u8]);

    /// Judges what all consumers received from one queue, given how many each producer pushed.
    ///
    /// # Errors
    /// What is wrong, if anything is.
    fn verdict(consumers: Vec<Self>, pushed: &[u64]) -> Result<(), Fault> {
        Self::verdict_by_queue(consumers, pushed, &|_| 0)
    }

    /// Judges what all consumers received from several queues: order holds within each of them.
    ///
    /// # Errors
    /// What is wrong, if anything is.
    fn verdict_by_queue(
        consumers: Vec<Self>,
        pushed: &[u64],
        queue_of: &dyn Fn(Header) -> usize,
    ) -> Result<(), Fault>;
}

/// Counts messages and adds their headers up.
#[derive(Debug, Default, Clone, Copy)]
pub struct Tally {
    count: u64,
    sum: u64,
}

impl Audit for Tally {
    #[inline]
    fn write(message: &mut [u8], header: Header) {
        header.write(message);
    }

    #[inline]
    fn read(&mut self, message: &[u8]) {
        self.count += 1;
        self.sum = self.sum.wrapping_add(Header::read(message).word());
    }

    fn verdict_by_queue(
        consumers: Vec<Self>,
        pushed: &[u64],
        _: &dyn Fn(Header) -> usize,
    ) -> Result<(), Fault> {
        let total: u64 = pushed.iter().sum();
        let popped: u64 = consumers.iter().map(|tally| tally.count).sum();
        if popped < total {
            return Err(Fault::Lost {
                pushed: total,
                popped,
            });
        }
        let sum = consumers
            .iter()
            .fold(0_u64, |sum, tally| sum.wrapping_add(tally.sum));
        if popped == total && sum == sum_of_headers(pushed) {
            Ok(())
        } else {
            Err(Fault::Miscounted)
        }
    }
}

fn sum_of_headers(pushed: &[u64]) -> u64 {
    (0_u16..)
        .zip(pushed)
        .fold(0_u64, |sum, (producer, &count)| {
            let first = Header::new(producer, 0).word();
            // 0 + 1 + ... + (count - 1); `count` has at most 48 bits, so the product needs 128.
            let sequences = u128::from(count) * u128::from(count.saturating_sub(1)) / 2;
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the sum is taken modulo 2^64"
            )]
            let sequences = sequences as u64;
            sum.wrapping_add(first.wrapping_mul(count))
                .wrapping_add(sequences)
        })
}

/// Writes down every message in the order in which it came.
#[derive(Debug, Default)]
pub struct Ledger {
    received: Vec<Header>,
    damaged: Option<Header>,
}

/// Every byte after the header depends on the header, so that mixed messages show.
fn filling(header: Header) -> u8 {
    header
        .word()
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .to_be_bytes()[0]
}

impl Audit for Ledger {
    fn write(message: &mut [u8], header: Header) {
        header.write(message);
        message[PAYLOAD_BYTES_MIN..].fill(filling(header));
    }

    fn read(&mut self, message: &[u8]) {
        let header = Header::read(message);
        let filling = filling(header);
        let whole = message.len() >= PAYLOAD_BYTES_MIN
            && message[PAYLOAD_BYTES_MIN..]
                .iter()
                .all(|&byte| byte == filling);
        if !whole {
            self.damaged.get_or_insert(header);
        }
        self.received.push(header);
    }

    fn verdict_by_queue(
        consumers: Vec<Self>,
        pushed: &[u64],
        queue_of: &dyn Fn(Header) -> usize,
    ) -> Result<(), Fault> {
        if let Some(header) = consumers.iter().find_map(|ledger| ledger.damaged) {
            return Err(damaged(header));
        }
        let mut seen: Vec<Vec<bool>> = pushed
            .iter()
            .map(|&count| vec![false; usize::try_from(count).unwrap_or(0)])
            .collect();
        let mut popped = 0;
        for ledger in &consumers {
            // Each consumer must see every producer's messages rise, queue by queue.
            let mut rising: HashMap<(u16, usize), u64> = HashMap::new();
            for &header in &ledger.received {
                let (producer, sequence) = (header.producer(), header.sequence());
                let index = usize::from(producer);
                let slot = usize::try_from(sequence).ok();
                let Some(seen) =
                    slot.and_then(|slot| seen.get_mut(index).and_then(|all| all.get_mut(slot)))
                else {
                    return Err(damaged(header));
                };
                if core::mem::replace(seen, true) {
                    return Err(Fault::Duplicated { producer, sequence });
                }
                let next = rising.entry((producer, queue_of(header))).or_default();
                if sequence < *next {
                    let earlier = *next - 1;
                    return Err(Fault::Reordered {
                        producer,
                        earlier,
                        later: sequence,
                    });
                }
                *next = sequence + 1;
                popped += 1;
            }
        }
        let pushed = pushed.iter().sum();
        if popped == pushed {
            Ok(())
        } else {
            Err(Fault::Lost { pushed, popped })
        }
    }
}

fn damaged(header: Header) -> Fault {
    Fault::Damaged {
        producer: header.producer(),
        sequence: header.sequence(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Audit, Ledger, Tally};
    use crate::fault::Fault;
    use crate::message::Header;

    /// Delivers the given (producer, sequence) pairs to each consumer.
    fn received<A: Audit>(consumers: &[&[(u16, u64)]]) -> Vec<A> {
        let deliver = |messages: &&[(u16, u64)]| {
            let mut audit = A::default();
            for &(producer, sequence) in *messages {
                let mut message = [0; 24];
                A::write(&mut message, Header::new(producer, sequence));
                audit.read(&message);
            }
            audit
        };
        consumers.iter().map(deliver).collect()
    }

    #[test]
    fn accepts_interleaved_producers() {
        let consumers: &[&[_]] = &[&[(0, 0), (1, 0), (0, 2)], &[(1, 1), (0, 1)]];
        assert_eq!(Ledger::verdict(received(consumers), &[3, 2]), Ok(()));
        assert_eq!(Tally::verdict(received(consumers), &[3, 2]), Ok(()));
    }

    #[test]
    fn finds_a_lost_message() {
        let lost = Err(Fault::Lost {
            pushed: 3,
            popped: 2,
        });
        assert_eq!(Ledger::verdict(received(&[&[(0, 0), (0, 2)]]), &[3]), lost);
        assert_eq!(Tally::verdict(received(&[&[(0, 0), (0, 2)]]), &[3]), lost);
    }

    #[test]
    fn finds_a_duplicate() {
        let twice: &[&[_]] = &[&[(0, 0), (0, 1)], &[(0, 1)]];
        let duplicated = Err(Fault::Duplicated {
            producer: 0,
            sequence: 1,
        });
        assert_eq!(Ledger::verdict(received(twice), &[3]), duplicated);
        assert_eq!(
            Tally::verdict(received(twice), &[3]),
            Err(Fault::Miscounted)
        );
    }

    #[test]
    fn finds_a_reordered_pair() {
        let swapped: &[&[_]] = &[&[(0, 1), (0, 0)]];
        let reordered = Err(Fault::Reordered {
            producer: 0,
            earlier: 1,
            later: 0,
        });
        assert_eq!(Ledger::verdict(received(swapped), &[2]), reordered);
    }

    #[test]
    fn order_holds_within_each_queue() {
        let judge = |queue_of: &dyn Fn(Header) -> usize| {
            let crossed: &[&[_]] = &[&[(0, 1), (0, 0), (0, 3), (0, 2)]];
            Ledger::verdict_by_queue(received(crossed), &[4], queue_of)
        };
        let by_parity = |header: Header| usize::from(header.sequence().is_multiple_of(2));
        assert_eq!(judge(&by_parity), Ok(()));
        assert!(matches!(judge(&|_| 0), Err(Fault::Reordered { .. })));
    }

    #[test]
    fn finds_damage() {
        let mut message = [0; 24];
        Ledger::write(&mut message, Header::new(0, 0));
        message[20] ^= 1;
        let mut ledger = Ledger::default();
        ledger.read(&message);
        let damaged = Err(Fault::Damaged {
            producer: 0,
            sequence: 0,
        });
        assert_eq!(Ledger::verdict(vec![ledger], &[1]), damaged);
        let stranger = received::<Ledger>(&[&[(7, 9)]]);
        let damaged = Err(Fault::Damaged {
            producer: 7,
            sequence: 9,
        });
        assert_eq!(Ledger::verdict(stranger, &[1]), damaged);
    }
}
