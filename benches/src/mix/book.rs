//! What a consumer keeps of its messages: one bit for each, and for each producer and key which
//! comes next.

use super::stamp::{STAMP_BYTES, Stamp, filling};
use crate::fault::Fault;
use crate::message::Header;

/// A message that was delivered.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// What stood at its front.
    pub stamp: Stamp,
}

/// What is promised, and how closely one looks.
#[derive(Debug, Clone, Copy)]
pub struct Promise {
    /// Threads that produce.
    pub producers: usize,
    /// Keys that they send to.
    pub keys: usize,
    /// Messages of one producer, at most.
    pub messages_max: u64,
    /// A consumer sees what a producer sent to a key in that order.
    pub ordered: bool,
    /// Every byte is looked at, not only the first and the last.
    pub thorough: bool,
}

/// One consumer's book.
#[derive(Debug)]
pub struct Book {
    promise: Promise,
    /// By producer, a bit for each message that was done.
    done: Vec<Vec<u64>>,
    /// By producer and key, the smallest number that may come next.
    next: Vec<u64>,
    twice: u64,
    first_twice: Option<Header>,
    fault: Option<Fault>,
}

impl Book {
    /// An empty book.
    #[must_use]
    pub fn new(promise: Promise) -> Self {
        Self {
            promise,
            done: vec![Vec::new(); promise.producers],
            next: vec![0; promise.producers * promise.keys],
            twice: 0,
            first_twice: None,
            fault: None,
        }
    }

    /// Looks at a message as it is delivered from a key; none when it is damaged.
    #[inline]
    pub fn inspect(&mut self, key: usize, message: &[u8]) -> Option<Seen> {
        let stamp = Stamp::read(message);
        let whole = stamp.filter(|stamp| {
            let filling = filling(stamp.header);
            let rest = &message[STAMP_BYTES..];
            usize::from(stamp.header.producer()) < self.promise.producers
                && stamp.header.sequence() < self.promise.messages_max
                && stamp.key as usize == key
                && stamp.bytes as usize == message.len()
                && rest.last().is_none_or(|last| *last == filling)
                && (!self.promise.thorough || rest.iter().all(|byte| *byte == filling))
        });
        let Some(stamp) = whole else {
            let header = Header::read(message);
            let (producer, sequence) = (header.producer(), header.sequence());
            self.fault
                .get_or_insert(Fault::Damaged { producer, sequence });
            return None;
        };
        if self.promise.ordered {
            let (producer, sequence) = (stamp.header.producer(), stamp.header.sequence());
            let next = &mut self.next[usize::from(producer) * self.promise.keys + key];
            if sequence < *next {
                let earlier = *next - 1;
                self.fault.get_or_insert(Fault::Reordered {
                    producer,
                    earlier,
                    later: sequence,
                });
            }
            *next = sequence + 1;
        }
        Some(Seen { stamp })
    }

    /// Notes that a message was done.
    #[inline]
    pub fn note(&mut self, seen: Seen) {
        let header = seen.stamp.header;
        let done = &mut self.done[usize::from(header.producer())];
        let sequence = header.sequence();
        // `inspect` has limited it.
        let word = usize::try_from(sequence / 64).unwrap_or(usize::MAX);
        if word >= done.len() {
            done.resize(word + 1, 0);
        }
        let bit = 1 << (sequence % 64);
        if done[word] & bit != 0 {
            self.twice += 1;
            self.first_twice.get_or_insert(header);
        }
        done[word] |= bit;
    }

