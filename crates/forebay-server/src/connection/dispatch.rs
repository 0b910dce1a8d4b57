//! From the words of a command to its reply.

use crate::command::spec::Flags;
use crate::command::table::{self, Found};
use crate::command::{Context, Flow, Refusal};

use super::Session;

/// What became of a command.
pub(super) enum Dispatched {
    Executed(Flow),
    /// It is kept for EXEC.
    Queue,
}

/// Finds, parses and executes a command. What it is refused for is counted and returned, and
/// nothing is written then.
#[inline]
pub(super) fn dispatch(
    words: &[&[u8]],
    context: &mut Context<'_, '_>,
) -> Result<Dispatched, Refusal> {
    let found = match admit(words, context) {
        Ok(found) => found,
        Err(refusal) => return Err(reject(refusal, context.session)),
    };
    let session = &mut *context.session;
    session.client.note_command(found.row, found.subcommand);
    if session.multi.is_some() && !found.spec.has(Flags::IN_MULTI) {
        if found.spec.has(Flags::NO_MULTI) {
            let refusal = Refusal::new("ERR Command not allowed inside a transaction");
            return Err(reject(refusal, session));
        }
        return Ok(Dispatched::Queue);
    }
    execute(words, found, context).map(Dispatched::Executed)
}

/// Parses and executes a command that was found, and counts it.
#[inline]
fn execute(words: &[&[u8]], found: Found, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
    let result = (found.spec.parse)(words).and_then(|command| command.execute(context));
    let now = context.server.ticker.raw();
    let ticks = now.wrapping_sub(context.began_ticks);
    context.began_ticks = now;
    let stats = &context.session.stats.commands[found.row];
    stats.calls.add(1);
    stats.ticks.add(ticks);
    if ticks >= context.slow_ticks {
        note_slow(words, ticks, context);
    }
    if let Err(refusal) = &result {
        stats.failed.add(1);
        context.session.stats.count_error(refusal.code());
    }
    result
}

#[cold]
fn note_slow(words: &[&[u8]], ticks: u64, context: &Context<'_, '_>) {
    let server = context.server;
    let micros = server.ticker.delta_as_nanos(0, ticks) / 1_000;
    let client = &context.session.client;
    let max = server.settings().slowlog_max_len;
    (server.slowlog).add(server.now_ms() / 1000, micros, words, client, max);
}

/// Looks whether a command may be executed at all.
#[inline]
fn admit(words: &[&[u8]], context: &Context<'_, '_>) -> Result<Found, Refusal> {
    let found = table::find(words)?;
    let spec = found.spec;
    let session = &*context.session;
    let count_rejected = |refusal| {
        session.stats.commands[found.row].rejected.add(1);
        Err(refusal)
    };
    if !spec.accepts(words.len()) {
        return count_rejected(Refusal::wrong_arity(&found.full_name()));
    }
    if !session.is_free
        && let Err(refusal) = check_rights(words, &found, session)
    {
        return count_rejected(refusal);
    }
    if session.is_subscriber() && !spec.has(Flags::IN_PUBSUB) {
        let name = found.full_name();
        return count_rejected(
            format!(
                "ERR Can't execute '{name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT \
                 / RESET are allowed in this context"
            )
            .into(),
        );
    }
    Ok(found)
}

/// Looks whether who the client is may do this.
#[cold]
fn check_rights(words: &[&[u8]], found: &Found, session: &Session) -> Result<(), Refusal> {
    if !session.is_authenticated {
        return if found.spec.has(Flags::NO_AUTH) {
            Ok(())
        } else {
            Err(Refusal::new("NOAUTH Authentication required."))
        };
    }
    session.user.check(found, words).map_err(|denial| {
        session.stats.count_denial(denial);
        denial.refusal(&session.user, &found.full_name())
    })
}

/// A command that is refused before it is executed breaks the transaction it would belong to.
#[cold]
fn reject(refusal: Refusal, session: &mut Session) -> Refusal {
    if let Some(multi) = &mut session.multi {
        multi.is_broken = true;
    }
    session.stats.count_error(refusal.code());
    refusal
}
