//! Random steps on an engine.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;

use forebay::value::{SetExpiry, SetOptions};
use forebay::{
    Blocking, Bytes, Clock, Engine, Error, ExpireCondition, How, Order, Position, Result, Side,
    Transaction,
};

use crate::random::Random;
use crate::streams::StreamSteps;

const KEYS: [&str; 6] = [
    "a",
    "b",
    "c",
    "long name of a key that is not inline",
    "e",
    "s",
];

/// What steps need beside an engine.
pub(crate) struct Steps {
    pub(crate) random: Random,
    pub(crate) clock: Clock,
    /// Consumers that wait, or were served and have not looked.
    waiting: Vec<Blocking<Bytes>>,
    streams: StreamSteps,
    next: u64,
}

impl Steps {
    pub(crate) fn new(random: Random, clock: Clock) -> Self {
        Self {
            random,
            clock,
            waiting: Vec::new(),
            streams: StreamSteps::default(),
            next: 0,
        }
    }

    /// To be called when the engine has ended.
    pub(crate) fn forget(&mut self) {
        self.waiting.clear();
        self.streams.waiting.clear();
    }

    fn key(&mut self) -> &'static str {
        let at = self.random.below(KEYS.len() as u64);
        KEYS[usize::try_from(at).expect("small")]
    }

    fn side(&mut self) -> Side {
        if self.random.one_in(2) {
            Side::Left
        } else {
            Side::Right
        }
    }

    /// A new element; some are long, some are there again and again.
    fn element(&mut self) -> String {
        self.next += 1;
        match self.random.below(20) {
            0 => format!("{}-{}", self.next, "x".repeat(1_500)),
            1..=4 => "again".to_owned(),
            _ => self.next.to_string(),
        }
    }

    fn elements(&mut self) -> Vec<String> {
        (0..=self.random.below(4)).map(|_| self.element()).collect()
    }

    fn index(&mut self) -> i64 {
        i64::try_from(self.random.below(9)).expect("small") - 4
    }

    fn how(&mut self) -> How {
        let (n, order) = (
            1 + self.random.below(3),
            if self.random.one_in(2) {
                Order::Bulk
            } else {
                Order::OneByOne
            },
        );
        match self.random.below(3) {
            0 => How::One,
            1 => How::Count { n, order },
            _ => How::Exactly { n, order },
        }
    }

    /// One step. Refusals are a part of life.
    pub(crate) fn step(&mut self, engine: &Engine) -> Result<()> {
        if self.random.one_in(2) {
            return self.streams.step(engine, &mut self.random);
        }
        match self.random.below(100) {
            0..=24 => self.push(engine),
            25..=39 => self.pop(engine),
            40..=49 => self.edit(engine),
            50..=59 => self.carry(engine),
            60..=69 => self.key_step(engine),
            70..=74 => self.transaction(engine),
            75..=79 => self.value(engine),
            80..=94 => {
                self.wait(engine);
                Ok(())
            }
            _ => {
                let ms = self.random.below(40);
                self.clock.advance(Duration::from_millis(ms));
                engine.maintain();
                Ok(())
            }
        }
    }

    fn push(&mut self, engine: &Engine) -> Result<()> {
        let (key, elements) = (self.key(), self.elements());
        match self.random.below(6) {
            0 => engine.lpushx(key, &elements),
            1 => engine.rpushx(key, &elements),
            2 | 3 => engine.lpush(key, &elements),
            _ => engine.rpush(key, &elements),
        }
        .map(drop)
    }

    fn pop(&mut self, engine: &Engine) -> Result<()> {
        let (key, count) = (self.key(), self.random.below(4));
        match self.random.below(6) {
            0 => engine.lpop(key).map(drop),
            1 => engine.rpop(key).map(drop),
            2 => engine.lpop_count(key, count).map(drop),
            3 => engine.rpop_count(key, count).map(drop),
            4 => engine.lpop_each(key, 3, |_| ()).map(drop),
            _ => {
                let (keys, side) = ([key, self.key()], self.side());
                engine.lmpop(&keys, side, count + 1).map(drop)
            }
        }
    }

    /// Strings and sets, of keys that may hold anything.
    fn value(&mut self, engine: &Engine) -> Result<()> {
        // Mostly of keys that hold nothing else.
        let key = match self.random.below(4) {
            0 => self.key(),
            1 => "string",
            _ => "set",
        };
        let elements = self.elements();
        match self.random.below(12) {
            0 => engine.set(key, &elements[0]),
            1 => {
                let expiry = SetExpiry::In(Duration::from_millis(self.random.below(60)));
                let options = SetOptions {
                    expiry,
                    ..SetOptions::default()
                };
                engine.set_with(key, &elements[0], options).map(drop)
            }
            2 | 3 => engine.incrby(key, self.index()).map(drop),
            4..=8 => engine.sadd(key, &elements).map(drop),
            _ => engine.srem(key, &["again".to_owned()]).map(drop),
        }
    }

    fn edit(&mut self, engine: &Engine) -> Result<()> {
        let (key, index, element) = (self.key(), self.index(), self.element());
        match self.random.below(4) {
            0 => engine.lset(key, index, element),
            1 => engine
                .linsert(key, Position::After, "again", element)
                .map(drop),
            2 => engine.lrem(key, index, "again").map(drop),
            _ => engine.ltrim(key, 0, index),
        }
    }

    fn carry(&mut self, engine: &Engine) -> Result<()> {
        let (from, to) = (self.key(), self.key());
        let (out, into, how) = (self.side(), self.side(), self.how());
        match self.random.below(5) {
            0 | 1 => engine.lmove(from, to, out, into).map(drop),
            2 => engine.lmovem(from, to, out, into, how).map(drop),
            3 => engine.rename(from, to),
            _ => engine.copy(from, to, true).map(drop),
        }
    }

    fn key_step(&mut self, engine: &Engine) -> Result<()> {
        let (key, other) = (self.key(), self.key());
        let ms = i64::try_from(self.random.below(90)).expect("small") - 5;
        match self.random.below(12) {
            0..=5 => engine.pexpire(key, ms, ExpireCondition::Always).map(drop),
            6 => engine.persist(key).map(drop),
            7 => engine.del(&[key, other]).map(drop),
            8 => engine.renamenx(key, other).map(drop),
            9 => engine.copy(key, other, false).map(drop),
            10 if self.random.one_in(4) => engine.flushall(),
            _ => engine.llen(key).map(drop),
        }
    }

    fn transaction(&mut self, engine: &Engine) -> Result<()> {
        let keys = [self.key(), self.key(), self.key()];
        let count = self.random.below(6);
        engine.transaction(&keys, |tx| {
            for _ in 0..count {
                // One that is refused has no effect, and the others have theirs.
                let _ = self.in_transaction(tx, keys);
            }
        })
    }

    fn in_transaction(&mut self, tx: &mut Transaction<'_>, keys: [&str; 3]) -> Result<()> {
        let at = usize::try_from(self.random.below(3)).expect("small");
        let (key, other) = (keys[at], keys[(at + 1) % 3]);
        let (side, element) = (self.side(), self.element());
        match self.random.below(10) {
            0 | 1 => tx.lpush(key, [element]).map(drop),
            2 | 3 => tx.rpush(key, [element]).map(drop),
            4 => tx.lpop(key).map(drop),
            5 => tx.lmove(key, other, side, Side::Left).map(drop),
            6 => tx.rename(key, other),
            7 => tx.copy(key, other, true).map(drop),
            8 if self.random.one_in(2) => tx.xadd(key, [("field", element)]).map(drop),
            8 => tx.del(&[key]).map(drop),
            _ => tx.pexpire(key, 50, ExpireCondition::Always).map(drop),
        }
    }

    /// Consumers come, look and go.
    fn wait(&mut self, engine: &Engine) {
        if self.waiting.len() < 4 && self.random.one_in(2) {
            let (key, other) = (self.key(), self.key());
            let mut call = if self.random.one_in(3) {
                engine.blmove_async(key, other, Side::Left, Side::Right, 0.0)
            } else {
                engine.list(key).expect("it is open").brpop_async(0.0)
            };
            if poll(&mut call).is_pending() {
                self.waiting.push(call);
            }
        } else if !self.waiting.is_empty() {
            let at = self.random.below(self.waiting.len() as u64);
            let mut call = self
                .waiting
                .swap_remove(usize::try_from(at).expect("small"));
            // What it got goes back if it is not taken.
            if self.random.one_in(2) && poll(&mut call).is_pending() {
                self.waiting.push(call);
            }
        }
    }
}

/// Looks once, as a task that nobody has to wake.
pub(crate) fn poll<T>(call: &mut Blocking<T>) -> Poll<Result<Option<T>>> {
    Pin::new(call).poll(&mut Context::from_waker(Waker::noop()))
}

/// Whether a step was refused for a reason that has to do with its arguments, or the size of the
/// log.
pub(crate) fn is_harmless(error: &Error) -> bool {
    !matches!(
        error,
        Error::Poisoned { .. } | Error::Indeterminate { .. } | Error::Closed
    )
}
