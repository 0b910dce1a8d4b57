//! XSETID and XCFGSET.

use forebay::stream::{XcfgsetOptions, XsetidOptions};
use forebay::{Error, StreamId};

use super::{Command, ids};
use crate::command::arguments::{integer, is};
use crate::command::{Command as AnyCommand, Context, Refusal, on};

/// XSETID or XCFGSET.
#[derive(Debug)]
pub(crate) struct Set<'a> {
    pub(super) key: &'a [u8],
    what: What,
}

#[derive(Debug)]
enum What {
    Id {
        id: StreamId,
        options: XsetidOptions,
    },
    Settings(XcfgsetOptions),
}

fn set(key: &[u8], what: What) -> AnyCommand<'_> {
    Command::Set(Set { key, what }).into()
}

pub(super) fn parse_id<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let id: StreamId = ids::parse(words[2])?;
    let mut options = XsetidOptions::default();
    for option in words[3..].chunks(2) {
        match option {
            [name, value] if is(name, "ENTRIESADDED") => {
                let added = u64::try_from(integer(value)?)
                    .map_err(|_| Refusal::new("ERR entries_added must be positive"))?;
                options.entries_added = Some(added);
            }
            [name, value] if is(name, "MAXDELETEDID") => {
                let deleted: StreamId = ids::parse(value)?;
                if id < deleted {
                    return Err(Error::SetidBelowGivenDeleted.into());
                }
                options.max_deleted_id = (deleted != StreamId::MIN).then_some(deleted);
            }
            _ => return Err(Refusal::SYNTAX),
        }
    }
    Ok(set(words[1], What::Id { id, options }))
}

pub(super) fn parse_settings<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let mut options = XcfgsetOptions::default();
    for option in words[2..].chunks(2) {
        match option {
            [name, value] if is(name, "IDMP-DURATION") => {
                // What is negative is out of range as well.
                let duration_s = u64::try_from(integer(value)?).unwrap_or(0);
                options.idmp_duration_s = Some(duration_s);
            }
            [name, value] if is(name, "IDMP-MAXSIZE") => {
                options.idmp_maxsize = Some(u64::try_from(integer(value)?).unwrap_or(0));
            }
            _ => return Err(Refusal::SYNTAX),
        }
        options.check()?;
    }
    if options == XcfgsetOptions::default() {
        return Err(Refusal::new(
            "ERR At least one parameter (IDMP-DURATION or IDMP-MAXSIZE) is required",
        ));
    }
    Ok(set(words[1], What::Settings(options)))
}

impl Set<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        let (store, mut reply) = context.parts();
        match self.what {
            What::Id { id, options } => on!(store, xsetid(self.key, id, &options))?,
            What::Settings(options) => on!(store, xcfgset(self.key, &options))?,
        }
        reply.ok();
        Ok(())
    }
}
