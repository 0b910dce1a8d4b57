//! Small commands that clients and tools expect.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context as TaskContext, Poll};
use core::time::Duration;

use forebay_resp::{ReplyWriter, VerbatimFormat};
use tokio::time::{Sleep, sleep};

use super::Command;
use crate::command::arguments::{float, integer, is};
use crate::command::connection::REDIS_VERSION;
use crate::command::flow::Waiting;
use crate::command::spec::{Spec, rows};
use crate::command::{Command as AnyCommand, Context, Flow, Refusal};

pub(super) static DEBUG_SUBCOMMANDS: &[Spec] = rows! { Server:
    "sleep" 3 "seconds" "1.0.0" [ADMIN NOSCRIPT LOADING STALE] NONE debug_sleep,
        "Answers after so many seconds. Other connections go on.";
};

pub(super) static FUNCTION_SUBCOMMANDS: &[Spec] = rows! { Scripting:
    "flush" -2 "[ASYNC | SYNC]" "7.0.0" [WRITE NOSCRIPT] NONE
        |_| Ok(Support::Ok.into()),
        "Answers OK: there are no functions.";
};

/// A small command that clients and tools expect.
#[derive(Debug)]
pub(crate) enum Support {
    Lastsave,
    Lolwut,
    Ok,
    Role,
    Shutdown,
    Sleep(Duration),
    Time,
    Wait,
}

impl From<Support> for AnyCommand<'_> {
    fn from(command: Support) -> Self {
        Command::Support(command).into()
    }
}

pub(super) fn shutdown<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    for word in &words[1..] {
        if is(word, "ABORT") {
            return Err(Refusal::new("ERR No shutdown in progress."));
        }
        if !["NOSAVE", "SAVE", "NOW", "FORCE"]
            .iter()
            .any(|option| is(word, option))
        {
            return Err(Refusal::SYNTAX);
        }
    }
    Ok(Support::Shutdown.into())
}

pub(super) fn wait<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    integer(words[1])?;
    if integer(words[2])? < 0 {
        return Err(Refusal::new("ERR timeout is negative"));
    }
    Ok(Support::Wait.into())
}

fn debug_sleep<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let seconds = float(words[2])
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or(Refusal::new("ERR value is not a valid float"))?;
    Ok(Support::Sleep(seconds).into())
}

impl Support {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Flow {
        let server = context.server;
        let may_wait = context.store.may_wait();
        let mut reply = context.reply();
        match self {
            Self::Lastsave => reply.integer(server.started_ms / 1000),
            Self::Lolwut => {
                let text = format!(
                    "Forebay {}, which speaks as Redis {REDIS_VERSION}\n",
                    env!("CARGO_PKG_VERSION")
                );
                reply.verbatim(VerbatimFormat::TEXT, text);
            }
            Self::Role => {
                reply.array(3);
                reply.bulk("master");
                reply.integer(0);
                reply.array(0);
            }
            Self::Shutdown => {
                server.begin_shutdown();
                return Flow::Close;
            }
            Self::Sleep(time) if may_wait => {
                return Flow::Wait(Box::new(Sleeping(Box::pin(sleep(time)))));
            }
            Self::Ok | Self::Sleep(_) => reply.ok(),
            Self::Time => {
                let now = server.unix_micros();
                reply.array(2);
                reply.bulk((now / 1_000_000).to_string());
                reply.bulk((now % 1_000_000).to_string());
            }
            Self::Wait => reply.integer(0),
        }
        Flow::Next
    }
}

/// DEBUG SLEEP.
struct Sleeping(Pin<Box<Sleep>>);

impl Waiting for Sleeping {
    fn poll(
        &mut self,
        task: &mut TaskContext<'_>,
        reply: &mut ReplyWriter<'_>,
    ) -> Poll<Result<(), Refusal>> {
        core::task::ready!(self.0.as_mut().poll(task));
        reply.ok();
        Poll::Ready(Ok(()))
    }
}
