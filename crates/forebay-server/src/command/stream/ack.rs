//! XACK, XACKDEL and XNACK.

use forebay::stream::{NackMode, XnackOptions};

use super::Command;
use super::delete::{Removal, parse_removal, write_deletions};
use super::ids::{self, Ids};
use super::lookup::{AfterKey, has_group, refusal};
use crate::command::arguments::is;
use crate::command::{Command as AnyCommand, Context, Refusal, on};

/// XACK, XACKDEL or XNACK.
#[derive(Debug)]
pub(crate) struct Ack<'a> {
    pub(super) key: &'a [u8],
    group: &'a [u8],
    how: How,
}

#[derive(Debug)]
enum How {
    /// XACK.
    Ack(AfterKey<Ids>),
    /// XACKDEL.
    Delete(Removal),
    /// XNACK.
    Release {
        mode: NackMode,
        ids: Ids,
        options: XnackOptions,
    },
}

fn ack<'a>(words: &'a [&'a [u8]], how: How) -> AnyCommand<'a> {
    let (key, group) = (words[1], words[2]);
    Command::Ack(Ack { key, group, how }).into()
}

#[expect(clippy::unnecessary_wraps, reason = "it is a parser like the others")]
pub(super) fn parse<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    Ok(ack(words, How::Ack(ids::parse_all(&words[3..]))))
}

pub(super) fn parse_delete<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    Ok(ack(words, How::Delete(parse_removal(&words[3..])?)))
}

pub(super) fn parse_release<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let mode = match words[3] {
        word if is(word, "SILENT") => NackMode::Silent,
        word if is(word, "FAIL") => NackMode::Fail,
        word if is(word, "FATAL") => NackMode::Fatal,
        _ => {
            return Err(Refusal::new(
                "ERR syntax error, XNACK must be called with SILENT, FAIL or FATAL",
            ));
        }
    };
    let mut options = XnackOptions::default();
    let mut found = None;
    let mut rest = &words[4..];
    while let Some((word, following)) = rest.split_first() {
        rest = match following {
            [_, ..] if is(word, "IDS") && found.is_none() => {
                let (ids, taken) = ids::parse_counted(following)?;
                found = Some(ids);
                &following[taken..]
            }
            [count, following @ ..] if is(word, "RETRYCOUNT") => {
                let refusal = Refusal::new("ERR Invalid RETRYCOUNT option argument for XNACK");
                let count = forebay_resp::parse_integer(count).ok_or(refusal.clone())?;
                options.retrycount = Some(u64::try_from(count).map_err(|_| refusal)?);
                following
            }
            following if is(word, "FORCE") => {
                options.force = true;
                following
            }
            _ => return Err(Refusal::SYNTAX),
        };
    }
    let ids = found.ok_or(Refusal::new("ERR IDS option is required"))?;
    Ok(ack(words, How::Release { mode, ids, options }))
}

impl Ack<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        let (store, mut reply) = context.parts();
        let (key, group) = (self.key, self.group);
        match self.how {
            How::Ack(Ok(ids)) => reply.integer(on!(store, xack(key, group, &ids))?.cast_signed()),
            How::Ack(Err(refusal)) => {
                if has_group(store, key, group)? {
                    return Err(refusal);
                }
                reply.integer(0);
            }
            How::Delete(Removal { references, ids }) => {
                let deletions = on!(store, xackdel(key, group, references, &ids))?;
                write_deletions(&deletions, &mut reply);
            }
            How::Release { mode, ids, options } => {
                let released = on!(store, xnack(key, group, mode, &ids, &options));
                let released = released.map_err(|error| refusal(error, key, group))?;
                reply.integer(released.cast_signed());
            }
        }
        Ok(())
    }
}
