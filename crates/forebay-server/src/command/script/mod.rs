//! EVAL, EVALSHA and SCRIPT, for the [known] scripts alone: there is no Lua.
//!
//! Libraries that have locks delete or prolong them by small scripts that never change. Such a
//! script is known by its SHA1, which is how it is called anyway, and what it does is written here as
//! an action on its keys, one atomic step as the script would be. Every other script is refused.

mod known;

use core::fmt::Write;

use forebay::Error;
use sha1::{Digest, Sha1};

use self::known::{Action, Known, SCRIPT_BYTES_MAX, SCRIPTS};
use super::arguments::{Words, integer};
use super::spec::{Group, Spec, rows};
use super::{Command as AnyCommand, Context, Flow, Keys, Refusal, help};

pub(super) static COMMANDS: &[Spec] = rows! { Scripting:
    "eval" -3 "script numkeys [key [key ...]] [arg [arg ...]]" "2.6.0"
        [NOSCRIPT STALE MOVABLEKEYS] NONE eval,
        "Executes one of the scripts that are known: those of some libraries' locks.";
    "evalsha" -3 "sha1 numkeys [key [key ...]] [arg [arg ...]]" "2.6.0"
        [NOSCRIPT STALE MOVABLEKEYS] NONE evalsha,
        "Executes one of the scripts that are known, by its SHA1.";
};

pub(super) static CONTAINERS: &[Spec] = &[Spec::container(
    Group::Scripting,
    "script",
    "2.6.0",
    "Tells which scripts are known; there is no Lua.",
    SUBCOMMANDS,
)];

static SUBCOMMANDS: &[Spec] = rows! { Scripting:
    "exists" -3 "sha1 [sha1 ...]" "2.6.0" [NOSCRIPT] NONE
        |words| Ok(Command::Exists { names: &words[2..] }.into()),
        "Tells of each script whether it is known.";
    "flush" -2 "[ASYNC | SYNC]" "2.6.0" [NOSCRIPT] NONE
        |_| Ok(Command::Flush.into()),
        "Answers OK: the scripts that are known stay known.";
    "help" 2 "" "5.0.0" [LOADING STALE] NONE
        |_| Ok(Command::Help.into()),
        "Lists the subcommands, and the scripts that are known.";
    "load" 3 "script" "2.6.0" [NOSCRIPT STALE] NONE load,
        "Answers with the SHA1 of a script that is known, and refuses any other.";
};

/// A command on scripts.
#[derive(Debug)]
pub(crate) enum Command<'a> {
    Exists {
        names: Words<'a>,
    },
    Execute {
        action: Action,
        keys: Words<'a>,
        arguments: Words<'a>,
    },
    Flush,
    Help,
    Load {
        sha1: &'static str,
    },
}

impl<'a> From<Command<'a>> for AnyCommand<'a> {
    fn from(command: Command<'a>) -> Self {
        Self::Script(command)
    }
}

type Parsed<'a> = Result<AnyCommand<'a>, Refusal>;

/// The script of this text.
fn by_text(text: &[u8]) -> Result<&'static Known, Refusal> {
    let sha1 = (text.len() <= SCRIPT_BYTES_MAX).then(|| hexadecimal(&Sha1::digest(text)));
    sha1.and_then(|sha1| known::find(sha1.as_bytes()))
        .ok_or_else(unknown)
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn unknown() -> Refusal {
    let mut libraries: Vec<&str> = SCRIPTS.iter().map(|script| script.library).collect();
    libraries.dedup();
    format!(
        "ERR this script is not known, and there is no Lua to run it; known are scripts of {}: see \
         SCRIPT HELP",
        libraries.join(", ")
    )
    .into()
}

fn load<'a>(words: &'a [&'a [u8]]) -> Parsed<'a> {
    let sha1 = by_text(words[2])?.sha1;
    Ok(Command::Load { sha1 }.into())
}

fn eval<'a>(words: &'a [&'a [u8]]) -> Parsed<'a> {
    execution(by_text(words[1])?, &words[2..])
}

fn evalsha<'a>(words: &'a [&'a [u8]]) -> Parsed<'a> {
    // Clients answer this by EVAL or SCRIPT LOAD, whose refusal says more.
    let unknown = Refusal::new("NOSCRIPT No matching script. Please use EVAL.");
    let script = known::find(words[1]).ok_or(unknown)?;
    execution(script, &words[2..])
}

/// `numkeys [key [key ...]] [arg [arg ...]]`
fn execution<'a>(script: &'static Known, words: Words<'a>) -> Parsed<'a> {
    let (count, rest) = words.split_first().ok_or(Refusal::SYNTAX)?;
    let count = usize::try_from(integer(count)?)
        .map_err(|_| Refusal::new("ERR Number of keys can't be negative"))?;
    let (keys, arguments) = rest.split_at_checked(count).ok_or(Refusal::new(
        "ERR Number of keys can't be greater than number of args",
    ))?;
    if keys.is_empty() {
        return Err(Refusal::new("ERR this script needs a key"));
    }
    if arguments.len() < script.action.arguments() {
        let text = format!(
            "ERR this script needs {} arguments after its keys",
            script.action.arguments()
        );
        return Err(text.into());
    }
    Ok(Command::Execute {
        action: script.action,
        keys,
        arguments,
    }
    .into())
}

impl<'a> Command<'a> {
    /// Adds the keys that it names.
    pub(crate) fn keys(&self, keys: &mut Keys<'a>) {
        if let Self::Execute { keys: named, .. } = self {
            keys.extend_from_slice(named);
        }
    }

    /// Writes the reply.
    pub(crate) fn execute(self, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
        let (store, mut reply) = context.parts();
        match self {
            Self::Exists { names } => {
                reply.array(names.len());
                for name in names {
                    reply.integer(i64::from(known::find(name).is_some()));
                }
            }
            Self::Execute {
                action,
                keys,
                arguments,
            } => {
                let result = store.atomically(keys, |tx| action.execute(tx, keys, arguments));
                let value = result.map_err(|error| match error {
                    Error::ExpireOutOfRange => Refusal::new("ERR invalid expire time in script"),
                    error => error.into(),
                })?;
                reply.integer(value);
            }
            Self::Flush => reply.ok(),
            Self::Help => {
                reply.array(1 + 2 * (SUBCOMMANDS.len() + SCRIPTS.len()));
                help::write_lines("SCRIPT", SUBCOMMANDS, &mut reply);
                for Known {
                    sha1,
                    library,
                    action,
                } in SCRIPTS
                {
                    reply.simple(&format!("{sha1} ({library})"));
                    reply.simple(&format!("    {}", action.summary()));
                }
            }
            Self::Load { sha1 } => reply.bulk(sha1),
        }
        Ok(Flow::Next)
    }
}

#[cfg(test)]
mod tests {
    use super::{by_text, hexadecimal};
    use sha1::{Digest, Sha1};

    #[test]
    fn scripts_are_named_as_redis_names_them() {
        assert_eq!(
            hexadecimal(&Sha1::digest(b"return 1")),
            "e0e1f9fabfc9d4800c877a703b823ac0578ff8db"
        );
    }

    #[test]
    fn what_is_not_known_is_refused_with_what_is() {
        for text in [&b"return 1"[..], b"", &vec![b' '; 1 << 20]] {
            let refusal = by_text(text).unwrap_err();
            assert!(refusal.text().contains("no Lua"), "{}", refusal.text());
            assert!(refusal.text().contains("redis-py"), "{}", refusal.text());
        }
    }
}
