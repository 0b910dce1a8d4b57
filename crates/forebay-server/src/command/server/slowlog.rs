//! SLOWLOG.

use super::Command;
use crate::command::arguments::integer;
use crate::command::spec::{Spec, rows};
use crate::command::{Command as AnyCommand, Context, Refusal, help};

pub(super) static SUBCOMMANDS: &[Spec] = rows! { Server:
    "get" -2 "[count]" "2.2.12" [ADMIN LOADING STALE] NONE get,
        "Returns the last commands that took long.";
    "len" 2 "" "2.2.12" [ADMIN LOADING STALE] NONE
        |_| Ok(SlowlogCommand::Len.into()),
        "Tells how many commands that took long are remembered.";
    "reset" 2 "" "2.2.12" [ADMIN LOADING STALE] NONE
        |_| Ok(SlowlogCommand::Reset.into()),
        "Forgets the commands that took long.";
    "help" 2 "" "6.2.0" [LOADING STALE] NONE
        |_| Ok(SlowlogCommand::Help.into()),
        "Lists the subcommands.";
};

/// SLOWLOG.
#[derive(Debug)]
pub(crate) enum SlowlogCommand {
    Get { count: usize },
    Len,
    Reset,
    Help,
}

impl From<SlowlogCommand> for AnyCommand<'_> {
    fn from(command: SlowlogCommand) -> Self {
        Command::Slowlog(command).into()
    }
}

fn get<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let count = match &words[2..] {
        [] => 10,
        [count] => match integer(count)? {
            -1 => usize::MAX,
            count => usize::try_from(count)
                .map_err(|_| Refusal::new("ERR count should be greater than or equal to -1"))?,
        },
        _ => return Err(Refusal::SYNTAX),
    };
    Ok(SlowlogCommand::Get { count }.into())
}

impl SlowlogCommand {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) {
        let slowlog = &context.server.slowlog;
        match self {
            Self::Get { count } => {
                let slow = slowlog.last(count);
                let mut reply = context.reply();
                reply.array(slow.len());
                for slow in slow {
                    reply.array(6);
                    reply.integer(slow.id);
                    reply.integer(slow.unix_seconds);
                    reply.integer(slow.micros.cast_signed());
                    reply.array(slow.arguments.len());
                    for argument in slow.arguments {
                        reply.bulk(argument);
                    }
                    reply.bulk(slow.address);
                    reply.bulk(slow.name);
                }
            }
            Self::Len => {
                let len = slowlog.len();
                context
                    .reply()
                    .integer(i64::try_from(len).unwrap_or(i64::MAX));
            }
            Self::Reset => {
                slowlog.reset();
                context.reply().ok();
            }
            Self::Help => help::write("SLOWLOG", SUBCOMMANDS, &mut context.reply()),
        }
    }
}
