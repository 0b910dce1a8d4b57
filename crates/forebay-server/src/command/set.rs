//! Sets of strings, in the small form that stands beside queues: their names, their workers.

use super::spec::{Spec, rows};
use super::{Command as AnyCommand, Context, Flow, Keys, Refusal, on};

pub(super) static COMMANDS: &[Spec] = rows! { Set:
    "sadd" -3 "key member [member ...]" "1.0.0" [WRITE DENYOOM FAST] FIRST
        |words| Ok(command(words, What::Add)),
        "Adds members to a set, which is made if there is none.";
    "srem" -3 "key member [member ...]" "1.0.0" [WRITE FAST] FIRST
        |words| Ok(command(words, What::Remove)),
        "Removes members from a set.";
    "smembers" 2 "key" "1.0.0" [READONLY] FIRST
        |words| Ok(command(words, What::Members)),
        "Returns all members of a set.";
    "sismember" 3 "key member" "1.0.0" [READONLY FAST] FIRST
        |words| Ok(command(words, What::IsMember)),
        "Tells whether a set has a member.";
    "smismember" -3 "key member [member ...]" "6.2.0" [READONLY FAST] FIRST
        |words| Ok(command(words, What::AreMembers)),
        "Tells which members a set has.";
    "scard" 2 "key" "1.0.0" [READONLY FAST] FIRST
        |words| Ok(command(words, What::Count)),
        "Tells how many members a set has.";
};

/// A command on sets.
#[derive(Debug)]
pub(crate) struct Command<'a> {
    key: &'a [u8],
    members: &'a [&'a [u8]],
    what: What,
}

#[derive(Debug)]
enum What {
    Add,
    Remove,
    Members,
    IsMember,
    AreMembers,
    Count,
}

fn command<'a>(words: &'a [&'a [u8]], what: What) -> AnyCommand<'a> {
    AnyCommand::Set(Command {
        key: words[1],
        members: &words[2..],
        what,
    })
}

impl<'a> Command<'a> {
    /// Adds the keys that it names.
    pub(crate) fn keys(&self, keys: &mut Keys<'a>) {
        keys.push(self.key);
    }

    /// Writes the reply.
    pub(crate) fn execute(self, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
        let (store, mut reply) = context.parts();
        let Self { key, members, what } = self;
        match what {
            What::Add => reply.integer(on!(store, sadd(key, members))?.cast_signed()),
            What::Remove => reply.integer(on!(store, srem(key, members))?.cast_signed()),
            What::Members => {
                let members = on!(store, smembers(key))?;
                reply.set(members.len());
                for member in members {
                    reply.bulk(member);
                }
            }
            What::IsMember => {
                let is_member = on!(store, sismember(key, members[0]))?;
                reply.integer(i64::from(is_member));
            }
            What::AreMembers => {
                let found = store.atomically(&[key], |tx| {
                    let found = members.iter().map(|member| tx.sismember(key, member));
                    found.collect::<forebay::Result<Vec<bool>>>()
                })?;
                reply.array(found.len());
                for is_member in found {
                    reply.integer(i64::from(is_member));
                }
            }
            What::Count => reply.integer(on!(store, scard(key))?.cast_signed()),
        }
        Ok(Flow::Next)
    }
}
