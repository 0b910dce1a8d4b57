//! What a program does on an engine whose medium may fail, and what must be found afterwards.

use std::collections::BTreeSet;
use std::sync::Arc;

use forebay::{Config, Engine, Error};
use forebay_wal::Storage;

/// How many messages are pushed in a life.
pub(crate) const MESSAGES: u64 = 14;
/// Messages that take a segment in four.
const LARGE_BYTES: usize = 15_000;

pub(crate) fn config(storage: Arc<dyn Storage>) -> Config {
    Config::on_storage(storage)
        .log_bytes_max(512 << 10)
        .shards(1)
        .workers(1)
}

/// What one call has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// The message is in the list, for good.
    Pushed(u64),
    /// It may be.
    Doubtful(u64),
    /// It is not.
    Refused(u64),
    /// It was taken from the list, for good.
    Popped(u64),
    /// What was first may have been taken.
    PopDoubtful,
}

fn message(number: u64) -> String {
    if number % 2 == 1 {
        format!("{number} {}", "x".repeat(LARGE_BYTES))
    } else {
        number.to_string()
    }
}

fn number(message: &[u8]) -> u64 {
    let digits = message.split(|byte| *byte == b' ').next();
    let digits = str::from_utf8(digits.unwrap_or_default()).expect("text");
    digits.parse().expect("a number")
}

/// Opens the engine and works on it, with messages from `first` on, until the end or until nothing is taken any more. That it
/// could not be opened is an error of the medium, which may be tried again.
pub(crate) fn live(storage: Arc<dyn Storage>, first: u64, mut tell: impl FnMut(Event)) {
    let engine = match Engine::open(config(storage)) {
        Ok(engine) => engine,
        Err(Error::LogUnavailable { .. }) => return,
        Err(error) => panic!("opening: {error:?}"),
    };
    for n in first..first + MESSAGES {
        tell(match engine.rpush("mq", [message(n)]) {
            Ok(_) => Event::Pushed(n),
            Err(Error::Indeterminate { .. }) => Event::Doubtful(n),
            Err(Error::Poisoned { .. } | Error::LogFull) => Event::Refused(n),
            Err(error) => panic!("push {n}: {error:?}"),
        });
        if n % 3 == 2 {
            match engine.lpop("mq") {
                Ok(Some(popped)) => tell(Event::Popped(number(&popped))),
                Ok(None) | Err(Error::Poisoned { .. }) => {}
                Err(Error::Indeterminate { .. }) => tell(Event::PopDoubtful),
                Err(error) => panic!("pop after {n}: {error:?}"),
            }
        }
        if n == first + 6 {
            let taken = engine.checkpoint();
            let is_medium = |error: &Error| {
                matches!(
                    error,
                    Error::LogUnavailable { .. }
                        | Error::Indeterminate { .. }
                        | Error::Poisoned { .. }
                )
            };
            assert!(
                taken.as_ref().err().is_none_or(is_medium),
                "checkpoint: {taken:?}"
            );
        }
        // Whatever has failed, reads go on.
        assert!(engine.llen("mq").is_ok(), "a read after {n}");
    }
    engine.close();
}

/// What must be found after some calls.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    pushed: BTreeSet<u64>,
    doubtful: BTreeSet<u64>,
    popped: BTreeSet<u64>,
    doubtful_pops: usize,
}

impl Ledger {
    pub(crate) fn note(&mut self, event: Event) {
        match event {
            Event::Pushed(n) => drop(self.pushed.insert(n)),
            Event::Doubtful(n) => drop(self.doubtful.insert(n)),
            Event::Refused(_) => {}
            Event::Popped(n) => drop(self.popped.insert(n)),
            Event::PopDoubtful => self.doubtful_pops += 1,
        }
    }

    /// How many calls were acknowledged.
    pub(crate) fn acknowledged(&self) -> usize {
        self.pushed.len() + self.popped.len()
    }

    /// Opens the store on a medium that does not fail.
    pub(crate) fn judge(&self, storage: Arc<dyn Storage>, case: &str) {
        let engine = Engine::open(config(storage));
        let engine = engine.unwrap_or_else(|error| panic!("{case}: {error}"));
        let found = engine.lrange("mq", 0, -1).expect("a list");
        let found: Vec<u64> = found.iter().map(|message| number(message)).collect();
        assert!(found.is_sorted(), "{case}: {found:?}");
        let missing = self.pushed.difference(&self.popped);
        let missing: Vec<_> = missing.filter(|n| !found.contains(n)).collect();
        assert!(
            missing.len() <= self.doubtful_pops,
            "{case}: {missing:?} of {self:?}"
        );
        for n in &found {
            let may_be = self.pushed.contains(n) || self.doubtful.contains(n);
            assert!(
                may_be && !self.popped.contains(n),
                "{case}: {n} of {self:?}"
            );
        }
        // It goes on, for those who come now.
        let more = engine.rpush("mq", [message(1_000)]);
        assert!(more.is_ok(), "{case}: {more:?}");
        engine.close();
    }
}
