//! XGROUP.

use forebay::stream::{GroupStart, XgroupCreateOptions};
use forebay::{Error, StreamId};

use super::lookup::{AfterKey, has_group, has_stream, no_group_of_key};
use super::{Command, ids};
use crate::command::arguments::{integer, is};
use crate::command::spec::{Spec, rows};
use crate::command::{Command as AnyCommand, Context, Refusal, Store, help, on};

pub(super) static SUBCOMMANDS: &[Spec] = rows! { Stream:
    "create" -5 "key group <id | $> [MKSTREAM] [ENTRIESREAD entries-read]" "5.0.0" [WRITE DENYOOM]
        SECOND create,
        "Makes a consumer group.";
    "setid" -5 "key group <id | $> [ENTRIESREAD entries-read]" "5.0.0" [WRITE] SECOND set_id,
        "Lets a consumer group go on from somewhere else.";
    "destroy" 4 "key group" "5.0.0" [WRITE] SECOND
        |words| Ok(group(words, What::Destroy)),
        "Destroys a consumer group, with all that is pending in it.";
    "createconsumer" 5 "key group consumer" "6.2.0" [WRITE DENYOOM] SECOND
        |words| Ok(group(words, What::CreateConsumer(words[4]))),
        "Makes a consumer of a group.";
    "delconsumer" 5 "key group consumer" "5.0.0" [WRITE] SECOND
        |words| Ok(group(words, What::DeleteConsumer(words[4]))),
        "Deletes a consumer of a group, with all that it has pending.";
    "help" 2 "" "5.0.0" [LOADING STALE] NONE
        |_| Ok(Command::Group(Group { of: None, what: What::Help }).into()),
        "Lists the subcommands.";
};

/// XGROUP.
#[derive(Debug)]
pub(crate) struct Group<'a> {
    /// The key and the group, except for HELP.
    of: Option<(&'a [u8], &'a [u8])>,
    what: What<'a>,
}

#[derive(Debug)]
enum What<'a> {
    Create {
        start: AfterKey<GroupStart>,
        options: XgroupCreateOptions,
    },
    SetId {
        start: AfterKey<GroupStart>,
        entries_read: Option<u64>,
    },
    Destroy,
    CreateConsumer(&'a [u8]),
    DeleteConsumer(&'a [u8]),
    Help,
}

fn group<'a>(words: &'a [&'a [u8]], what: What<'a>) -> AnyCommand<'a> {
    let of = Some((words[2], words[3]));
    Command::Group(Group { of, what }).into()
}

fn create<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let options = parse_options(words, true)?;
    // Unlike SETID it takes no `-` and no `+`.
    let start = match words[4] {
        b"$" => Ok(GroupStart::Now),
        word => ids::parse::<StreamId>(word).map(GroupStart::After),
    };
    Ok(group(words, What::Create { start, options }))
}

fn set_id<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let what = What::SetId {
        entries_read: parse_options(words, false)?.entries_read,
        start: ids::parse(words[4]),
    };
    Ok(group(words, what))
}

fn parse_options(words: &[&[u8]], may_make: bool) -> Result<XgroupCreateOptions, Refusal> {
    let mut options = XgroupCreateOptions::default();
    let mut rest = &words[5..];
    while let Some((word, following)) = rest.split_first() {
        rest = match following {
            following if may_make && is(word, "MKSTREAM") => {
                options.mkstream = true;
                following
            }
            [count, following @ ..] if is(word, "ENTRIESREAD") => {
                options.entries_read = match integer(count)? {
                    -1 => None,
                    count => Some(u64::try_from(count).map_err(|_| {
                        Refusal::new("ERR value for ENTRIESREAD must be positive or -1")
                    })?),
                };
                following
            }
            _ => return Err(Refusal::wrong_subcommand("xgroup", words[1])),
        };
    }
    Ok(options)
}

impl<'a> Group<'a> {
    pub(super) fn key(&self) -> Option<&'a [u8]> {
        self.of.map(|(key, _)| key)
    }

    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        let (store, mut reply) = context.parts();
        let Some((key, group)) = self.of else {
            help::write("XGROUP", SUBCOMMANDS, &mut reply);
            return Ok(());
        };
        let refuse = |error| match error {
            Error::NoGroup { .. } => no_group_of_key(key, group),
            error => error.into(),
        };
        match self.what {
            What::Create { start, options } => {
                if start.is_err() && !has_stream(store, key)? && !options.mkstream {
                    return Err(Error::GroupNeedsKey.into());
                }
                on!(store, xgroup_create_with(key, group, start?, &options))?;
                reply.ok();
            }
            What::SetId {
                start,
                entries_read,
            } => {
                if start.is_err() {
                    check_group(store, key, group)?;
                }
                on!(store, xgroup_setid(key, group, start?, entries_read)).map_err(refuse)?;
                reply.ok();
            }
            What::Destroy => {
                let existed = on!(store, xgroup_destroy(key, group))?;
                reply.integer(existed.into());
            }
            What::CreateConsumer(consumer) => {
                let is_new = on!(store, xgroup_createconsumer(key, group, consumer));
                reply.integer(is_new.map_err(refuse)?.into());
            }
            What::DeleteConsumer(consumer) => {
                let pending = on!(store, xgroup_delconsumer(key, group, consumer));
                reply.integer(pending.map_err(refuse)?.cast_signed());
            }
            What::Help => {}
        }
        Ok(())
    }
}

/// Refuses to go on where there is no such group.
fn check_group(store: &mut Store<'_, '_>, key: &[u8], group: &[u8]) -> Result<(), Refusal> {
    if !has_stream(store, key)? {
        return Err(Error::GroupNeedsKey.into());
    }
    if !has_group(store, key, group)? {
        return Err(no_group_of_key(key, group));
    }
    Ok(())
}
