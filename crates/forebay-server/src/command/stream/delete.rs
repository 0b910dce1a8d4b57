//! XDEL and XDELEX.

use forebay::stream::{Deletion, References};
use forebay_resp::ReplyWriter;

use super::ids::{self, Ids};
use super::lookup::{AfterKey, has_stream};
use super::{Command, trim};
use crate::command::arguments::is;
use crate::command::{Command as AnyCommand, Context, Refusal, on};

/// XDEL or XDELEX.
#[derive(Debug)]
pub(crate) struct Delete<'a> {
    pub(super) key: &'a [u8],
    how: How,
}

#[derive(Debug)]
enum How {
    /// XDEL, which answers how many entries it has deleted.
    Count(AfterKey<Ids>),
    /// XDELEX, which answers what became of each entry.
    Each(Removal),
}

/// Which entries XDELEX and XACKDEL delete, and how.
#[derive(Debug)]
pub(super) struct Removal {
    pub(super) references: References,
    pub(super) ids: Ids,
}

#[expect(clippy::unnecessary_wraps, reason = "it is a parser like the others")]
pub(super) fn parse<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let (key, how) = (words[1], How::Count(ids::parse_all(&words[2..])));
    Ok(Command::Delete(Delete { key, how }).into())
}

pub(super) fn parse_each<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let (key, how) = (words[1], How::Each(parse_removal(&words[2..])?));
    Ok(Command::Delete(Delete { key, how }).into())
}

/// `[KEEPREF | DELREF | ACKED] IDS numids id [id ...]`, in any order.
pub(super) fn parse_removal(mut words: &[&[u8]]) -> Result<Removal, Refusal> {
    let mut references = None;
    let mut found = None;
    while let Some((word, rest)) = words.split_first() {
        words = if is(word, "IDS") && !rest.is_empty() {
            let (ids, taken) = ids::parse_counted(rest)?;
            found = Some(ids);
            &rest[taken..]
        } else if references.is_none() {
            references = Some(trim::references(word).ok_or(Refusal::SYNTAX)?);
            rest
        } else {
            return Err(Refusal::SYNTAX);
        };
    }
    Ok(Removal {
        references: references.unwrap_or_default(),
        ids: found.ok_or(Refusal::new("ERR IDS option is required"))?,
    })
}

impl Delete<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        let (store, mut reply) = context.parts();
        let key = self.key;
        match self.how {
            How::Count(Ok(ids)) => reply.integer(on!(store, xdel(key, &ids))?.cast_signed()),
            How::Count(Err(refusal)) => {
                if has_stream(store, key)? {
                    return Err(refusal);
                }
                reply.integer(0);
            }
            How::Each(Removal { references, ids }) => {
                write_deletions(&on!(store, xdelex(key, references, &ids))?, &mut reply);
            }
        }
        Ok(())
    }
}

pub(super) fn write_deletions(deletions: &[Deletion], reply: &mut ReplyWriter<'_>) {
    reply.array(deletions.len());
    for deletion in deletions {
        reply.integer(deletion.code());
    }
}
