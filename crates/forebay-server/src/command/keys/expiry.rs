//! When keys expire.

use forebay::{Error, ExpireCondition, Transaction};

use super::Command;
use crate::command::arguments::{integer, is};
use crate::command::{Command as AnyCommand, Context, Refusal, Store, on};

/// A command on the expiry of a key.
#[derive(Debug)]
pub(crate) struct Expiry<'a> {
    pub(super) key: &'a [u8],
    what: What,
}

#[derive(Debug)]
enum What {
    Expire {
        clock: Clock,
        value: i64,
        condition: ExpireCondition,
        /// XX beside LT, which alone allows keys without an expiry.
        only_if_set: bool,
    },
    Remaining(Clock),
    Persist,
}

/// What a time is counted in, and from when on.
#[derive(Clone, Copy, Debug)]
pub(super) enum Clock {
    Seconds,
    Ms,
    UnixSeconds,
    UnixMs,
}

pub(super) fn expire<'a>(words: &'a [&'a [u8]], clock: Clock) -> Result<AnyCommand<'a>, Refusal> {
    let (mut nx, mut xx, mut gt, mut lt) = (false, false, false, false);
    for option in &words[3..] {
        let flag = if is(option, "NX") {
            &mut nx
        } else if is(option, "XX") {
            &mut xx
        } else if is(option, "GT") {
            &mut gt
        } else if is(option, "LT") {
            &mut lt
        } else {
            let option = String::from_utf8_lossy(option);
            return Err(format!("ERR Unsupported option {option}").into());
        };
        *flag = true;
    }
    if nx && (xx || gt || lt) {
        return Err(Refusal::new(
            "ERR NX and XX, GT or LT options at the same time are not compatible",
        ));
    }
    if gt && lt {
        return Err(Refusal::new(
            "ERR GT and LT options at the same time are not compatible",
        ));
    }
    let value = integer(words[2])?;
    let condition = match (nx, xx, gt, lt) {
        (true, ..) => ExpireCondition::Nx,
        (_, _, true, _) => ExpireCondition::Gt,
        (_, _, _, true) => ExpireCondition::Lt,
        (_, true, ..) => ExpireCondition::Xx,
        _ => ExpireCondition::Always,
    };
    let what = What::Expire {
        clock,
        value,
        condition,
        only_if_set: xx && lt,
    };
    let key = words[1];
    Ok(Command::Expiry(Expiry { key, what }).into())
}

#[expect(clippy::unnecessary_wraps, reason = "it is a parser like the others")]
pub(super) fn remaining<'a>(
    words: &'a [&'a [u8]],
    clock: Clock,
) -> Result<AnyCommand<'a>, Refusal> {
    let key = words[1];
    let what = What::Remaining(clock);
    Ok(Command::Expiry(Expiry { key, what }).into())
}

#[expect(clippy::unnecessary_wraps, reason = "it is a parser like the others")]
pub(super) fn persist<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let key = words[1];
    let what = What::Persist;
    Ok(Command::Expiry(Expiry { key, what }).into())
}

impl Expiry<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        let (key, now_ms) = (self.key, context.server.now_ms());
        let (store, mut reply) = context.parts();
        let value = match self.what {
            What::Expire {
                clock,
                value,
                condition,
                only_if_set,
            } => {
                let is_set = if only_if_set {
                    store.atomically(&[key], |tx| {
                        clock.check(value, now_ms)?;
                        Ok(tx.pttl(key)? >= 0 && clock.expire(tx, key, value, condition)?)
                    })
                } else {
                    match store {
                        Store::Engine(engine) => match clock {
                            Clock::Seconds => engine.expire(key, value, condition),
                            Clock::Ms => engine.pexpire(key, value, condition),
                            Clock::UnixSeconds => engine.expireat(key, value, condition),
                            Clock::UnixMs => engine.pexpireat(key, value, condition),
                        },
                        Store::Transaction(tx) => clock.expire(tx, key, value, condition),
                    }
                };
                i64::from(is_set.map_err(|error| clock.refuse(error))?)
            }
            What::Remaining(clock) => match clock {
                Clock::Seconds => on!(store, ttl(key)),
                Clock::Ms => on!(store, pttl(key)),
                Clock::UnixSeconds => on!(store, expiretime(key)),
                Clock::UnixMs => on!(store, pexpiretime(key)),
            }?,
            What::Persist => i64::from(on!(store, persist(key))?),
        };
        reply.integer(value);
        Ok(())
    }
}

impl Clock {
    fn expire(
        self,
        transaction: &mut Transaction<'_>,
        key: &[u8],
        value: i64,
        condition: ExpireCondition,
    ) -> forebay::Result<bool> {
        match self {
            Self::Seconds => transaction.expire(key, value, condition),
            Self::Ms => transaction.pexpire(key, value, condition),
            Self::UnixSeconds => transaction.expireat(key, value, condition),
            Self::UnixMs => transaction.pexpireat(key, value, condition),
        }
    }

    /// Refuses a time that does not fit.
    fn check(self, value: i64, now_ms: i64) -> forebay::Result<()> {
        let ms = match self {
            Self::Seconds | Self::UnixSeconds => value.checked_mul(1000),
            Self::Ms | Self::UnixMs => Some(value),
        };
        let at_ms = match self {
            Self::Seconds | Self::Ms => ms.and_then(|ms| ms.checked_add(now_ms)),
            Self::UnixSeconds | Self::UnixMs => ms,
        };
        at_ms.map(drop).ok_or(Error::ExpireOutOfRange)
    }

    fn refuse(self, error: Error) -> Refusal {
        if error != Error::ExpireOutOfRange {
            return error.into();
        }
        Refusal::new(match self {
            Self::Seconds => "ERR invalid expire time in 'expire' command",
            Self::Ms => "ERR invalid expire time in 'pexpire' command",
            Self::UnixSeconds => "ERR invalid expire time in 'expireat' command",
            Self::UnixMs => "ERR invalid expire time in 'pexpireat' command",
        })
    }
}
