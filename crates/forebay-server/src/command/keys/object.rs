//! OBJECT.

use forebay::KeyType;

use super::Command;
use crate::command::spec::{Spec, rows};
use crate::command::{Command as AnyCommand, Context, Refusal, help, on};

pub(super) static SUBCOMMANDS: &[Spec] = rows! { Generic:
    "encoding" 3 "key" "2.2.3" [READONLY KEYSPACE] SECOND
        |words| Ok(object(Some(words[2]), What::Encoding)),
        "Tells how a key is kept in memory.";
    "freq" 3 "key" "4.0.0" [READONLY KEYSPACE] SECOND
        |words| Ok(object(Some(words[2]), What::Freq)),
        "Is refused: how often a key is used is not counted.";
    "idletime" 3 "key" "2.2.3" [READONLY KEYSPACE] SECOND
        |words| Ok(object(Some(words[2]), What::Idletime)),
        "Answers 0: when a key was used last is not kept.";
    "refcount" 3 "key" "2.2.3" [READONLY KEYSPACE] SECOND
        |words| Ok(object(Some(words[2]), What::Refcount)),
        "Answers 1 for a key that exists.";
    "help" 2 "" "6.2.0" [LOADING STALE KEYSPACE] NONE
        |_| Ok(object(None, What::Help)),
        "Lists the subcommands.";
};

/// OBJECT.
#[derive(Debug)]
pub(crate) struct Object<'a> {
    pub(super) key: Option<&'a [u8]>,
    what: What,
}

#[derive(Debug)]
enum What {
    Encoding,
    Freq,
    Idletime,
    Refcount,
    Help,
}

fn object(key: Option<&[u8]>, what: What) -> AnyCommand<'_> {
    Command::Object(Object { key, what }).into()
}

impl Object<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        let (store, mut reply) = context.parts();
        let Some(key) = self.key else {
            help::write("OBJECT", SUBCOMMANDS, &mut reply);
            return Ok(());
        };
        let Some(key_type) = on!(store, key_type(key))? else {
            reply.null();
            return Ok(());
        };
        match self.what {
            What::Encoding => reply.bulk(match key_type {
                KeyType::List => "quicklist",
                KeyType::Stream => "stream",
                KeyType::String => "raw",
                _ => "hashtable",
            }),
            What::Freq => {
                return Err(Refusal::new(
                    "ERR An LFU maxmemory policy is not selected, access frequency not tracked. \
                     Please note that when switching between policies at runtime LRU and LFU \
                     data will take some time to adjust.",
                ));
            }
            What::Idletime => reply.integer(0),
            What::Refcount => reply.integer(1),
            What::Help => {}
        }
        Ok(())
    }
}