    /// Judges the books of a group, given how many messages each producer sent. Returns how many
    /// were done more than once.
    ///
    /// # Errors
    /// What is wrong. More than once is wrong when it was promised not to be.
    pub fn judge(
        books: impl IntoIterator<Item = Self>,
        sent: &[u64],
        once: bool,
    ) -> Result<u64, Fault> {
        let mut all: Vec<Vec<u64>> = vec![Vec::new(); sent.len()];
        let (mut twice, mut first_twice) = (0, None);
        for book in books {
            if let Some(fault) = book.fault {
                return Err(fault);
            }
            twice += book.twice;
            first_twice = first_twice.or(book.first_twice);
            for (producer, (all, done)) in (0_u16..).zip(all.iter_mut().zip(book.done)) {
                all.resize(all.len().max(done.len()), 0);
                for (word, (all, done)) in (0_u64..).zip(all.iter_mut().zip(done)) {
                    let both = *all & done;
                    if both != 0 {
                        twice += u64::from(both.count_ones());
                        let sequence = word * 64 + u64::from(both.trailing_zeros());
                        first_twice.get_or_insert(Header::new(producer, sequence));
                    }
                    *all |= done;
                }
            }
        }
        let bits = |words: &Vec<u64>| -> u64 {
            words.iter().map(|word| u64::from(word.count_ones())).sum()
        };
        let found: u64 = all.iter().map(bits).sum();
        let pushed: u64 = sent.iter().sum();
        for (producer, (words, sent)) in (0_u16..).zip(all.iter().zip(sent)) {
            let highest = words
                .iter()
                .rposition(|word| *word != 0)
                .map(|word| word as u64 * 64 + 63 - u64::from(words[word].leading_zeros()));
            if let Some(sequence) = highest.filter(|highest| highest >= sent) {
                return Err(Fault::Damaged { producer, sequence });
            }
        }
        if found < pushed {
            return Err(Fault::Lost {
                pushed,
                popped: found,
            });
        }
        match first_twice.filter(|_| once) {
            Some(header) => Err(Fault::Duplicated {
                producer: header.producer(),
                sequence: header.sequence(),
            }),
            None => Ok(twice),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Book, Promise, Stamp, filling};
    use crate::fault::Fault;
    use crate::message::Header;

    const PROMISE: Promise = Promise {
        producers: 2,
        keys: 2,
        messages_max: 1_000,
        ordered: true,
        thorough: true,
    };

    fn message(producer: u16, sequence: u64, key: u32) -> [u8; 40] {
        let header = Header::new(producer, sequence);
        let mut message = [filling(header); 40];
        let (due_ns, pushed_ns, bytes) = (0, 0, 40);
        Stamp {
            header,
            due_ns,
            pushed_ns,
            key,
            bytes,
        }
        .write(&mut message);
        message
    }

    fn book(messages: &[(u16, u64, u32)]) -> Book {
        let mut book = Book::new(PROMISE);
        for &(producer, sequence, key) in messages {
            let message = message(producer, sequence, key);
            if let Some(seen) = book.inspect(key as usize, &message) {
                book.note(seen);
            }
        }
        book
    }

    #[test]
    fn accepts_what_is_promised() {
        let books = || {
            [
                book(&[(0, 0, 0), (0, 2, 1), (0, 1, 0)]),
                book(&[(1, 0, 0), (0, 70, 0)]),
            ]
        };
        let lost = Err(Fault::Lost {
            pushed: 72,
            popped: 5,
        });
        assert_eq!(Book::judge(books(), &[71, 1], true), lost);
        let all = || [book(&[(0, 0, 0), (0, 2, 1)]), book(&[(0, 1, 0), (1, 0, 1)])];
        assert_eq!(Book::judge(all(), &[3, 1], true), Ok(0));
    }

    #[test]
    fn counts_what_comes_twice() {
        let within = || [book(&[(0, 0, 0), (0, 1, 0), (0, 1, 1)])];
        let across = || [book(&[(0, 0, 0), (0, 1, 0)]), book(&[(0, 1, 0)])];
        let twice = Err(Fault::Duplicated {
            producer: 0,
            sequence: 1,
        });
        assert_eq!(Book::judge(within(), &[2, 0], true), twice.clone());
        assert_eq!(Book::judge(across(), &[2, 0], true), twice);
        assert_eq!(Book::judge(within(), &[2, 0], false), Ok(1));
        assert_eq!(Book::judge(across(), &[2, 0], false), Ok(1));
    }

    #[test]
    fn finds_a_reordered_pair() {
        let reordered = Err(Fault::Reordered {
            producer: 0,
            earlier: 1,
            later: 0,
        });
        assert_eq!(
            Book::judge([book(&[(0, 1, 0), (0, 0, 0)])], &[2, 0], true),
            reordered
        );
    }

    #[test]
    fn finds_damage() {
        let damaged = |sequence| {
            Err(Fault::Damaged {
                producer: 0,
                sequence,
            })
        };
        let judge = |key: usize, message: &[u8]| {
            let mut book = Book::new(PROMISE);
            assert!(book.inspect(key, message).is_none(), "it is damaged");
            Book::judge([book], &[5, 0], true)
        };
        let mut changed = message(0, 4, 1);
        changed[35] ^= 1;
        assert_eq!(judge(1, &changed), damaged(4));
        assert_eq!(judge(0, &message(0, 4, 1)), damaged(4), "from another key");
        assert_eq!(judge(1, &message(0, 4, 1)[..39]), damaged(4), "cut off");
        assert_eq!(
            judge(1, &message(0, 1_000, 1)),
            damaged(1_000),
            "never sent"
        );
        assert_eq!(Book::judge([book(&[(0, 7, 0)])], &[5, 0], true), damaged(7));
    }
}
