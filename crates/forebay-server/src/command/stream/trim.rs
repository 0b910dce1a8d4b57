//! XTRIM, and the options that it has in common with XADD.

use forebay::stream::{Precision, References, Trim, TrimTo};

use super::{Command, ids};
use crate::command::arguments::{integer, is};
use crate::command::{Command as AnyCommand, Context, Refusal, on};

/// XTRIM.
#[derive(Debug)]
pub(crate) struct Xtrim<'a> {
    pub(super) key: &'a [u8],
    trim: Trim,
}

pub(super) fn parse<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let mut options = TrimOptions::default();
    let mut rest = &words[2..];
    while !rest.is_empty() {
        match options.take(rest)? {
            0 => return Err(Refusal::SYNTAX),
            taken => rest = &rest[taken..],
        }
    }
    let trim = options.finish(true)?.ok_or(NO_STRATEGY)?;
    let key = words[1];
    Ok(Command::Trim(Xtrim { key, trim }).into())
}

impl Xtrim<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        let (store, mut reply) = context.parts();
        let trimmed = on!(store, xtrim(self.key, &self.trim))?;
        reply.integer(trimmed.cast_signed());
        Ok(())
    }
}

/// What a command has said about trimming so far.
#[derive(Debug, Default)]
pub(super) struct TrimOptions {
    to: Option<TrimTo>,
    is_approximate: bool,
    limit: Option<u64>,
    references: Option<References>,
}

impl TrimOptions {
    /// Looks at the option that `words` begin with, and tells how many words it has: none when it
    /// has nothing to do with trimming, or lacks its value.
    pub(super) fn take(&mut self, words: &[&[u8]]) -> Result<usize, Refusal> {
        match words {
            [name, sign @ (b"~" | b"="), threshold, ..] if is_strategy(name) => {
                self.set(name, threshold, *sign == b"~")?;
                Ok(3)
            }
            [name, threshold, ..] if is_strategy(name) => {
                self.set(name, threshold, false)?;
                Ok(2)
            }
            [name, value, ..] if is(name, "LIMIT") => {
                let limit = u64::try_from(integer(value)?)
                    .map_err(|_| Refusal::new("ERR The LIMIT argument must be >= 0."))?;
                self.limit = Some(limit);
                Ok(2)
            }
            [name, ..] if self.references.is_none() => {
                self.references = references(name);
                Ok(usize::from(self.references.is_some()))
            }
            _ => Ok(0),
        }
    }

    fn set(&mut self, name: &[u8], threshold: &[u8], is_approximate: bool) -> Result<(), Refusal> {
        if self.to.is_some() {
            return Err(Refusal::new(
                "ERR syntax error, MAXLEN and MINID options at the same time are not compatible",
            ));
        }
        self.is_approximate = is_approximate;
        self.to = Some(if is(name, "MAXLEN") {
            let len = u64::try_from(integer(threshold)?)
                .map_err(|_| Refusal::new("ERR The MAXLEN argument must be >= 0."))?;
            TrimTo::Maxlen(len)
        } else {
            TrimTo::Minid(ids::parse(threshold)?)
        });
        Ok(())
    }

    /// What is to be trimmed, when all options have been taken.
    pub(super) fn finish(self, is_needed: bool) -> Result<Option<Trim>, Refusal> {
        if self.limit.is_some_and(|limit| limit != 0) && self.to.is_none() {
            return Err(Refusal::new(
                "ERR syntax error, LIMIT cannot be used without specifying a trimming strategy",
            ));
        }
        let Some(to) = self.to else {
            return match self.limit {
                _ if is_needed => Err(NO_STRATEGY),
                None => Ok(None),
                Some(_) => Err(LIMIT_OF_EXACT),
            };
        };
        let precision = match (self.is_approximate, self.limit) {
            (true, limit) => Precision::Approximate { limit },
            (false, None) => Precision::Exact,
            (false, Some(_)) => return Err(LIMIT_OF_EXACT),
        };
        Ok(Some(Trim {
            to,
            precision,
            references: self.references.unwrap_or_default(),
        }))
    }
}

const NO_STRATEGY: Refusal =
    Refusal::new("ERR syntax error, XTRIM must be called with a trimming strategy");
const LIMIT_OF_EXACT: Refusal =
    Refusal::new("ERR syntax error, LIMIT cannot be used without the special ~ option");

fn is_strategy(word: &[u8]) -> bool {
    is(word, "MAXLEN") || is(word, "MINID")
}

/// KEEPREF, DELREF or ACKED.
pub(super) fn references(word: &[u8]) -> Option<References> {
    if is(word, "KEEPREF") {
        Some(References::Keep)
    } else if is(word, "DELREF") {
        Some(References::Delete)
    } else if is(word, "ACKED") {
        Some(References::Acked)
    } else {
        None
    }
}
