//! MEMORY.

use forebay::KeyType;

use super::Command;
use crate::command::arguments::{integer, is};
use crate::command::spec::{Spec, rows};
use crate::command::{Command as AnyCommand, Context, Keys, Refusal, help, on};

pub(super) static SUBCOMMANDS: &[Spec] = rows! { Server:
    "usage" -3 "key [SAMPLES count]" "4.0.0" [READONLY] SECOND usage,
        "Estimates how many bytes a key takes.";
    "doctor" 2 "" "4.0.0" [] NONE
        |_| Ok(Memory::Doctor.into()),
        "Says where to look instead.";
    "purge" 2 "" "4.0.0" [] NONE
        |_| Ok(Memory::Purge.into()),
        "Gives memory back that is of no use any more.";
    "help" 2 "" "4.0.0" [LOADING STALE] NONE
        |_| Ok(Memory::Help.into()),
        "Lists the subcommands.";
};

/// MEMORY.
#[derive(Debug)]
pub(crate) enum Memory<'a> {
    Usage { key: &'a [u8], samples: i64 },
    Doctor,
    Purge,
    Help,
}

/// Bytes of a key beside its name and what it holds.
const KEY_BYTES: usize = 128;
/// Bytes of an element, an entry or a member beside its own.
const ELEMENT_BYTES: usize = 4;
const ENTRY_BYTES: usize = 20;
const MEMBER_BYTES: usize = 64;

impl<'a> From<Memory<'a>> for AnyCommand<'a> {
    fn from(command: Memory<'a>) -> Self {
        Command::Memory(command).into()
    }
}

fn usage<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let samples = match &words[3..] {
        [] => 5,
        [name, count] if is(name, "SAMPLES") => match integer(count)? {
            count @ 0.. => count,
            _ => return Err(Refusal::SYNTAX),
        },
        _ => return Err(Refusal::SYNTAX),
    };
    let key = words[2];
    Ok(Memory::Usage { key, samples }.into())
}

impl<'a> Memory<'a> {
    pub(super) fn keys(&self, keys: &mut Keys<'a>) {
        if let Self::Usage { key, .. } = self {
            keys.push(key);
        }
    }

    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        match self {
            Self::Usage { key, samples } => match estimate(key, samples, context)? {
                Some(bytes) => {
                    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
                    context.reply().integer(bytes);
                }
                None => context.reply().null(),
            },
            Self::Doctor => context.reply().bulk(
                "MEMORY USAGE estimates what a key takes, and INFO memory tells what the process \
                 takes.",
            ),
            Self::Purge => {
                if context.store.may_wait() {
                    context.server.engine.maintain();
                }
                context.reply().ok();
            }
            Self::Help => help::write("MEMORY", SUBCOMMANDS, &mut context.reply()),
        }
        Ok(())
    }
}

/// What a key takes, from some of what it holds; 0 samples are all.
fn estimate(
    key: &[u8],
    samples: i64,
    context: &mut Context<'_, '_>,
) -> Result<Option<usize>, Refusal> {
    let store = &mut context.store;
    let Some(key_type) = on!(store, key_type(key))? else {
        return Ok(None);
    };
    let last = if samples == 0 { -1 } else { samples - 1 };
    let at_most = u64::try_from(samples).ok().filter(|&samples| samples > 0);
    let (sampled, bytes, len, each) = match key_type {
        KeyType::List => {
            let found = on!(store, lrange(key, 0, last))?;
            let bytes = found.iter().map(bytes::Bytes::len).sum();
            (found.len(), bytes, on!(store, llen(key))?, ELEMENT_BYTES)
        }
        KeyType::Stream => {
            let found = on!(store, xrange(key, forebay::stream::IdRange::ALL, at_most))?;
            let fields = found.iter().flat_map(|entry| entry.fields.iter());
            let bytes = fields.map(|(name, value)| name.len() + value.len()).sum();
            (found.len(), bytes, on!(store, xlen(key))?, ENTRY_BYTES)
        }
        KeyType::String => {
            let bytes = on!(store, get(key))?.map_or(0, |string| string.len());
            (1, bytes, 1, 0)
        }
        _ => {
            let found = on!(store, smembers(key))?;
            let bytes = found.iter().map(bytes::Bytes::len).sum::<usize>();
            (found.len(), bytes, found.len() as u64, MEMBER_BYTES)
        }
    };
    let len = usize::try_from(len).unwrap_or(usize::MAX);
    let average = bytes.div_ceil(sampled.max(1)) + each;
    Ok(Some(KEY_BYTES + key.len() + average.saturating_mul(len)))
}
