//! XADD.

use forebay::stream::{Idempotence, NewId, XaddOptions};
use forebay::{Error, StreamId};
use smallvec::SmallVec;

use super::trim::TrimOptions;
use super::{Command, ids};
use crate::command::arguments::is;
use crate::command::{Command as AnyCommand, Context, Refusal, on};

/// XADD.
#[derive(Debug)]
pub(crate) struct Add<'a> {
    pub(super) key: &'a [u8],
    options: XaddOptions,
    /// Names and values in turn.
    fields: &'a [&'a [u8]],
}

pub(super) fn parse<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let mut options = XaddOptions::default();
    let mut trim = TrimOptions::default();
    let mut rest = &words[2..];
    let fields = loop {
        let Some((word, following)) = rest.split_first() else {
            break rest;
        };
        if *word == b"*" {
            break following;
        }
        let taken = take(rest, &mut options, &mut trim)?;
        if taken == 0 {
            options.id = ids::parse(word)?;
            break following;
        }
        rest = &rest[taken..];
    };
    options.trim = trim.finish(false)?;
    if options.idempotence.is_some() && options.id != NewId::Auto {
        return Err(Error::IdempotentIdGiven.into());
    }
    if fields.is_empty() || !fields.len().is_multiple_of(2) {
        return Err(Refusal::wrong_arity("xadd"));
    }
    if options.id == NewId::Exactly(StreamId::MIN) {
        return Err(Error::IdZero.into());
    }
    Ok(Command::Add(Add {
        key: words[1],
        options,
        fields,
    })
    .into())
}

/// Looks at the option that `words` begin with, and tells how many words it has: none when it is
/// not an option.
fn take(
    words: &[&[u8]],
    options: &mut XaddOptions,
    trim: &mut TrimOptions,
) -> Result<usize, Refusal> {
    match words {
        [name, ..] if is(name, "NOMKSTREAM") => {
            options.nomkstream = true;
            Ok(1)
        }
        [name, producer, id, ..] if is(name, "IDMP") => {
            check_idempotence(options, "IDMP", producer)?;
            if id.is_empty() {
                return Err(Error::EmptyIdempotentId.into());
            }
            let (producer, id) = (producer.to_vec(), id.to_vec());
            options.idempotence = Some(Idempotence::id(producer, id));
            Ok(3)
        }
        [name, producer, ..] if is(name, "IDMPAUTO") => {
            check_idempotence(options, "IDMPAUTO", producer)?;
            options.idempotence = Some(Idempotence::auto(producer.to_vec()));
            Ok(2)
        }
        words => trim.take(words),
    }
}

fn check_idempotence(options: &XaddOptions, name: &str, producer: &[u8]) -> Result<(), Refusal> {
    if options.idempotence.is_some() {
        return Err(Refusal::new(
            "ERR syntax error, IDMP/IDMPAUTO specified multiple times",
        ));
    }
    if producer.is_empty() {
        let text = format!("ERR syntax error, {name} requires a non-empty producer ID");
        return Err(text.into());
    }
    Ok(())
}

impl Add<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        let pairs: SmallVec<[(&[u8], &[u8]); 8]> = self
            .fields
            .chunks_exact(2)
            .map(|pair| (pair[0], pair[1]))
            .collect();
        let (store, mut reply) = context.parts();
        match on!(store, xadd_with(self.key, &self.options, &pairs[..])) {
            Ok(Some(id)) => ids::write(id, &mut reply),
            Ok(None) => reply.null(),
            Err(Error::MessageTooLarge { .. }) => {
                return Err(Refusal::new("ERR Elements are too large to be stored"));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}
