//! XADD.

use core::fmt::Write;
use core::str;

use forebay::stream::{NewId, XaddOptions};
use smallvec::SmallVec;

use crate::command::{Command as AnyCommand, Context, Flow, Refusal, on};

/// XADD.
#[derive(Debug)]
pub(crate) struct Add<'a> {
    pub(super) key: &'a [u8],
    options: XaddOptions,
    /// Names and values in turn.
    fields: &'a [&'a [u8]],
}

pub(super) fn parse<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let [_, key, id, fields @ ..] = words else {
        return Err(Refusal::SYNTAX);
    };
    if fields.is_empty() || fields.len() % 2 != 0 {
        return Err(Refusal::wrong_arity("xadd"));
    }
    let id: NewId = str::from_utf8(id)
        .map_err(|_| forebay::Error::InvalidStreamId)?
        .parse()?;
    let options = XaddOptions {
        id,
        ..XaddOptions::default()
    };
    Ok(AnyCommand::Stream(super::Command::Add(Add {
        key,
        options,
        fields,
    })))
}

impl Add<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
        let pairs: SmallVec<[(&[u8], &[u8]); 8]> = self
            .fields
            .chunks_exact(2)
            .map(|pair| (pair[0], pair[1]))
            .collect();
        let (store, mut reply) = context.parts();
        match on!(store, xadd_with(self.key, &self.options, &pairs[..]))? {
            Some(id) => {
                let mut text = String::new();
                let written = write!(text, "{id}");
                debug_assert!(written.is_ok(), "a string takes any text");
                reply.bulk(text);
            }
            None => reply.null(),
        }
        Ok(Flow::Next)
    }
}
