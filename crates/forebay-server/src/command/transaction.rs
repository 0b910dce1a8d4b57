//! MULTI, EXEC, DISCARD, WATCH and UNWATCH.
//!
//! EXEC parses all commands, and then executes them in one transaction of the engine on all keys
//! that they name. Nothing of it is undone when one of them fails.

use forebay::Watched;
use smallvec::SmallVec;

use super::spec::{Spec, rows};
use super::table::{self, Found};
use super::{Command as AnyCommand, Context, Flow, Keys, Refusal, Store};
use crate::connection::Multi;

pub(super) static COMMANDS: &[Spec] = rows! { Transactions:
    "multi" 1 "" "1.2.0" [NOSCRIPT LOADING STALE FAST ALLOW_BUSY IN_MULTI] NONE
        |_| Ok(Command::Multi.into()),
        "Begins a transaction: the commands that follow wait for EXEC.";
    "exec" 1 "" "1.2.0" [NOSCRIPT LOADING STALE IN_MULTI] NONE
        |_| Ok(Command::Exec.into()),
        "Executes the commands since MULTI as one atomic step.";
    "discard" 1 "" "2.0.0" [NOSCRIPT LOADING STALE FAST ALLOW_BUSY IN_MULTI] NONE
        |_| Ok(Command::Discard.into()),
        "Forgets the commands since MULTI.";
    "watch" -2 "key [key ...]" "2.2.0" [NOSCRIPT LOADING STALE FAST ALLOW_BUSY IN_MULTI] ALL
        |words| Ok(Command::Watch { keys: &words[1..] }.into()),
        "Lets EXEC do nothing if one of the keys changes before it.";
    "unwatch" 1 "" "2.2.0" [NOSCRIPT LOADING STALE FAST ALLOW_BUSY] NONE
        |_| Ok(Command::Unwatch.into()),
        "Forgets all keys of WATCH.";
};

/// A command on transactions.
#[derive(Debug)]
pub(crate) enum Command<'a> {
    Multi,
    Exec,
    Discard,
    Watch { keys: &'a [&'a [u8]] },
    Unwatch,
}

impl<'a> From<Command<'a>> for AnyCommand<'a> {
    fn from(command: Command<'a>) -> Self {
        Self::Transaction(command)
    }
}

impl<'a> Command<'a> {
    /// Adds the keys that it names.
    pub(crate) fn keys(&self, keys: &mut Keys<'a>) {
        if let Self::Watch { keys: named } = self {
            keys.extend_from_slice(named);
        }
    }

    /// Writes the reply.
    pub(crate) fn execute(self, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
        let session = &mut *context.session;
        match self {
            Self::Multi if session.multi.is_some() => {
                return Err(Refusal::new("ERR MULTI calls can not be nested"));
            }
            Self::Multi => session.multi = Some(Box::default()),
            Self::Exec => {
                let multi = session.multi.take();
                let watched = session.watched.take();
                session.note();
                let Some(multi) = multi else {
                    session.watched = watched;
                    return Err(Refusal::new("ERR EXEC without MULTI"));
                };
                if multi.is_broken {
                    return Err(Refusal::new(
                        "EXECABORT Transaction discarded because of previous errors.",
                    ));
                }
                execute_all(&multi, watched.as_deref(), context)?;
                return Ok(Flow::Next);
            }
            Self::Discard => {
                if session.multi.take().is_none() {
                    return Err(Refusal::new("ERR DISCARD without MULTI"));
                }
                session.watched = None;
            }
            Self::Watch { .. } if session.multi.is_some() => {
                return Err(Refusal::new("ERR WATCH inside MULTI is not allowed"));
            }
            Self::Watch { keys } => match &mut session.watched {
                Some(watched) => watched.add(keys)?,
                None => session.watched = Some(Box::new(context.server.engine.watch(keys)?)),
            },
            // Inside EXEC the keys are let go already.
            Self::Unwatch => session.watched = None,
        }
        context.session.note();
        context.reply().ok();
        Ok(Flow::Next)
    }
}

/// A command of EXEC: what it is, and the typed value or why there is none.
struct Queued<'a> {
    found: Found,
    command: Result<AnyCommand<'a>, Refusal>,
}

fn execute_all(
    multi: &Multi,
    watched: Option<&Watched>,
    context: &mut Context<'_, '_>,
) -> Result<(), Refusal> {
    let words: Vec<SmallVec<[&[u8]; 4]>> = multi
        .commands
        .iter()
        .map(|command| command.arguments().collect())
        .collect();
    let mut queued = Vec::with_capacity(words.len());
    let mut keys = Keys::new();
    let mut concerns_all_keys = false;
    for words in &words {
        let found = table::find(words)?;
        let command = (found.spec.parse)(words);
        if let Ok(command) = &command {
            command.keys(&mut keys);
            concerns_all_keys |= command.concerns_all_keys();
        }
        queued.push(Queued { found, command });
    }
    keys.extend(watched.into_iter().flat_map(Watched::keys));
    let engine = &context.server.engine;
    if concerns_all_keys {
        engine.transaction_on_all(&keys, |transaction| {
            let mut context = context.within(Store::Transaction(transaction));
            execute_queued(queued, watched, &mut context);
        })?;
    } else if keys.is_empty() {
        execute_queued(queued, watched, context);
    } else {
        engine.transaction(&keys, |transaction| {
            let mut context = context.within(Store::Transaction(transaction));
            execute_queued(queued, watched, &mut context);
        })?;
    }
    Ok(())
}

/// Executes the commands one after the other. All keys are frozen, those that are watched too.
fn execute_queued(
    queued: Vec<Queued<'_>>,
    watched: Option<&Watched>,
    context: &mut Context<'_, '_>,
) {
    if watched.is_some_and(Watched::is_touched) {
        context.reply().null_array();
        return;
    }
    context.reply().array(queued.len());
    for Queued { found, command } in queued {
        let start = context.server.ticker.raw();
        let outcome = command.and_then(|command| command.execute(context));
        let outcome = outcome.and_then(|flow| match flow {
            Flow::Authenticate(_) => Err(Refusal::new(
                "ERR who you are cannot be changed inside MULTI when there is a users' file",
            )),
            // Of what a command has not written a reply for, it is written in its place.
            Flow::Wait(_) => Err(Refusal::new("ERR the command cannot wait inside MULTI")),
            Flow::Next | Flow::Close => Ok(()),
        });
        let ticks = context.server.ticker.raw().wrapping_sub(start);
        let stats = &context.session.stats.commands[found.row];
        stats.calls.add(1);
        stats.ticks.add(ticks);
        if let Err(refusal) = outcome {
            stats.failed.add(1);
            context.session.stats.count_error(refusal.code());
            context.reply().error(refusal.text());
        }
    }
}
